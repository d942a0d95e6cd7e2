# SPDX-License-Identifier: Apache-2.0
"""Roles, which only one package of a root can have: Kconfig has a choice for each."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from leafroot.describe.package import Package
from leafroot.kconfig.config import Config
from leafroot.kconfig.generate import generate
from leafroot.units.catalog import load_catalog
from tests.small_tree import CHECKOUT, Code, SmallTree, package

SCRIPT = "#!/bin/sh\n"


def server(name: str) -> dict[str, str]:
    path = f"etc/init.d/S50{name}"
    text = package(name, build=Code("Files()"), roles={"SSH server": [path]})
    return {
        f"package/{name}/package.py": text,
        f"package/{name}/files/{path}": SCRIPT,
        f"package/{name}/files/etc/{name}": "",
    }


FILES = {**server("large"), **server("small"), **server("tiny")}
CHOICE = """\
choice
    prompt "SSH server"
    help
      Which package of this root is its SSH server, and starts with it.

config ROLE_SSH_SERVER_LARGE
    bool "large"
    depends on PACKAGE_LARGE
    help
      SSH server: large.

config ROLE_SSH_SERVER_SMALL
    bool "small"
    depends on PACKAGE_SMALL
    help
      SSH server: small.

config ROLE_SSH_SERVER_TINY
    bool "tiny"
    depends on PACKAGE_TINY
    help
      SSH server: tiny.

config ROLE_SSH_SERVER_NONE
    bool "none"
    depends on PACKAGE_LARGE || PACKAGE_SMALL || PACKAGE_TINY
    help
      SSH server: none.

endchoice
"""


def configured(folder: Path, packages: list[str], text: str = "") -> Config:
    tree = SmallTree(folder, {**FILES, "asked.config": text})
    return tree.configure(packages=packages, fragments=[Path("asked.config")])


def test_a_role_becomes_a_choice(tmp_path: Path) -> None:
    text = generate(SmallTree(tmp_path, FILES).catalog())["packages.kconfig"]
    assert text.endswith(CHOICE.replace("\n      ", "\n\t  ").replace("\n    ", "\n\t"))


TINY, NONE = "CONFIG_ROLE_SSH_SERVER_TINY=y\n", "CONFIG_ROLE_SSH_SERVER_NONE=y\n"


@pytest.mark.parametrize(
    ("packages", "text", "has"),
    [
        ([], "", {}),
        (["small"], "", {"SSH server": "small"}),
        (["small", "large"], "", {"SSH server": "large"}),
        (["small", "tiny"], TINY, {"SSH server": "tiny"}),
        (["small"], NONE, {"SSH server": "none"}),
        (["all"], "", {"SSH server": "large"}),
    ],
    ids=["no package", "one", "the first of two", "the one that is said", "none of them", "all packages"],
)
def test_one_package_has_the_role(tmp_path: Path, packages: list[str], text: str, has: dict[str, str]) -> None:
    config = configured(tmp_path, packages, text)
    assert config.roles == has


def test_no_two_packages_bring_one_file() -> None:
    """Of the files in files/; the root's own step compares those that are built."""
    packages: dict[str, Package] = {name: unit.value for name, unit in load_catalog(CHECKOUT).packages.items()}
    units = load_catalog(CHECKOUT).packages.values()
    paths = [
        name.removeprefix("files/")
        for unit in units
        for name in unit.files
        if name.startswith("files/") and name.removeprefix("files/") not in packages[unit.name].replaces
    ]
    assert [path for path, count in Counter(paths).items() if count > 1] == []
