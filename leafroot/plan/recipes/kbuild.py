# SPDX-License-Identifier: Apache-2.0
"""Kbuild: a program that is configured like the kernel. Fragments are applied to a base, and every option is checked.

The kernel and busybox are configured in the same way; only new options get their defaults differently. So
leafroot/plan/kernel.py uses this module too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from leafroot.describe.fields import freeze
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest
from leafroot.plan.recipes.protocol import Builder, Site, Work
from leafroot.step import ERRORS, AnyInput, Commands, Folder, Text, TreeFile

CONFIG = "/build/.config"
MERGED = "/build/merged.config"
_FRAGMENTS = "/fragments"
_ASKED = "/asked"
_OTHERS = "/build/others.config"
_CHECK = "/kconfig-check"
_CHECK_FILES = ("Makefile", "check.c")

# Joins configuration files. The last assignment of an option counts, and keeps its position: of two members of a
# choice, the later one wins.
_MERGE = r"""
{ key = $0; sub(/^# /, "", key); sub(/[= ].*/, "", key) }
key ~ /^CONFIG_/ { last[key] = NR; line[NR] = $0; name[NR] = key }
END { for (i = 1; i <= NR; i++) if (i in line && last[name[i]] == i) print line[i] > merged }
"""


def fragment_file(path: str, name: str = "") -> TreeFile:
    """A fragment of the checkout; its name in messages is `name`, or else its path."""
    return TreeFile(f"{_FRAGMENTS}/{name or path}", path)


def unit_fragment(unit: Unit[Any], name: str) -> TreeFile:
    """A fragment in a unit's folder."""
    return fragment_file(unit.path(name), unit.known_as(name))


def fragment_text(where: str, options: Sequence[str]) -> Text:
    """A fragment that sets these options (names without CONFIG_, or whole assignments); messages call it `where`."""
    lines = [f"CONFIG_{option}" if "=" in option else f"CONFIG_{option}=y" for option in options]
    return Text(f"{_ASKED}/{where}", "".join(f"{line}\n" for line in lines))


def merge(fragments: Sequence[AnyInput]) -> tuple[str, ...]:
    """The command that applies fragments to .config, into MERGED."""
    return ("awk", "-v", f"merged={MERGED}", _MERGE, CONFIG, *(item.at for item in fragments))


def check_inputs() -> tuple[AnyInput, ...]:
    """The sources of the program that checks a configuration."""
    folder = "leafroot/tools/kconfig-check"
    return (Folder(_CHECK, tuple((name, f"{folder}/{name}", 0o644) for name in _CHECK_FILES)),)


def check(fragments: Sequence[AnyInput], top: str) -> Commands:
    """The commands that check that every requested option has its value; `top` is the tree's top Kconfig file."""
    return _check((item.at for item in fragments), top)


def assign(value: Text) -> Commands:
    """The commands that set what the fragment `value` asks for in a configured tree; the next make resolves it."""
    return (merge((value,)), ("cp", MERGED, CONFIG))


def check_assigned(name: str, value: Text, resolved: str, top: str) -> Commands:
    """The commands that check what a make did with the option `name` that `assign` gave another value.

    It must have the value, and every other option must be as in the file `resolved`, which the tree was compiled with.
    """
    return (
        ("cp", resolved, _OTHERS),
        ("sed", "-i", f"/^CONFIG_{name}=/d", _OTHERS),
        *_check((_OTHERS, value.at), top),
    )


def _check(fragments: Iterable[str], top: str) -> Commands:
    return (
        ("make", "-f", f"{_CHECK}/Makefile", "CC=gcc", "SRC=/src", "OBJ=/build"),
        ("./kconfig-check", ERRORS, CONFIG, top, *fragments),
    )


@dataclass(frozen=True)
class Kbuild(Builder):
    """A program configured like the kernel (busybox): a base target, then fragments; every option is checked.

    `fragments` are files in the package's folder; `base` is the make target that writes the first .config. Words of the
    package's options are the lines of a last fragment: "CONFIG_FEATURE_X=y".
    """

    fragments: Sequence[str]
    base: str = "allnoconfig"
    install: Sequence[str] = ("install",)

    def __post_init__(self) -> None:
        freeze(self)

    def check(self, unit: Unit[Package]) -> None:
        for name in self.fragments:
            if name not in unit.files:
                raise LeafrootError(f"there is no {unit.path(name)}", unit.at(name), nearest(name, unit.files))

    def plan(self, site: Site) -> Work:
        variables = (f"CROSS_COMPILE={site.compiler.prefix}",)
        make = ("make", "-C", "/src", "O=/build", *variables)
        fragments: tuple[AnyInput, ...] = tuple(unit_fragment(site.unit, name) for name in self.fragments)
        if site.words:
            lines = "".join(f"{word}\n" for word in site.words)
            fragments = (*fragments, Text(f"{_ASKED}/{site.unit.described_in}", lines))
        # Kbuild has its own LDFLAGS; the caller's flags have another name.
        flags = dict(site.compiler.env())
        return Work(
            commands=(
                (*make, self.base),
                merge(fragments),
                # busybox's parser has no olddefconfig, but can start from the values in the merged file.
                ("scripts/kconfig/conf", "-D", MERGED, "Config.in"),
                *check(fragments, "Config.in"),
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
            inputs=(*fragments, *check_inputs()),
        )
