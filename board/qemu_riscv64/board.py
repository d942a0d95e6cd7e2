# SPDX-License-Identifier: Apache-2.0
"""QEMU's riscv64 machine 'virt', with OpenSBI."""

from leafroot import Board, Kernel

board = Board(
    arch="riscv64",
    kernel=Kernel("6.12", shared=["system", "virtio"]),
    boot="nullfs",
    memory=256,
    packages=["busybox", "skeleton", "rootcheck"],
    require=["relro", "pie"],
)
