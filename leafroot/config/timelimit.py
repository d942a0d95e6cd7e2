# SPDX-License-Identifier: Apache-2.0
"""An end for what people wrote and what may have none: a description in Python, macros in Kconfig."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


class TooLong(BaseException):
    """Raised in what does not come to its end; code that catches every Exception does not catch it."""


def _too_long(*_: object) -> None:
    raise TooLong


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End with TooLong what takes more processor time; outside of the main thread, without signals, it may run on."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _too_long)
    # Again and again, for an `except:` with nothing behind it would swallow the first.
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
