# SPDX-License-Identifier: Apache-2.0
"""Checks units: names and files exist; options, accounts and licences are valid; dependencies have no circle."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from leafroot.describe.arches import ARCHES
from leafroot.describe.board import MEMORY, ROOT_SIZE, Board, Series
from leafroot.describe.bootmode import BOOT_MODES
from leafroot.describe.build_root import BuildRoot
from leafroot.describe.console import DRIVERS, console_fault, consoles_of, read_console
from leafroot.describe.option import AnyOption, Choice, Dependency, Number, Provider
from leafroot.describe.package import GROUPS, Account, Package
from leafroot.describe.parameters import parameters_fault
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest
from leafroot.files import write_text
from leafroot.graph import arches_of, check_circles, possible_edges
from leafroot.raspberry_pi.card import CONFIG_TXT, check_card
from leafroot.rootfs.accounts import User, settle_accounts
from leafroot.rootfs.elf import HARDENING
from leafroot.rootfs.tree import is_normal

LANGUAGES = {"c++": "TOOLCHAIN_CXX"}
"""The languages beyond C that a package may need, each with the Kconfig symbol that says whether it is available."""

LIBCS = ("musl",)
"""The C libraries that a root can have."""

SHARED_FRAGMENTS = "linux/config"
"""The folder of the kernel fragments that boards share."""

# A user's number is also the number of its group.
_IN_EVERY_ROOT = {"root": 0, "tty": 5}


_ROLE = re.compile(r"[A-Z][A-Za-z0-9]*( [A-Za-z0-9]+)*")
_OPTION = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_LICENSE_REF = re.compile(r"(DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+")

Packages = Mapping[str, Unit[Package]]
Roots = Mapping[str, Unit[BuildRoot]]


def check_roots(roots: Roots) -> None:
    """Check that the build roots that a root names exist, and that its links are plain paths in usr/."""
    for unit in roots.values():
        for name in unit.value.beside:
            if name not in roots:
                raise LeafrootError(f"unknown build root {name!r}", unit.at(name), nearest(name, roots))
        for path, target in unit.value.links.items():
            if not path.startswith("usr/"):
                raise LeafrootError(f"{path!r} is not in usr/", unit.at(path), "For example: usr/bin/awk.")
            _check_link(unit, path, target)
    try:
        TopologicalSorter({name: unit.value.beside for name, unit in roots.items()}).prepare()
    except CycleError as error:
        # graphlib lists each node before the one that needs it; the message has the opposite order.
        names = error.args[1][::-1]
        raise LeafrootError(
            f"build roots are beside each other in a circle: {' -> '.join(names)}", roots[names[0]].at(names[1])
        ) from None


def _check_link(unit: Unit[Any], path: str, target: str) -> None:
    if {"", ".", ".."} & set(path.split("/")) or not path.isprintable():
        raise LeafrootError(f"{path!r} is not a plain path", unit.at(path), "For example: usr/bin/awk.")
    if not target or not target.isprintable():
        raise LeafrootError(f"{target!r} is no target of a link", unit.at(path), "For example: gawk.")


def check_packages(packages: Packages, roots: Roots) -> None:
    """Check each package's edges, options, languages, accounts and recipe, and that no circle is possible."""
    for unit in packages.values():
        for kind, edges in possible_edges(unit.value).items():
            for one in edges:
                _check_edge(packages, unit, kind, one)
        if unit.value.group not in GROUPS:
            raise LeafrootError(
                f"unknown group {unit.value.group!r}", unit.at("group"), nearest(unit.value.group, GROUPS)
            )
        for language in unit.value.languages:
            if language not in LANGUAGES:
                raise LeafrootError(f"unknown language {language!r}", unit.at(language), nearest(language, LANGUAGES))
        for name in unit.value.arch:
            if name not in ARCHES:
                raise LeafrootError(f"unknown architecture {name!r}", unit.at(name), nearest(name, ARCHES))
        if unit.value.arch and unit.value.build.place != "root":
            raise LeafrootError("'arch' is for packages that a root can have", unit.at("arch"))
        for name in unit.value.build_roots:
            if name not in roots:
                raise LeafrootError(f"unknown build root {name!r}", unit.at(name), nearest(name, roots))
        for path, target in unit.value.links.items():
            _check_link(unit, path, target)
        for role, paths in unit.value.roles.items():
            _check_role(unit, role, paths)
        for name in ("links", "leave_out"):
            if getattr(unit.value, name) and not unit.value.build.builds:
                raise LeafrootError(
                    f"{name!r} is for packages that are built", unit.at(name), "A folder files/ has its links itself."
                )
        for path in unit.value.replaces:
            if not is_normal(path):
                raise LeafrootError(
                    f"{path!r} is not a path below the root", unit.at(path), "Write it in the form usr/bin/env."
                )
        _check_options(unit)
        _check_archives(unit)
        unit.value.build.check(unit)
    _check_accounts(packages)
    check_circles(packages)
    for name, arches in arches_of(packages, ARCHES).items():
        if not arches:
            raise LeafrootError(
                f"{name!r} can be had for no architecture",
                packages[name].at("arch"),
                "Those that it needs exclude all.",
            )


def _check_edge(packages: Packages, unit: Unit[Package], kind: str, one: Dependency) -> None:
    name = one.name
    if name not in packages:
        known = [name for name, other in packages.items() if other.value.build.place == "root"]
        raise LeafrootError(
            f"{unit.name!r} depends on {name!r}, but there is no such package", unit.at(name), nearest(name, known)
        )
    recipe = packages[name].value.build
    if recipe.place != "root" and unit.value.build.place != "toolchain":
        always = recipe.place == "toolchain"
        why = "part of the toolchain and always available" if always else "for a boot loader, not for a root"
        raise LeafrootError(
            f"{unit.name!r} depends on {name!r}, which is {why}", unit.at(name), f"Remove it from {kind}."
        )
    if kind == "tools" and not recipe.serves_host:
        raise LeafrootError(
            f"{unit.name!r} needs {name!r} as a tool, but {type(recipe).__name__} cannot build for the build machine",
            unit.at(name),
            "Only packages built by Autotools, CMake, Make or Meson can be tools.",
        )
    for names, accepted, what in ((one.arch, tuple(ARCHES), "architecture"), (one.libc, LIBCS, "C library")):
        for wrong in (word for word in names if word not in accepted):
            raise LeafrootError(f"unknown {what} {wrong!r}", unit.at(wrong), nearest(wrong, accepted))
    if one.option:
        _check_condition(unit, one.option)


def _check_condition(unit: Unit[Package], condition: str) -> None:
    name, _, value = condition.partition("=")
    options = {option.name: option for option in unit.value.options}
    if name not in options:
        raise LeafrootError(f"unknown option {name!r}", unit.at(condition), nearest(name, options))
    known = [each for each, _ in options[name].values()]
    if not known:
        raise LeafrootError(
            f"an edge cannot depend on option {name!r}, a {type(options[name]).__name__}",
            unit.at(condition),
            "It can depend on an Option, a Choice or a Provider.",
        )
    if (value or "y") not in known:
        raise LeafrootError(
            f"option {name!r} has no value {value or 'y'!r}",
            unit.at(condition),
            f"Write {' or '.join(repr(f'{name}={each}') for each in known if each not in ('y', 'n')) or repr(name)}.",
        )


def _check_role(unit: Unit[Package], role: str, paths: Sequence[str]) -> None:
    if not _ROLE.fullmatch(role):
        raise LeafrootError(
            f"{role!r} is not a role", unit.at(role), "It is the prompt of a choice, such as 'SSH server'."
        )
    if not paths:
        raise LeafrootError(f"role {role!r} has no paths", unit.at(role), "Name its start script, for example.")
    for path in paths:
        if f"files/{path}" not in unit.files:
            hint = nearest(path, [name.removeprefix("files/") for name in unit.files if name.startswith("files/")])
            raise LeafrootError(f"role {role!r} has {path!r}, which is not in files/", unit.at(path), hint)


def _check_options(unit: Unit[Package]) -> None:
    seen: dict[str, str] = {}
    for option in unit.value.options:
        for fault, hint in _option_faults(unit, option):
            raise LeafrootError(f"option {option.name!r} {fault}", unit.at(option.name), hint)
        symbol = option.name.replace("-", "_")
        if symbol in seen:
            raise LeafrootError(
                f"options {seen[symbol]!r} and {option.name!r} have the same name in Kconfig",
                unit.at(option.name),
                "Rename one of them.",
            )
        seen[symbol] = option.name


def _option_faults(unit: Unit[Package], option: AnyOption) -> Iterator[tuple[str, str]]:
    if not _OPTION.fullmatch(option.name):
        yield "has an invalid name", "It has lower-case letters, digits and inner hyphens, and begins with a letter."
    if not option.prompt and isinstance(option, Choice):
        yield "has no prompt", "A choice needs one: it cannot be defined in a Config.in."
    if not option.prompt and "Config.in" not in unit.files:
        yield "has no prompt", "Write one, or define the option in a Config.in beside the description."
    for what, text in (("prompt", option.prompt), ("default", option.preset)):
        if not text.isprintable():
            yield f"has a {what} of more than one line", "It must be one line without control characters."
    if not unit.value.build.takes_words and _has_words(option):
        yield (
            f"adds words, but {type(unit.value.build).__name__} accepts none",
            "It can add depends, runs_with and kernel options.",
        )
    if isinstance(option, Number) and not option.least <= option.default <= option.most:
        yield f"has the default {option.default}, which is not in its range, {option.least} to {option.most}", ""
    if isinstance(option, Choice):
        if len(option.alternatives) < 2:
            yield "has fewer than two values to choose from", "Use Option for something that is on or off."
        if option.preset not in option.alternatives:
            yield f"has the unknown default {option.default!r}", nearest(option.default, option.alternatives)
        for value in option.alternatives:
            if not _OPTION.fullmatch(value):
                yield f"has the invalid value {value!r}", "A value has lower-case letters, digits and inner hyphens."
    if isinstance(option, Provider) and option.edge not in ("depends", "runs_with"):
        yield f"has edge={option.edge!r}", "Write 'depends' or 'runs_with'."


def _has_words(option: AnyOption) -> bool:
    return bool(getattr(option, "words", ())) or any(brings.words for _, brings in option.values())


def _check_archives(unit: Unit[Package]) -> None:
    """Check that there is a main archive if there are others, and that their folders are valid."""
    package = unit.value
    if (package.parts or package.debian) and package.archive is None:
        raise LeafrootError(
            "'parts' and 'debian' need an archive, but there is none",
            unit.at("package"),
            "Add archive=Archive(...).",
        )
    for folder in package.parts:
        if {"", ".", ".."} & set(folder.split("/")):
            raise LeafrootError(
                f"{folder!r} is not a plain relative path in the source",
                unit.at(folder),
                "Write it without leading or trailing slashes, and without '.' and '..'.",
            )


def _check_accounts(packages: Packages) -> None:
    """Check that accounts with the same name or number are the same account: packages may share one."""
    names: dict[str, tuple[Unit[Package], Account]] = {}
    numbers: dict[int, tuple[Unit[Package], Account]] = {}
    for unit in packages.values():
        for account in unit.value.accounts:
            for name, number in _IN_EVERY_ROOT.items():
                if account.name == name or account.uid == number:
                    raise LeafrootError(
                        f"the account {account.name!r} ({account.uid}) clashes with {name!r} ({number}), "
                        "which is in every root",
                        unit.at(account.name),
                        "Give it another name or number.",
                    )
            try:
                settle_accounts([User(account.name, account.uid, account.home, account.shell)])
            except LeafrootError as error:
                raise LeafrootError(
                    f"the account {account.name!r} is not valid: {error.message}", unit.at(account.name), error.hint
                ) from None
            both = (names.setdefault(account.name, (unit, account)), numbers.setdefault(account.uid, (unit, account)))
            for owner, known in both:
                if known != account:
                    raise LeafrootError(
                        f"the account {account.name!r} ({account.uid}) clashes with {known.name!r} ({known.uid}) "
                        f"of package {owner.name!r}",
                        unit.at(account.name),
                        f"The other is in {owner.at(known.name)}. Give one of them another name or number.",
                    )


def check_licenses(units: Iterable[Unit[Any]], known: Path | None = None) -> None:
    """Raise a LeafrootError if a unit's licence is not an SPDX expression.

    `known` is a file that remembers valid expressions, because the library takes a tenth of a second to load.
    """
    try:
        right = set(known.read_text("utf-8").splitlines()) if known else set()
    except (OSError, UnicodeDecodeError):
        right = set()
    fresh = {unit.value.license: unit for unit in units if unit.value.license not in right}
    if not fresh:
        return
    for expression, unit in fresh.items():
        if fault := license_fault(expression):
            raise LeafrootError(
                f"{expression!r} is not an SPDX licence expression: {fault}",
                unit.at(expression),
                "Use names from spdx.org/licenses, joined by AND, OR and WITH; 'LicenseRef-NAME' for any other.",
            )
    if known:
        with contextlib.suppress(OSError, LeafrootError):
            # If they cannot be saved, they are checked again the next time.
            known.parent.mkdir(parents=True, exist_ok=True)
            write_text(known, "".join(f"{one}\n" for one in sorted(right | fresh.keys())))


def license_fault(expression: str) -> str:
    """What is wrong with an SPDX expression (SPDX specification 2.3, annex D); "" if it is valid."""
    from license_expression import ExpressionError

    licensing = _licensing()
    try:
        parsed = licensing.parse(expression, strict=True)
    except ExpressionError as error:
        return str(error).splitlines()[0]
    if parsed is None:
        return "it is empty"
    unknown = [name for name in licensing.unknown_license_keys(parsed) if not _LICENSE_REF.fullmatch(name)]
    if unknown:
        return f"there is no licence {unknown[0]!r}"
    # The library accepts "mit" and "GPL-2.0" too, but readers of a manifest or an SBOM may not.
    same = re.sub("[()]", "", expression) == re.sub("[()]", "", str(parsed))
    return "" if same else f"write {str(parsed)!r}"


@cache
def _licensing() -> Any:
    """All SPDX licences; reading them takes a tenth of a second."""
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


def check_boards(
    boards: Mapping[str, Unit[Board]],
    packages: Mapping[str, Unit[Package]],
    series: Mapping[str, Unit[Series]],
    root: Path,
) -> None:
    """Check that everything that a board names exists."""
    selectable = [name for name, unit in packages.items() if unit.value.build.place == "root"]
    boot_files = [name for name, unit in packages.items() if unit.value.build.place == "loader"]
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
                    raise LeafrootError(f"unknown {kind} {name!r}", unit.at(name), nearest(name, known))
        check_card(unit)
        _check_consoles(unit)
        if fault := parameters_fault(board.cmdline):
            raise LeafrootError(fault[0], unit.at("cmdline"), fault[1])
        if board.memory not in MEMORY:
            raise LeafrootError(
                f"memory={board.memory} is not an amount of memory in MiB",
                unit.at("memory"),
                f"It is {MEMORY[0]} to {MEMORY[-1]}.",
            )
        if board.root_size and not ROOT_SIZE.fullmatch(board.root_size):
            raise LeafrootError(
                f"{board.root_size!r} is not a valid size for the root",
                unit.at(board.root_size),
                'Write a share of the memory, "60%", or an amount, "96M".',
            )
        _check_files(unit, [*board.kernel.config, *(f"{name}.config" for name in board.kernel.options)])
        if board.emulation and board.emulation.overlay:
            _check_files(unit, [board.emulation.overlay])
        if board.loader is None and CONFIG_TXT in unit.files:
            raise LeafrootError(
                "nothing uses this file: the board has no loader",
                unit.path(CONFIG_TXT),
                f"Add loader=RaspberryPi(...) in {file}.",
            )
        for name in board.kernel.shared:
            shared = {path.stem for path in Path(root, SHARED_FRAGMENTS).glob("*.config")}
            if name not in shared:
                raise LeafrootError(
                    f"there is no {SHARED_FRAGMENTS}/{name}.config", unit.at(name), nearest(name, shared)
                )


def _check_consoles(unit: Unit[Board]) -> None:
    """Check the board's consoles, each by itself and against each other."""
    seen: dict[str, str] = {}
    for text in consoles_of(unit.value.console):
        if fault := console_fault(text, {**DRIVERS, **unit.value.console_drivers}):
            raise LeafrootError(fault[0], unit.at(text), fault[1])
        console = read_console(text)
        assert console is not None, text
        if console.kind in seen:
            raise LeafrootError(
                f"consoles {seen[console.kind]!r} and {text!r} have the same driver, but the kernel takes one of each",
                unit.at(text),
                "Remove one of them. For a second login, put a line into /etc/inittab by an overlay.",
            )
        seen[console.kind] = text


def check_series(series: Mapping[str, Unit[Series]]) -> None:
    """Check that each series has a version of that series, and patches for the boot modes that it says they add."""
    for unit in series.values():
        version = unit.value.version
        if not re.fullmatch(r"\d+\.\d+([.-].*)?", version):
            raise LeafrootError(f"{version!r} is not a kernel version", unit.at(version), "Write 6.12 or 6.12.107.")
        if not (version + ".").startswith(unit.name.split("-")[0] + "."):
            raise LeafrootError(f"version {version!r} is not in series {unit.name}", unit.at(version))
        _check_modes(unit)


def _check_modes(unit: Unit[Series]) -> None:
    # A patch can only add modes that the command line selects.
    brought = {mode.name for mode in BOOT_MODES.values() if mode.cmdline}
    for name in unit.value.modes:
        if name not in brought:
            raise LeafrootError(f"no patch can add a boot mode {name!r}", unit.at(name), nearest(name, brought))
        if BOOT_MODES[name].is_native(unit.value.number):
            raise LeafrootError(
                f"series {unit.name} has boot mode {name!r} without a patch", unit.at(name), "Remove it from modes=."
            )
    if unit.value.modes and not unit.patches:
        raise LeafrootError(
            f"boot mode {unit.value.modes[0]!r} needs a patch, but there is no {unit.path('patches')}/*.patch",
            unit.at(unit.value.modes[0]),
        )


def _check_files(unit: Unit[Any], names: Iterable[str]) -> None:
    for name in names:
        if name not in unit.files:
            raise LeafrootError(f"there is no {unit.path(name)}", unit.at(name), nearest(name, unit.files))
