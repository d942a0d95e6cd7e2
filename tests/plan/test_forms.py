# SPDX-License-Identifier: Apache-2.0
"""The forms of a Raspberry Pi's image in its plan, in its manifest, and nowhere else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from leafroot.archive.pack import pack
from leafroot.describe.board import RaspberryPi
from leafroot.files import digest_of
from leafroot.kconfig.config import Config
from leafroot.own.manifest import BOOT, WriteManifest
from leafroot.plan.board import Plan, plan_board
from leafroot.plan.cmdline import cmdline_txt
from leafroot.step import SOURCE_DATE_EPOCH, Artefact, Digests, Given, Output, Text
from leafroot.units.catalog import Catalog
from tests.build_machine import MACHINE
from tests.plan.conftest import paths, step_of


def loaders(catalog: Catalog) -> list[str]:
    return [name for name, unit in catalog.boards.items() if unit.value.loader]


def test_every_board_with_a_loader_has_the_forms(catalog: Catalog, planned: Callable[..., Plan]) -> None:
    assert "rpi4" in loaders(catalog)
    for name in loaders(catalog):
        plan = planned(name)
        assert plan.card and plan.ramdisk
        assert paths([plan.card, plan.ramdisk]) == [f"{name}/images/{form}.img" for form in ("sdcard", "boot")]
        assert {plan.card, plan.ramdisk} < set(plan.images)
        assert [one.folder for one in plan.exports] == [f"{name}/images/boot", f"{name}/images/netboot"]
        made: set[Output] = set()
        for one in plan.steps:
            assert set(one.follows()) <= made, one.output
            made.add(one.output)
        assert {plan.card, plan.ramdisk, *(one.artefact for one in plan.exports)} <= made


@pytest.mark.parametrize("board", ["qemu_x86_64", "qemu_aarch64"])
def test_boards_without_a_loader_have_no_forms(planned: Callable[..., Plan], board: str) -> None:
    plan = planned(board)
    assert (plan.exports, plan.card, plan.ramdisk) == ((), None, None)
    assert not [one for one in plan.steps if "/boot.tar" in one.output.path or one.output.path.endswith(".img")]


def test_the_texts_are_among_the_boot_files(configured: Callable[..., Config]) -> None:
    config = configured("rpi4")
    boot = step_of(plan_board(config, MACHINE), "rpi4/boot.tar.zst")
    assert [(item.at, item.text) for item in boot.inputs if isinstance(item, Text)] == [
        ("/config.txt", config.config_txt),
        ("/cmdline.txt", cmdline_txt(config)),
    ]
    assert "kernel=kernel8.img\n" in config.config_txt


def test_the_serial_number_moves_the_netboot_folder_only(configured: Callable[..., Config]) -> None:
    config = configured("rpi4")
    loader = config.board.value.loader
    assert isinstance(loader, RaspberryPi)
    value = replace(config.board.value, loader=replace(loader, serial="1234abcd"))
    other = plan_board(replace(config, board=replace(config.board, value=value)), MACHINE)
    plan = plan_board(config, MACHINE)
    assert [one.below for one in other.exports] == ["", "1234abcd"]
    assert [one.description for one in other.steps] == [one.description for one in plan.steps]


def test_whether_an_output_is_cached_does_not_change_the_work(planned: Callable[..., Plan]) -> None:
    one = step_of(planned("rpi4"), "rpi4/images/sdcard.img")
    assert not one.cached
    assert one.description == replace(one, cached=True).description


def test_the_manifest_lists_every_image_and_every_boot_file(planned: Callable[..., Plan], tmp_path: Path) -> None:
    plan = planned("rpi4")
    manifest = step_of(plan, "rpi4/images/manifest.json")
    (tmp_path / "tree/overlays").mkdir(parents=True)
    (tmp_path / "tree/config.txt").write_text("x")
    (tmp_path / "tree/overlays/one.dtbo").write_text("yy")
    pack(tmp_path / "tree", tmp_path / "boot", mtime=SOURCE_DATE_EPOCH)
    files = {item.at: tmp_path / item.at for item in manifest.inputs if isinstance(item, Artefact)}
    for name, path in files.items():
        if name != BOOT:
            path.write_text("{}")
    (steps,) = (item for item in manifest.inputs if isinstance(item, Digests))
    given = Given(files, lambda name: digest_of(files[name]), {one.path: one.name for one in steps.steps})
    assert isinstance(manifest.own, WriteManifest)
    manifest.own.perform(given, tmp_path / "manifest.json")
    written = json.loads((tmp_path / "manifest.json").read_text())
    assert [image["name"] for image in written["images"]] == sorted(
        output.name for output in plan.images if output != manifest.output
    )
    assert written["steps"] == {one.path: one.name for one in steps.steps}
    assert written["images"][0]["sha256"] == hashlib.sha256(b"{}").hexdigest()
    assert written["boot"] == [
        {"name": "config.txt", "size": 1, "sha256": hashlib.sha256(b"x").hexdigest()},
        {"name": "overlays/one.dtbo", "size": 2, "sha256": hashlib.sha256(b"yy").hexdigest()},
    ]
