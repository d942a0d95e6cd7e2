# SPDX-License-Identifier: Apache-2.0
"""The forms of a Raspberry Pi's image: boot files, SD card, boot ramdisk and TFTP root, from one kernel.

The boot loader needs a FAT file system. mkfs.fat (dosfstools) and mtools write it in the step's sandbox. They need
neither root nor a loop device; they take the serial number and label from us, and every time from SOURCE_DATE_EPOCH.
The Python library that could do the same, pyfatfs, depends on the package fs, whose last release was in 2022. The
partition table is 72 bytes, which leafroot/tools/boot-forms/card.sh writes itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from leafroot.describe.board import RaspberryPi
from leafroot.kconfig.config import Config
from leafroot.plan.build_machine import Machine
from leafroot.raspberry_pi.card import CARD_START
from leafroot.step import Artefact, Folder, Output, Step, Text, Union, Unpacked, Usr

RAMDISK_LIMIT = 96
"""The largest boot.img in MiB: "The maximum size for a ramdisk file is 96MB", says Raspberry Pi's documentation of
config.txt, under boot_ramdisk (raspberrypi.com/documentation/computers/config_txt.html#boot_ramdisk), which recommends
"a plain FAT32 partition with no MBR". FAT16 works too, and makes a small image smaller: Raspberry Pi's own tool
rpi-make-boot-image writes it (github.com/raspberrypi/usbboot, pull request 289)."""

_SECTOR = 512
_FAT32_CLUSTERS = 65525
_TOOLS = "leafroot/tools/boot-forms"


@dataclass(frozen=True)
class Export:
    """A folder for users: `folder`, relative to OUTPUT, gets the content of the artefact, in its sub-folder `below`."""

    folder: str
    artefact: Output
    below: str = ""


@dataclass(frozen=True)
class Forms:
    """The steps that make the forms, and the folders for users."""

    boot: Step
    card: Step
    ramdisk: Step
    exports: tuple[Export, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, each after those that it reads."""
        return (self.boot, self.card, self.ramdisk)


@dataclass(frozen=True)
class BootParts:
    """The inputs of the boot files, in addition to the texts: kernel with root, device tree, the loader's firmware."""

    kernel: Output
    device_tree: Output
    firmware: Output


def plan_forms(config: Config, machine: Machine, parts: BootParts, config_txt: str, cmdline_txt: str) -> Forms:
    """The forms of a board that has a boot loader; the two texts become boot files."""
    loader = config.board.value.loader
    assert loader is not None, f"{config.name} has no boot loader to make forms for"
    usr = machine.usr("images")
    boot = _boot_files(config, loader, usr, parts, config_txt, cmdline_txt)
    card = _card(config, loader, usr, boot)
    ramdisk = _ramdisk(config, usr, boot)
    exports = (
        Export(f"{config.name}/images/boot", boot.output),
        Export(f"{config.name}/images/netboot", boot.output, loader.serial),
    )
    return Forms(boot, card, ramdisk, exports)


def fat32_geometry(mebibytes: int) -> tuple[int, int]:
    """The sectors per cluster, and the minimum number of clusters, of a FAT32 file system of this size.

    These are the largest clusters up to 4 KiB that give enough of them: a file system with fewer than 65525 clusters is
    read as FAT16, whatever its header says. (0, 0) if there cannot be enough.
    """
    sectors = mebibytes * 1024 * 1024 // _SECTOR
    for size in (8, 4, 2, 1):
        # Boot sectors and two tables, each rounded up generously.
        table = (sectors // size + 2) * 4 // _SECTOR + 1
        clusters = (sectors - 64 - 2 * table) // size - 8
        if clusters >= _FAT32_CLUSTERS:
            return size, clusters
    return 0, 0


def _boot_files(
    config: Config, loader: RaspberryPi, usr: Usr, parts: BootParts, config_txt: str, cmdline_txt: str
) -> Step:
    kernel = config.board.value.kernel
    overlays = [f"overlays/{PurePosixPath(name).name}.dtbo" for name in kernel.overlays]
    files = [
        ("/kernel", f"/out/{loader.kernel}"),
        ("/config.txt", "/out/config.txt"),
        ("/cmdline.txt", "/out/cmdline.txt"),
        *((f"/devicetree/{name}", f"/out/{name}") for name in (kernel.device_tree_file, *overlays)),
    ]
    return Step(
        title="boot files",
        output=Output(f"{config.name}/boot.tar.zst"),
        inputs=(
            usr,
            Union("/firmware", (parts.firmware,)),
            Union("/devicetree", (parts.device_tree,)),
            Artefact("/kernel", parts.kernel),
            Text("/config.txt", config_txt),
            Text("/cmdline.txt", cmdline_txt),
            _tools("refuse", "firmware", "install"),
        ),
        commands=(
            ("sh", "/forms/firmware.sh", config.described_in, loader.package, *loader.firmware),
            ("sh", "/forms/install.sh", *(path for pair in files for path in pair)),
        ),
    )


def _card(config: Config, loader: RaspberryPi, usr: Usr, boot: Step) -> Step:
    size, capacity = fat32_geometry(loader.boot_partition)
    numbers = (loader.card, CARD_START, loader.boot_partition, size, capacity)
    return Step(
        title="SD card",
        output=Output(f"{config.name}/images/sdcard.img"),
        inputs=(usr, Unpacked("/build", boot.output), _tools("refuse", "fat", "card")),
        commands=(("sh", "/forms/card.sh", config.described_in, *map(str, numbers)),),
        result="/out/sdcard.img",
        cached=False,
    )


def _ramdisk(config: Config, usr: Usr, boot: Step) -> Step:
    return Step(
        title="boot ramdisk",
        output=Output(f"{config.name}/images/boot.img"),
        inputs=(usr, Unpacked("/build", boot.output), _tools("refuse", "fat", "ramdisk")),
        commands=(("sh", "/forms/ramdisk.sh", config.described_in, str(RAMDISK_LIMIT)),),
        result="/out/boot.img",
        cached=False,
    )


def _tools(*names: str) -> Folder:
    return Folder("/forms", tuple((f"{name}.sh", f"{_TOOLS}/{name}.sh", 0o644) for name in names))
