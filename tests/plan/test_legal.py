# SPDX-License-Identifier: Apache-2.0
"""The licence report speaks of all that is in an image, and brings a text for whatever came in an archive."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from leafroot.kconfig.config import Config, ExternalToolchain, configure
from leafroot.kconfig.resolve import Request
from leafroot.own.manifest import PackageFacts, WriteManifest
from leafroot.plan.board import Plan, plan_board
from leafroot.plan.legal import plan_legal_info, shipped
from leafroot.step import Folder, Source, Text
from leafroot.units.catalog import Catalog, load_catalog
from tests.build_machine import MACHINE
from tests.plan.conftest import ROOT, step_of
from tests.small_tree import Code, package


def table(config: Config) -> list[dict[str, str]]:
    step, _ = plan_legal_info(config, MACHINE)
    (text,) = (item.text for item in step.inputs if isinstance(item, Text))
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize("board", ["qemu_x86_64", "rpi4"])
def test_every_part_has_a_row_and_its_texts(configured: Callable[..., Config], board: str) -> None:
    config = configured(board)
    rows = {row["name"]: row for row in table(config)}
    assert list(rows) == ["linux", *(unit.name for unit in shipped(config))]
    assert {"linux", "musl", "busybox", "gcc"} <= set(rows)
    assert ("raspberrypi-firmware" in rows) is (board == "rpi4")
    step, export = plan_legal_info(config, MACHINE)
    gathered = {command[-1].removeprefix("/out/") for command in step.commands}
    for name, row in rows.items():
        assert row["license"]
        assert bool(row["texts"]) is bool(row["archive"]) is bool(row["sha256"]), f"{name} has an archive and no text"
        assert {f"{name}/{text}" for text in row["texts"].split()} <= gathered
    read = {item.at for item in step.inputs if isinstance(item, Source)}
    assert read == {f"/sources/{name}" for name, row in rows.items() if row["texts"]}
    assert export.artefact == step.output


def test_licence_texts_come_from_the_sources_that_were_built(planned: Callable[..., Plan]) -> None:
    """With the same patches: what was unpacked for the build serves here too."""
    plan = planned("rpi4")
    legal = step_of(plan, "rpi4/legal-info.tar.zst")
    others = [step for step in plan.steps if step is not legal]
    built = {(item.archive, item.patches) for step in others for item in step.inputs if isinstance(item, Source)}
    assert {(item.archive, item.patches) for item in legal.inputs if isinstance(item, Source)} <= built


def facts(plan: Plan) -> dict[str, PackageFacts]:
    """What the manifest says of each package."""
    (own,) = (step.own for step in plan.steps if isinstance(step.own, WriteManifest))
    return {package.name: package for package in own.packages}


def test_the_manifest_and_the_licence_report_name_the_same_parts(
    configured: Callable[..., Config], planned: Callable[..., Plan]
) -> None:
    assert list(facts(planned("rpi4"))) == [unit.name for unit in shipped(configured("rpi4"))]


def test_an_external_gcc_is_not_in_the_licence_report(configured: Callable[..., Config]) -> None:
    config = configured("qemu_x86_64")
    assert "gcc" in {unit.name for unit in shipped(config)}
    external = replace(config, toolchain=ExternalToolchain("/usr", "x86_64-linux-gnu"))
    assert "gcc" not in {unit.name for unit in shipped(external)}


def test_a_package_without_an_archive_has_its_licence_texts_in_the_report(configured: Callable[..., Config]) -> None:
    """One without an archive: its folder src/ is where its licence lies."""
    config = configured("qemu_x86_64")
    assert "rootcheck" in [node.unit.name for node in config.graph.in_root]
    own = config.catalog.packages["rootcheck"]
    own = replace(own, value=replace(own.value, license_files=("COPYING",)))
    catalog = replace(config.catalog, packages={**config.catalog.packages, own.name: own})
    step, _ = plan_legal_info(replace(config, catalog=catalog), MACHINE)
    assert ("install", "-D", "-m", "644", "/sources/rootcheck/COPYING", "/out/rootcheck/COPYING") in step.commands
    (folder,) = (item for item in step.inputs if isinstance(item, Folder))
    assert folder.at == "/sources/rootcheck"


def test_modules_and_further_archives_are_told_of(
    catalog: Catalog, configured: Callable[..., Config], tmp_path: Path
) -> None:
    fragment = tmp_path / "go.config"
    fragment.write_text("CONFIG_PACKAGE_RUNC=y\n")
    config = configured(fragments=[fragment])
    rows = {row["name"]: row for row in table(config)}
    runc = catalog.packages["runc"]
    assert len(rows["runc"]["sha256"].split()) == len(rows["runc"]["archive"].split()) == 2
    assert "go" in rows and len(runc.locked) > 10
    step, _ = plan_legal_info(config, MACHINE)
    gathered = {command[-1].removeprefix("/out/") for command in step.commands}
    for module in runc.locked:
        name = f"runc/{module.name}"
        assert rows[name]["sha256"] == module.archive.sha256 and rows[name]["license"] == module.license
        assert f"{name}/copyright" in gathered
    assert {module.archive for module in runc.locked} <= set(step.archives())


def test_the_manifest_tells_of_modules(configured: Callable[..., Config], tmp_path: Path) -> None:
    fragment = tmp_path / "go.config"
    fragment.write_text("CONFIG_PACKAGE_RUNC=y\n")
    runc = facts(plan_board(configured(fragments=[fragment]), MACHINE))["runc"].in_manifest()
    assert isinstance(runc["further_archives"], dict) and isinstance(runc["modules"], list)
    assert list(runc["further_archives"]) == ["debian"]
    assert {"name", "version", "license", "archive"} == set(runc["modules"][0])


def test_a_password_in_a_url_is_in_no_step(tmp_path: Path) -> None:
    """So it is in no manifest, licence report, cache key or explanation either."""
    archive = Code(f"Archive('https://me:s3cret@x.example/closed.tar?token=t0ken', '{'0' * 64}')")
    (tmp_path / "tree/package/closed").mkdir(parents=True)
    (tmp_path / "tree/package/closed/package.py").write_text(
        package("A program.", archive=archive, license_files=["COPYING"])
    )
    (tmp_path / "x.config").write_text("CONFIG_PACKAGE_CLOSED=y\n")
    asked = Request("qemu_x86_64", fragments=[tmp_path / "x.config"])
    plan = plan_board(configure(load_catalog(ROOT, [tmp_path / "tree"]), ROOT, tmp_path / "kconfig", asked), MACHINE)
    said = [f"{step.title} {step.output.path} {step.description}" for step in plan.steps]
    assert any("closed.tar" in text for text in said)
    assert [text for text in said if "s3cret" in text or "t0ken" in text] == []
