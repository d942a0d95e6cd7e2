# SPDX-License-Identifier: Apache-2.0
"""The configuration of one board as a value: what the plans are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leafroot.config.catalog import Catalog
from leafroot.describe.arch import Arch
from leafroot.describe.board import Board, Series
from leafroot.describe.bootmode import BootMode
from leafroot.describe.emulation import Emulation
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.rootfs.layers import Listing


@dataclass(frozen=True)
class ExternalToolchain:
    """A toolchain of this machine: `<prefix>/bin/<tuple>-gcc`. Leafroot builds the libc for it."""

    prefix: str
    tuple: str


@dataclass(frozen=True)
class Config:
    """One board's resolved configuration.

    `name` is the board's own, or that of one more defconfig for it; what is made lies below it.
    `packages` are the selected ones, dependencies first, names in order otherwise; `files` are the folders of those
    that only bring files, by package. `toolchain` is None for the one built from source. `overlays` are folders laid
    over the root, the board's first, later ones on top. `root_password` is the hash for /etc/shadow: "*" locks the
    account, "" asks for no password. `memory` is RAM in MiB. `root_size` is what the kernel is told of the root's
    size, "" if nothing. `compression` is a zstd level. `options` are those of the board's optional kernel fragments
    that were chosen. `config_txt` is the text of that file for a Raspberry Pi's boot loader, and empty for a board
    without one. `choices` are the values of the Kconfig options that recipes of selected packages ask for. With
    `c_only` the toolchain from source is for no other language.
    """

    name: str
    board: Unit[Board]
    arch: Arch
    series: Unit[Series]
    mode: BootMode
    packages: tuple[Unit[Package], ...]
    files: Mapping[str, Listing]
    catalog: Catalog
    toolchain: ExternalToolchain | None
    hostname: str
    root_password: str
    overlays: tuple[Listing, ...]
    compression: int
    cmdline: str
    memory: int
    root_size: str = ""
    options: tuple[str, ...] = ()
    config_txt: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    c_only: bool = False

    @property
    def described_in(self) -> str:
        """The board's file as messages of a step name it: the same wherever the board lies on this machine."""
        return f"board/{self.board.name}/board.py"

    @property
    def console(self) -> str:
        """The kernel console, the board's own or that of QEMU's machine: "ttyS0,115200"."""
        return self.board.value.console or self.arch.console

    @property
    def emulation(self) -> Emulation:
        """QEMU's machine for the board."""
        return self.board.value.emulation or self.arch.emulation
