# SPDX-License-Identifier: Apache-2.0
"""32-bit ARM (ARMv7-A) with hardware floating point."""

from leafroot.describe.arch import Arch
from leafroot.describe.qemu import Emulation, UBoot, u_boot

arch = Arch(
    name="arm",
    target="arm-leafroot-linux-musleabihf",
    kernel_arch="arm",
    kernel_target="zImage",
    kernel_image="arch/arm/boot/zImage",
    cmdline_options=("CMDLINE_EXTEND",),
    cmdline_size={(0, 0): 1024},
    musl_arch="arm",
    elf_machine="EM_ARM",
    elf_class=32,
    little_endian=True,
    interpreter="/lib/ld-musl-armhf.so.1",
    debian_tuple="arm-linux-gnueabihf",
    qemu="qemu-system-arm",
    emulation=Emulation(("-machine", "virt", "-cpu", "cortex-a15")),
    console="ttyAMA0,115200",
    netboot=UBoot(u_boot("qemu_arm"), "bootz ${loadaddr} - ${fdtcontroladdr}"),
    gcc_options=("--with-arch=armv7-a", "--with-fpu=vfpv3-d16", "--with-float=hard"),
    # EF_ARM_EABI_VER5 and EF_ARM_ABI_FLOAT_HARD.
    elf_flags=(0xFF000400, 0x05000400),
    # musl uses the old system calls to sleep and wait if the time fits into 32 bits (src/time/clock_nanosleep.c).
    # Only a zImage compressed with gzip can hold a slot for the root (leafroot/rootfs/slot.py).
    kernel_options=("COMPAT_32BIT_TIME=y", "KERNEL_GZIP=y"),
    go={"GOARCH": "arm", "GOARM": "7"},
)
