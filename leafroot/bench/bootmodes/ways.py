# SPDX-License-Identifier: Apache-2.0
"""The ways to run a system from memory that `bench-bootmodes` compares: Leafroot's boot modes, and the usual ones."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from leafroot.describe.bootmode import LEAF_TMPFS, NULLFS, ROOTFS, BootMode, serves
from leafroot.errors import LeafrootError
from leafroot.kconfig.config import Config


class Form(Enum):
    """What is booted with the kernel: the archive of the system, a nested archive, or the image of a RAM disk."""

    ARCHIVE = "archive"
    NESTED = "nested"
    DISK = "disk"


@dataclass(frozen=True)
class Way:
    """One way. `words` are added to the kernel's command line; the scripts are in bench/bootmodes."""

    name: str
    summary: str
    mode: BootMode
    form: Form
    words: str


WAYS = (
    Way(
        "rootfs",
        "plain rootfs, as it is",
        ROOTFS,
        Form.ARCHIVE,
        "rdinit=/bench/direct.sh",
    ),
    Way(
        "rootfs-bind",
        "plain rootfs, mounted over itself (mount --bind / /)",
        ROOTFS,
        Form.ARCHIVE,
        "rdinit=/bench/bind.sh",
    ),
    Way(
        "nested",
        "an archive in the archive, unpacked into a tmpfs, switch_root",
        ROOTFS,
        Form.NESTED,
        "rdinit=/bench/nested.sh",
    ),
    Way(
        "keepinitrd",
        "the archive kept by the kernel, unpacked once more into a tmpfs, switch_root",
        ROOTFS,
        Form.ARCHIVE,
        "rdinit=/bench/second.sh retain_initrd",
    ),
    Way(
        "ramdisk",
        "an ext2 image on a RAM disk",
        ROOTFS,
        Form.DISK,
        "root=/dev/ram0 rootfstype=ext2 rw ramdisk_size={disk_kib} ramdisk_start={disk_start} init=/bench/shell.sh",
    ),
    Way(
        "leaf-tmpfs",
        "boot mode leaf-tmpfs",
        LEAF_TMPFS,
        Form.ARCHIVE,
        "rdinit=/bench/direct.sh",
    ),
    Way(
        "nullfs",
        "boot mode nullfs",
        NULLFS,
        Form.ARCHIVE,
        "rdinit=/bench/direct.sh",
    ),
)

# The way that all are compared with, the ways that must not need more memory, and how much more is allowed.
BASE = "rootfs"
HELD_TO_BASE = ("leaf-tmpfs", "nullfs")
LIMIT = 0.01


def check_ways(config: Config, boards: int) -> None:
    """Raise a LeafrootError if the ways cannot be compared on this board, with this series or this QEMU."""
    if boards > 1:
        raise LeafrootError("this compares the ways on one board at a time", "bench-bootmodes")
    if missing := sorted({way.mode.name for way in WAYS if not serves(config.series, way.mode)}):
        able = [name for name, one in config.catalog.series.items() if all(serves(one, way.mode) for way in WAYS)]
        raise LeafrootError(
            f"series {config.series.name} has no boot mode {' and no '.join(missing)} to compare with",
            "bench-bootmodes",
            f"Choose {' or '.join(f'KERNEL={name}' for name in able)}." if able else "",
        )
    if config.emulation.memory:
        raise LeafrootError(
            f"QEMU's {config.board.name} always has {config.emulation.memory} MiB of memory, so the smallest machine "
            "that boots cannot be found",
            "bench-bootmodes",
            "Choose a board whose memory can be set in QEMU, such as BOARD=qemu_x86_64.",
        )
