# SPDX-License-Identifier: Apache-2.0
"""Boards and kernel series as their authors describe them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leafroot.describe.archive import Archive


@dataclass(frozen=True)
class Series:
    """A kernel series: `linux/<series>/kernel.py`. Its patches lie in `patches/<boot mode>/`."""

    version: str
    archive: Archive
    license: str = "GPL-2.0-only WITH Linux-syscall-note"

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
    """The kernel that a board asks for: a series, the make target its configuration starts from, fragments."""

    series: str
    config: Sequence[str] = ("linux.config",)
    base: str = "tinyconfig"


@dataclass(frozen=True)
class Board:
    """One board: `board/<name>/board.py`.

    `console` is a kernel console ("ttyS0,115200"); `memory` is RAM in MiB, used by QEMU and for checks;
    `overlay/` in the board's folder is laid over the root. `require` names hardening that every ELF file in
    the root must have: relro, pie, ssp.
    """

    arch: str
    kernel: Kernel
    console: str
    boot: str
    memory: int
    packages: Sequence[str] = ()
    cmdline: str = ""
    require: Sequence[str] = ()
    qemu_options: Sequence[str] = ()

    @property
    def console_device(self) -> str:
        """The console's device name below /dev."""
        return self.console.split(",")[0]
