# SPDX-License-Identifier: Apache-2.0
"""A tree of hundreds of packages: read, configured, and found to be done, with no more work for each than must be.

Times are for `scons bench`; here work is counted.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from leafroot.kconfig.config import configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import plan_board
from leafroot.units.catalog import load_catalog
from tests.build_machine import MACHINE
from tests.scale.synthetic_tree import BOARD, NAME, write_tree

CHECKOUT = Path(__file__).resolve().parents[2]
_COUNTED: Counter[str] | None = None


def _count(event: str, arguments: tuple[object, ...]) -> None:
    if _COUNTED is not None and event in ("open", "compile", "exec", "os.scandir"):
        _COUNTED[event] += 1


sys.addaudithook(_count)


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """How often Python opened a file, listed a folder, compiled and ran code meanwhile (its own audit events)."""
    global _COUNTED
    _COUNTED = Counter()
    try:
        yield _COUNTED
    finally:
        _COUNTED = None


def planned(folder: Path, count: int) -> tuple[list[str], Counter[str]]:
    """The titles of the steps of a tree of that many packages, and what reading and planning it took."""
    write_tree(folder / "tree", count)
    with counted() as work:
        catalog = load_catalog(CHECKOUT, [folder / "tree"])
        config = configure(catalog, CHECKOUT, folder / "kconfig", Request(BOARD, toolchain="debian"))
        plan = plan_board(config, MACHINE)
        descriptions = [step.description for step in plan.steps]
    assert len(set(descriptions)) == len(descriptions)
    return [step.title for step in plan.steps], work


def test_each_package_is_read_once_and_has_one_step(tmp_path: Path) -> None:
    # Once for what is only read and imported the first time.
    planned(tmp_path / "first", 20)
    few, work_few = planned(tmp_path / "few", 100)
    many, work_many = planned(tmp_path / "many", 300)
    assert len(many) - len(few) == 200
    for number in range(300):
        assert sum(title.startswith(NAME.format(number) + " ") for title in many) == 1
    more = {event: work_many[event] - work_few[event] for event in work_many}
    print(f"200 packages more: {more}")
    # Each description is compiled and run once; every tenth package has a Config.in, every third two patches.
    # A folder is listed to see whether it holds anything, and then whole.
    assert more["compile"] == more["exec"] == 200
    # Each patch is read once, to see whether it changes something.
    assert more["open"] == 200 + 20 + 2 * 66
    assert more["os.scandir"] == 2 * 200 + 66


def test_the_same_count_is_the_same_tree(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_tree(tmp_path / name, 30)
    subprocess.run(["diff", "-r", tmp_path / "one", tmp_path / "two"], check=True)


def scons(folder: Path, *words: str) -> str:
    """What the real scons says of the tree in `folder`, after a look that it did well."""
    argv = [sys.executable, "-m", "SCons", "-Q", *words, f"BOARD={BOARD}", f"EXTERNAL={folder}/tree"]
    argv += [f"OUTPUT={folder}/output", f"CACHE={folder}/cache", "TOOLCHAIN=debian", "OFFLINE=1"]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def built(said: str) -> list[str]:
    """The packages whose steps were done."""
    return [line.split()[0] for line in said.splitlines() if line.startswith("  pkg-")]


UNDONE = ("-f", "tests/scale/SConstruct")


@pytest.mark.parametrize("chain", [False, True], ids=["usual", "chain"])
def test_nothing_to_do_and_then_one_thing(tmp_path: Path, chain: bool) -> None:
    """Every step once, then none; then those that a change reaches, and no others."""
    count = 300
    write_tree(tmp_path / "tree", count, chain=chain)
    assert len(built(scons(tmp_path, *UNDONE))) == count
    assert "steps built" not in scons(tmp_path)
    file = tmp_path / "tree" / "package" / NAME.format(count - 1) / "package.py"
    file.write_text(file.read_text() + "# A comment\n")
    assert "steps built" not in scons(tmp_path)
    # Of the last package nothing is made but the root and what has it in it: the licence texts keep its version.
    file.write_text(file.read_text().replace("-Ddocs=false", "-Ddocs=true").replace('"PREFIX": "/usr"', '"P": "/usr"'))
    assert built(scons(tmp_path, *UNDONE)) == [NAME.format(count - 1)]


def test_explain_follows_a_chain_to_its_end(tmp_path: Path) -> None:
    write_tree(tmp_path / "tree", 600, chain=True)
    scons(tmp_path, *UNDONE)
    said = scons(tmp_path, f"explain={NAME.format(599)}")
    assert "The next build leaves it as it is" in said
