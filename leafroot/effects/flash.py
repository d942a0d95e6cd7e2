# SPDX-License-Identifier: Apache-2.0
"""An image written to a card, and read back."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leafroot.effects.device import check_device, look_at
from leafroot.effects.progress import Progress
from leafroot.errors import LeafrootError

# As much as cards erase at once.
_CHUNK = 4 * 1024 * 1024
# _IO(0x12, 97) of linux/fs.h: forget what is cached of a block device.
_BLKFLSBUF = 0x1261


def flash(image: Path, target: Path, progress: Progress) -> None:
    """Write `image` to the device `target`, and compare what then is there.

    Raises LeafrootError if the device is not fit for it, if it is in use, or if it gives back other bytes.
    """
    total = image.stat().st_size
    check_device(look_at(target), total)
    if target.samefile(image):
        raise LeafrootError("this is the image itself", f"DEV={target}")
    with image.open("rb") as source:
        with _opened(target, os.O_WRONLY) as device, progress.transfer(str(target), total, words=_WRITING) as transfer:
            while chunk := source.read(_CHUNK):
                write_all(device, chunk)
                # On the card before more is sent: else the rate would be that of memory, and the end a long wait.
                os.fdatasync(device)
                transfer.advance(len(chunk))
            os.fsync(device)
        source.seek(0)
        with _opened(target, os.O_RDONLY) as device, progress.transfer(str(target), total, words=_READING) as transfer:
            _forget(device)
            done = 0
            while expected := source.read(_CHUNK):
                found = read_all(device, len(expected))
                if found != expected:
                    raise _difference(target, done, expected, found)
                done += len(expected)
                transfer.advance(len(expected))


_WRITING = ("writing", "wrote")
_READING = ("comparing", "compared")


def write_all(device: int, data: bytes) -> None:
    """Write all of it: a device may take less at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(device, rest) :]


def read_all(device: int, count: int) -> bytes:
    """As many bytes as that, or all that there are."""
    parts: list[bytes] = []
    while count and (part := os.read(device, count)):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


@contextmanager
def _opened(target: Path, mode: int) -> Iterator[int]:
    """The device, which nobody else may have mounted or claimed while we have it."""
    try:
        # For a block device, O_EXCL without O_CREAT means just that; for a file it would mean nothing.
        exclusive = os.O_EXCL if stat.S_ISBLK(target.stat().st_mode) else 0
        descriptor = os.open(target, mode | exclusive | os.O_CLOEXEC)
    except OSError as error:
        hint = "Writing to a device needs root, or its group." if isinstance(error, PermissionError) else ""
        raise LeafrootError(f"cannot be opened: {error.strerror}", f"DEV={target}", hint) from error
    try:
        yield descriptor
    except OSError as error:
        raise LeafrootError(f"does not work: {error.strerror}", f"DEV={target}", "Try another card.") from error
    finally:
        os.close(descriptor)


def _forget(device: int) -> None:
    """Drop what the kernel remembers of the device, so that the card itself is read."""
    os.posix_fadvise(device, 0, 0, os.POSIX_FADV_DONTNEED)
    if stat.S_ISBLK(os.fstat(device).st_mode):
        # Only root may; for others the advice above has to do, and does for pages that are written.
        with contextlib.suppress(PermissionError):
            fcntl.ioctl(device, _BLKFLSBUF)


def _difference(target: Path, done: int, expected: bytes, found: bytes) -> LeafrootError:
    pairs = enumerate(zip(expected, found, strict=False))
    first = done + next((place for place, (one, other) in pairs if one != other), len(found))
    return LeafrootError(
        f"it gives back other bytes than were written, from byte {first} on",
        f"DEV={target}",
        "The card is worn out, or smaller than it says.",
    )
