# SPDX-License-Identifier: Apache-2.0
"""What words of an option mean to Kbuild: a line, a fragment, or another base; and which values a base leaves open."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from leafroot.kconfig.config import configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import plan_board
from leafroot.step import Step
from leafroot.units.catalog import load_catalog
from tests.build_machine import MACHINE
from tests.plan.conftest import ROOT, asked_of
from tests.small_tree import Code, package

CHOICE = (
    "[Choice('size', 'Size', {'large': ['defconfig', 'large.config'], "
    "'small': ['allnoconfig', 'CONFIG_A=y', '# CONFIG_B is not set']})]"
)
BOARD = '''"""A product."""

from leafroot import Board, Kernel

board = Board(arch="x86_64", kernel=Kernel("6.12", config=[]), boot="nullfs", memory=256, packages=["probe"])
'''


def probe(place: Path, size: str) -> Step:
    """The step of a package with that choice."""
    files = {
        "board/product/board.py": BOARD,
        "package/probe/package.py": package(
            "A probe.", build='Kbuild(["a.config"], base="allyesconfig")', options=Code(CHOICE)
        ),
        "package/probe/a.config": "CONFIG_C=y\n",
        "package/probe/large.config": "CONFIG_D=y\n",
        "package/probe/src/Makefile": "all:\n",
        "size.config": f"CONFIG_PACKAGE_PROBE_SIZE_{size}=y\n",
    }
    for name, text in files.items():
        file = place / "acme" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    request = Request("product", fragments=[place / "acme/size.config"])
    config = configure(load_catalog(ROOT, [place / "acme"]), ROOT, place / "kconfig", request)
    return next(step for step in plan_board(config, MACHINE).steps if step.name == "probe")


@pytest.mark.parametrize(
    ("size", "base", "asked"),
    [
        ("LARGE", "defconfig", ["CONFIG_C=y", "CONFIG_D=y"]),
        ("SMALL", "allnoconfig", ["CONFIG_C=y", "CONFIG_A=y", "# CONFIG_B is not set"]),
    ],
)
def test_a_word_is_a_base_a_fragment_or_a_line(tmp_path: Path, size: str, base: str, asked: list[str]) -> None:
    step = probe(tmp_path, size)
    assert step.commands[0][-1] == base
    assert [line for line in asked_of(step).splitlines() if not line.startswith("# at ")] == asked


def test_texts_and_numbers_of_allnoconfig_get_their_defaults(tmp_path: Path) -> None:
    """busybox's allnoconfig empties them: udhcpc would have no script, and crond would read /crontabs."""
    configuration = tmp_path / ".config"
    configuration.write_text('CONFIG_A=y\nCONFIG_DIR=""\n# CONFIG_B is not set\nCONFIG_MAX=0\nCONFIG_HEX=0x0\n')
    (emptied,) = (command for command in probe(tmp_path, "SMALL").commands if command[:3] == ("sed", "-i", "-E"))
    subprocess.run([*emptied[:-1], configuration], check=True)
    assert configuration.read_text() == "CONFIG_A=y\n# CONFIG_B is not set\n"
    assert not [command for command in probe(tmp_path, "LARGE").commands if command[:3] == ("sed", "-i", "-E")]
