# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (messages stand here as they are printed)
"""Descriptions that are no Python, or not what their kind says, each with its exact message."""

from pathlib import Path

import pytest
from refusal import assert_refused

from tests.small_tree import Code, SmallTree, board, package

ALPHA = "package/alpha/package.py"
ONE = "board/one/board.py"

CASES: dict[str, tuple[dict[str, str | None], str]] = {
    "syntax": (
        {ALPHA: '"""A."""\npackage = Package(\n'},
        "package/alpha/package.py:2: not valid Python: '(' was never closed",
    ),
    "null byte": (
        {ALPHA: '"""A."""\n\0'},
        "package/alpha/package.py:1: not valid Python: source code string cannot contain null bytes",
    ),
    "raises": (
        {ALPHA: '"""A."""\n\nx = 1 / 0\n'},
        "package/alpha/package.py:3: ZeroDivisionError: division by zero",
    ),
    "unknown word": (
        {ALPHA: '"""A."""\nfrom leafroot import Pakage\n'},
        "package/alpha/package.py:2: leafroot has no 'Pakage' to import\n  Did you mean Package?",
    ),
    "forgotten import": (
        {ALPHA: '"""A."""\n\npackage = Package()\n'},
        ("package/alpha/package.py:3: Package is not imported\n  Write: from leafroot import Package"),
    ),
    "unknown field": (
        {ALPHA: package(licence="MIT")},
        ("package/alpha/package.py:5: Package has no field 'licence'\n  Did you mean license?"),
    ),
    "foreign import": (
        {ALPHA: '"""A."""\nimport os\n'},
        (
            "package/alpha/package.py:2: imports 'os', but a description may import only from leafroot\n"
            "  Add what it needs to leafroot's vocabulary, or to a recipe."
        ),
    ),
    "foreign from": (
        {ALPHA: '"""A."""\nfrom leafroot.errors import nearest\n'},
        (
            "package/alpha/package.py:2: imports 'leafroot.errors', but a description may import only from leafroot\n"
            "  Add what it needs to leafroot's vocabulary, or to a recipe."
        ),
    ),
    "relative import": (
        {ALPHA: '"""A."""\ndef f():\n    from . import beta\n'},
        (
            "package/alpha/package.py:3: imports '.', but a description may import only from leafroot\n"
            "  Add what it needs to leafroot's vocabulary, or to a recipe."
        ),
    ),
    "no value": (
        {ALPHA: package().replace("package =", "packag =")},
        "package/alpha/package.py: the file does not set 'package'\n  Did you mean packag?",
    ),
    "nothing": (
        {ALPHA: '"""A."""\n'},
        "package/alpha/package.py: the file does not set 'package'\n  The file must set package = Package(...).",
    ),
    "value of another kind": (
        {ALPHA: board().replace("board =", "package =")},
        "package/alpha/package.py:5: 'package' must be a Package, but is a Board",
    ),
    "no docstring": (
        {ALPHA: "x = 1\n"},
        (
            "package/alpha/package.py:1: the file has no docstring\n"
            "  Its first sentence becomes the prompt in the menu, the whole text the help."
        ),
    ),
    "empty docstring": (
        {ALPHA: '""" """\n'},
        (
            "package/alpha/package.py:1: the file has no docstring\n"
            "  Its first sentence becomes the prompt in the menu, the whole text the help."
        ),
    ),
    "no description": (
        {"package/delta/pakage.py": package()},
        "package/delta: this folder has no package.py\n  Did you mean pakage.py?",
    ),
    "name": (
        {"package/al pha/package.py": package()},
        (
            "package/al pha: 'al pha' is not a valid name\n"
            "  A name has letters, digits and . _ + -, and begins with a letter or a digit."
        ),
    ),
    "string for a list": (
        {"package/beta/package.py": package(depends="alpha")},
        "package/beta/package.py:5: Package's 'depends' must be a list of strings or Dependency values, but is 'alpha'",
    ),
    "number in a list": (
        {ALPHA: package(kernel=["TUN", 4])},
        "package/alpha/package.py:5: Package's 'kernel' must be a list of strings, but is ['TUN', 4]",
    ),
    "string for a number": (
        {ONE: board(memory="64")},
        "board/one/board.py:5: Board's 'memory' must be a number, but is '64'",
    ),
    "string for a recipe": (
        {ALPHA: package(build="'make'")},
        "package/alpha/package.py:5: Package's 'build' must be Autotools, CMake, Configure, Files, Go, Kbuild, Make, Meson, Prebuilt, PythonModule or ToolchainPart, but is 'make'",
    ),
    "string for a kind of option": (
        {ALPHA: package(options=["tls"])},
        "package/alpha/package.py:5: Package's 'options' must be a list of Option values, Number values, Text values or Choice values, but is ['tls']",
    ),
    "string for words of an option": (
        {ALPHA: package(options=Code("[Option('tls', 'TLS', on='--with-tls')]"))},
        "package/alpha/package.py:5: Option's 'on' must be a list of strings, but is '--with-tls'",
    ),
    "string for words of a value": (
        {ALPHA: package(options=Code("[Choice('size', 'Size', {'small': '-Os', 'fast': []})]"))},
        "package/alpha/package.py:5: Choice's 'alternatives' must be a dict of strings to lists of strings or Brings values, but is {'small': '-Os', 'fast': ()}",
    ),
    "string for words of a provider": (
        {ALPHA: package(options=Code("[Provider('ssh', 'SSH', beta='--beta', none=[])]"))},
        "package/alpha/package.py:5: Provider's 'alternatives' must be a dict of strings to lists of strings or Brings values, but is {'beta': '--beta', 'none': ()}",
    ),
    "pairs for a dict": (
        {ALPHA: package(build="Make(variables=[('A', 'b')])")},
        "package/alpha/package.py:5: Make's 'variables' must be a dict of strings to strings, but is [('A', 'b')]",
    ),
    "number in a dict": (
        {ALPHA: package(build="Autotools(env={'JOBS': 1})")},
        "package/alpha/package.py:5: Autotools's 'env' must be a dict of strings to strings, but is {'JOBS': 1}",
    ),
    "string for an architecture": (
        {ALPHA: package(depends=Code("[Dependency('beta', arch='arm')]"))},
        "package/alpha/package.py:5: Dependency's 'arch' must be a list of strings, but is 'arm'",
    ),
    "string for options": (
        {ALPHA: package(build="Autotools('--disable-nls')")},
        "package/alpha/package.py:5: Autotools's 'options' must be a list of strings, but is '--disable-nls'",
    ),
}


@pytest.mark.parametrize(("files", "message"), CASES.values(), ids=CASES)
def test_message_about_a_description(files: dict[str, str | None], message: str, tmp_path: Path) -> None:
    assert_refused(SmallTree(tmp_path, files), message)
