# SPDX-License-Identifier: Apache-2.0
"""Defconfigs: what a board's configuration says beyond the defaults, under the board's name or one of its own.

`configs/<board>_defconfig` is what BOARD=<board> builds. A file of another name describes one more configuration of the
board that it selects, with an output folder of its own: BOARD=qemu_x86_64_containers.
"""

from __future__ import annotations

import os
from pathlib import Path

from leafroot.describe.board import Board
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest
from leafroot.files import read_file
from leafroot.kconfig.assign import read_assignments
from leafroot.kconfig.generate import symbol
from leafroot.units.catalog import Catalog

_ENDING = "_defconfig"


def find_defconfig(catalog: Catalog, name: str) -> Path | None:
    """The defconfig of this name, in whichever tree has it; None for a board that is content with the defaults."""
    files = [file for tree in catalog.trees if os.path.lexists(file := tree / "configs" / f"{name}{_ENDING}")]
    if len(files) > 1:
        raise LeafrootError(
            f"{name!r} has two defconfigs",
            shown(files[1], catalog.trees[0]),
            f"The other is {shown(files[0], catalog.trees[0])}. Make one of them a fragment (CONFIG=).",
        )
    return files[0] if files else None


def find_board(catalog: Catalog, name: str) -> Unit[Board]:
    """The board of this name, or that which the defconfig of this name selects; LeafrootError if there is none."""
    if name in catalog.boards:
        return catalog.boards[name]
    file = find_defconfig(catalog, name) if Path(name).name == name else None
    if file is None:
        known = [*catalog.boards, *configurations(catalog)]
        raise LeafrootError(f"there is no board {name!r}", f"BOARD={name}", nearest(name, known))
    where = shown(file, catalog.trees[0])
    symbols = {symbol("BOARD", board): unit for board, unit in catalog.boards.items()}
    found = [symbols[one.symbol] for one in read_assignments(file, where) if one.value == "y" and one.symbol in symbols]
    if len(found) != 1:
        raise LeafrootError(
            f"it selects {'no board' if not found else ' and '.join(unit.name for unit in found)}",
            where,
            f"There is no board {name!r}, so one line must say which it is for: CONFIG_BOARD_...=y",
        )
    return found[0]


def configurations(catalog: Catalog) -> dict[str, str]:
    """The defconfigs that are not named like a board: name, and what their first comment says of them."""
    found: dict[str, str] = {}
    for tree in catalog.trees:
        for file in sorted((tree / "configs").glob(f"*{_ENDING}")):
            name = file.name.removesuffix(_ENDING)
            if name not in catalog.boards:
                comments = [line.removeprefix("#").strip() for line in header(file).splitlines()]
                found[name] = next((line for line in comments if line and not line.startswith("SPDX-")), "")
    return found


def header(file: Path) -> str:
    """The comments with which a configuration file begins."""
    lines = []
    for line in read_file(file, str(file)).decode("utf-8", "replace").splitlines(keepends=True):
        if not line.startswith("#") or line.startswith("# CONFIG_"):
            break
        lines.append(line)
    return "".join(lines)


def shown(file: Path, root: Path) -> str:
    """A file's path as people write it: below the checkout without the checkout's own path."""
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
