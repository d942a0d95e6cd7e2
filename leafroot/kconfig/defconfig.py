# SPDX-License-Identifier: Apache-2.0
"""Defconfigs: a board's configuration, as far as it differs from the defaults.

BOARD=<board> builds `configs/<board>_defconfig`. A file with another name is an additional configuration of the board
that it selects, with its own output folder: BOARD=qemu_x86_64_containers.
"""

from __future__ import annotations

import os
from pathlib import Path

from leafroot.describe.board import Board
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest
from leafroot.files import read_file
from leafroot.kconfig.fragment import read_fragment
from leafroot.kconfig.generate import symbol
from leafroot.units.catalog import Catalog

_ENDING = "_defconfig"


def find_defconfig(catalog: Catalog, name: str) -> Path | None:
    """The defconfig of this name, from any of the trees; None if there is none: the board then has the defaults."""
    files = [file for tree in catalog.trees if os.path.lexists(file := tree / "configs" / f"{name}{_ENDING}")]
    if len(files) > 1:
        raise LeafrootError(
            f"{name!r} has two defconfigs",
            shown(files[1], catalog.trees[0]),
            f"The other is {shown(files[0], catalog.trees[0])}. Make one of them a fragment (CONFIG=).",
        )
    return files[0] if files else None


def find_board(catalog: Catalog, name: str) -> Unit[Board]:
    """The board of this name, or the one that the defconfig of this name selects; LeafrootError if there is none."""
    if name in catalog.boards:
        return catalog.boards[name]
    file = find_defconfig(catalog, name) if Path(name).name == name else None
    if file is None:
        known = [*catalog.boards, *configurations(catalog)]
        raise LeafrootError(f"there is no board {name!r}", f"BOARD={name}", nearest(name, known))
    where = shown(file, catalog.trees[0])
    symbols = {symbol("BOARD", board): unit for board, unit in catalog.boards.items()}
    found = [symbols[one.symbol] for one in read_fragment(file, where) if one.value == "y" and one.symbol in symbols]
    if len(found) != 1:
        raise LeafrootError(
            f"the defconfig selects {'no board' if not found else ' and '.join(unit.name for unit in found)}",
            where,
            f"There is no board {name!r}, so exactly one line must select the board: CONFIG_BOARD_...=y",
        )
    return found[0]


def configurations(catalog: Catalog) -> dict[str, str]:
    """The defconfigs that are not named after a board: their names, and the first comment of each."""
    found: dict[str, str] = {}
    for tree in catalog.trees:
        for file in sorted((tree / "configs").glob(f"*{_ENDING}")):
            name = file.name.removesuffix(_ENDING)
            if name not in catalog.boards:
                comments = [line.removeprefix("#").strip() for line in header(file).splitlines()]
                found[name] = next((line for line in comments if line and not line.startswith("SPDX-")), "")
    return found


def header(file: Path) -> str:
    """The comments at the start of a configuration file."""
    lines = []
    for line in read_file(file, str(file)).decode("utf-8-sig", "replace").splitlines(keepends=True):
        if not line.startswith("#") or line.startswith("# CONFIG_"):
            break
        lines.append(line)
    return "".join(lines)


def shown(file: Path, root: Path) -> str:
    """A file's path for messages: relative to the checkout if the file is in it."""
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
