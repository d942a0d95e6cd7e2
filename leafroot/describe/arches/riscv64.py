# SPDX-License-Identifier: Apache-2.0
"""64-bit RISC-V, with the extensions that distributions require (RV64GC)."""

from leafroot.describe.arch import Arch
from leafroot.describe.qemu import Emulation

arch = Arch(
    name="riscv64",
    target="riscv64-leafroot-linux-musl",
    kernel_arch="riscv",
    kernel_target="Image",
    kernel_image="arch/riscv/boot/Image",
    cmdline_options=("CMDLINE_EXTEND",),
    cmdline_size={(0, 0): 1024, (7, 2): 2048},
    musl_arch="riscv64",
    elf_machine="EM_RISCV",
    elf_class=64,
    little_endian=True,
    interpreter="/lib/ld-musl-riscv64.so.1",
    debian_tuple="riscv64-linux-gnu",
    qemu="qemu-system-riscv64",
    # QEMU includes OpenSBI, and starts it by default.
    emulation=Emulation(("-machine", "virt", "-cpu", "rv64")),
    console="ttyS0,115200",
    gcc_options=("--with-arch=rv64gc", "--with-abi=lp64d"),
    # EF_RISCV_FLOAT_ABI: double.
    elf_flags=(0x6, 0x4),
    go={"GOARCH": "riscv64"},
)
