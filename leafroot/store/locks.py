# SPDX-License-Identifier: Apache-2.0
"""Locks between processes: flock(2) on a file that says who holds it, and that is free when its holder has ended."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from leafroot.host.run import check_interrupt

# How long a process that waits sleeps between two looks, in seconds: flock itself could not be interrupted.
_PAUSE = 0.05


def hold_output(output: Path) -> IO[str]:
    """Hold the output folder; whoever comes second waits, and is told for whom.

    The programs of steps inherit the lock: what a killed run left behind may still write there until it has ended too.
    """
    return _hold(output / ".lock", f"is building in {output}")


@contextmanager
def locked(path: Path, doing: str) -> Iterator[None]:
    """Hold the lock file `path`; whoever comes second waits, and is told for whom, who is `doing` something."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _hold(path, doing):
        yield


def _hold(path: Path, doing: str) -> IO[str]:
    handle = path.open("a+")
    try:
        told = False
        while not _taken(handle):
            if not told:
                handle.seek(0)
                holder = handle.read().strip()
                # Another thread of ours needs no words: people see one build.
                if holder != str(os.getpid()):
                    print(f"leafroot: waiting for process {holder or '(unknown)'}, which {doing}", flush=True)
                told = True
            time.sleep(_PAUSE)
            check_interrupt()
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
    except BaseException:
        handle.close()
        raise
    return handle


def _taken(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
