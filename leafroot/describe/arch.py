# SPDX-License-Identifier: Apache-2.0
"""An architecture: such a value holds everything that differs between architectures. Nothing else does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leafroot.describe.qemu import Emulation, NetBoot


@dataclass(frozen=True)
class Arch:
    """One architecture that boards can have.

    `elf_machine` is the `e_machine` name of the ELF specification, `elf_class` its word size in bits. `elf_flags` is a
    mask and a value: the bits of `e_flags` in the mask must equal the value. `kernel_arch` is the kernel's ARCH,
    `kernel_image` the file that `make` writes, relative to the object tree. `cmdline_options` are the kernel options
    that join CMDLINE with the boot loader's parameters, which come first unless `cmdline_leads`. `cmdline_size` is the
    kernel's COMMAND_LINE_SIZE, the room for all of them and a NUL, by the first version that has it. `kernel_options`
    must be set in every kernel for the architecture: those that the C library needs, and KERNEL_GZIP if the kernel
    unpacks itself. `qemu` is the QEMU program. `emulation` is the machine for boards that have none of their own,
    `console` the kernel console of that machine. `netboot` says how QEMU's machines with a virtio network card boot
    over the network, if they can. `go` are the variables that tell the Go compiler the architecture
    (https://go.dev/doc/install/source#environment). `debian` is Debian's name for it, if machines of this
    architecture can be build machines.
    """

    name: str
    target: str
    kernel_arch: str
    kernel_target: str
    kernel_image: str
    cmdline_options: tuple[str, ...]
    cmdline_size: Mapping[tuple[int, int], int]
    musl_arch: str
    elf_machine: str
    elf_class: int
    little_endian: bool
    interpreter: str
    debian_tuple: str
    qemu: str
    emulation: Emulation
    console: str
    cmdline_leads: bool = False
    gcc_options: tuple[str, ...] = ()
    kernel_options: tuple[str, ...] = ()
    go: Mapping[str, str] = field(default_factory=dict)
    elf_flags: tuple[int, int] = (0, 0)
    netboot: NetBoot | None = None
    debian: str = ""
