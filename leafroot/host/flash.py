# SPDX-License-Identifier: Apache-2.0
"""Writes an image to a card and reads it back. Refuses devices that are not cards or are in use."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leafroot.errors import LeafrootError
from leafroot.host.progress import Progress, size
from leafroot.host.run import capture

_LSBLK = ("lsblk", "--json", "--bytes", "--all", "--output", "NAME,PATH,MAJ:MIN,TYPE,SIZE,RM,MOUNTPOINTS")
# As much as cards erase at once.
_CHUNK = 4 * 1024 * 1024
# _IO(0x12, 97) of linux/fs.h: drop what is cached of a block device.
_BLKFLSBUF = 0x1261
_WRITING = ("writing", "wrote")
_READING = ("comparing", "compared")

Listed = Mapping[str, Any]
"""A block device as lsblk lists it, with its partitions and all that is made of it as `children`."""


@dataclass(frozen=True)
class Device:
    """What is at a path: its size in bytes, and the reasons not to write to it.

    `kind` is "file", "disk", "partition" or "other". A partition names its `disk`. `used` says in words how the device
    or one of its partitions is in use. A regular file is treated as a card of its size.
    """

    path: Path
    kind: str
    size: int = 0
    removable: bool = True
    disk: str = ""
    used: tuple[str, ...] = ()


def look_at(path: Path, disks: Sequence[Listed] | None = None, sys: Path = Path("/sys")) -> Device:
    """What is at this path; `disks` are this machine's. Raises LeafrootError if nothing is there."""
    try:
        status = path.stat()
    except OSError as error:
        raise LeafrootError(f"no such device: {error.strerror}", f"DEV={path}", _hint(disks, sys)) from error
    if stat.S_ISREG(status.st_mode):
        return Device(path, "file", status.st_size)
    if not stat.S_ISBLK(status.st_mode):
        return Device(path, "other")
    return block_device(path, f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}", disks, sys)


def block_device(path: Path, number: str, disks: Sequence[Listed] | None = None, sys: Path = Path("/sys")) -> Device:
    """The block device of this number ("8:16")."""
    for parent, listed in _all(list_disks() if disks is None else disks):
        if listed["maj:min"] == number:
            if parent and listed["type"] == "part":
                return Device(path, "partition", disk=parent["path"])
            used = tuple(_uses(listed))
            return Device(path, "disk", listed["size"] or 0, _is_removable(listed, sys), used=used)
    raise LeafrootError("lsblk does not list this device", f"DEV={path}", _hint(disks, sys))


def list_disks() -> list[Listed]:
    """The block devices of this machine, as lsblk(8) lists them."""
    status, said = capture(_LSBLK, env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"})
    try:
        listed: list[Listed] = json.loads(said)["blockdevices"]
    except (ValueError, KeyError) as error:
        raise LeafrootError(f"lsblk cannot list the disks (status {status}): {said.strip()}", "flash") from error
    return listed


def check_device(device: Device, needed: int) -> None:
    """Raise a LeafrootError if an image of `needed` bytes must not, or cannot, be written to the device."""
    where = f"DEV={device.path}"
    if device.kind == "other":
        raise LeafrootError("not a block device or a regular file", where, _hint())
    if device.kind == "partition":
        raise LeafrootError("this is a partition; the image needs the whole card", where, f"Use DEV={device.disk}.")
    if not device.removable:
        raise LeafrootError("this disk is not removable: this machine may be running from it", where, _hint())
    if device.used:
        raise LeafrootError(f"the device is in use: {'; '.join(device.used)}", where, "Unmount it first.")
    if device.kind == "disk" and device.size == 0:
        raise LeafrootError("no card is in this reader", where)
    if device.size < needed:
        raise LeafrootError(
            f"too small: {size(device.size)}, and the image needs {size(needed)}",
            where,
            "Use a larger card, or set a smaller card= in the board's loader.",
        )


def _all(disks: Sequence[Listed], parent: Listed | None = None) -> Iterator[tuple[Listed | None, Listed]]:
    """Every device, with the one that it is a part of or is made of."""
    for one in disks:
        yield parent, one
        yield from _all(one.get("children", ()), one)


def _uses(listed: Listed) -> Iterator[str]:
    for parent, one in _all([listed]):
        if parent and one["type"] != "part":
            yield f"{parent['path']} belongs to {one['path']}"
        for place in filter(None, one["mountpoints"]):
            yield f"{one['path']} is used as swap" if place == "[SWAP]" else f"{one['path']} is mounted on {place}"


def _is_removable(listed: Listed, sys: Path) -> bool:
    """Whether a disk is made to be taken out.

    For two kinds lsblk does not say it. A card in a built-in reader is not removable to the kernel; its type is SD, and
    that of a soldered chip is MMC. A loop device counts as removable if a regular file is behind it.
    """
    place = sys / "class/block" / listed["name"]
    if behind := _read(place / "loop/backing_file"):
        return Path(behind).is_file()
    return bool(listed["rm"]) or _read(place / "device/type") == "SD"


def _hint(disks: Sequence[Listed] | None = None, sys: Path = Path("/sys")) -> str:
    try:
        disks = list_disks() if disks is None else disks
    except LeafrootError:
        # The error that the hint belongs to is the one to tell.
        return ""
    cards = [disk["path"] for disk in disks if disk["size"] and _is_removable(disk, sys)]
    return (
        f"Removable disks of this machine: {', '.join(cards)}." if cards else "This machine has no removable disk now."
    )


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def flash(image: Path, target: Path, progress: Progress) -> None:
    """Write `image` to the device `target`, then read it back and compare.

    Raises LeafrootError if the device is unsuitable or in use, or if it returns different data.
    """
    total = image.stat().st_size
    check_device(look_at(target), total)
    if target.samefile(image):
        raise LeafrootError("this is the image file itself", f"DEV={target}")
    with image.open("rb") as source:
        with _opened(target, os.O_WRONLY) as device, progress.transfer(str(target), total, words=_WRITING) as transfer:
            while chunk := source.read(_CHUNK):
                write_all(device, chunk)
                # Wait for the card: otherwise the rate shown is that of memory, and the last step takes minutes.
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
    """Write all of it: one write(2) may write less."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(device, rest) :]


def read_all(device: int, count: int) -> bytes:
    """Read `count` bytes, or fewer at the end: one read(2) may return less."""
    parts: list[bytes] = []
    while count and (part := os.read(device, count)):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


@contextmanager
def _opened(target: Path, mode: int) -> Iterator[int]:
    """Open the device, so that nobody else can mount or claim it meanwhile."""
    try:
        # This is what O_EXCL without O_CREAT means for a block device; for a file it has no meaning.
        exclusive = os.O_EXCL if stat.S_ISBLK(target.stat().st_mode) else 0
        descriptor = os.open(target, mode | exclusive | os.O_CLOEXEC)
    except OSError as error:
        hint = "Writing to a device needs root, or its group: see ls -l." if isinstance(error, PermissionError) else ""
        raise LeafrootError(f"cannot be opened: {error.strerror}", f"DEV={target}", hint) from error
    try:
        yield descriptor
    except OSError as error:
        raise LeafrootError(
            f"input or output failed: {error.strerror}", f"DEV={target}", "Try another card."
        ) from error
    finally:
        os.close(descriptor)


def _forget(device: int) -> None:
    """Drop what the kernel has cached of the device, so that the card itself is read."""
    os.posix_fadvise(device, 0, 0, os.POSIX_FADV_DONTNEED)
    if stat.S_ISBLK(os.fstat(device).st_mode):
        # Only root may do this. For others the advice above is enough, as all pages are written.
        with contextlib.suppress(PermissionError):
            fcntl.ioctl(device, _BLKFLSBUF)


def _difference(target: Path, done: int, expected: bytes, found: bytes) -> LeafrootError:
    pairs = enumerate(zip(expected, found, strict=False))
    first = done + next((place for place, (one, other) in pairs if one != other), len(found))
    return LeafrootError(
        f"reading it back returned different data from byte {first} on",
        f"DEV={target}",
        "The card is worn out, or smaller than it claims.",
    )
