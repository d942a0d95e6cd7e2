# SPDX-License-Identifier: Apache-2.0
"""Checks what packages say of the source that they are made of: its parts, and where Go is to look for it."""

from __future__ import annotations

from pathlib import Path

from leafroot.config.units import line_of
from leafroot.describe.package import Package
from leafroot.describe.recipes import Go
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError


def check_parts(root: Path, unit: Unit[Package]) -> None:
    """Check that further archives have one to go with, and folders to go into."""
    file = unit.path("package.py")
    further = [*unit.value.parts, *([("debian", unit.value.debian)] if unit.value.debian else [])]
    if further and unit.value.archive is None:
        raise LeafrootError(
            "'parts' and 'debian' go with an archive, and there is none",
            f"{file}:{line_of(Path(root, file), 'package')}",
            "Say archive=Archive(...).",
        )
    for folder, _ in unit.value.parts:
        _check_plain(root, file, folder, "the source")


def check_go(root: Path, unit: Unit[Package], recipe: Go) -> None:
    """Check that a recipe Go says which programs it makes, and that they are made of this source."""
    file = unit.path("package.py")
    for field in ("paths", "programs"):
        if not getattr(recipe, field):
            raise LeafrootError(
                f"Go has no {field!r}",
                f"{file}:{line_of(Path(root, file), 'package')}",
                'For example: Go(paths=(("", "example.org/x"),), programs=(("example.org/x/cmd/x", "usr/bin/x"),))',
            )
    for folder, _ in recipe.paths:
        if folder:
            _check_plain(root, file, folder, "the source")
    for program, place in recipe.programs:
        _check_plain(root, file, place, "the root")
        if not any(f"{program}/".startswith(f"{path}/") for _, path in recipe.paths):
            raise LeafrootError(
                f"program {program!r} is in none of the paths",
                f"{file}:{line_of(Path(root, file), program)}",
                f"An import path begins as the source's own: {' or '.join(path for _, path in recipe.paths)}.",
            )


def _check_plain(root: Path, file: str, path: str, whose: str) -> None:
    parts = path.split("/")
    if ".." in parts or "." in parts or not all(parts):
        raise LeafrootError(
            f"{path!r} is not the plain form of a path in {whose}",
            f"{file}:{line_of(Path(root, file), path)}",
            "Paths are relative, without dots and without a slash at the end.",
        )
