# SPDX-License-Identifier: Apache-2.0
"""QEMU with its firmware, for booting what was built."""

from leafroot import BuildRoot

root = BuildRoot(
    packages=[
        "ovmf",
        "qemu-efi-aarch64",
        "qemu-system-arm",
        "qemu-system-misc",
        "qemu-system-riscv",
        "qemu-system-x86",
        "u-boot-qemu",
    ],
)
