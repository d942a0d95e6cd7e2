# SPDX-License-Identifier: Apache-2.0
"""Architectures as data: whatever differs between them stands in these values and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Arch:
    """One architecture that boards can have.

    `elf_machine` is the `e_machine` name of the ELF specification, `elf_class` its word size in bits.
    `kernel_arch` is the kernel's ARCH, `kernel_image` the file that `make` leaves, below the object tree;
    `cmdline_options` are the kernel options that let CMDLINE take effect.
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
    qemu_options: tuple[str, ...]
    gcc_options: tuple[str, ...] = ()


X86_64 = Arch(
    name="x86_64",
    target="x86_64-leafroot-linux-musl",
    kernel_arch="x86",
    kernel_target="bzImage",
    kernel_image="arch/x86/boot/bzImage",
    cmdline_options=("CMDLINE_BOOL",),
    musl_arch="x86_64",
    elf_machine="EM_X86_64",
    elf_class=64,
    little_endian=True,
    interpreter="/lib/ld-musl-x86_64.so.1",
    debian_tuple="x86_64-linux-gnu",
    qemu="qemu-system-x86_64",
    qemu_options=("-machine", "q35", "-cpu", "max"),
)

ARCHES: dict[str, Arch] = {arch.name: arch for arch in (X86_64,)}
