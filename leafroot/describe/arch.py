# SPDX-License-Identifier: Apache-2.0
"""Architectures as data: whatever differs between them stands in these values and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from leafroot.describe.emulation import Emulation


@dataclass(frozen=True)
class Arch:
    """One architecture that boards can have.

    `elf_machine` is the `e_machine` name of the ELF specification, `elf_class` its word size in bits; of `e_flags`,
    the bits of `elf_flags[0]` must be those of `elf_flags[1]`. `kernel_arch` is the kernel's ARCH, `kernel_image` the
    file that `make` leaves, below the object tree. `cmdline_options` are the kernel options that let CMDLINE count
    beside what the boot loader says; an architecture without such options has its command line as an embedded
    boot configuration (Documentation/admin-guide/bootconfig.rst). `qemu` is QEMU's program, `emulation` the machine
    for boards that need none of their own, and `console` the kernel console of that machine.
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
    elf_flags: tuple[int, int] = (0, 0)


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
    emulation=Emulation(("-machine", "q35", "-cpu", "max")),
    console="ttyS0,115200",
)

AARCH64 = Arch(
    name="aarch64",
    target="aarch64-leafroot-linux-musl",
    kernel_arch="arm64",
    kernel_target="Image",
    kernel_image="arch/arm64/boot/Image",
    cmdline_options=(),
    musl_arch="aarch64",
    elf_machine="EM_AARCH64",
    elf_class=64,
    little_endian=True,
    interpreter="/lib/ld-musl-aarch64.so.1",
    debian_tuple="aarch64-linux-gnu",
    qemu="qemu-system-aarch64",
    emulation=Emulation(("-machine", "virt", "-cpu", "cortex-a72")),
    console="ttyAMA0,115200",
)

RISCV64 = Arch(
    name="riscv64",
    target="riscv64-leafroot-linux-musl",
    kernel_arch="riscv",
    kernel_target="Image",
    kernel_image="arch/riscv/boot/Image",
    cmdline_options=("CMDLINE_EXTEND",),
    musl_arch="riscv64",
    elf_machine="EM_RISCV",
    elf_class=64,
    little_endian=True,
    interpreter="/lib/ld-musl-riscv64.so.1",
    debian_tuple="riscv64-linux-gnu",
    qemu="qemu-system-riscv64",
    # QEMU brings OpenSBI, and starts it by default.
    emulation=Emulation(("-machine", "virt", "-cpu", "rv64")),
    console="ttyS0,115200",
    gcc_options=("--with-arch=rv64gc", "--with-abi=lp64d"),
    # EF_RISCV_FLOAT_ABI: double.
    elf_flags=(0x6, 0x4),
)

ARM = Arch(
    name="arm",
    target="arm-leafroot-linux-musleabihf",
    kernel_arch="arm",
    kernel_target="zImage",
    kernel_image="arch/arm/boot/zImage",
    cmdline_options=("CMDLINE_EXTEND",),
    musl_arch="arm",
    elf_machine="EM_ARM",
    elf_class=32,
    little_endian=True,
    interpreter="/lib/ld-musl-armhf.so.1",
    debian_tuple="arm-linux-gnueabihf",
    qemu="qemu-system-arm",
    emulation=Emulation(("-machine", "virt", "-cpu", "cortex-a15")),
    console="ttyAMA0,115200",
    gcc_options=("--with-arch=armv7-a", "--with-fpu=vfpv3-d16", "--with-float=hard"),
    # EF_ARM_EABI_VER5 and EF_ARM_ABI_FLOAT_HARD.
    elf_flags=(0xFF000400, 0x05000400),
)

ARCHES: dict[str, Arch] = {arch.name: arch for arch in (X86_64, AARCH64, RISCV64, ARM)}
