# SPDX-License-Identifier: Apache-2.0
"""The authors' vocabulary: what package.py, board.py and kernel.py may import."""

from leafroot.describe.archive import Archive
from leafroot.describe.board import Board, Kernel, Series
from leafroot.describe.package import Account, Package
from leafroot.describe.recipes import Autotools, Files, Kbuild, Make, ToolchainPart

__all__ = [
    "Account",
    "Archive",
    "Autotools",
    "Board",
    "Files",
    "Kbuild",
    "Kernel",
    "Make",
    "Package",
    "Series",
    "ToolchainPart",
]
