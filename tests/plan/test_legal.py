# SPDX-License-Identifier: Apache-2.0
"""The licence report speaks of all that is in an image, and brings a text for whatever came in an archive."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable

import pytest

from leafroot.config.configuration import Config
from leafroot.plan.board import Plan
from leafroot.plan.legal import plan_legal_info, shipped
from leafroot.plan.step import Source, Text


def table(config: Config) -> list[dict[str, str]]:
    step, _ = plan_legal_info(config)
    (text,) = (item.text for item in step.inputs if isinstance(item, Text))
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize("board", ["qemu_x86_64", "rpi4"])
def test_every_part_has_a_row_and_its_texts(configured: Callable[..., Config], board: str) -> None:
    config = configured(board)
    rows = {row["name"]: row for row in table(config)}
    assert list(rows) == ["linux", *(unit.name for unit in shipped(config))]
    assert {"linux", "musl", "busybox", "gcc"} <= set(rows)
    assert ("raspberrypi-firmware" in rows) is (board == "rpi4")
    step, export = plan_legal_info(config)
    gathered = {command[-1].removeprefix("/out/") for command in step.commands}
    for name, row in rows.items():
        assert row["license"]
        assert bool(row["texts"]) is bool(row["archive"]) is bool(row["sha256"]), f"{name} has an archive and no text"
        assert {f"{name}/{text}" for text in row["texts"].split()} <= gathered
    read = {item.at for item in step.inputs if isinstance(item, Source)}
    assert read == {f"/sources/{name}" for name, row in rows.items() if row["texts"]}
    assert export.artefact == step.output


def test_sources_are_those_that_were_built(planned: Callable[..., Plan]) -> None:
    """With the same patches: what was unpacked for the build serves here too."""
    steps = planned("rpi4").steps
    (legal,) = (step for step in steps if step.output == "rpi4/legal-info.tar.zst")
    others = [step for step in steps if step is not legal]
    built = {(item.archive, item.patches) for step in others for item in step.inputs if isinstance(item, Source)}
    assert {(item.archive, item.patches) for item in legal.inputs if isinstance(item, Source)} <= built


def test_the_manifest_names_the_same_parts(configured: Callable[..., Config], planned: Callable[..., Plan]) -> None:
    (manifest,) = (step for step in planned("rpi4").steps if step.call == "manifest")
    named = [package["name"] for package in json.loads(manifest.parameters)["packages"]]
    assert named == [unit.name for unit in shipped(configured("rpi4"))]
