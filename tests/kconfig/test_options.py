# SPDX-License-Identifier: Apache-2.0
"""Options of a package's Config.in, and the words that they become in its recipe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.errors import LeafrootError
from leafroot.plan.packages import plan_package
from leafroot.plan.toolchain.compiler import Toolchain
from tests.small_tree import SmallTree

TOOLCHAIN = Toolchain("none", ARCHES["x86_64"], (), (), "", "", frozenset({"c"}), ())

CONFIG_IN = """\
config PACKAGE_ALPHA_TLS
\tbool "TLS"
\tdefault y

config PACKAGE_ALPHA_PORT
\tint "Port"
\tdefault 80

config PACKAGE_ALPHA_NAME
\tstring "Name"
"""
CHOICES = """(
    Choice("PACKAGE_ALPHA_TLS", "--with-tls", "--without-tls"),
    Choice("PACKAGE_ALPHA_PORT", "PORT={value}"),
    Choice("PACKAGE_ALPHA_NAME", on="NAME={value}"),
)"""
RECIPE = """\
\"\"\"First.\"\"\"

from leafroot import Archive, Autotools, Choice, Make, Meson, Package

package = Package(
    version="1.0",
    license="MIT",
    archive=Archive("https://alpha.example/alpha.tar.gz", sha256="%s"),
    build=%s(choices=%s),
)
"""


@pytest.fixture
def tree(tmp_path: Path) -> Callable[..., SmallTree]:
    def make(recipe: str = "Autotools", choices: str = CHOICES) -> SmallTree:
        text = RECIPE % ("0" * 64, recipe, choices)
        return SmallTree(tmp_path, {"package/alpha/package.py": text, "package/alpha/Config.in": CONFIG_IN})

    return make


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("", ["--with-tls", "PORT=80"]),
        ("# CONFIG_PACKAGE_ALPHA_TLS is not set\nCONFIG_PACKAGE_ALPHA_PORT=8080\n", ["--without-tls", "PORT=8080"]),
        ('CONFIG_PACKAGE_ALPHA_NAME="a b"\n', ["--with-tls", "PORT=80", "NAME=a b"]),
    ],
    ids=["the defaults", "chosen", "a text"],
)
@pytest.mark.parametrize("recipe", ["Autotools", "Make", "Meson"])
def test_the_words_of_a_recipe(
    tree: Callable[..., SmallTree], tmp_path: Path, recipe: str, fragment: str, expected: list[str]
) -> None:
    (tmp_path / "asked.config").write_text(fragment)
    config = tree(recipe).configure(fragments=[tmp_path / "asked.config"])
    (unit,) = (unit for unit in config.packages if unit.name == "alpha")
    step = plan_package(unit, TOOLCHAIN, {}, config.choices)
    command = next(command for command in step.commands if command[0] != "gcc")
    folders = 2 if recipe == "Meson" else 0
    words = list(command)[: len(command) - folders]
    assert words[-len(expected) :] == expected
    assert not [word for word in command if not word]


def test_an_option_that_is_not_there(tree: Callable[..., SmallTree]) -> None:
    with pytest.raises(LeafrootError) as caught:
        tree(choices='(Choice("PACKAGE_ALPHA_TSL", "--with-tls"),)').configure()
    assert str(caught.value).startswith(
        "package/alpha/package.py: the recipe asks for the option 'PACKAGE_ALPHA_TSL', and there is none\n"
        "  Did you mean PACKAGE_ALPHA_TLS"
    )
