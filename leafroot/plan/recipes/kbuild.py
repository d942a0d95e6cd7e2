# SPDX-License-Identifier: Apache-2.0
"""Kbuild: a program that is configured like the kernel. Fragments are applied to a base, and every option is checked.

Fragments are read while a board is configured (leafroot/kconfig/fragment.py); a step has only what counts of them.

The kernel and busybox are configured in the same way; only new options get their defaults differently. So
leafroot/plan/kernel.py uses this module too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from leafroot.describe.fields import freeze
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest, printable
from leafroot.kconfig.fragment import Assignment, Fragment, check_for_kbuild, parse_line
from leafroot.plan.recipes.protocol import Builder, Site, Work
from leafroot.step import ERRORS, AnyInput, Commands, Folder, Text
from leafroot.units.check import SHARED_FRAGMENTS

CONFIG = "/build/.config"
MERGED = "/build/merged.config"
_ASKED = "/asked"
_REPLACED = "/replaced.sed"
_OTHERS = "/build/others.config"
_CHECK = "/kconfig-check"
_CHECK_FILES = ("Makefile", "check.c")
# How the text of what is asked for says where the lines that follow come from; leafroot/tools/kconfig-check reads it.
_PLACE = "# at "


@dataclass(frozen=True)
class Asked:
    """What a configuration must have: the options, and the inputs and commands that bring them into a .config."""

    assignments: tuple[Assignment, ...]

    @property
    def inputs(self) -> tuple[AnyInput, ...]:
        """The options as Kconfig reads them, and the script that takes their lines out of a .config.

        The place of each line is in a comment before it.
        """
        lines: list[str] = []
        place = ""
        for one in self.assignments:
            if one.where != place:
                lines.append(f"{_PLACE}{printable(one.where)}")
                place = one.where
            lines.append(one.line)
        names = sorted({one.symbol for one in self.assignments})
        replaced = (rf"/^\(# \)\{{0,1\}}CONFIG_{name}[= ]/d" for name in names)
        return (
            Text(_ASKED, "".join(f"{line}\n" for line in lines)),
            Text(_REPLACED, "".join(f"{line}\n" for line in replaced)),
        )

    @property
    def merge(self) -> Commands:
        """The commands that write .config into MERGED, with these options instead of its own.

        They come last: of two members of a choice, conf takes the later one.
        """
        return (("sed", "-i", "-f", _REPLACED, CONFIG), ("sed", "-n", f"w {MERGED}", CONFIG, _ASKED))


def asked_options(where: str, options: Iterable[str]) -> Fragment:
    """What a unit asks of a kernel: options' names without CONFIG_, or whole assignments (X="text").

    `where` is the unit's description. Raises LeafrootError for what is neither.
    """
    found = []
    for option in options:
        one = parse_line(f"CONFIG_{option}" if "=" in option else f"CONFIG_{option}=y", where)
        if one is None or option.startswith("CONFIG_"):
            raise LeafrootError(f"not a kernel option: {option!r}", where, "Write its name without CONFIG_.")
        found.append(one)
    check_for_kbuild(found)
    return tuple(found)


def settle(fragments: Iterable[Fragment], asked: Iterable[Fragment]) -> Asked:
    """What counts of fragments, of which a later one may contradict those before it, and of what units ask for.

    What a shared fragment leaves out (`linux/config/`) is there if a unit asks for it. Raises LeafrootError if anything
    else contradicts what a unit asks for.
    """
    counts: dict[str, Assignment] = {}
    for one in (one for fragment in fragments for one in fragment):
        # The place of the last one counts, too.
        counts.pop(one.symbol, None)
        counts[one.symbol] = one
    for one in (one for fragment in asked for one in fragment):
        other = counts.setdefault(one.symbol, one)
        if other.value == "n" and other.where.startswith(f"{SHARED_FRAGMENTS}/"):
            counts[one.symbol] = other = one
        if other.value == one.value and other.where != one.where:
            counts[one.symbol] = replace(other, where=f"{other.where}, {one.where}")
        if other.value != one.value:
            raise LeafrootError(
                f"{other} contradicts {one.where}, which asks for {one}",
                other.where,
                "What packages and a board's description ask for cannot be overridden: remove one of the two.",
            )
    return Asked(tuple(counts.values()))


def check_inputs() -> tuple[AnyInput, ...]:
    """The sources of the program that checks a configuration."""
    folder = "leafroot/tools/kconfig-check"
    return (Folder(_CHECK, tuple((name, f"{folder}/{name}", 0o644) for name in _CHECK_FILES)),)


def check(top: str) -> Commands:
    """The commands that check that every option has the value asked for; `top` is the tree's top Kconfig file."""
    return _check((_ASKED,), top)


def assign(asked: Asked) -> Commands:
    """The commands that set options in a configured tree; the next make resolves it."""
    return (*asked.merge, ("cp", MERGED, CONFIG))


def check_assigned(name: str, resolved: str, top: str) -> Commands:
    """The commands that check what a make did with the option `name` that `assign` gave another value.

    It must have the value, and every other option must be as in the file `resolved`, which the tree was compiled with.
    """
    return (
        ("cp", resolved, _OTHERS),
        ("sed", "-i", f"/^CONFIG_{name}=/d", _OTHERS),
        *_check((_OTHERS, _ASKED), top),
    )


def _check(asked: Iterable[str], top: str) -> Commands:
    return (
        ("make", "-f", f"{_CHECK}/Makefile", "CC=gcc", "SRC=/src", "OBJ=/build"),
        ("./kconfig-check", ERRORS, CONFIG, top, *asked),
    )


def _kind(word: str) -> str:
    """What a word of an option is: a "line" of a configuration, a "fragment", or a "base" (a make target)."""
    if re.fullmatch(r"\w*config", word):
        return "base"
    return "fragment" if re.fullmatch(r"[\w./-]+\.config", word) else "line"


@dataclass(frozen=True)
class Kbuild(Builder):
    """A program configured like the kernel (busybox): a base target, then fragments; every option is checked.

    `fragments` are files in the package's folder; `base` is the make target that writes the first .config. A word of
    the package's options is a line of a last fragment ("CONFIG_FEATURE_X=y"), one more fragment in the package's folder
    ("small.config"), or a make target that replaces `base` ("allnoconfig").
    """

    fragments: Sequence[str]
    base: str = "allnoconfig"
    install: Sequence[str] = ("install",)

    def __post_init__(self) -> None:
        freeze(self)

    def configured_from(self, words: Sequence[str]) -> Sequence[str]:
        return (*self.fragments, *(word for word in words if _kind(word) == "fragment"))

    def check(self, unit: Unit[Package]) -> None:
        words = [word for option in unit.value.options for _, brings in option.values() for word in brings.words]
        for name in self.configured_from(words):
            if name not in unit.files:
                raise LeafrootError(f"there is no {unit.path(name)}", unit.at(name), nearest(name, unit.files))

    def plan(self, site: Site) -> Work:
        variables = (f"CROSS_COMPILE={site.compiler.prefix}",)
        make = ("make", "-C", "/src", "O=/build", *variables)
        base = [self.base, *(word for word in site.words if _kind(word) == "base")][-1]
        words = (parse_line(word, site.unit.described_in) for word in site.words if _kind(word) == "line")
        chosen = tuple(one for one in words if one)
        check_for_kbuild(chosen)
        asked = settle(site.fragments, [chosen])
        # Kbuild has its own LDFLAGS; the caller's flags have another name.
        flags = dict(site.compiler.env())
        return Work(
            commands=(
                (*make, base),
                # In this parser, allnoconfig also empties texts and sets numbers to 0. Without a line, they get their
                # defaults below.
                *((("sed", "-i", "-E", '/^CONFIG_.*=("|-?[0-9])/d', CONFIG),) if base == "allnoconfig" else ()),
                *asked.merge,
                # busybox's parser has no olddefconfig, but can start from the values in the merged file.
                ("scripts/kconfig/conf", "-D", MERGED, "Config.in"),
                *check("Config.in"),
                make,
                # busybox's install target exists only for the make that O= starts in the object tree.
                ("make", "-f", "/src/Makefile", "KBUILD_SRC=/src", "CONFIG_PREFIX=/out", *variables, *self.install),
            ),
            env=site.compiler.env(
                {
                    "srctree": "/src",
                    "KCONFIG_NOTIMESTAMP": "1",
                    "EXTRA_CFLAGS": flags["CFLAGS"],
                    "EXTRA_LDFLAGS": flags["LDFLAGS"],
                    "CFLAGS": "",
                    "LDFLAGS": "",
                }
            ),
            inputs=(*asked.inputs, *check_inputs()),
        )
