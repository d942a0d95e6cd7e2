# SPDX-License-Identifier: Apache-2.0
"""Configuring a tree that uses the kernel's Kconfig: fragments laid over a base, every option checked.

The kernel and busybox are configured alike; they differ in how new options get their defaults.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from leafroot.describe.unit import Unit
from leafroot.plan.step import Folder, Input, Text, TreeFile

CONFIG = "/build/.config"
MERGED = "/build/merged.config"
ERRORS = "/build/.leafroot-error"
_FRAGMENTS = "/fragments"
_ASKED = "/asked"
_OTHERS = "/build/others.config"
_CHECK = "/kconfig-check"
_CHECK_FILES = ("Makefile", "check.c")

# Joins configuration files: the last assignment of an option counts, and stands where it was made, for of two
# members of a choice the later one wins.
_MERGE = r"""
{ key = $0; sub(/^# /, "", key); sub(/[= ].*/, "", key) }
key ~ /^CONFIG_/ { last[key] = NR; line[NR] = $0; name[NR] = key }
END { for (i = 1; i <= NR; i++) if (i in line && last[name[i]] == i) print line[i] > merged }
"""


def fragment_file(path: str, name: str = "") -> TreeFile:
    """A fragment of the checkout, under the name that messages give it: `name`, or else its path."""
    return TreeFile(f"{_FRAGMENTS}/{name or path}", path)


def unit_fragment(unit: Unit[Any], name: str) -> TreeFile:
    """A fragment that lies in a unit's folder."""
    return fragment_file(unit.path(name), unit.known_as(name))


def fragment_text(where: str, options: Sequence[str]) -> Text:
    """A fragment that asks for these options (names without CONFIG_, or whole assignments) on behalf of `where`."""
    lines = [f"CONFIG_{option}" if "=" in option else f"CONFIG_{option}=y" for option in options]
    return Text(f"{_ASKED}/{where}", "".join(f"{line}\n" for line in lines))


def merge(fragments: Sequence[Input]) -> tuple[str, ...]:
    """The command that lays fragments over .config, into MERGED."""
    return ("awk", "-v", f"merged={MERGED}", _MERGE, CONFIG, *(item.at for item in fragments))


def check_inputs() -> tuple[Input, ...]:
    """What the check of a configuration is built from."""
    folder = "leafroot/tools/kconfig-check"
    return (Folder(_CHECK, tuple((name, f"{folder}/{name}", 0o644) for name in _CHECK_FILES)),)


def check(fragments: Sequence[Input], top: str, errors: str) -> tuple[tuple[str, ...], ...]:
    """The commands that check that every option asked for holds; `top` is the tree's first Kconfig file."""
    return _check((item.at for item in fragments), top, errors)


def assign(value: Text) -> tuple[tuple[str, ...], ...]:
    """The commands that set what the fragment `value` asks for in a configured tree; the next make resolves it."""
    return (merge((value,)), ("cp", MERGED, CONFIG))


def check_assigned(name: str, value: Text, resolved: str, top: str) -> tuple[tuple[str, ...], ...]:
    """The commands that check what a make did with the option `name` that `assign` gave another value.

    It must have the value, and every other option must be as in the file `resolved`, which the tree was compiled with.
    """
    return (
        ("cp", resolved, _OTHERS),
        ("sed", "-i", f"/^CONFIG_{name}=/d", _OTHERS),
        *_check((_OTHERS, value.at), top, ERRORS),
    )


def _check(fragments: Iterable[str], top: str, errors: str) -> tuple[tuple[str, ...], ...]:
    return (
        ("make", "-f", f"{_CHECK}/Makefile", "CC=gcc", "SRC=/src", "OBJ=/build"),
        ("./kconfig-check", errors, CONFIG, top, *fragments),
    )
