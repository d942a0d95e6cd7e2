# SPDX-License-Identifier: Apache-2.0
"""Applies the layers of a configuration to one Kconfig: defconfig, fragments, command line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from leafroot.describe.board import Board
from leafroot.describe.bootmode import BOOT_MODES
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest
from leafroot.kconfig import wanted
from leafroot.kconfig.assign import assign, check, has_prompt
from leafroot.kconfig.defconfig import find_board, find_defconfig, shown
from leafroot.kconfig.fragment import Assignment, Fragment, read_fragment
from leafroot.kconfig.generate import symbol, write_generated
from leafroot.kconfig.menu import deep, load_kconfig, raise_warnings
from leafroot.units.catalog import Catalog

BuiltInToolchain = Literal["source", "debian"]
"""The toolchains that Leafroot brings: built from source, or Debian's compiler."""
TOOLCHAINS: tuple[BuiltInToolchain, ...] = get_args(BuiltInToolchain)


@dataclass(frozen=True)
class Request:
    """What the user asked for: a board or a defconfig by name, and the layers on top of it.

    `local` is the configuration that menuconfig saved; if it exists, it replaces the defconfig. `packages` are selected
    next, by name; ("all",) are all that the board can have. `fragments` follow, then the variables `boot`, `kernel` and
    `toolchain` ("" changes nothing).
    """

    name: str
    local: Path | None = None
    packages: Sequence[str] = ()
    fragments: Sequence[Path] = ()
    boot: str = ""
    kernel: str = ""
    toolchain: str = ""


@dataclass(frozen=True)
class Resolved:
    """A kconfiglib.Kconfig with every layer assigned, and the last assignment to each symbol.

    `dropped` are the errors of assignments without effect, if those were allowed. `notes` are lines for people.
    """

    kconf: Any
    assigned: Mapping[str, Assignment]
    dropped: tuple[LeafrootError, ...] = ()
    notes: tuple[str, ...] = ()

    def value(self, name: str) -> str:
        """The value of an option: y or n, a number, or a string without quotes."""
        return str(self.kconf.syms[name].str_value)

    def where(self, name: str, default: str) -> str:
        """The place that set an option, or `default` if no layer did."""
        return self.assigned[name].where if name in self.assigned else default


def resolve(catalog: Catalog, root: Path, generated: Path, request: Request, *, lenient: bool = False) -> Resolved:
    """Load the Kconfig and make every assignment of the request.

    Raises LeafrootError for an assignment that has no effect after its own layer, for an option that one layer switches
    on and a later layer switches off without naming it, and for all warnings of kconfiglib. If `lenient`, assignments
    without effect are dropped and listed in the result.
    """
    board = find_board(catalog, request.name)
    write_generated(catalog, generated)
    kconf = load_kconfig(root, generated)
    with deep():
        return _resolve(catalog, board, root, kconf, request, lenient)


def _resolve(catalog: Catalog, board: Unit[Board], root: Path, kconf: Any, request: Request, lenient: bool) -> Resolved:
    assigned: dict[str, Assignment] = {}
    dropped: list[LeafrootError] = []
    for layer in _layers(catalog, board, root, kconf, request, assigned, lenient):
        _check_layer(kconf, layer, board.name)
        problems = assign(kconf, layer)
        if problems and not lenient:
            raise problems[0]
        dropped += problems
        assigned.update({one.symbol: one for one in layer})
    if not lenient:
        _check_kept(kconf, (one for one in assigned.values() if not one.wish))
    # Some warnings appear only when a value is computed.
    for option in kconf.unique_defined_syms:
        _ = option.str_value
    raise_warnings(kconf, root)
    return Resolved(kconf, assigned, tuple(dropped), tuple(wanted.told(request.name, catalog, kconf, assigned)))


def _check_kept(kconf: Any, assigned: Iterable[Assignment]) -> None:
    """Raise LeafrootError if an option that one layer switched on was switched off indirectly by another layer."""
    for one in assigned:
        option = kconf.syms[one.symbol]
        if one.value in ("y", "m") and not option.choice and has_prompt(option):
            check(kconf, one)


def _layers(
    catalog: Catalog,
    board: Unit[Board],
    root: Path,
    kconf: Any,
    request: Request,
    assigned: Mapping[str, Assignment],
    lenient: bool,
) -> Iterable[Fragment]:
    yield (Assignment(symbol("BOARD", board.name), "y", f"BOARD={request.name}"),)
    if request.local is not None and os.path.lexists(request.local):
        yield _local(kconf, request.local, shown(request.local, root), request.name, lenient)
    elif file := find_defconfig(catalog, request.name):
        yield read_fragment(file, shown(file, root))
    if tuple(request.packages) == (wanted.ALL,):
        yield wanted.wishes(catalog, board, kconf, assigned)
    else:
        yield wanted.named(catalog, request.packages)
    for fragment in request.fragments:
        yield read_fragment(Path(root, fragment), str(fragment))
    yield tuple(_variables(catalog, request))


def _local(kconf: Any, file: Path, where: str, name: str, lenient: bool) -> Fragment:
    found = read_fragment(file, where)
    for one in found:
        if not lenient and one.symbol not in kconf.syms:
            raise LeafrootError(
                f"the option CONFIG_{one.symbol} no longer exists",
                one.where,
                f"'scons BOARD={name} olddefconfig' updates the file.",
            )
    # The file lists all options; the user did not choose those without a prompt.
    return tuple(one for one in found if one.symbol not in kconf.syms or has_prompt(kconf.syms[one.symbol]))


def _variables(catalog: Catalog, request: Request) -> Iterable[Assignment]:
    if request.boot:
        _check_known("BOOT", request.boot, "boot mode", BOOT_MODES)
        yield Assignment(symbol("BOOT", request.boot), "y", f"BOOT={request.boot}")
    if request.kernel:
        _check_known("KERNEL", request.kernel, "kernel series", catalog.series)
        yield Assignment(symbol("KERNEL", request.kernel), "y", f"KERNEL={request.kernel}")
    if request.toolchain:
        _check_known("TOOLCHAIN", request.toolchain, "toolchain", TOOLCHAINS)
        where = f"TOOLCHAIN={request.toolchain}"
        yield Assignment(symbol("TOOLCHAIN", request.toolchain), "y", where)


def _check_known(variable: str, name: str, kind: str, known: Iterable[str]) -> None:
    names = list(known)
    if name not in names:
        raise LeafrootError(f"there is no {kind} {name!r}", f"{variable}={name}", nearest(name, names))


def _check_layer(kconf: Any, layer: Sequence[Assignment], board: str) -> None:
    """Raise LeafrootError if a layer selects another board than the requested one."""
    choice = kconf.syms[symbol("BOARD", board)].choice
    for one in layer:
        option = kconf.syms.get(one.symbol)
        if one.value == "y" and option in choice.syms and one.symbol != symbol("BOARD", board):
            raise LeafrootError(
                f"CONFIG_{one.symbol} selects another board than BOARD={board}",
                one.where,
                "Remove the line, or set BOARD= to that board.",
            )
