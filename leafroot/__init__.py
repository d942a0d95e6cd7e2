# SPDX-License-Identifier: Apache-2.0
"""The authors' vocabulary: what package.py, board.py and kernel.py may import."""

from leafroot.describe.archive import Archive
from leafroot.describe.board import Board, Kernel, RaspberryPi, Series
from leafroot.describe.emulation import Emulation
from leafroot.describe.package import Account, Package
from leafroot.describe.recipes import Autotools, Choice, Files, Go, Kbuild, Make, Meson, Prebuilt, ToolchainPart

__all__ = [
    "Account",
    "Archive",
    "Autotools",
    "Board",
    "Choice",
    "Emulation",
    "Files",
    "Go",
    "Kbuild",
    "Kernel",
    "Make",
    "Meson",
    "Package",
    "Prebuilt",
    "RaspberryPi",
    "Series",
    "ToolchainPart",
]
