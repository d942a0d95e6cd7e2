# SPDX-License-Identifier: Apache-2.0
"""The end that a person or a signal asked for, known to every thread, so that none begins anything more."""

from __future__ import annotations

import threading

from leafroot.errors import LeafrootError

_ASKED = threading.Event()


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
