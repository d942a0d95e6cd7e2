# SPDX-License-Identifier: Apache-2.0
"""An image written to a card and read back, after a look at the device: what is no card or is in use is refused."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from leafroot.errors import LeafrootError
from leafroot.host.progress import Progress, size

_SYSFS_SECTOR = 512
# As much as cards erase at once.
_CHUNK = 4 * 1024 * 1024
# _IO(0x12, 97) of linux/fs.h: forget what is cached of a block device.
_BLKFLSBUF = 0x1261
_WRITING = ("writing", "wrote")
_READING = ("comparing", "compared")


@dataclass(frozen=True)
class Device:
    """What there is at a path: its size in bytes, and what speaks against writing to it.

    `kind` is "file", "disk", "partition" or "other"; a partition knows its `disk`. `used` are the ways in which it or
    a partition of it is in use, in words. A plain file is as good
    as a card of its size.
    """

    path: Path
    kind: str
    size: int = 0
    removable: bool = True
    disk: str = ""
    used: tuple[str, ...] = ()


def look_at(path: Path, sys: Path = Path("/sys"), proc: Path = Path("/proc")) -> Device:
    """What there is at this path, by the kernel's own words in /sys and /proc; LeafrootError if there is nothing."""
    try:
        status = path.stat()
    except OSError as error:
        raise LeafrootError(f"there is no such device: {error.strerror}", f"DEV={path}", _hint(sys)) from error
    if stat.S_ISREG(status.st_mode):
        return Device(path, "file", status.st_size)
    if not stat.S_ISBLK(status.st_mode):
        return Device(path, "other")
    return block_device(path, f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}", sys, proc)


def block_device(path: Path, number: str, sys: Path, proc: Path) -> Device:
    """The block device of this number ("8:16")."""
    place = (sys / "dev/block" / number).resolve()
    if (place / "partition").exists():
        return Device(path, "partition", disk=f"/dev/{place.parent.name}")
    parts = [place, *sorted(child.parent for child in place.glob("*/partition"))]
    names = {_read(part / "dev"): f"/dev/{part.name}" for part in parts}
    used = [*_mounts(names, proc), *_swaps(names, proc)]
    for part in parts:
        used += [f"/dev/{part.name} belongs to /dev/{holder.name}" for holder in sorted(part.glob("holders/*"))]
    sectors = _read(place / "size")
    return Device(path, "disk", int(sectors or 0) * _SYSFS_SECTOR, _is_removable(place), used=tuple(used))


def check_device(device: Device, needed: int) -> None:
    """Raise a LeafrootError if an image of `needed` bytes must not, or cannot, be written to the device."""
    where = f"DEV={device.path}"
    if device.kind == "other":
        raise LeafrootError("this is neither a block device nor a file", where, _hint())
    if device.kind == "partition":
        raise LeafrootError("this is a partition, and the image is for a whole card", where, f"Say DEV={device.disk}")
    if not device.removable:
        raise LeafrootError("this disk is not removable: it may be the one this machine runs from", where, _hint())
    if device.used:
        raise LeafrootError(f"the device is in use: {'; '.join(device.used)}", where, "Unmount it first.")
    if device.kind == "disk" and device.size == 0:
        raise LeafrootError("there is no card in it", where)
    if device.size < needed:
        raise LeafrootError(
            f"it holds {size(device.size)}, and the image has {size(needed)}", where, "The board's loader sets card=."
        )


def _is_removable(place: Path) -> bool:
    """Whether a disk is made to be taken out.

    The kernel calls no card in a reader of the machine's own removable: its type is SD there, and MMC for a chip that
    is soldered in. A loop device is removable if what is behind it is a file: then it is as good as one.
    """
    if (place / "loop/backing_file").exists():
        behind = Path(_read(place / "loop/backing_file"))
        return behind.is_file()
    return _read(place / "removable") == "1" or _read(place / "device/type") == "SD"


def _mounts(names: dict[str, str], proc: Path) -> Iterator[str]:
    """The mounts of these devices. btrfs has numbers of its own, so the name of what was mounted counts as well."""
    for line in (proc / "self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        number, point = before.split()[2], before.split()[4]
        source = after.split()[1]
        name = names.get(number) or (source if source in names.values() else "")
        if name:
            yield f"{name} is mounted on {point}"


def _swaps(names: dict[str, str], proc: Path) -> Iterator[str]:
    for line in (proc / "swaps").read_text().splitlines()[1:]:
        if (name := line.split()[0]) in names.values():
            yield f"{name} is used as swap"


def _hint(sys: Path = Path("/sys")) -> str:
    found = [f"/dev/{disk.name}" for disk in sorted((sys / "block").glob("*")) if _is_removable(disk.resolve())]
    cards = [name for name in found if _read(sys / "block" / Path(name).name / "size") not in ("", "0")]
    return f"Removable disks here: {', '.join(cards)}." if cards else "There is no removable disk here now."


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


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
