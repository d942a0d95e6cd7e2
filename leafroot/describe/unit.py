# SPDX-License-Identifier: Apache-2.0
"""A unit: a folder that holds one value. The folder's name is the unit's name, the docstring its help text."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Generic, TypeVar

from leafroot.describe.archive import Module

T = TypeVar("T")


@dataclass(frozen=True)
class Unit(Generic[T]):
    """A loaded package, board or series: its value, and what the folder says of it.

    `folder` is the path as people write it (below the checkout, or absolute for an external tree), `directory` where
    it lies on this machine; `files` are the folder's files, relative to it, sorted; `modules` what its lock file pins.
    `description` is the name of the file that sets the value.
    """

    name: str
    folder: str
    doc: str
    value: T
    files: tuple[str, ...]
    directory: Path = Path()
    description: str = "package.py"
    modules: tuple[Module, ...] = ()

    @property
    def summary(self) -> str:
        """The docstring's first sentence, without its full stop."""
        return self.doc.split("\n\n")[0].replace("\n", " ").strip().rstrip(".")

    def path(self, name: str) -> str:
        """A file of the folder, as a path that a step can name."""
        return str(PurePosixPath(self.folder) / name)

    def known_as(self, name: str) -> str:
        """What steps call a file of the folder: its path in the tree, wherever on this machine that tree lies."""
        return str(PurePosixPath(*PurePosixPath(self.folder).parts[-2:], name))

    @property
    def described_in(self) -> str:
        """The file that sets the value, as messages of a step name it."""
        return self.known_as(self.description)

    def below(self, folder: str, suffix: str = "") -> tuple[str, ...]:
        """The paths of the files below a sub-folder that end in `suffix`, sorted."""
        return tuple(self.path(name) for name in self.files if name.startswith(f"{folder}/") and name.endswith(suffix))

    def at(self, text: str | None = None) -> str:
        """The description's path, and the line that says the string or sets the variable `text`.

        The file is read only now that there is something to complain about.
        """
        shown = self.path(self.description)
        return f"{shown}:{line_of(self.directory / self.description, text)}" if text is not None else shown


def line_of(file: Path, text: str) -> int:
    """The line where a description sets the variable or says the string `text`; 1 if it does not."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Constant) and node.value == text:
            return node.lineno
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == text:
            return node.lineno
    return 1
