# SPDX-License-Identifier: Apache-2.0
"""QEMU's 64-bit PC (q35)."""

from leafroot import Board, Kernel

board = Board(
    arch="x86_64",
    kernel=Kernel("6.12", shared=["system", "virtio"]),
    boot="nullfs",
    memory=256,
    packages=["busybox", "skeleton", "rootcheck"],
    require=["relro", "pie"],
)
