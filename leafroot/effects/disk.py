# SPDX-License-Identifier: Apache-2.0
"""A full file system, told so that a person can do something about it: what needed room, where, and what is free."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leafroot.effects.progress import size
from leafroot.errors import LeafrootError

HINT = (
    "Make room there, or name another folder with OUTPUT= or CACHE=, and run the same command again:\n"
    "it goes on with what is done already."
)
# Less room than this after a program has failed, or has ended well without any left, is no accident.
_NOTHING = 64 << 10


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
