# SPDX-License-Identifier: Apache-2.0
"""Looking at a block device before it is overwritten, and refusing what is no card or is in use."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leafroot.effects.progress import size
from leafroot.errors import LeafrootError

_SYSFS_SECTOR = 512


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
