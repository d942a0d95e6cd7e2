# SPDX-License-Identifier: Apache-2.0
"""Boards and kernel series as their authors describe them, with the root sizes that they may use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from leafroot.describe.archive import Archive
from leafroot.describe.fields import freeze
from leafroot.describe.qemu import Emulation


@dataclass(frozen=True)
class Series:
    """A kernel series: `linux/<series>/kernel.py`.

    The patches in its folder `patches/` are applied to every kernel of the series. `modes` are the boot modes that they
    add to those that the series has by itself.
    """

    version: str
    archive: Archive
    modes: Sequence[str] = ()
    license: str = "GPL-2.0-only WITH Linux-syscall-note"
    license_files: Sequence[str] = (
        "COPYING",
        "LICENSES/preferred/GPL-2.0",
        "LICENSES/exceptions/Linux-syscall-note",
    )

    def __post_init__(self) -> None:
        freeze(self)

    def source(self) -> Archive:
        """The archive with the version filled in."""
        return self.archive.at(self.version)

    @property
    def number(self) -> tuple[int, int]:
        """Major and minor version, for comparison."""
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)


@dataclass(frozen=True)
class Kernel:
    """The kernel of a board.

    Its configuration starts from the make target `base` of the series. The fragments `linux/config/<name>.config` of
    all names in `shared` are applied to it, then the files of the board's folder in `config`. `options` are fragments
    that can be selected in the menu: each name with its prompt; `<name>.config` is in the board's folder.

    `device_tree` is a device tree source of the series: its path below the `dts` folder, without the suffix
    ("broadcom/bcm2711-rpi-4-b"). Each name in `overlays` is `overlays/<name>.dtso` in the board's folder, or else a
    `.dtso` of that name beside the device tree in the kernel's source.
    """

    series: str
    config: Sequence[str] = ("linux.config",)
    shared: Sequence[str] = ("system",)
    base: str = "tinyconfig"
    options: Mapping[str, str] = field(default_factory=dict)
    device_tree: str = ""
    overlays: Sequence[str] = ()

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def device_tree_file(self) -> str:
        """The file name of the compiled device tree: "bcm2711-rpi-4-b.dtb"."""
        return f"{PurePosixPath(self.device_tree).name}.dtb"


@dataclass(frozen=True)
class RaspberryPi:
    """How a Raspberry Pi boots: its boot loader reads files from a FAT partition, or fetches them from a TFTP server.

    `firmware` are the loader's own files, from the package `package`. `kernel` is the file name of the kernel. `card`
    is the size of the SD card's image in MiB, `boot_partition` the size of its FAT partition. `serial` is the board's
    serial number (8 hexadecimal digits): a TFTP server keeps the files for this board alone in a folder of that name.
    The board's folder may have a `config.txt`, whose lines follow Leafroot's own.
    """

    firmware: Sequence[str]
    package: str = "raspberrypi-firmware"
    kernel: str = "kernel8.img"
    card: int = 256
    boot_partition: int = 128
    serial: str = ""

    def __post_init__(self) -> None:
        freeze(self)


@dataclass(frozen=True)
class Board:
    """One board: `board/<name>/board.py`.

    `memory` is the RAM in MiB; the image must fit and leave room. `root_size` is the maximum size of the root, as for
    tmpfs: a share of the memory ("60%") or an amount ("96M"). The default is half of the memory. `console` is a kernel
    console ("ttyS0,115200") or several, if it differs from the architecture's. People can log in on each; the last one
    is /dev/console. `console_drivers` are the kernel options of their drivers, by device name without the number
    ("ttyMSM"), if they are others than in leafroot/describe/console.py. The files of `overlay/` in the board's folder
    replace and add to those of the root. `require` lists the hardening that every ELF file in the root must have:
    relro, pie, ssp. `loader` says what the board's boot loader needs beside the kernel. `emulation` is the board's own
    QEMU machine, if the architecture's does not fit.
    """

    arch: str
    kernel: Kernel
    boot: str
    memory: int
    root_size: str = ""
    console: str | Sequence[str] = ""
    console_drivers: Mapping[str, str] = field(default_factory=dict)
    packages: Sequence[str] = ()
    cmdline: str = ""
    require: Sequence[str] = ()
    loader: RaspberryPi | None = None
    emulation: Emulation | None = None

    def __post_init__(self) -> None:
        freeze(self)


ROOT_SIZE = re.compile(r"(?P<number>[1-9]\d{0,8})(?P<unit>[%kKmMgG])")
"""A share of the memory (60%) or an amount (96M)."""

MEMORY = range(8, 4 * 1024 * 1024 + 1)
"""How much memory a board may have, in MiB."""

DEFAULT_ROOT_SIZE = "50%"
"""The kernel's default size limit of a tmpfs (shmem_default_max_blocks in mm/shmem.c)."""

_KIBIBYTES = {"k": 1, "m": 1024, "g": 1024 * 1024}


def root_room(size: str, memory: int) -> int:
    """The size limit in MiB of a root with this `root_size`, in `memory` MiB of memory; at most all of it."""
    found = ROOT_SIZE.fullmatch(size)
    assert found, size
    number, unit = int(found["number"]), found["unit"].lower()
    room = memory * number // 100 if unit == "%" else number * _KIBIBYTES[unit] // 1024
    return min(room, memory)
