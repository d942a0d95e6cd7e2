# SPDX-License-Identifier: Apache-2.0
"""QEMU's 32-bit arm machine 'virt', with hardware floating point."""

from leafroot import Board, Kernel

board = Board(
    arch="arm",
    kernel=Kernel("6.12", shared=["system", "virtio"]),
    boot="nullfs",
    memory=256,
    packages=["busybox", "skeleton", "rootcheck"],
    require=["relro", "pie"],
)
