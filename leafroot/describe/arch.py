# SPDX-License-Identifier: Apache-2.0
"""What an architecture is: whatever differs between them stands in such a value, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leafroot.describe.qemu import Emulation, NetBoot


@dataclass(frozen=True)
class Arch:
    """One architecture that boards can have.

    `elf_machine` is the `e_machine` name of the ELF specification, `elf_class` its word size in bits; of `e_flags`,
    the bits of `elf_flags[0]` must be those of `elf_flags[1]`. `kernel_arch` is the kernel's ARCH, `kernel_image` the
    file that `make` leaves, below the object tree. `cmdline_options` are the kernel options that let CMDLINE count
    beside what the boot loader says; an architecture without such options has its command line as an embedded
    boot configuration (Documentation/admin-guide/bootconfig.rst). `kernel_options` are what any kernel for it must
    have: what the C library asks for, and KERNEL_GZIP where the kernel unpacks itself. `qemu` is QEMU's program,
    `emulation` the machine for boards that need none of their own, and `console` the kernel console of that machine.
    `netboot` is how QEMU's machines with a virtio network card boot over the network, where there is a way. `go` are
    the variables by which Go's compiler knows the architecture (https://go.dev/doc/install/source#environment).
    """

    name: str
    target: str
    kernel_arch: str
    kernel_target: str
    kernel_image: str
    cmdline_options: tuple[str, ...]
    musl_arch: str
    elf_machine: str
    elf_class: int
    little_endian: bool
    interpreter: str
    debian_tuple: str
    qemu: str
    emulation: Emulation
    console: str
    gcc_options: tuple[str, ...] = ()
    kernel_options: tuple[str, ...] = ()
    go: Mapping[str, str] = field(default_factory=dict)
    elf_flags: tuple[int, int] = (0, 0)
    netboot: NetBoot | None = None
