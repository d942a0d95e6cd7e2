# SPDX-License-Identifier: Apache-2.0
"""The configuration of one board as a value: made from a catalog and a request; the plan is made from it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from leafroot.describe.arch import Arch
from leafroot.describe.arches import ARCHES
from leafroot.describe.board import ROOT_SIZE, Board, Series
from leafroot.describe.bootmode import BOOT_MODES, BootMode, check_bootable
from leafroot.describe.console import Console, consoles_of, read_console
from leafroot.describe.option import Choice
from leafroot.describe.package import Package
from leafroot.describe.parameters import parameters_fault
from leafroot.describe.qemu import Emulation
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest, printable
from leafroot.files import read_file
from leafroot.graph import Asked, Graph, resolve_graph
from leafroot.kconfig.assign import obstacles
from leafroot.kconfig.defconfig import find_board
from leafroot.kconfig.fragment import Fragment, check_for_kbuild, read_fragment
from leafroot.kconfig.generate import NOBODY, option_symbol, package_symbol, role_symbol, roles, symbol
from leafroot.kconfig.resolve import TOOLCHAINS, BuiltInToolchain, Request, Resolved, resolve
from leafroot.raspberry_pi.card import CONFIG_TXT
from leafroot.raspberry_pi.config_txt import config_txt
from leafroot.rootfs import accounts
from leafroot.rootfs.layers import Listing, read_listing
from leafroot.rootfs.passwords import MAKE_ONE, file_fault, hash_fault
from leafroot.units.catalog import Catalog
from leafroot.units.check import SHARED_FRAGMENTS


@dataclass(frozen=True)
class ExternalToolchain:
    """A toolchain of this machine: `<prefix>/bin/<tuple>-gcc`. Leafroot builds the libc for it."""

    prefix: str
    tuple: str


@dataclass(frozen=True)
class Config:
    """One board's resolved configuration.

    `name` is the board's name, or that of another defconfig for it; the output folder is named after it. `graph` is
    the resolved graph of the selected packages and their options. `files` are the packages' folders of files, by
    package. `toolchain` is in a folder of this machine, or one that Leafroot brings: "source" or "debian".
    `overlays` are the overlay folders, the board's first; files of later ones win. `root_password` is the hash for
    /etc/shadow: "*" locks the account, "" means no password. `memory` is RAM in MiB. `root_size` is the size of the
    root that the kernel is given, "" for none. `compression` is a zstd level. `options` are the selected ones of
    the board's optional kernel fragments. `config_txt` is the text of that file for a Raspberry Pi's boot loader,
    empty for other boards. With `c_only`, the toolchain from source is for C only. `kernel_fragments` are what the
    kernel is configured from, each over the one before; `fragments` are those of the packages that are configured
    in the same way, by package. `cmdline_at` is the place that set `cmdline`. `roles` says which package has each role
    (`Package.roles`) that one of those selected can have. `notes` are lines for people.
    """

    name: str
    board: Unit[Board]
    arch: Arch
    series: Unit[Series]
    mode: BootMode
    graph: Graph
    files: Mapping[str, Listing]
    catalog: Catalog
    toolchain: ExternalToolchain | BuiltInToolchain
    hostname: str
    root_password: str
    overlays: tuple[Listing, ...]
    compression: int
    cmdline: str
    memory: int
    root_size: str = ""
    options: tuple[str, ...] = ()
    config_txt: str = ""
    c_only: bool = False
    kernel_fragments: tuple[Fragment, ...] = ()
    fragments: Mapping[str, tuple[Fragment, ...]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    cmdline_at: str = ""

    @property
    def described_in(self) -> str:
        """The name of the board's file in steps and their messages: the same wherever the board is on this machine."""
        return self.board.described_in

    @property
    def consoles(self) -> tuple[Console, ...]:
        """The kernel's consoles, the board's own or that of the QEMU machine; the last one is /dev/console."""
        texts = consoles_of(self.board.value.console) or (self.arch.console,)
        return tuple(one for one in map(read_console, texts) if one is not None)

    @property
    def emulation(self) -> Emulation:
        """The QEMU machine for the board."""
        return self.board.value.emulation or self.arch.emulation


_MENU = "configs/Kconfig"
# Every boot mode needs the options of this shared fragment, and so does every kernel.
_EVERY_KERNEL = "initramfs"
_HOSTNAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_TUPLE = re.compile(r"[A-Za-z0-9_]+(-[A-Za-z0-9_.]+){1,3}")


def configure(catalog: Catalog, root: Path, generated: Path, request: Request, overlays: Sequence[str] = ()) -> Config:
    """The requested configuration: the board's defconfig (or the local file), and the other layers on top.

    `generated` is a folder for generated Kconfig files. `overlays` are added after those in the configuration; their
    paths are relative to `root`. Raises LeafrootError for every setting that has no effect.
    """
    resolved = resolve(catalog, root, generated, request)
    unit = find_board(catalog, request.name)
    series = next(one for name, one in catalog.series.items() if resolved.value(symbol("KERNEL", name)) == "y")
    mode = next(one for name, one in BOOT_MODES.items() if resolved.value(symbol("BOOT", name)) == "y")
    # The error is for the layer that set the mode, else for the one that set the series, else for the board.
    origin = resolved.where(symbol("KERNEL", series.name), unit.path("board.py"))
    check_bootable(catalog.series, series, mode, resolved.where(symbol("BOOT", mode.name), origin))
    selected = _selected(resolved, catalog.packages, unit)
    asked = Asked(
        selected,
        unit.value.arch,
        options={name: _options(resolved, catalog.packages[name]) for name in selected},
        extra=[unit.value.loader.package] if unit.value.loader else [],
    )
    graph = resolve_graph(catalog.packages, asked)
    options = tuple(name for name in unit.value.kernel.options if resolved.value(option_symbol(unit, name)) == "y")
    return Config(
        name=request.name,
        board=unit,
        arch=ARCHES[unit.value.arch],
        series=series,
        mode=mode,
        graph=graph,
        files={
            name: _listing(root, one.path("files"), override=False)
            for name in selected
            if (one := catalog.packages[name]).below("files")
        },
        catalog=catalog,
        toolchain=_toolchain(resolved),
        hostname=_matching(resolved, "SYSTEM_HOSTNAME", _HOSTNAME, "a host name: letters, digits and inner hyphens"),
        root_password=_root_password(resolved),
        overlays=tuple(_listing(root, name) for name in _overlays(resolved, unit, catalog, overlays)),
        compression=int(resolved.value("IMAGE_ZSTD_LEVEL")),
        cmdline=_cmdline(resolved),
        cmdline_at=resolved.where("KERNEL_CMDLINE", ""),
        memory=int(resolved.value("BOARD_MEMORY")),
        root_size=_root_size(resolved, unit),
        options=options,
        config_txt=_config_txt(root, unit) if unit.value.loader else "",
        c_only=resolved.value("TOOLCHAIN_C_ONLY") == "y",
        kernel_fragments=tuple(_kernel_fragments(root, unit, options)),
        fragments={
            node.unit.name: tuple(_own_fragment(root, node.unit, name) for name in names)
            for node in graph
            if (names := node.unit.value.build.configured_from(node.words))
        },
        roles={
            role: name
            for role, names in roles(catalog.packages).items()
            for name in (*names, NOBODY)
            if resolved.value(role_symbol(role, name)) == "y"
        },
        notes=resolved.notes,
    )


def _kernel_fragments(root: Path, board: Unit[Board], options: Iterable[str]) -> Iterator[Fragment]:
    """The fragments that a board's kernel is configured from: shared ones, its own, and what every kernel needs."""
    kernel = board.value.kernel
    for name in kernel.shared:
        yield _kbuild_fragment(root, f"{SHARED_FRAGMENTS}/{name}.config")
    for name in (*kernel.config, *(f"{name}.config" for name in options)):
        yield _own_fragment(root, board, name)
    yield _kbuild_fragment(root, f"{SHARED_FRAGMENTS}/{_EVERY_KERNEL}.config")


def _own_fragment(root: Path, unit: Unit[Any], name: str) -> Fragment:
    """A fragment of a unit's folder; its lines are known by the same place wherever the unit is on this machine."""
    path, known = unit.path(name), unit.known_as(name)
    found = _kbuild_fragment(root, path)
    return tuple(replace(one, where=f"{known}{one.where.removeprefix(path)}") for one in found)


def _kbuild_fragment(root: Path, path: str) -> Fragment:
    found = read_fragment(Path(root, path), path)
    check_for_kbuild(found)
    return found


def _options(resolved: Resolved, unit: Unit[Package]) -> dict[str, str]:
    """The values of a package's options, as Kconfig writes them; of a choice, the name of the value."""
    found = {}
    for option in unit.value.options:
        name = package_symbol(unit.name, option.name)
        if isinstance(option, Choice):
            symbols = {value: symbol(name, value) for value in option.alternatives}
            chosen = [value for value, one in symbols.items() if resolved.value(one) == "y"]
            if not chosen:
                why = [f"CONFIG_{one} {obstacles(resolved.kconf.syms[one], 'y').why}" for one in symbols.values()]
                raise LeafrootError(
                    f"no value of option {option.name!r} can be chosen", unit.at(option.name), "\n".join(why)
                )
            found[option.name] = chosen[0]
            continue
        if name not in resolved.kconf.syms or not resolved.kconf.syms[name].nodes:
            raise LeafrootError(
                f"option {option.name!r} has no prompt, and there is no option CONFIG_{name}",
                unit.at(option.name),
                f"{unit.path('Config.in')} must define it. {nearest(name, _names(resolved, unit))}".strip(),
            )
        found[option.name] = resolved.value(name)
    return found


def _names(resolved: Resolved, unit: Unit[Package]) -> list[str]:
    start = f"{symbol('PACKAGE', unit.name)}_"
    return [one.name for one in resolved.kconf.unique_defined_syms if one.name.startswith(start)]


def _config_txt(root: Path, board: Unit[Board]) -> str:
    own = Path(root, board.path(CONFIG_TXT)).read_text("utf-8", "replace") if CONFIG_TXT in board.files else ""
    return config_txt(board, own)


def _selected(resolved: Resolved, packages: Mapping[str, Unit[Package]], board: Unit[Board]) -> tuple[str, ...]:
    """The names of the selected packages."""
    for name in board.value.packages:
        option = resolved.kconf.syms[symbol("PACKAGE", name)]
        if option.str_value == "n" and option.name not in resolved.assigned:
            why = obstacles(option, "y").why
            raise LeafrootError(
                f"the board needs package {name!r}, but CONFIG_{option.name} {why}", board.path("board.py")
            )
    return tuple(
        name
        for name, unit in packages.items()
        if unit.value.build.place == "root" and resolved.value(symbol("PACKAGE", name)) == "y"
    )


def _toolchain(resolved: Resolved) -> ExternalToolchain | BuiltInToolchain:
    for name in TOOLCHAINS:
        if resolved.value(symbol("TOOLCHAIN", name)) == "y":
            return name
    prefix = _matching(
        resolved, "TOOLCHAIN_EXTERNAL_PREFIX", re.compile(r"/[^\s:]*"), "an absolute path without spaces"
    )
    if prefix.rstrip("/") in ("/usr", "", "/usr/local"):
        raise LeafrootError(
            f"the programs in {prefix} need libraries of this machine, which a build does not see",
            resolved.where("TOOLCHAIN_EXTERNAL_PREFIX", _MENU),
            "Choose Debian's compiler (TOOLCHAIN=debian), or name the folder of a self-contained compiler.",
        )
    return ExternalToolchain(
        prefix=prefix,
        tuple=_matching(resolved, "TOOLCHAIN_EXTERNAL_TUPLE", _TUPLE, "a tuple such as x86_64-linux-gnu"),
    )


def _cmdline(resolved: Resolved) -> str:
    name = "KERNEL_CMDLINE"
    # Blanks around the parameters mean nothing to the kernel.
    text = resolved.value(name).strip(" ")
    if fault := parameters_fault(text):
        raise LeafrootError(fault[0], resolved.where(name, _MENU), fault[1])
    return text


def _root_password(resolved: Resolved) -> str:
    if resolved.value("SYSTEM_ROOT_PASSWORD_LESS") == "y":
        return ""
    name = "SYSTEM_ROOT_PASSWORD_HASH"
    hashed = resolved.value(name)
    if hashed and not hashed.strip("!*x"):
        raise LeafrootError(
            f"the value of CONFIG_{name} is not a crypt(5) hash",
            resolved.where(name, _MENU),
            f'To lock root, leave it empty: CONFIG_{name}="". Otherwise: {MAKE_ONE[0].lower()}{MAKE_ONE[1:]}',
        )
    if hashed and (fault := hash_fault(hashed)):
        raise LeafrootError(f"the value of CONFIG_{name} {fault}", resolved.where(name, _MENU), MAKE_ONE)
    return hashed or "*"


def _root_size(resolved: Resolved, board: Unit[Board]) -> str:
    if resolved.value("SYSTEM_ROOT_SIZE"):
        return _matching(resolved, "SYSTEM_ROOT_SIZE", ROOT_SIZE, "a size for the root: 60%, or 96M")
    return board.value.root_size


def _listing(root: Path, folder: str, override: bool = True) -> Listing:
    """The entries of an overlay; a LeafrootError for account files that login cannot read, and passwords likewise."""
    found = read_listing(root, folder, override=override)
    for name in ("etc/shadow", "etc/passwd", "etc/group"):
        if any(path == name and what[0] == "0" for path, what in found.entries):
            text = read_file(Path(root, folder, name), f"{folder}/{name}").decode("utf-8", "replace")
            if wrong := accounts.file_fault(name.removeprefix("etc/"), text):
                raise LeafrootError(wrong[1], f"{folder}/{name}:{wrong[0]}", wrong[2])
            if name != "etc/group" and (fault := file_fault(text)):
                raise LeafrootError(f"the password of {fault[1]} {fault[2]}", f"{folder}/{name}:{fault[0]}", MAKE_ONE)
    return found


def _overlays(resolved: Resolved, board: Unit[Board], catalog: Catalog, more: Sequence[str]) -> Iterator[str]:
    """The overlay folders, the board's own first: relative to the checkout, or absolute if elsewhere."""
    if board.below("overlay"):
        yield board.path("overlay")
    where = resolved.where("SYSTEM_OVERLAYS", _MENU)
    asked = [(name, where) for name in resolved.value("SYSTEM_OVERLAYS").split()]
    asked += [(name, f"OVERLAY={name}") for name in more]
    root = catalog.trees[0]
    for name, place in asked:
        tree = next((tree for tree in catalog.trees if os.path.isdir(tree / name)), None)  # noqa: PTH112
        if tree is None:
            raise LeafrootError(
                f"there is no overlay folder {printable(name)!r}",
                place,
                "Write a path below this tree or an external one, or an absolute path. Spaces separate the folders, "
                "and ~ is not replaced."
                if place == where
                else "",
            )
        if root.resolve().is_relative_to((tree / name).resolve()):
            raise LeafrootError(
                f"the overlay folder {printable(name)!r} holds this checkout, which would be laid into the root",
                place,
                "Name a folder that has the files of the root alone.",
            )
        yield str(PurePosixPath(name)) if tree == root else Path(tree, name).as_posix()


def _matching(resolved: Resolved, name: str, pattern: re.Pattern[str], what: str) -> str:
    value = resolved.value(name)
    if not pattern.fullmatch(value):
        raise LeafrootError(
            f'CONFIG_{name}="{printable(value)}" is not {what}',
            resolved.where(name, _MENU),
            "" if name in resolved.assigned else f"Set CONFIG_{name} in a fragment, and name that in CONFIG=.",
        )
    return value
