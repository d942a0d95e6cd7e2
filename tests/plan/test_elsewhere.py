# SPDX-License-Identifier: Apache-2.0
"""What a plan says does not depend on where on this machine a tree lies, nor on the machine that a compiler runs on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from leafroot.files import digest_of
from leafroot.kconfig.config import configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import Plan, plan_board
from leafroot.step import Actions, AnyInput, Artefact, Digests, Output, Step, Union, Unpacked
from leafroot.units.catalog import load_catalog
from tests.build_machine import MACHINE
from tests.plan.conftest import ROOT, step_of
from tests.small_tree import package

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
    "package/probe/package.py": package("A probe.", build='Kbuild(["a.config"])', kernel=["PROC_FS"]),
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
    return plan_board(config, MACHINE)


def digests(steps: Sequence[Step]) -> dict[str, str]:
    """The action digests of a plan's steps as if each were done: an output's bytes follow from its action."""
    found: dict[str, str] = {}
    actions = Actions(found.__getitem__, lambda path: digest_of(ROOT / path))
    for step in steps:
        actions.add(step)
        found[step.output.path] = actions.of(step).digest
    return found


def test_no_step_tells_where_an_external_tree_lies(tmp_path: Path) -> None:
    here, there = plan(tmp_path / "a"), plan(tmp_path / "another/and/longer")
    for one, other in zip(here.steps, there.steps, strict=True):
        assert one.description == other.description, one.output
        assert str(tmp_path) not in one.description, one.output
    assert digests(here.steps) == digests(there.steps)


def test_no_step_of_the_target_tells_of_the_building_machine(tmp_path: Path) -> None:
    """A compiler of another machine is another step, for it may not run here; what it makes is the same."""
    steps = plan(tmp_path).steps
    others = [replace(step, output=elsewhere(step.output), inputs=tuple(map(moved, step.inputs))) for step in steps]
    here, there = digests(steps), digests(others)
    of_the_machine = {step.output.path for step in steps if step.output.host}
    assert of_the_machine == {path for path, digest in here.items() if there[path] != digest}


def elsewhere(output: Output) -> Output:
    return replace(output, host="aarch64") if output.host else output


def moved(item: AnyInput) -> AnyInput:
    """The input with handles on what another machine makes."""
    match item:
        case Union():
            return replace(item, artefacts=tuple(map(elsewhere, item.artefacts)))
        case Digests():
            return replace(item, steps=tuple(map(elsewhere, item.steps)))
        case Artefact() | Unpacked():
            return replace(item, artefact=elsewhere(item.artefact))
    return item


def test_the_manifest_is_told_of_every_step_whose_work_is_in_the_images(tmp_path: Path) -> None:
    found = plan(tmp_path)
    manifest = step_of(found, "product/images/manifest.json")
    (named,) = (item for item in manifest.inputs if isinstance(item, Digests))
    # Neither the licence texts nor the kernel of the quick loop is in an image; nor is the list of what none has.
    beside = {
        manifest.output,
        found.legal_info.artefact,
        found.kernel,
        Output("product/left-out.txt"),
        Output("product/sizes.txt"),
    }
    assert set(named.steps) == {step.output for step in found.steps} - beside
