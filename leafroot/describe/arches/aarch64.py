# SPDX-License-Identifier: Apache-2.0
"""64-bit ARM (ARMv8-A and later)."""

from leafroot.describe.arch import Arch
from leafroot.describe.qemu import Emulation, UBoot, u_boot

arch = Arch(
    name="aarch64",
    target="aarch64-leafroot-linux-musl",
    kernel_arch="arm64",
    kernel_target="Image",
    kernel_image="arch/arm64/boot/Image",
    # On arm64, this option is from linux/<series>/patches/arm64.
    cmdline_options=("CMDLINE_EXTEND",),
    cmdline_size={(0, 0): 2048},
    musl_arch="aarch64",
    elf_machine="EM_AARCH64",
    elf_class=64,
    little_endian=True,
    interpreter="/lib/ld-musl-aarch64.so.1",
    debian_tuple="aarch64-linux-gnu",
    qemu="qemu-system-aarch64",
    emulation=Emulation(("-machine", "virt", "-cpu", "cortex-a72")),
    console="ttyAMA0,115200",
    # Started as an EFI application, as under any UEFI firmware.
    netboot=UBoot(u_boot("qemu_arm64"), "bootefi ${loadaddr} ${fdtcontroladdr}"),
    go={"GOARCH": "arm64"},
    debian="arm64",
)
