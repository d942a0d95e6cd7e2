# SPDX-License-Identifier: Apache-2.0
"""Disk space: errors of a full file system in words, removal of files and folders, and scratch folders.

Each process has one scratch folder below `tmp/`, and holds a lock on it until it ends, in whatever way. A process that
makes such a folder first removes those that nobody holds. So what a killed process leaves is removed as soon as another
one writes to the cache.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import fcntl
import itertools
import os
import pwd
import re
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
    "Free some space there, or set another folder with OUTPUT= or CACHE=. Then run the same command again:\n"
    "it continues with what is done already."
)
SHARING = (
    "Users share a CACHE if all are in one group that may write to it: its folders have mode 2775, and each user\n"
    "has umask 002. Or set another folder with OUTPUT= or CACHE=."
)
# A file system with less free space than this counts as full.
_NOTHING = 64 << 10


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with its content, if it exists; also folders that its owner may not write."""
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
    """The file system is full."""


def is_full(error: BaseException) -> bool:
    """Whether an OSError says that a file system is full, or a user's quota of it used up."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def room_for(what: str, place: Path) -> Iterator[None]:
    """Turn the OSError of a full disk into a FullError: there was no room for `what` at `place`."""
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        raise full(what, place) from error


def full(what: str, place: Path) -> FullError:
    """The error that says that there is no room for `what` at `place`."""
    return FullError(f"no room for {what}: {free_words(place)}", where=place, hint=HINT)


def of_system(error: OSError, what: str, place: Path) -> LeafrootError:
    """An OSError as a LeafrootError: it happened at `place`, unless it names a file, while `what` was written."""
    where = Path(os.fsdecode(error.filename)) if isinstance(error.filename, (str, bytes)) else place
    if is_full(error):
        return full(what, where)
    hint = f"It happened while writing {what}."
    if error.errno in (errno.EACCES, errno.EPERM):
        hint = f"{hint}\n{_owner_hint(where)}".rstrip()
    if error.errno == errno.EROFS:
        hint += "\nSet another folder with OUTPUT= or CACHE=."
    if error.errno in (errno.EMFILE, errno.ENFILE):
        hint += "\nLet the shell allow more open files: ulimit -n 1024."
    return LeafrootError(f"{error.strerror or error}", where=where, hint=hint)


def _owner_hint(place: Path) -> str:
    """Whose a place is, and what to do about it; "" if it is this user's own."""
    try:
        there, mine = _there(place), os.geteuid()
        owner = there.stat().st_uid
    except OSError:
        return ""
    return (
        "" if owner == mine else f"{there} belongs to {user_words(owner)}, and this is {user_words(mine)}.\n{SHARING}"
    )


def user_words(uid: int) -> str:
    """A user in words: the number, and the name if there is one."""
    try:
        return f"user {uid} ({pwd.getpwuid(uid).pw_name})"
    except KeyError:
        return f"user {uid}"


def has_room(place: Path) -> bool:
    """Whether there is any free space."""
    status = os.statvfs(_there(place))
    return status.f_bavail * status.f_frsize >= _NOTHING and (status.f_favail > 0 or status.f_files == 0)


def free_words(place: Path) -> str:
    """How much space is free on the file system of `place`, in words."""
    status = os.statvfs(_there(place))
    words = f"{size(status.f_bavail * status.f_frsize)} of {size(status.f_blocks * status.f_frsize)} are free"
    if status.f_files and not status.f_favail:
        words += f", and none of its {status.f_files} inodes"
    return f"{words} on the file system of {_mount_point(place)}"


def _there(place: Path) -> Path:
    """The place, or the nearest folder above it that exists and can be seen."""
    place = place.absolute()
    # Not Path.exists, which raises an error if a folder above may not be searched.
    while not os.path.exists(place):  # noqa: PTH110
        place = place.parent
    return place


def _mount_point(place: Path) -> Path:
    here = _there(place).resolve()
    while not here.is_mount():
        here = here.parent
    return here


_SUFFIX = ".leafroot"
_SCRATCH = re.compile(rf"\d+-\w+{re.escape(_SUFFIX)}")


class Scratch:
    """Paths below `folder` for this process alone; it makes its folder when it is asked for the first one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mine: Path | None = None
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def place(self, name: str) -> Path:
        """A new path, at which nothing exists; rename it to its final name when it is complete."""
        with self._lock:
            if self._mine is None or not self._mine.is_dir():
                self._folder.mkdir(parents=True, exist_ok=True)
                sweep(self._folder)
                self._mine = _own_folder(self._folder)
                atexit.register(_give_up, self._mine)
            return self._mine / f"{next(self._numbers)}-{name}"


def sweep(folder: Path) -> int:
    """Remove the scratch folders of processes that have ended; returns their number.

    Nothing else is touched: `folder` may be a `tmp` that people put files into, where a home is named as CACHE.
    """
    found = 0
    for entry in list(os.scandir(folder)):
        if not _SCRATCH.fullmatch(entry.name):
            continue
        descriptor = _held(Path(entry.path))
        if descriptor is not None:
            with contextlib.suppress(OSError):
                remove(Path(entry.path))
                found += 1
            os.close(descriptor)
    return found


def _own_folder(folder: Path) -> Path:
    while True:
        mine = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", suffix=_SUFFIX, dir=folder))
        # The open descriptor is the lock, until the process ends. Before we had it, another process may have taken the
        # folder for an abandoned one and removed it.
        if _held(mine) is not None and mine.is_dir():
            return mine


def _held(place: Path) -> int | None:
    """A descriptor that holds the lock of this folder; None if another process has it, or if the folder is gone."""
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
