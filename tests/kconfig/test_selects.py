# SPDX-License-Identifier: Apache-2.0
"""Edges between packages as lines of Kconfig: what is selected, and when; the graph then follows the same edges."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.kconfig.generate import generate
from tests.small_tree import SmallTree, board, in_root, package

SIZE = "Choice('size', 'Size', {'small': [], 'big': []})"
# How an edge is written; the line of the Kconfig that it becomes; whether it holds, with the options as they are.
CONDITIONS = {
    "always": ("depends=['liba']", "select PACKAGE_LIBA", True),
    "run with": ("runs_with=['liba']", "select PACKAGE_LIBA", True),
    "another architecture": (
        "depends=[Dependency('liba', arch=['arm'])]",
        "select PACKAGE_LIBA if (ARCH_ARM)",
        False,
    ),
    "two architectures": (
        "depends=[Dependency('liba', arch=['arm', 'x86_64'])]",
        "select PACKAGE_LIBA if (ARCH_ARM || ARCH_X86_64)",
        True,
    ),
    "one C library": ("depends=[Dependency('liba', libc=['musl'])]", "select PACKAGE_LIBA if (LIBC_MUSL)", True),
    "an option": (
        "depends=[Dependency('liba', option='tls')], options=[Option('tls', 'TLS')]",
        "select PACKAGE_LIBA if (PACKAGE_BETA_TLS)",
        False,
    ),
    "an option that is off": (
        "depends=[Dependency('liba', option='tls=n')], options=[Option('tls', 'TLS')]",
        "select PACKAGE_LIBA if (!PACKAGE_BETA_TLS)",
        True,
    ),
    "a value, run with": (
        f"runs_with=[Dependency('liba', option='size=small')], options=[{SIZE}]",
        "select PACKAGE_LIBA if (PACKAGE_BETA_SIZE_SMALL)",
        True,
    ),
    "all at once": (
        "depends=[Dependency('liba', arch=['arm', 'x86_64'], option='tls')], options=[Option('tls', 'TLS')]",
        "select PACKAGE_LIBA if (ARCH_ARM || ARCH_X86_64) && (PACKAGE_BETA_TLS)",
        False,
    ),
    "brought by an option, on another architecture": (
        "options=[Option('tls', 'TLS', default=True, depends=[Dependency('liba', arch=['arm'])])]",
        "select PACKAGE_LIBA if (ARCH_ARM)",
        False,
    ),
    "brought by an option, beside a value of another": (
        f"options=[Option('tls', 'TLS', default=True, depends=[Dependency('liba', option='size=big')]), {SIZE}]",
        "select PACKAGE_LIBA if (PACKAGE_BETA_SIZE_BIG)",
        False,
    ),
    "a tool goes into no root": ("tools=['liba']", "", False),
}


@pytest.mark.parametrize(("fields", "line", "holds"), CONDITIONS.values(), ids=CONDITIONS)
def test_an_edge_becomes_a_select_with_its_condition(tmp_path: Path, fields: str, line: str, holds: bool) -> None:
    files = {
        "package/beta/package.py": package("Second.", build=f"Make(), {fields}"),
        "package/liba/package.py": package(),
        "board/one/board.py": board(packages=["beta"]),
    }
    tree = SmallTree(tmp_path, files)
    text = generate(tree.catalog())["packages.kconfig"]
    assert [one.strip() for one in text.splitlines() if "select" in one] == [line] * bool(line)
    # Kconfig takes it, and the graph follows the same edges.
    assert sorted(in_root(tree.configure())) == ["beta"] + ["liba"] * holds
