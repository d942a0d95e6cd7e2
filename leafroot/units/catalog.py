# SPDX-License-Identifier: Apache-2.0
"""The catalog: every package, board and kernel series of this tree and of the external trees."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from leafroot.describe.archive import DebianPackage
from leafroot.describe.board import Board, Series
from leafroot.describe.build_root import BuildRoot
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.units.check import check_boards, check_licenses, check_packages, check_roots, check_series
from leafroot.units.load import has_files, load_unit
from leafroot.units.lock import LOCK, read_lock, root_lock
from leafroot.units.patches import find_patches

T = TypeVar("T")

# Fragments shared by all series lie beside them.
_NO_UNITS = {"linux": ("config",)}


@dataclass(frozen=True)
class Catalog:
    """All units by name, in order (series by number). `trees` are the folders they come from, Leafroot's own first.

    `roots` are the build roots, each with the packages that it has on the processor that they were loaded for.
    """

    packages: Mapping[str, Unit[Package]] = field(default_factory=dict)
    boards: Mapping[str, Unit[Board]] = field(default_factory=dict)
    series: Mapping[str, Unit[Series]] = field(default_factory=dict)
    roots: Mapping[str, Unit[BuildRoot]] = field(default_factory=dict)
    trees: tuple[Path, ...] = ()


def load_catalog(
    root: Path, external: Sequence[Path] = (), licenses: Path | None = None, processor: str = ""
) -> Catalog:
    """Load every unit below `root` and below the external trees, and check their references to each other.

    An external tree's path may be relative to `root`. Raises LeafrootError for a unit that cannot be loaded, for two
    units of the same name, for unknown names and for dependency cycles. `licenses` is a file that remembers which
    licence expressions are valid. `processor` is the build machine's: its lock files of build roots are read.
    """
    trees = (root, *(_external_tree(root, path) for path in external))
    for number, tree in enumerate(trees):
        # The menu and the defconfigs, which are read later.
        _listed(tree / "configs", (tree / "configs").as_posix() if number else "configs")
    packages = _load_kind(trees, "package", "package.py", "package", Package)
    boards = _load_kind(trees, "board", "board.py", "board", Board)
    series = _load_kind(trees, "linux", "kernel.py", "kernel", Series)
    roots = {
        name: replace(unit, locked=_locked(unit, processor))
        for name, unit in _load_kind(trees, "buildroots", "root.py", "root", BuildRoot).items()
    }
    check_roots(roots)
    check_packages(packages, roots)
    check_series(series)
    check_boards(boards, packages, series, root)
    check_licenses([*packages.values(), *series.values()], licenses)
    return Catalog(
        packages, boards, dict(sorted(series.items(), key=lambda item: (item[1].value.number, item[0]))), roots, trees
    )


def _locked(unit: Unit[BuildRoot], processor: str) -> tuple[DebianPackage, ...]:
    name = root_lock(processor)
    return read_lock(unit.directory / name, unit.path(name), "scons lock") if name in unit.files else ()


def _external_tree(root: Path, path: Path) -> Path:
    tree = Path(root, path).absolute()
    # pathlib raises an error at a name that is too long.
    if not os.path.isdir(tree):  # noqa: PTH112
        raise LeafrootError("there is no such folder", f"EXTERNAL={path}")
    if not any((tree / name).is_dir() for name in ("package", "board", "linux", "configs", "buildroots")):
        raise LeafrootError(
            "the folder has none of the sub-folders package, board, linux, configs and buildroots",
            f"EXTERNAL={path}",
        )
    if tree.resolve() == root.resolve():
        raise LeafrootError("this is the checkout itself", f"EXTERNAL={path}", "Name the folder of a tree of your own.")
    menu = tree / "configs" / "Kconfig"
    if menu.exists() and not menu.is_file():
        raise LeafrootError("this must be a file: the menu of the tree", menu, "Rename the folder.")
    return tree


def _load_kind(trees: Sequence[Path], parent: str, file_name: str, variable: str, kind: type[T]) -> dict[str, Unit[T]]:
    units: dict[str, Unit[T]] = {}
    for tree, folder in _folders(trees, parent):
        unit = load_unit(tree, folder, file_name, variable, kind)
        if LOCK in unit.files:
            unit = replace(
                unit, locked=read_lock(Path(tree, folder, LOCK), unit.path(LOCK), f"scons lock PACKAGE={unit.name}")
            )
        if patches := find_patches(unit):
            unit = replace(unit, patches=patches)
        if unit.name in units:
            raise LeafrootError(
                f"there are two {'series' if parent == 'linux' else parent + 's'} named {unit.name!r}",
                unit.path(file_name),
                f"The other is {units[unit.name].path(file_name)}. Rename one of them.",
            )
        units[unit.name] = unit
    return dict(sorted(units.items()))


def _folders(trees: Sequence[Path], parent: str) -> Iterator[tuple[Path, str]]:
    for number, tree in enumerate(trees):
        # The path for messages: below the checkout, or where the external tree is.
        shown = (tree / parent).as_posix() if number else parent
        for directory in _listed(tree / parent, shown):
            if not directory.is_dir() or directory.name.startswith((".", "__pycache__")):
                continue
            shared = directory.name in _NO_UNITS.get(parent, ()) and not (directory / "kernel.py").exists()
            if not shared and has_files(directory):
                yield tree, f"{shown}/{directory.name}"


def _listed(folder: Path, shown: str) -> list[Path]:
    """What is in a folder of a tree, sorted; nothing if there is no such folder.

    Raises LeafrootError for a symbolic link that leads nowhere: what it should bring would be missing without a word.
    """
    _check_link(folder, shown)
    try:
        found = sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        raise LeafrootError(f"cannot be read: {error.strerror}", shown) from error
    for one in found:
        if not one.name.startswith("."):
            _check_link(one, f"{shown}/{one.name}")
    return found


def _check_link(path: Path, shown: str) -> None:
    if not os.path.islink(path):  # noqa: PTH114 (a thousand units are loaded)
        return
    try:
        path.stat()
    except FileNotFoundError:
        raise LeafrootError(
            f"this is a link to {path.readlink()}, which does not exist", shown, "Correct the link, or remove it."
        ) from None
    except OSError as error:
        raise LeafrootError(f"cannot be read: {error.strerror}", shown) from None
