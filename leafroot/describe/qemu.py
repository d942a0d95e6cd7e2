# SPDX-License-Identifier: Apache-2.0
"""QEMU machines, and how they boot over the network, as architectures and boards describe them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leafroot.describe.fields import freeze


@dataclass(frozen=True)
class Emulation:
    """A QEMU machine: `options` select it, and what it has in addition to the usual.

    `since` is the first QEMU version that has it. `overlay` is a file in the board's folder: a device tree overlay
    (.dtso) that removes from the board's device tree what QEMU does not emulate. `virtio` says whether the machine has
    a PCI bus for QEMU's own network card and random number generator. `memory` is its RAM in MiB, if that is fixed.
    """

    options: Sequence[str]
    since: tuple[int, int] = (7, 2)
    overlay: str = ""
    virtio: bool = True
    memory: int = 0

    def __post_init__(self) -> None:
        freeze(self)


@dataclass(frozen=True)
class Firmware:
    """A file that comes with QEMU: its name in QEMU's own data folders, or else one of `places`."""

    name: str
    places: tuple[str, ...] = ()


def u_boot(board: str) -> Firmware:
    """U-Boot for a QEMU machine, by its board name in U-Boot."""
    file = f"{board}/u-boot.bin"
    return Firmware(file, tuple(f"/usr/{folder}/{file}" for folder in ("lib/u-boot", "share/uboot", "share/u-boot")))


@dataclass(frozen=True)
class Ipxe:
    """iPXE in the ROM of QEMU's virtio network card, started by a PC's BIOS. It runs a script that it fetches by TFTP.

    `options` are QEMU options in addition to those of the machine.
    """

    rom: Firmware
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class UBoot:
    """U-Boot in the first flash memory of a machine 'virt', with its environment at the start of the second.

    U-Boot loads the kernel to the address `load` (its variable loadaddr), and starts it with the command `start`.
    The environment takes the first `environment` of the `flash` bytes: U-Boot's CONFIG_ENV_SIZE for that machine.
    """

    firmware: Firmware
    start: str
    load: int = 0x40400000
    environment: int = 0x40000
    flash: int = 64 << 20


NetBoot = Ipxe | UBoot
