# SPDX-License-Identifier: Apache-2.0
"""Packages as steps: every one of the tree for every architecture, and the recipes one by one."""

from __future__ import annotations

import configparser
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from leafroot.describe.recipes import Files, Make, Meson, Recipe, ToolchainPart

from leafroot.describe.arches import ARCHES
from leafroot.describe.archive import Archive
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.kconfig.config import Config
from leafroot.plan.board import Machine, plan_board
from leafroot.plan.packages import plan_package
from leafroot.plan.recipes.go import go_tools
from leafroot.plan.toolchain.from_source import plan_source_toolchain
from leafroot.step import Step, Text
from leafroot.units.catalog import Catalog, load_catalog

ROOT = Path(__file__).parents[2]
PLATFORM = "x86_64-glibc-2.36"
MACHINE = Machine(PLATFORM, "GCC 12.2.0, 0123456789abcdef")
# "CPU families" in the reference tables of Meson's manual: names that an architecture of ours may have.
MESON_FAMILIES = {"aarch64", "arm", "mips", "mips64", "ppc", "ppc64", "riscv32", "riscv64", "s390x", "x86", "x86_64"}


def planned(catalog: Catalog, unit: Unit[Package], arch: str, options: Mapping[str, str] | None = None) -> Step:
    toolchain = plan_source_toolchain(ARCHES[arch], catalog, PLATFORM)
    toolchain = replace(toolchain, go=go_tools(catalog, PLATFORM))
    built = {name: f"{toolchain.folder}/{name}.tar.zst" for name in catalog.packages}
    return plan_package(unit, toolchain, built, options or {})


def made(catalog: Catalog, recipe: Recipe, arch: str = "x86_64") -> Step:
    package = Package(version="1", license="MIT", archive=Archive("debian:pool/a.tar", "0" * 64), build=recipe)
    return planned(catalog, Unit("alpha", "package/alpha", "First.", package, ("package.py",)), arch)


@pytest.mark.parametrize("arch", ARCHES)
@pytest.mark.parametrize("name", load_catalog(ROOT).packages)
def test_every_package_is_planned_and_has_licence_texts(catalog: Catalog, name: str, arch: str) -> None:
    unit = catalog.packages[name]
    if isinstance(unit.value.build, (ToolchainPart, Files)):
        return
    chosen = {choice.option: "y" for choice in getattr(unit.value.build, "choices", ())}
    step = planned(catalog, unit, arch, chosen)
    assert step.commands
    assert {f"{ARCHES[arch].target}/{one}.tar.zst" for one in unit.value.depends} <= set(step.artefacts())
    assert unit.value.license_files or unit.value.archive is None


@pytest.mark.parametrize("arch", ARCHES)
def test_meson_is_told_of_the_target(catalog: Catalog, arch: str) -> None:
    step = made(catalog, Meson(("-Dtests=false",), env=(("LANG", "C"),)), arch)
    _, setup, ninja, install, strip = step.commands
    (cross,) = (item for item in step.inputs if isinstance(item, Text))
    assert setup[:3] == ("meson", "setup", f"--cross-file={cross.at}")
    assert {"--wrap-mode=nodownload", "--auto-features=disabled"} < set(setup)
    assert setup[-3:] == ("-Dtests=false", "/build", "/src")
    assert (ninja, install[:2], strip[0]) == (("ninja", "-j16"), ("meson", "install"), "sh")
    said = configparser.ConfigParser()
    said.read_string(cross.text)
    assert said["binaries"]["c"] == f"['/build/job-slot', '/toolchain/bin/{ARCHES[arch].target}-gcc']"
    assert said["host_machine"]["cpu_family"].strip("'") in MESON_FAMILIES
    assert said["host_machine"]["endian"] == "'little'"
    # Flags are the toolchain's own, as for every recipe.
    assert {("LANG", "C"), ("PKG_CONFIG", "pkg-config")} < set(step.env)
    assert dict(step.env)["CFLAGS"] == dict(made(catalog, Make(), arch).env)["CFLAGS"]


def test_make_builds_out_of_tree_unless_its_makefile_cannot(catalog: Catalog) -> None:
    build, install = made(catalog, Make((("A", "b"),))).commands[:2]
    assert build == ("make", "-f", "/src/Makefile", "SRC=/src", "A=b")
    assert install == (*build, "DESTDIR=/out", "install")
    copy, writable, build, install = made(catalog, Make((("A", "b"),), folder="lib")).commands[:4]
    assert (copy[0], writable[0]) == ("cp", "chmod")
    assert build == ("make", "-C", "lib", "A=b")
    assert install == (*build, "DESTDIR=/out", "install")


@pytest.mark.parametrize(("series", "asked"), [("6.12", False), ("7.2", True)])
def test_an_option_of_newer_kernels_is_asked_of_those(
    configured: Callable[..., Config], tmp_path: Path, series: str, asked: bool
) -> None:
    fragment = tmp_path / "iptables.config"
    fragment.write_text("CONFIG_PACKAGE_IPTABLES=y\n")
    plan = plan_board(configured(kernel=series, fragments=[fragment]), MACHINE, lambda path: path)
    (step,) = (one for one in plan.steps if one.output.endswith("/linux.config"))
    (text,) = (item.text for item in step.inputs if isinstance(item, Text) and "iptables" in item.at)
    assert "CONFIG_IP_NF_NAT=y\n" in text
    assert ("CONFIG_NETFILTER_XTABLES_LEGACY=y\n" in text) is asked
