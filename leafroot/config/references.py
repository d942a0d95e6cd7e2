# SPDX-License-Identifier: Apache-2.0
"""Checks what units say of each other: names that must exist, files that must be there, no circles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import Any

from leafroot.config.card import check_card
from leafroot.config.gosource import check_go, check_parts
from leafroot.config.units import line_of
from leafroot.describe.arches import ARCHES
from leafroot.describe.board import Board, Series
from leafroot.describe.bootmode import BOOT_MODES
from leafroot.describe.console import CONSOLES, console_kind
from leafroot.describe.package import Package
from leafroot.describe.recipes import Files, Go, Kbuild, Prebuilt, ToolchainPart
from leafroot.describe.rootsize import ROOT_SIZE
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest

LANGUAGES = {"c++": "TOOLCHAIN_CXX"}
"""What a package may ask of the compiler beyond C, and the Kconfig symbol that says whether it is there."""

SHARED_FRAGMENTS = "linux/config"
"""The folder of the kernel fragments that boards of any kind share."""

CONFIG_TXT = "config.txt"
"""The file of a board's folder whose lines a Raspberry Pi's boot loader gets beside Leafroot's own."""

HARDENING = ("relro", "pie", "ssp")


def check_packages(packages: Mapping[str, Unit[Package]], root: Path) -> None:
    """Check each package's dependencies, languages and fragments; their folders are relative to `root`."""
    selectable = [name for name, unit in packages.items() if is_selectable(unit)]
    for unit in packages.values():
        file = unit.path("package.py")
        for name in unit.value.selects():
            if name not in packages:
                raise LeafrootError(
                    f"{unit.name!r} depends on {name!r}, but there is no such package",
                    _line(root, file, name),
                    nearest(name, selectable),
                )
            if not is_selectable(packages[name]) and not is_toolchain_part(unit):
                always = is_toolchain_part(packages[name])
                kind = "a part of the toolchain and always there" if always else "for a boot loader and for no root"
                raise LeafrootError(
                    f"{unit.name!r} depends on {name!r}, which is {kind}",
                    _line(root, file, name),
                    "Take it out of depends.",
                )
        for language in unit.value.languages:
            if language not in LANGUAGES:
                raise LeafrootError(
                    f"unknown language {language!r}",
                    _line(root, file, language),
                    nearest(language, LANGUAGES),
                )
        if isinstance(unit.value.build, Kbuild):
            _check_files(root, unit, file, unit.value.build.fragments)
        if isinstance(unit.value.build, Prebuilt):
            _check_installed(root, file, unit.value.build)
        check_parts(root, unit)
        if isinstance(unit.value.build, Go):
            check_go(root, unit, unit.value.build)
        if isinstance(unit.value.build, Files) and not unit.below("files"):
            raise LeafrootError(f"Files() brings what is in {unit.path('files')}, but there is nothing", file)
    _check_circles(packages, root)


def check_boards(
    boards: Mapping[str, Unit[Board]],
    packages: Mapping[str, Unit[Package]],
    series: Mapping[str, Unit[Series]],
    root: Path,
) -> None:
    """Check that all that a board names is there."""
    selectable = [name for name, unit in packages.items() if is_selectable(unit)]
    boot_files = [name for name, unit in packages.items() if is_for_loaders(unit)]
    for unit in boards.values():
        board, file = unit.value, unit.path("board.py")
        named: list[tuple[str, Iterable[str], Iterable[str]]] = [
            ("architecture", [board.arch], ARCHES),
            ("kernel series", [board.kernel.series], series),
            ("boot mode", [board.boot], BOOT_MODES),
            ("package", board.packages, selectable),
            ("package of boot files", [board.loader.package] if board.loader else [], boot_files),
            ("hardening", board.require, HARDENING),
        ]
        for kind, names, known in named:
            for name in names:
                if name not in known:
                    raise LeafrootError(f"unknown {kind} {name!r}", _line(root, file, name), nearest(name, known))
        check_card(unit)
        if board.console and console_kind(board.console) not in CONSOLES:
            raise LeafrootError(
                f"unknown console {board.console!r}",
                _line(root, file, board.console),
                f"A device and its speed, like ttyS0,115200. {nearest(console_kind(board.console), CONSOLES)}".strip(),
            )
        if board.root_size and not ROOT_SIZE.fullmatch(board.root_size):
            raise LeafrootError(
                f"{board.root_size!r} is not a size for the root",
                _line(root, file, board.root_size),
                'A part of the memory, "60%", or an amount, "96M".',
            )
        _check_files(root, unit, file, [*board.kernel.config, *(f"{name}.config" for name, _ in board.kernel.options)])
        if board.emulation and board.emulation.overlay:
            _check_files(root, unit, file, [board.emulation.overlay])
        if board.loader is None and CONFIG_TXT in unit.files:
            raise LeafrootError(
                "nothing reads it: the board has no loader",
                unit.path(CONFIG_TXT),
                f"Say loader=RaspberryPi(...) in {file}.",
            )
        for name in board.kernel.shared:
            shared = {path.stem for path in Path(root, SHARED_FRAGMENTS).glob("*.config")}
            if name not in shared:
                raise LeafrootError(
                    f"there is no {SHARED_FRAGMENTS}/{name}.config", _line(root, file, name), nearest(name, shared)
                )


def check_series(series: Mapping[str, Unit[Series]], root: Path) -> None:
    """Check that each series has a version that belongs to it, and patches for the boot modes that they bring."""
    for unit in series.values():
        file, version = unit.path("kernel.py"), unit.value.version
        if not re.fullmatch(r"\d+\.\d+([.-].*)?", version):
            raise LeafrootError(
                f"{version!r} is not a kernel version", _line(root, file, version), "Like 6.12 or 6.12.107."
            )
        if not (version + ".").startswith(unit.name.split("-")[0] + "."):
            raise LeafrootError(f"version {version!r} is not of series {unit.name}", _line(root, file, version))
        for name in unit.files:
            if name.startswith("patches/") and not re.fullmatch(r"patches/[^/]+\.patch", name):
                raise LeafrootError(
                    f"a series has its patches in {unit.path('patches')}/*.patch",
                    unit.path(name),
                    "Every kernel of the series carries all of them; modes= says which boot modes they bring.",
                )
        _check_modes(root, unit, file)


def _check_modes(root: Path, unit: Unit[Series], file: str) -> None:
    # Only what the command line can ask for is a patch's to bring.
    brought = {mode.name for mode in BOOT_MODES.values() if mode.cmdline}
    for name in unit.value.modes:
        if name not in brought:
            raise LeafrootError(
                f"no patch brings a boot mode {name!r}", _line(root, file, name), nearest(name, brought)
            )
        if BOOT_MODES[name].is_native(unit.value.number):
            raise LeafrootError(
                f"series {unit.name} has boot mode {name!r} without a patch",
                _line(root, file, name),
                "Drop it from modes=.",
            )
    if unit.value.modes and not unit.below("patches"):
        raise LeafrootError(
            f"boot mode {unit.value.modes[0]!r} comes from a patch, but there is no {unit.path('patches')}/*.patch",
            _line(root, file, unit.value.modes[0]),
        )


def is_selectable(unit: Unit[Package]) -> bool:
    """Whether the package can be chosen for a root: parts of the toolchain and a boot loader's files cannot."""
    return not is_toolchain_part(unit) and not is_for_loaders(unit)


def is_for_loaders(unit: Unit[Package]) -> bool:
    """Whether the package has a boot loader's files."""
    return isinstance(unit.value.build, Prebuilt) and unit.value.build.boot


def is_toolchain_part(unit: Unit[Package]) -> bool:
    """Whether the package is a part of the toolchain, which is there without being selected."""
    return isinstance(unit.value.build, ToolchainPart)


def _check_files(root: Path, unit: Unit[Any], file: str, names: Iterable[str]) -> None:
    for name in names:
        if name not in unit.files:
            raise LeafrootError(f"there is no {unit.path(name)}", _line(root, file, name), nearest(name, unit.files))


def _check_installed(root: Path, file: str, recipe: Prebuilt) -> None:
    """Check that the pairs of a Prebuilt stay within the source and the root, and fit each other."""
    if not recipe.install:
        raise LeafrootError(
            "Prebuilt installs nothing",
            _line(root, file, "package"),
            'Its pairs are like ("firmware/x.bin", "lib/firmware/x.bin").',
        )
    for path, place in recipe.install:
        for name, whose in ((path, "the source"), (place, "the root")):
            parts = name.removesuffix("/").split("/")
            if name.startswith("/") or ".." in parts:
                raise LeafrootError(f"{name!r} leads out of {whose}", _line(root, file, name), "Paths are relative.")
            if not all(parts) or "." in parts:
                raise LeafrootError(f"{name!r} is not the plain form of a path in {whose}", _line(root, file, name))
        if path.endswith("/") and not place.endswith("/"):
            raise LeafrootError(
                f"{path!r} is a whole folder, but {place!r} is not",
                _line(root, file, place),
                f"Write {place + '/'!r}.",
            )


def _check_circles(packages: Mapping[str, Unit[Package]], root: Path) -> None:
    try:
        TopologicalSorter({name: unit.value.selects() for name, unit in packages.items()}).prepare()
    except CycleError as error:
        # graphlib lists each node before the one that needs it; people read it the other way round.
        raise _circle(error.args[1][::-1], packages, root) from None


def _circle(names: list[str], packages: Mapping[str, Unit[Package]], root: Path) -> LeafrootError:
    steps = [
        f"{_line(root, packages[name].path('package.py'), needed)}: {name} depends on {needed}"
        for name, needed in pairwise(names)
    ]
    return LeafrootError(
        f"packages depend on each other in a circle: {' -> '.join(names)}",
        _line(root, packages[names[0]].path("package.py"), names[1]),
        "\n".join(steps),
    )


def _line(root: Path, file: str, text: str) -> str:
    """The place where a description says `text`, found only once there is something to complain about."""
    return f"{file}:{line_of(Path(root, file), text)}"
