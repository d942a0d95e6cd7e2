# SPDX-License-Identifier: Apache-2.0
"""Packages as their authors describe them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from leafroot.describe.archive import Archive
from leafroot.describe.recipes import Recipe


@dataclass(frozen=True)
class Account:
    """A user that a package needs; `uid` is also the id of the group of the same name."""

    name: str
    uid: int
    home: str = "/"
    shell: str = "/bin/false"


@dataclass(frozen=True)
class Package:
    """One package: what it is, where its source comes from, how it is built.

    `license` is an SPDX expression; `license_files` are paths in the source. `kernel` names kernel options
    (without CONFIG_) that must be on. `replaces` are paths of other packages that this one may take over.
    `languages` beyond C that the compiler must know. `patches/*.patch` in the package's folder are applied
    in the order of their names.
    """

    version: str
    license: str
    build: Recipe
    archive: Archive | None = None
    license_files: Sequence[str] = ()
    depends: Sequence[str] = ()
    kernel: Sequence[str] = ()
    accounts: Sequence[Account] = ()
    replaces: Sequence[str] = ()
    languages: Sequence[str] = ()
    default: bool = field(default=False)

    def source(self) -> Archive | None:
        """The archive with the version filled in."""
        return self.archive.at(self.version) if self.archive else None
