# SPDX-License-Identifier: Apache-2.0
"""The authors' vocabulary: what package.py, board.py and kernel.py may import."""

from leafroot.describe.archive import Archive
from leafroot.describe.board import Board, Kernel, RaspberryPi, Series
from leafroot.describe.build_root import BuildRoot
from leafroot.describe.option import Brings, Choice, Dependency, Number, Option, Provider, Text
from leafroot.describe.package import Account, Package
from leafroot.describe.qemu import Emulation
from leafroot.plan.recipes.autotools import Autotools
from leafroot.plan.recipes.cmake import CMake
from leafroot.plan.recipes.configure import Configure
from leafroot.plan.recipes.go import Go
from leafroot.plan.recipes.kbuild import Kbuild
from leafroot.plan.recipes.make import Make
from leafroot.plan.recipes.meson import Meson
from leafroot.plan.recipes.prebuilt import Files, Prebuilt
from leafroot.plan.recipes.python_module import PythonModule
from leafroot.plan.recipes.toolchain_part import ToolchainPart

__all__ = [
    "Account",
    "Archive",
    "Autotools",
    "Board",
    "Brings",
    "BuildRoot",
    "CMake",
    "Choice",
    "Configure",
    "Dependency",
    "Emulation",
    "Files",
    "Go",
    "Kbuild",
    "Kernel",
    "Make",
    "Meson",
    "Number",
    "Option",
    "Package",
    "Prebuilt",
    "Provider",
    "PythonModule",
    "RaspberryPi",
    "Series",
    "Text",
    "ToolchainPart",
]
