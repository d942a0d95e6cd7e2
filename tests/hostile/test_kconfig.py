# SPDX-License-Identifier: Apache-2.0
"""Kconfig that goes in circles, or on and on; and what it may not ask of the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.kconfig import menu as kconfig
from leafroot.kconfig.edit import minimal_defconfig
from tests.small_tree import SmallTree, board, in_root, package

FILE = "package/alpha/Config.in"


def options(*lines: str) -> str:
    return "".join(f'config {"AB"[number]}\n\tbool "x"\n\t{line}\n' for number, line in enumerate(lines))


SELF = "options depend on each other in a circle: "
EITHER = f"{FILE}:1: {SELF}A -> B -> A|{FILE}:4: {SELF}B -> A -> B"
CASES: dict[str, tuple[str | bytes, str]] = {
    "selects in a circle": (
        options("select B", "select A"),
        EITHER,
    ),
    "depends in a circle": (
        options("depends on B", "depends on A"),
        EITHER,
    ),
    "selects what it depends on": (options("depends on B", "depends on B"), f"{FILE}:4: {SELF}B -> B"),
    "depends on what selects it": (options("select B\n\tdepends on B", ""), f"{FILE}:"),
    "defaults in a circle": (
        options("default B", "default A"),
        EITHER,
    ),
    "sources itself": (f'source "{FILE}"\n', f"{FILE}:1: recursive 'source' of '{FILE}' detected"),
    "sources what is none": ('source "/etc/passwd"\n', "/etc/passwd:1: couldn't parse"),
    "sources nothing": ('source "gone"\n', f"{FILE}:1: 'gone' not found (in 'source \"gone\"')"),
    "sources a folder": ('source "package"\n', f"{FILE}:1: Could not open 'package'"),
    "macros in a circle": (
        'a = $(b)\nb = $(a)\nconfig A\n\tbool "$(a)"\n',
        f"{FILE}:4: couldn't parse 'bool \"$(a)\"': Preprocessor variable a recursively references itself",
    ),
    "macros that double": (
        "a0 = x\n" + "".join(f"a{n} = $(a{n - 1})$(a{n - 1})\n" for n in range(1, 60)) + 'config A\n\tbool "$(a59)"\n',
        f"{FILE}:62: reading Kconfig takes too long here",
    ),
    "asks the shell": ('config A\n\tbool "$(shell,id)"\n', f"{FILE}:2: $(shell,id) makes the configuration depend"),
    "binary": (bytes(range(256)), f"{FILE}: not UTF-8 text: invalid start byte"),
    "not UTF-8": (b'config A\n\tbool "Caf\xe9"\n', f"{FILE}: not UTF-8 text: invalid continuation byte"),
    "NUL": (b"config A\0B\n\tbool\n", f"{FILE}:1: couldn't parse 'config A"),
    "open": ('config A\n\tbool "x\n', f"{FILE}:2: couldn't parse"),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_message(text: str | bytes, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kconfig, "TIME_LIMIT", 1.0)
    tree = SmallTree(tmp_path)
    tree.write({FILE: text})
    with pytest.raises(LeafrootError) as error:
        tree.configure()
    # Where a circle begins is kconfiglib's choice, and not always the same.
    assert str(error.value).startswith(tuple(expected.split("|"))), str(error.value)


def chain(count: int) -> dict[str, str | None]:
    """Packages each of which needs the one before it; the board asks for the last."""
    files: dict[str, str | None] = {
        f"package/p{number:04}/package.py": package(depends=[f"p{number - 1:04}"] if number else [])
        for number in range(count)
    }
    return {**files, "board/one/board.py": board(packages=[f"p{count - 1:04}"])}


def test_a_chain_of_a_thousand_packages(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, chain(1000))
    config = tree.configure()
    assert in_root(config) == [f"p{number:04}" for number in range(1000)]
    assert minimal_defconfig(*tree.arguments()).endswith("CONFIG_BOARD_ONE=y\n")
    tree.write({"configs/one_defconfig": "# CONFIG_PACKAGE_P0999 is not set\n"})
    assert in_root(tree.configure()) == []


def test_a_circle_of_a_thousand_packages_is_told_whole(tmp_path: Path) -> None:
    files = {**chain(1000), "package/p0000/package.py": package(depends=["p0999"])}
    with pytest.raises(LeafrootError) as error:
        SmallTree(tmp_path, files).configure()
    assert "packages depend on each other in a circle: " in str(error.value)
    assert len(error.value.hint.splitlines()) == 1000


def test_nested_without_end(tmp_path: Path) -> None:
    text = "if PACKAGE_ALPHA\n" * 3000 + options("depends on " + "!(" * 3000 + "PACKAGE_BETA" + ")" * 3000)
    tree = SmallTree(tmp_path, {FILE: text + "endif\n" * 3000})
    assert in_root(tree.configure()) == ["alpha"]


def test_nothing_of_the_environment_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAFROOT_TEST", "/home/somebody")
    text = 'config PACKAGE_ALPHA_HOME\n\tstring "$(LEAFROOT_TEST)"\n\tdefault "at $(LEAFROOT_TEST)"\n'
    tree = SmallTree(tmp_path, {FILE: text})
    tree.configure()
    from leafroot.kconfig.resolve import resolve

    assert resolve(*tree.arguments()).value("PACKAGE_ALPHA_HOME") == "at "
