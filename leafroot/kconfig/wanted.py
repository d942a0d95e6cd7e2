# SPDX-License-Identifier: Apache-2.0
"""The packages that PACKAGES= asks for, as a layer of the configuration: some by name, or all that the board can have.

The layer is below the fragments of CONFIG=, which may switch packages off again. Of those named, each must be had. Of
all, Kconfig's own dependencies decide which the board can have; what it leaves out is told, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leafroot.describe.board import Board
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest
from leafroot.kconfig.assign import obstacles
from leafroot.kconfig.fragment import Assignment, Fragment
from leafroot.kconfig.generate import symbol
from leafroot.units.catalog import Catalog

ALL = "all"
_VARIABLE = "PACKAGES"
_WHERE = f"{_VARIABLE}={ALL}"

# What a root of all packages needs on an emulated machine, whose memory is nothing but a number: a root may take half
# of it. Level 19 would take many times as long.
_ROOM = {"BOARD_MEMORY": 2048, "IMAGE_ZSTD_LEVEL": 12}


def named(catalog: Catalog, names: Sequence[str]) -> Fragment:
    """The layer that selects packages by name; LeafrootError for a name that no package of a root has."""
    known = _packages(catalog)
    for name in names:
        where = f"{_VARIABLE}={name}"
        if name in catalog.packages and name not in known:
            place = catalog.packages[name].value.build.place
            raise LeafrootError(
                f"{name!r} is {'part of the toolchain' if place == 'toolchain' else 'for a boot loader'}, "
                "and cannot be in a root",
                where,
            )
        if name not in known:
            hint = nearest(name, known)
            if name == ALL:
                hint = f"{_WHERE} stands alone: it needs no further names."
            raise LeafrootError(f"there is no package {name!r}", where, hint)
    return tuple(Assignment(symbol("PACKAGE", name), "y", f"{_VARIABLE}={name}") for name in names)


def wishes(catalog: Catalog, board: Unit[Board], kconf: Any, before: Mapping[str, Assignment]) -> Fragment:
    """The layer that selects all packages, and gives an emulated board the room for them.

    `before` are the assignments of the layers below: what a person set there stays, unless it is too small.
    """
    packages = [Assignment(symbol("PACKAGE", name), "y", _WHERE, wish=True) for name in _packages(catalog)]
    return (*packages, *(() if board.value.loader else _room(kconf, before)))


def _room(kconf: Any, before: Mapping[str, Assignment]) -> Iterator[Assignment]:
    for name, value in _ROOM.items():
        enough = int(kconf.syms[name].str_value) >= value if name == "BOARD_MEMORY" else name in before
        if not enough:
            yield Assignment(name, str(value), _WHERE, wish=True)


def told(name: str, catalog: Catalog, kconf: Any, assigned: Mapping[str, Assignment]) -> Iterator[str]:
    """What people should know of wishes, once all layers are assigned: what was set besides, and what is left out.

    `name` is that of the configuration.
    """
    room = [assigned[option] for option in _ROOM if option in assigned]
    besides = [str(one) for one in room if one.wish]
    if besides:
        yield f"{name}: {_WHERE} sets {' and '.join(besides)}, so that all have room (CONFIG= can say otherwise)"
    for package in _packages(catalog):
        option = kconf.syms[symbol("PACKAGE", package)]
        # What CONFIG= switches off is no news.
        if option.str_value != "y" and option.name in assigned and assigned[option.name].wish:
            yield f"{name}: {_WHERE} leaves out {package}: CONFIG_{option.name} {obstacles(option, 'y').why}"


def _packages(catalog: Catalog) -> list[str]:
    return [name for name, unit in catalog.packages.items() if unit.value.build.place == "root"]
