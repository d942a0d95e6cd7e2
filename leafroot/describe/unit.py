# SPDX-License-Identifier: Apache-2.0
"""A unit: a folder that holds one value. The folder's name is the unit's name, the docstring its help text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Generic, TypeVar

from leafroot.describe.module import Module

T = TypeVar("T")


@dataclass(frozen=True)
class Unit(Generic[T]):
    """A loaded package, board or series: its value, and what the folder says of it.

    `folder` is the path as people write it (below the checkout, or absolute for an external tree); `files` are
    the folder's files, relative to it, sorted; `modules` what its lock file pins.
    """

    name: str
    folder: str
    doc: str
    value: T
    files: tuple[str, ...]
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

    def below(self, folder: str, suffix: str = "") -> tuple[str, ...]:
        """The paths of the files below a sub-folder that end in `suffix`, sorted."""
        return tuple(self.path(name) for name in self.files if name.startswith(f"{folder}/") and name.endswith(suffix))
