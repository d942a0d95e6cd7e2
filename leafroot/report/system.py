# SPDX-License-Identifier: Apache-2.0
"""The system that a benchmark boots: the board's own with a tree of the benchmark's, in an output folder apart."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leafroot.describe.bootmode import BootMode
from leafroot.effects.run import run
from leafroot.errors import LeafrootError


@dataclass(frozen=True)
class BenchSystem:
    """What is built for a benchmark called `name`, and where.

    `variables` are those of this call of scons. `tree` is an external tree, in the checkout, with a fragment
    select.config that selects its packages; `folder` takes all that is made.
    """

    name: str
    checkout: Path
    tree: str
    folder: Path
    board: str
    variables: Mapping[str, str]

    def outputs(self, mode: BootMode) -> Path:
        """The folder with what is built for a boot mode."""
        return self.folder / mode.name / self.board

    def build(self, mode: BootMode) -> Path:
        """Build a boot mode's kernel, and the system: a call of scons of its own. Gives the kernel, without a root."""
        tree = self.checkout / self.tree
        variables = {
            **self.variables,
            "BOARD": self.board,
            "BOOT": mode.name,
            "OUTPUT": str(self.folder / mode.name),
            "EXTERNAL": _joined(self.variables.get("EXTERNAL", ""), ":", str(tree)),
            "CONFIG": _joined(self.variables.get("CONFIG", ""), ",", str(tree / "select.config")),
        }
        words = [f"{name}={value}" for name, value in variables.items()]
        print(f"kernel and system for {mode.name}:", flush=True)
        argv = [sys.executable, "-m", "SCons", "-Q", "-C", str(self.checkout), *words, "boot-files"]
        if run(argv, env=os.environ) != 0:
            raise LeafrootError(f"the kernel for {mode.name} could not be built", self.name)
        return self.outputs(mode) / "kernel"


def _joined(asked: str, separator: str, own: str) -> str:
    return f"{asked}{separator}{own}" if asked else own
