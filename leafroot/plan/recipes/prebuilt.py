# SPDX-License-Identifier: Apache-2.0
"""Packages with nothing to build: Prebuilt installs files of the source, Files installs the package's own files."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leafroot.describe.fields import freeze
from leafroot.describe.package import Package, Place, Recipe
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.plan.recipes.protocol import Builder, Site, Work
from leafroot.plan.toolchain.compiler import environment
from leafroot.step import ERRORS, TreeFile

_INSTALL = "/install-prebuilt"


@dataclass(frozen=True)
class Prebuilt(Builder):
    """Nothing to build: files of the source go into the package as they are, for any architecture.

    `install` are pairs (path in the source, path in the root). A source path that ends in a slash means everything in
    that folder, empty folders too; a root path that ends in a slash is the folder to copy to. Links stay links. If a
    whole folder is installed, the files in `license_files` are left out. With `boot`, the files are for a boot loader:
    the package cannot be selected for a root, but a board's loader can name it.
    """

    install: Sequence[tuple[str, str]]
    boot: bool = False

    noarch = True
    takes_words = False

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def place(self) -> Place:
        return "loader" if self.boot else "root"

    def plan(self, site: Site) -> Work:
        return Work(
            commands=tuple(("sh", _INSTALL, path, place) for path, place in self.install),
            env=environment({"ERRORS": ERRORS}),
            inputs=(TreeFile(_INSTALL, "leafroot/tools/install-prebuilt/install-prebuilt.sh"),),
            drop=tuple(self._licences(site.unit.value)),
            compiles=False,
        )

    def check(self, unit: Unit[Package]) -> None:
        if not self.install:
            raise LeafrootError(
                "Prebuilt installs nothing",
                unit.at("package"),
                'Add pairs like ("firmware/x.bin", "lib/firmware/x.bin").',
            )
        for path, place in self.install:
            for name, whose in ((path, "the source"), (place, "the root")):
                parts = name.removesuffix("/").split("/")
                if name.startswith("/") or ".." in parts:
                    raise LeafrootError(f"{name!r} leads out of {whose}", unit.at(name), "Write a relative path.")
                if not all(parts) or "." in parts:
                    raise LeafrootError(f"{name!r} is not a plain path in {whose}", unit.at(name))
            if path.endswith("/") and not place.endswith("/"):
                raise LeafrootError(
                    f"{path!r} is a whole folder, but {place!r} is not", unit.at(place), f"Write {place + '/'!r}."
                )
        places: dict[str, str] = {}
        for path, place in self.install:
            at = place + path.rpartition("/")[2] if place.endswith("/") and not path.endswith("/") else place
            other = path if at.endswith("/") else places.setdefault(at, path)
            if other != path:
                raise LeafrootError(
                    f"{other!r} and {path!r} would both become {at!r}", unit.at(path), "Give one of them another name."
                )

    def _licences(self, package: Package) -> Iterator[str]:
        """The paths of licence texts in folders that are installed whole; they are left out of the root."""
        for text in package.license_files:
            for path, place in self.install:
                if path.endswith("/") and text.startswith(path):
                    yield glob.escape(place + text.removeprefix(path))


@dataclass(frozen=True)
class Files(Recipe):
    """Nothing to build: the package's folder `files/` is copied into the root.

    A package that has options or `runs_with` needs no folder: it can stand for other packages.
    """

    noarch = True
    takes_words = False
    builds = False

    def check(self, unit: Unit[Package]) -> None:
        if not unit.below("files") and not unit.value.runs_with and not unit.value.options:
            raise LeafrootError(f"Files() installs {unit.path('files')}, but there are no files", unit.at())
