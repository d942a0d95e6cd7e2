# SPDX-License-Identifier: Apache-2.0
"""QEMU's aarch64 machine 'virt'."""

from leafroot import Board, Kernel

board = Board(
    arch="aarch64",
    kernel=Kernel("6.12", shared=["system", "virtio"]),
    boot="nullfs",
    memory=256,
    packages=["busybox", "skeleton", "rootcheck"],
    require=["relro", "pie"],
)
