# SPDX-License-Identifier: Apache-2.0
"""Generates the Kconfig files of boards, architectures, kernels, boot modes and packages from their descriptions.

configs/Kconfig, which is hand-written, sources the generated files by name.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from leafroot.describe.arches import ARCHES
from leafroot.describe.board import MEMORY, Board
from leafroot.describe.bootmode import BOOT_MODES, serves
from leafroot.describe.option import AnyOption, Choice, Edge, Number, Option, Text, edge
from leafroot.describe.package import GROUPS, Package
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.files import replacing
from leafroot.graph import arches_of, arches_of_edge, needs_of
from leafroot.units.catalog import Catalog
from leafroot.units.check import LANGUAGES

NOBODY = "none"
"""The value of a role that no package has."""


@cache
def symbol(kind: str, name: str) -> str:
    """The Kconfig symbol of a unit, boot mode or architecture: PACKAGE_LIBPNG, KERNEL_6_12."""
    return f"{kind}_{re.sub('[^A-Z0-9]', '_', name.upper())}"


def option_symbol(board: Unit[Board], name: str) -> str:
    """The Kconfig symbol of one of a board's optional kernel fragments."""
    return symbol(symbol("BOARD", board.name), name)


def package_symbol(package: str, option: str) -> str:
    """The Kconfig symbol of one of a package's options; for a value of a choice, its name is added."""
    return symbol(symbol("PACKAGE", package), option)


def role_symbol(role: str, package: str) -> str:
    """The Kconfig symbol for a package that has a role of its own kind: ROLE_SSH_SERVER_DROPBEAR."""
    return symbol(symbol("ROLE", role), package)


def roles(packages: Mapping[str, Unit[Package]]) -> dict[str, list[str]]:
    """The roles of packages, each with the packages that can have it, sorted."""
    found: dict[str, list[str]] = {}
    for name, unit in sorted(packages.items()):
        for role in unit.value.roles:
            found.setdefault(role, []).append(name)
    return dict(sorted(found.items()))


def generate(catalog: Catalog) -> dict[str, str]:
    """The generated Kconfig files: file name to text.

    Raises LeafrootError if two names would become the same symbol.
    """
    _check_symbols(_symbols(catalog))
    return {
        "arches.kconfig": _arches(),
        "boards.kconfig": _boards(catalog),
        "kernels.kconfig": _kernels(catalog),
        "bootmodes.kconfig": _boot_modes(catalog),
        "packages.kconfig": _packages(catalog),
        "external.kconfig": _external(catalog.trees[1:]),
    }


def write_generated(catalog: Catalog, folder: Path) -> None:
    """Write the generated files into `folder`; a file whose text has not changed keeps its time."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in generate(catalog).items():
        file = folder / name
        if not file.exists() or file.read_text("utf-8") != text:
            with replacing(file) as stream:
                stream.write(text.encode())


class _Said(NamedTuple):
    """A symbol, what it stands for, and where that is; the place is looked for only if there is an error."""

    symbol: str
    what: str
    where: Callable[[], str]


def _symbols(catalog: Catalog) -> Iterator[_Said]:
    """Every symbol of a unit or of one of its options."""
    kinds: tuple[tuple[str, Mapping[str, Unit[Any]]], ...] = (
        ("BOARD", catalog.boards),
        ("KERNEL", catalog.series),
        ("PACKAGE", catalog.packages),
    )
    for kind, units in kinds:
        for unit in units.values():
            yield _Said(symbol(kind, unit.name), repr(unit.name), partial(str, unit.folder))
    for board in catalog.boards.values():
        for name in board.value.kernel.options:
            yield _Said(option_symbol(board, name), f"option {name!r} of {board.name!r}", partial(board.at, name))
    for role, names in roles(catalog.packages).items():
        unit = catalog.packages[names[0]]
        yield _Said(symbol("ROLE", role), f"role {role!r}", partial(unit.at, role))
    for package in catalog.packages.values():
        for option in package.value.options:
            name, what = package_symbol(package.name, option.name), f"option {option.name!r} of {package.name!r}"
            if not isinstance(option, Choice):
                yield _Said(name, what, partial(package.at, option.name))
                continue
            for value in option.alternatives:
                yield _Said(symbol(name, value), f"value {value!r} of {what}", partial(package.at, option.name))


def _check_symbols(symbols: Iterable[_Said]) -> None:
    seen: dict[str, _Said] = {}
    for one in symbols:
        other = seen.setdefault(one.symbol, one)
        if other is not one:
            raise LeafrootError(
                f"{one.what} and {other.what} have the same name in Kconfig: {one.symbol}",
                one.where(),
                f"Rename this one, or the one in {other.where()}.",
            )


def _arches() -> str:
    names = sorted(ARCHES)
    lines = [f"config {symbol('ARCH', name)}\n\tbool\n" for name in names]
    values = {"ARCH": names, "ARCH_DEBIAN_TUPLE": [ARCHES[name].debian_tuple for name in names]}
    for variable, texts in values.items():
        defaults = [
            f"\tdefault {_quote(text)} if {symbol('ARCH', name)}" for name, text in zip(names, texts, strict=True)
        ]
        lines.append("\n".join([f"config {variable}", "\tstring", *defaults, ""]))
    return _file(lines)


def _boards(catalog: Catalog) -> str:
    blocks = []
    for unit in catalog.boards.values():
        selects = [f"\tselect {symbol('ARCH', unit.value.arch)}"]
        blocks.append(_bool(symbol("BOARD", unit.name), unit.summary, selects, unit.doc))
    options = [
        _bool(option_symbol(unit, name), prompt, [f"\tdepends on {symbol('BOARD', unit.name)}"], f"{prompt}.")
        for unit in catalog.boards.values()
        for name, prompt in unit.value.kernel.options.items()
    ]
    more = [_memory(catalog.boards.values()), *options, *_config_in(catalog.boards.values(), "BOARD")]
    return _choice("Board", [], blocks) + _file(more, header=False)


def _memory(boards: Iterable[Unit[Board]]) -> str:
    defaults = [f"\tdefault {unit.value.memory} if {symbol('BOARD', unit.name)}" for unit in boards]
    text = (
        "The RAM of the board. Change it for a variant of the board with more or less RAM. QEMU gives an\n"
        "emulated board this much. An image that leaves no room in it is refused."
    )
    return _option(
        "BOARD_MEMORY", "int", "Memory (MiB)", [f"\trange {MEMORY.start} {MEMORY.stop - 1}", *defaults], text
    )


def _kernels(catalog: Catalog) -> str:
    defaults = [
        f"\tdefault {symbol('KERNEL', unit.value.kernel.series)} if {symbol('BOARD', unit.name)}"
        for unit in catalog.boards.values()
    ]
    blocks = [
        _bool(symbol("KERNEL", unit.name), f"{unit.name} ({unit.value.version})", [], unit.doc)
        for unit in catalog.series.values()
    ]
    return _choice("Series", defaults, blocks)


def _boot_modes(catalog: Catalog) -> str:
    defaults = [
        f"\tdefault {symbol('BOOT', unit.value.boot)} if {symbol('BOARD', unit.name)}"
        for unit in catalog.boards.values()
    ]
    blocks = [
        _bool(symbol("BOOT", mode.name), f"{mode.name}: {mode.summary}", [], f"{mode.summary}.")
        for mode in BOOT_MODES.values()
    ]
    impossible = [
        f'comment "Linux {name} has no boot mode {mode.name}: choose another series or boot mode"\n'
        f"\tdepends on {symbol('KERNEL', name)} && {symbol('BOOT', mode.name)}\n"
        for name, unit in catalog.series.items()
        for mode in BOOT_MODES.values()
        if not serves(unit, mode)
    ]
    return _choice("Boot mode", defaults, blocks) + _file(impossible, header=False)


def _packages(catalog: Catalog) -> str:
    groups: dict[str, list[str]] = {name: [] for name in GROUPS}
    # `select` ignores the dependencies of the selected package, so the selecting package must have them too.
    needs = needs_of(catalog.packages, lambda package: frozenset(LANGUAGES[one] for one in package.languages))
    arches = arches_of(catalog.packages, ARCHES)
    wanted = [(symbol("BOARD", board.name), frozenset(board.value.packages)) for board in catalog.boards.values()]
    for name, unit in sorted(catalog.packages.items()):
        package = unit.value
        if package.build.place != "root":
            continue
        blocks = groups[package.group]
        boards = [board for board, packages in wanted if name in packages]
        lines = [f"\tdepends on {needed}" for needed in sorted(needs[name])]
        lines += _for_arches(arches[name])
        if package.default:
            lines.append("\tdefault y")
        elif boards:
            lines.append(f"\tdefault y if {' || '.join(boards)}")
        lines += _selects(unit, package.depends, package.runs_with)
        facts = f"Version {package.version}, {package.license}."
        blocks.append(_bool(symbol("PACKAGE", name), f"{name}: {unit.summary}", lines, f"{unit.doc}\n\n{facts}"))
        if package.options:
            options = [_package_option(unit, option, needs, arches) for option in package.options]
            blocks.append(f"if {symbol('PACKAGE', name)}\n\n{_file(filter(None, options), header=False)}\nendif\n")
        blocks += _config_in([unit], "PACKAGE")
    menus = [
        f"menu {_quote(GROUPS[name])}\n\n{_file(found, header=False)}\nendmenu\n"
        for name, found in groups.items()
        if found
    ]
    return _file([*menus, *_roles(catalog)])


def _roles(catalog: Catalog) -> Iterator[str]:
    """A choice for each role: one of the selected packages has it, the first unless a person says another, or none."""
    for role, names in roles(catalog.packages).items():
        text = f"Which package of this root is its {role}, and starts with it."
        needs = {name: symbol("PACKAGE", name) for name in names}
        needs[NOBODY] = " || ".join(needs.values())
        values = [
            _bool(role_symbol(role, name), name, [f"\tdepends on {needed}"], f"{role}: {name}.")
            for name, needed in needs.items()
        ]
        yield _file(
            ["\n".join(["choice", f"\tprompt {_quote(role)}", *_help(text), ""]), *values, "endchoice\n"], header=False
        )


def _for_arches(arches: frozenset[str]) -> list[str]:
    """The line for what cannot be had for every architecture."""
    names = " || ".join(symbol("ARCH", name) for name in sorted(arches))
    return [] if arches == frozenset(ARCHES) else [f"\tdepends on {names or 'n'}"]


def _selects(unit: Unit[Package], *kinds: Iterable[Edge]) -> list[str]:
    """The `select` lines for edges, sorted by package, each with the condition of its edge."""
    found = []
    for one in sorted((edge(each) for edges in kinds for each in edges), key=lambda one: one.name):
        terms = [
            " || ".join(symbol(kind, name) for name in names)
            for kind, names in (("ARCH", one.arch), ("LIBC", one.libc))
            if names
        ]
        if one.option:
            terms.append(_condition(unit, one.option))
        condition = f" if {' && '.join(f'({term})' for term in terms)}" if terms else ""
        found.append(f"\tselect {symbol('PACKAGE', one.name)}{condition}")
    return list(dict.fromkeys(found))


def _condition(unit: Unit[Package], condition: str) -> str:
    """The Kconfig expression for an edge's condition on an option: "tls", "tls=n", "tls=openssl"."""
    name, _, value = condition.partition("=")
    found = package_symbol(unit.name, name)
    if any(isinstance(option, Choice) for option in unit.value.options if option.name == name):
        return symbol(found, value)
    return f"!{found}" if value == "n" else found


def _package_option(
    unit: Unit[Package],
    option: AnyOption,
    needs: Mapping[str, frozenset[str]],
    arches: Mapping[str, frozenset[str]],
) -> str:
    """An option of a package; for one that its Config.in defines, only its `select` lines."""
    name = package_symbol(unit.name, option.name)

    def brought(value: str) -> list[str]:
        brings = option.brings(value)
        edges = [edge(one) for one in (*brings.depends, *brings.runs_with)]
        # Edges of the package itself may hang on the option too.
        said = {f"{option.name}={value}", option.name if value == "y" else ""} - {""}
        edges += [one for one in map(edge, (*unit.value.depends, *unit.value.runs_with)) if one.option in said]
        languages = sorted({language for one in edges for language in needs[one.name]})
        possible = frozenset(ARCHES).intersection(*(arches_of_edge(one, arches, ARCHES) for one in edges))
        lines = [*(f"\tdepends on {one}" for one in languages), *_for_arches(possible)]
        return [*lines, *_selects(unit, brings.depends, brings.runs_with)]

    match option:
        case Choice():
            values = [
                _bool(symbol(name, value), value, brought(value), f"{option.prompt}: {value}.")
                for value, _ in option.values()
            ]
            head = [
                "choice",
                f"\tprompt {_quote(option.prompt)}",
                f"\tdefault {symbol(name, option.preset)}",
                *(_help(option.help) if option.help else []),
                "",
            ]
            return _file(["\n".join(head), *values, "endchoice\n"], header=False)
        case Option():
            selects = brought("y")
            if not option.prompt:
                return "\n".join([f"config {name}", *selects, ""]) if selects else ""
            lines = [f"\tdefault {option.preset}", *selects]
            return _bool(name, option.prompt, lines, option.help or f"{option.prompt}.")
        case Number() if option.prompt:
            lines = [f"\trange {option.least} {option.most}", f"\tdefault {option.default}"]
            return _option(name, "int", option.prompt, lines, option.help or f"{option.prompt}.")
        case Text() if option.prompt:
            lines = [f"\tdefault {_quote(option.default)}"]
            return _option(name, "string", option.prompt, lines, option.help or f"{option.prompt}.")
    return ""


def _external(trees: Iterable[Path]) -> str:
    files = [tree / "configs" / "Kconfig" for tree in trees]
    return _file(f"source {_pattern(file.as_posix())}\n" for file in files if file.is_file())


def _config_in(units: Iterable[Unit[Any]], kind: str) -> list[str]:
    """Sources the hand-written options of units; they are shown only while the unit is selected."""
    return [
        f"if {symbol(kind, unit.name)}\nsource {_pattern(unit.path('Config.in'))}\nendif\n"
        for unit in units
        if "Config.in" in unit.files
    ]


def _choice(prompt: str, defaults: Sequence[str], blocks: Sequence[str]) -> str:
    return _file(["\n".join(["choice", f"\tprompt {_quote(prompt)}", *defaults, ""]), *blocks, "endchoice\n"])


def _bool(name: str, prompt: str, lines: Sequence[str], doc: str) -> str:
    return _option(name, "bool", prompt, lines, doc)


def _option(name: str, kind: str, prompt: str, lines: Sequence[str], doc: str) -> str:
    return "\n".join([f"config {name}", f"\t{kind} {_quote(prompt)}", *lines, *_help(doc), ""])


def _help(doc: str) -> list[str]:
    return ["\thelp", *(f"\t  {line}".rstrip() for line in doc.strip().splitlines())]


def _file(blocks: Iterable[str], header: bool = True) -> str:
    first = ["# Generated by leafroot/kconfig/generate.py from the units; changes are lost.\n"] if header else []
    return "\n".join([*first, *blocks])


def _quote(text: str) -> str:
    return '"' + re.sub(r'([\\"$])', r"\\\1", text) + '"'


def _pattern(path: str) -> str:
    # kconfiglib takes the path for a glob pattern; a path with brackets would not match itself.
    return _quote(glob.escape(path))
