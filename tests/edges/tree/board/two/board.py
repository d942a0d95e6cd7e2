# SPDX-License-Identifier: Apache-2.0
"""The same board with the option off."""

from leafroot import Board, Kernel

board = Board(
    arch="x86_64",
    kernel=Kernel("6.12", config=[], shared=["system"]),
    boot="nullfs",
    memory=64,
    packages=["busybox", "skeleton", "prog", "useb", "usegen"],
)
