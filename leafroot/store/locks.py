# SPDX-License-Identifier: Apache-2.0
"""Locks between processes, on files that name the holder's process; a lock is free again when its holder has ended."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from leafroot.host.run import check_interrupt, interrupted

# How often a waiting process tries again and checks for Ctrl-C, in seconds.
_PAUSE = 0.05


def hold_output(output: Path) -> IO[str]:
    """Hold the output folder; if another process holds it, say which and wait.

    The programs of steps inherit the lock: after a run was killed, the next one waits until they have ended too, as
    they may still write there. filelock cannot do that, since it unlocks the file for them as well when the process
    that started them exits. (It would also add a tenth to the time of a run that has nothing to do.)
    """
    path = output / ".lock"
    handle = path.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _tell(path, f"is building in {output}")
        # Ctrl-C ends this wait: the main thread waits, and no step runs yet.
        fcntl.flock(handle, fcntl.LOCK_EX)
    _sign(handle.fileno())
    return handle


@contextmanager
def locked(path: Path, doing: str) -> Iterator[None]:
    """Hold the lock file `path`; if another process holds it, say which, with what it is `doing`, and wait."""
    # Only runs that unpack something need it.
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, on_acquired=_sign)
    try:
        try:
            lock.acquire(blocking=False)
        except Timeout:
            _tell(path, doing)
            with contextlib.suppress(Timeout):
                lock.acquire(poll_interval=_PAUSE, cancel_check=interrupted)
            check_interrupt()
        yield
    finally:
        lock.release()


def _sign(descriptor: int) -> None:
    """Write our process id into a lock file."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)


def _tell(path: Path, doing: str) -> None:
    """Say for whom we wait, unless it is another thread of this process: people see one build."""
    holder = path.read_text().strip()
    if holder != str(os.getpid()):
        print(f"leafroot: waiting for process {holder or '(unknown)'}, which {doing}", flush=True)
