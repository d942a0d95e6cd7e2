# SPDX-License-Identifier: Apache-2.0
"""From a catalog and a board's name to its Config, the value that plans are made from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from pathlib import Path, PurePosixPath

from leafroot.config.bootable import check_bootable
from leafroot.config.catalog import Catalog
from leafroot.config.config_txt import config_txt
from leafroot.config.configuration import Config, ExternalToolchain
from leafroot.config.defconfig import find_board
from leafroot.config.generate import option_symbol, symbol
from leafroot.config.obstacles import obstacles
from leafroot.config.references import CONFIG_TXT, is_selectable
from leafroot.config.resolve import Request, Resolved, resolve
from leafroot.describe.arches import ARCHES
from leafroot.describe.board import Board
from leafroot.describe.bootmode import BOOT_MODES
from leafroot.describe.package import Package
from leafroot.describe.rootsize import ROOT_SIZE
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest
from leafroot.rootfs.layers import read_listing

_MENU = "configs/Kconfig"
_HOSTNAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_TUPLE = re.compile(r"[A-Za-z0-9_]+(-[A-Za-z0-9_.]+){1,3}")
# crypt(3): $id$salt$hash; the characters are those of its alphabet and of parameters.
_HASH = re.compile(r"\$[0-9a-z]+\$[./A-Za-z0-9$=,-]+")


def configure(catalog: Catalog, root: Path, generated: Path, request: Request, overlays: Sequence[str] = ()) -> Config:
    """The configuration that was asked for: the board's defconfig (or the local file), the rest on top.

    `generated` is a folder for generated Kconfig files. `overlays` come on top of those that the configuration
    names; paths are relative to `root`. Raises LeafrootError for whatever does not hold.
    """
    resolved = resolve(catalog, root, generated, request)
    unit = find_board(catalog, request.name)
    series = next(one for name, one in catalog.series.items() if resolved.value(symbol("KERNEL", name)) == "y")
    mode = next(one for name, one in BOOT_MODES.items() if resolved.value(symbol("BOOT", name)) == "y")
    # Whoever asked last for the mode, else for the series, is who can mend it; else it is the board.
    origin = resolved.where(symbol("KERNEL", series.name), unit.path("board.py"))
    check_bootable(catalog.series, series, mode, resolved.where(symbol("BOOT", mode.name), origin))
    packages = _packages(resolved, catalog.packages, unit)
    return Config(
        name=request.name,
        board=unit,
        arch=ARCHES[unit.value.arch],
        series=series,
        mode=mode,
        packages=packages,
        files={one.name: read_listing(root, one.path("files")) for one in packages if one.below("files")},
        catalog=catalog,
        toolchain=_toolchain(resolved),
        hostname=_matching(resolved, "SYSTEM_HOSTNAME", _HOSTNAME, "a host name: letters, digits and inner hyphens"),
        root_password=_root_password(resolved),
        overlays=tuple(read_listing(root, name) for name in _overlays(resolved, unit, catalog, overlays)),
        compression=int(resolved.value("IMAGE_ZSTD_LEVEL")),
        cmdline=resolved.value("KERNEL_CMDLINE"),
        memory=int(resolved.value("BOARD_MEMORY")),
        root_size=_root_size(resolved, unit),
        options=tuple(
            name for name, _ in unit.value.kernel.options if resolved.value(option_symbol(unit, name)) == "y"
        ),
        config_txt=_config_txt(root, unit) if unit.value.loader else "",
        choices=dict(_choices(resolved, packages)),
        c_only=resolved.value("TOOLCHAIN_C_ONLY") == "y",
    )


def _choices(resolved: Resolved, packages: Sequence[Unit[Package]]) -> Iterator[tuple[str, str]]:
    for unit in packages:
        for choice in getattr(unit.value.build, "choices", ()):
            if choice.option not in resolved.kconf.syms:
                raise LeafrootError(
                    f"the recipe asks for the option {choice.option!r}, and there is none",
                    unit.path("package.py"),
                    nearest(choice.option, resolved.kconf.syms) or f"It belongs into {unit.path('Config.in')}.",
                )
            yield choice.option, resolved.value(choice.option)


def _config_txt(root: Path, board: Unit[Board]) -> str:
    own = Path(root, board.path(CONFIG_TXT)).read_text("utf-8", "replace") if CONFIG_TXT in board.files else ""
    return config_txt(board, own)


def _packages(
    resolved: Resolved, packages: Mapping[str, Unit[Package]], board: Unit[Board]
) -> tuple[Unit[Package], ...]:
    """The selected packages, dependencies first, and by name among those that could come at the same time."""
    for name in board.value.packages:
        option = resolved.kconf.syms[symbol("PACKAGE", name)]
        if option.str_value == "n" and option.name not in resolved.assigned:
            why = obstacles(option, "y").why
            raise LeafrootError(f"package {name!r} is wanted, but CONFIG_{option.name} {why}", board.path("board.py"))
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, unit in packages.items():
        if is_selectable(unit) and resolved.value(symbol("PACKAGE", name)) == "y":
            sorter.add(name, *unit.value.depends)
    sorter.prepare()
    order: list[Unit[Package]] = []
    while sorter:
        ready = sorted(sorter.get_ready())
        order += [packages[name] for name in ready]
        sorter.done(*ready)
    return tuple(order)


def _toolchain(resolved: Resolved) -> ExternalToolchain | None:
    if resolved.value("TOOLCHAIN_SOURCE") == "y":
        return None
    absolute = re.compile(r"/[^\s:]*")
    return ExternalToolchain(
        prefix=_matching(resolved, "TOOLCHAIN_EXTERNAL_PREFIX", absolute, "an absolute path without spaces"),
        tuple=_matching(resolved, "TOOLCHAIN_EXTERNAL_TUPLE", _TUPLE, "a tuple such as x86_64-linux-gnu"),
    )


def _root_password(resolved: Resolved) -> str:
    if resolved.value("SYSTEM_ROOT_PASSWORD_LESS") == "y":
        return ""
    if not resolved.value("SYSTEM_ROOT_PASSWORD_HASH"):
        return "*"
    return _matching(resolved, "SYSTEM_ROOT_PASSWORD_HASH", _HASH, "a hash that crypt(3) knows")


def _root_size(resolved: Resolved, board: Unit[Board]) -> str:
    if resolved.value("SYSTEM_ROOT_SIZE"):
        return _matching(resolved, "SYSTEM_ROOT_SIZE", ROOT_SIZE, "a size for the root: 60%, or 96M")
    return board.value.root_size


def _overlays(resolved: Resolved, board: Unit[Board], catalog: Catalog, more: Sequence[str]) -> Iterator[str]:
    """The folders laid over the root, the board's own first: below the checkout, or absolute if elsewhere."""
    if board.below("overlay"):
        yield board.path("overlay")
    where = resolved.where("SYSTEM_OVERLAYS", _MENU)
    asked = [(name, where) for name in resolved.value("SYSTEM_OVERLAYS").split()]
    asked += [(name, f"OVERLAY={name}") for name in more]
    root = catalog.trees[0]
    for name, place in asked:
        tree = next((tree for tree in catalog.trees if os.path.isdir(tree / name)), None)  # noqa: PTH112
        if tree is None:
            raise LeafrootError(f"there is no folder {name!r} to lay over the root", place)
        yield str(PurePosixPath(name)) if tree == root else Path(tree, name).as_posix()


def _matching(resolved: Resolved, name: str, pattern: re.Pattern[str], what: str) -> str:
    value = resolved.value(name)
    if not pattern.fullmatch(value):
        raise LeafrootError(f'CONFIG_{name}="{value}" is not {what}', resolved.where(name, _MENU))
    return value
