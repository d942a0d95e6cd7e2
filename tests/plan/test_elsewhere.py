# SPDX-License-Identifier: Apache-2.0
"""What a plan says does not depend on where on this machine a tree lies, nor on the machine that a compiler runs on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from leafroot.kconfig.config import configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import Plan, plan_board
from leafroot.step import keys
from leafroot.units.catalog import load_catalog
from tests.small_tree import package
from tests.plan.conftest import MACHINE, ROOT

BOARD = '''"""A product."""

from leafroot import Board, Kernel

board = Board(
    arch="x86_64",
    kernel=Kernel("6.12", config=["linux.config"]),
    boot="nullfs",
    memory=256,
    packages=["probe", "papers"],
)
'''

FILES = {
    "board/product/board.py": BOARD,
    "board/product/linux.config": "CONFIG_PRINTK=y\n",
    "board/product/overlay/etc/motd": "Hello.\n",
    "package/papers/package.py": package("Papers.", build="Files()"),
    "package/papers/files/etc/papers": "1\n",
    "package/probe/package.py": package("A probe.", build='Kbuild(("a.config",))', kernel=["PROC_FS"]),
    "package/probe/a.config": "CONFIG_A=y\n",
    "package/probe/src/Makefile": "all:\n",
    "over/etc/issue": "1\n",
}


def plan(place: Path) -> Plan:
    """The plan of a board of an external tree that lies in `place`, with an overlay from there."""
    for name, text in FILES.items():
        file = place / "acme" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    catalog = load_catalog(ROOT, [place / "acme"])
    overlays = [str(place / "acme/over")]
    config = configure(catalog, ROOT, place / "kconfig", Request("product"), overlays)
    return plan_board(config, MACHINE, digest)


def digest(path: str) -> str:
    return hashlib.sha256((ROOT / path).read_bytes()).hexdigest()


def test_no_step_tells_where_an_external_tree_lies(tmp_path: Path) -> None:
    here, there = plan(tmp_path / "a"), plan(tmp_path / "another/and/longer")
    for one, other in zip(here.steps, there.steps, strict=True):
        assert one.description == other.description, one.output
        assert str(tmp_path) not in one.description, one.output
    assert keys(here.steps, digest) == keys(there.steps, digest)


def test_the_manifest_does_not_tell_of_the_building_machine(tmp_path: Path) -> None:
    steps = plan(tmp_path).steps
    elsewhere = [replace(step, host="x86_64-glibc-2.41") if step.host else step for step in steps]
    assert [step for step in steps if step.host]
    assert keys(steps, digest) == keys(elsewhere, digest)
    # The cache does tell them apart: such a compiler may not run here.
    assert [step.description for step in steps] != [step.description for step in elsewhere]
    manifest = next(step for step in steps if step.output.endswith("/manifest.json"))
    assert json.loads(manifest.parameters)["steps"] == keys(steps[: steps.index(manifest)], digest)
