# SPDX-License-Identifier: Apache-2.0
"""The end that a person or a signal asked for, known to every thread, so that none begins anything more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from leafroot.errors import LeafrootError

_ASKED = threading.Event()
_LOCK = threading.Lock()
_MORTAL: list[object] = []


class InterruptedBuildError(LeafrootError):
    """The work was given up because somebody asked for its end; nothing is wrong with it."""


def interrupt() -> None:
    """Ask every thread for its end."""
    _ASKED.set()


def interrupted() -> bool:
    """Whether the end was asked for."""
    return _ASKED.is_set()


def check_interrupt() -> None:
    """Raise an InterruptedBuildError if the end was asked for; long work calls this again and again."""
    if _ASKED.is_set():
        raise InterruptedBuildError("interrupted")


@contextmanager
def mortal() -> Iterator[None]:
    """Mark work that may be cut off at any moment, for the next run makes up for whatever it leaves."""
    mark = object()
    with _LOCK:
        _MORTAL.append(mark)
    try:
        yield
    finally:
        with _LOCK:
            _MORTAL.remove(mark)


def cut_off_is_harmless() -> bool:
    """Whether such work goes on."""
    return bool(_MORTAL)
