# SPDX-License-Identifier: Apache-2.0
"""Places in the cache for what is not whole yet. They go with the process that has them, however it ends.

Each process has one folder of its own below `tmp/`, and holds a lock on it. Who makes such a folder first removes
those that nobody holds any more: so what killed processes leave never lies there longer than until the next one
writes to the cache.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import itertools
import os
import tempfile
import threading
from pathlib import Path

from leafroot.effects.remove import remove


class Scratch:
    """Places below `folder` that are this process's own; nothing is made before the first one is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mine: Path | None = None
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def place(self, name: str) -> Path:
        """A path at which there is nothing yet; to be renamed to where it belongs when it is whole."""
        with self._lock:
            if self._mine is None or not self._mine.is_dir():
                self._folder.mkdir(parents=True, exist_ok=True)
                sweep(self._folder)
                self._mine = _own_folder(self._folder)
                atexit.register(_give_up, self._mine)
            return self._mine / f"{next(self._numbers)}-{name}"


def sweep(folder: Path) -> int:
    """Remove the places of processes that have ended; how many those were."""
    found = 0
    for entry in list(os.scandir(folder)):
        descriptor = _held(Path(entry.path))
        if descriptor is not None:
            with contextlib.suppress(OSError):
                remove(Path(entry.path))
                found += 1
            os.close(descriptor)
    return found


def _own_folder(folder: Path) -> Path:
    while True:
        mine = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=folder))
        # The descriptor stays open until the process ends: it is the lock. Somebody may have taken the folder for a
        # dead one's before it was held.
        if _held(mine) is not None and mine.is_dir():
            return mine


def _held(place: Path) -> int | None:
    """A descriptor with the lock of this folder; None if another process has it, or if the folder is gone."""
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), place.stat()):
            return descriptor
    except OSError:
        pass
    os.close(descriptor)
    return None


def _give_up(mine: Path) -> None:
    with contextlib.suppress(OSError):
        remove(mine)
