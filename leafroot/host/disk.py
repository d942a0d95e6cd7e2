# SPDX-License-Identifier: Apache-2.0
"""Room on the disk: a full file system told in words, things removed, and places for what is not whole yet.

Scratch places go with the process that has them, however it ends: each process has one folder of its own below `tmp/`,
and holds a lock on it. Who makes such a folder first removes those that nobody holds any more. So what killed processes
leave never lies there longer than until the next one writes to the cache.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import fcntl
import itertools
import os
import shutil
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leafroot.errors import LeafrootError
from leafroot.host.progress import size

HINT = (
    "Make room there, or name another folder with OUTPUT= or CACHE=, and run the same command again:\n"
    "it goes on with what is done already."
)
# Less room than this after a program has failed, or has ended well without any left, is no accident.
_NOTHING = 64 << 10


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with all in it, if it is there; modes are no obstacle to their owner."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(mode):
        path.unlink(missing_ok=True)
        return
    try:
        shutil.rmtree(path)
    except PermissionError:
        for folder, names, _ in os.walk(path):
            for name in (folder, *(os.path.join(folder, name) for name in names)):  # noqa: PTH118
                if not os.path.islink(name):  # noqa: PTH114
                    with contextlib.suppress(OSError):
                        os.chmod(name, 0o700)  # noqa: PTH101
        shutil.rmtree(path)


class FullError(LeafrootError):
    """There is no room left; nothing is wrong with what was asked for."""


def is_full(error: BaseException) -> bool:
    """Whether an error of the system says that a file system or a person's share of it is full."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def room_for(what: str, place: Path) -> Iterator[None]:
    """Turn the system's word for a full disk into a LeafrootError; `what` needed the room at `place`."""
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        raise full(what, place) from error


def full(what: str, place: Path) -> FullError:
    """The error that says: there is no room for this at that place."""
    return FullError(f"no room for {what}: {free_words(place)}", where=place, hint=HINT)


def of_system(error: OSError, what: str, place: Path) -> LeafrootError:
    """An error of the system as one for people; `what` was being done at `place`, unless the system knows better."""
    where = Path(os.fsdecode(error.filename)) if isinstance(error.filename, (str, bytes)) else place
    if is_full(error):
        return full(what, where)
    return LeafrootError(f"{error.strerror or error}", where=where, hint=f"It was for {what}.")


def has_room(place: Path) -> bool:
    """Whether anything at all can still be written there."""
    status = os.statvfs(_there(place))
    return status.f_bavail * status.f_frsize >= _NOTHING and (status.f_favail > 0 or status.f_files == 0)


def free_words(place: Path) -> str:
    """How much is free where `place` is, in words."""
    status = os.statvfs(_there(place))
    words = f"{size(status.f_bavail * status.f_frsize)} of {size(status.f_blocks * status.f_frsize)} are free"
    if status.f_files and not status.f_favail:
        words += f", and none of its {status.f_files} inodes"
    return f"{words} on the file system of {_mount_point(place)}"


def _there(place: Path) -> Path:
    place = place.absolute()
    while not place.exists():
        place = place.parent
    return place


def _mount_point(place: Path) -> Path:
    here = _there(place).resolve()
    while not here.is_mount():
        here = here.parent
    return here


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
