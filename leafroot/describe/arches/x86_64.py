# SPDX-License-Identifier: Apache-2.0
"""64-bit PCs, and QEMU's model of one."""

from leafroot.describe.arch import Arch
from leafroot.describe.qemu import Emulation, Firmware, Ipxe

arch = Arch(
    name="x86_64",
    target="x86_64-leafroot-linux-musl",
    kernel_arch="x86",
    kernel_target="bzImage",
    kernel_image="arch/x86/boot/bzImage",
    cmdline_options=("CMDLINE_BOOL",),
    cmdline_size={(0, 0): 2048},
    cmdline_leads=True,
    musl_arch="x86_64",
    elf_machine="EM_X86_64",
    elf_class=64,
    little_endian=True,
    interpreter="/lib/ld-musl-x86_64.so.1",
    debian_tuple="x86_64-linux-gnu",
    qemu="qemu-system-x86_64",
    emulation=Emulation(("-machine", "q35", "-cpu", "max")),
    console="ttyS0,115200",
    netboot=Ipxe(
        Firmware("efi-virtio.rom"),
        # With this option, the BIOS and iPXE write to the serial port.
        options=("-machine", "graphics=off"),
    ),
    # Only a bzImage compressed with gzip can hold a slot for the root (leafroot/rootfs/slot.py). The cost, for a small
    # kernel of 14.3 MB: gzip -9 gives 2.5 MB, zstd -22 2.2 MB, xz 2.0 MB.
    kernel_options=("KERNEL_GZIP=y",),
    go={"GOARCH": "amd64"},
    debian="amd64",
)
