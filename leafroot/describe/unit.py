# SPDX-License-Identifier: Apache-2.0
"""A unit: a folder whose description sets one value. Its name is the folder's, its help text the docstring."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Generic, TypeVar

from leafroot.describe.archive import DebianPackage
from leafroot.describe.patch import Patch

T = TypeVar("T")


@dataclass(frozen=True)
class Unit(Generic[T]):
    """A loaded package, board or series: its value, and facts about its folder.

    `folder` is the path for messages (below the checkout, or absolute for an external tree), `directory` its path on
    this machine. `files` are the folder's files, relative to it, sorted. `locked` are the Debian packages that its lock
    file pins, `patches` those that may be applied to its source. `description` is the name of the file that sets the
    value. `links` are symbolic links in src/, each with its target.
    """

    name: str
    folder: str
    doc: str
    value: T
    files: tuple[str, ...]
    directory: Path = Path()
    description: str = "package.py"
    locked: tuple[DebianPackage, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    patches: tuple[Patch, ...] = ()

    @property
    def summary(self) -> str:
        """The docstring's first sentence, without its full stop."""
        return self.doc.split("\n\n")[0].replace("\n", " ").strip().rstrip(".")

    def path(self, name: str) -> str:
        """The path of a file of the folder, as steps use it."""
        return str(PurePosixPath(self.folder) / name)

    def known_as(self, name: str) -> str:
        """The name of a file of the folder in steps: its path in the tree, wherever the tree is on this machine."""
        return str(PurePosixPath(*PurePosixPath(self.folder).parts[-2:], name))

    @property
    def described_in(self) -> str:
        """The name in steps of the file that sets the value."""
        return self.known_as(self.description)

    def below(self, folder: str, suffix: str = "") -> tuple[str, ...]:
        """The paths of the files below a sub-folder that end in `suffix`, sorted."""
        return tuple(self.path(name) for name in self.files if name.startswith(f"{folder}/") and name.endswith(suffix))

    def at(self, text: str | None = None) -> str:
        """The description's path, and the line that has the string or sets the variable `text`.

        The file is read here, only when there is an error to report.
        """
        shown = self.path(self.description)
        return f"{shown}:{line_of(self.directory / self.description, text)}" if text is not None else shown


def line_of(file: Path, text: str) -> int:
    """The line where a description sets the variable or field `text`, or has it as a string; 1 if there is none."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Constant) and node.value == text:
            return node.lineno
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == text:
            return node.lineno
        if isinstance(node, ast.keyword) and node.arg == text:
            return node.lineno
    return 1
