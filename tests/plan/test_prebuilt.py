# SPDX-License-Identifier: Apache-2.0
"""Prebuilt packages as steps: no toolchain among what they read, one output for every board."""

from __future__ import annotations

from dataclasses import replace

import pytest
from leafroot.describe.recipes import Prebuilt

from leafroot.describe.arches import ARCHES
from leafroot.describe.archive import Archive
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.plan.packages import plan_package
from leafroot.plan.toolchain.from_source import plan_source_toolchain
from leafroot.step import Source, Step, TreeFile
from leafroot.units.catalog import Catalog

PLATFORM = "x86_64-glibc-2.36"
FIRMWARE = Unit(
    "fw",
    "package/fw",
    "Firmware.",
    Package(
        version="2",
        license="LicenseRef-fw",
        license_files=("data/LICENCE*", "doc/copyright"),
        archive=Archive("debian:pool/f/fw_{version}_all.deb", "0" * 64, inner="data.tar.xz"),
        build=Prebuilt((("data/", "lib/firmware/"), ("start.elf", "boot/start.elf"))),
    ),
    ("package.py", "patches/0001.patch"),
)


def planned(unit: Unit[Package], catalog: Catalog, arch: str = "x86_64") -> Step:
    return plan_package(unit, plan_source_toolchain(ARCHES[arch], catalog, PLATFORM), {}, {})


def test_a_prebuilt_package_reads_its_source_alone(catalog: Catalog) -> None:
    step = planned(FIRMWARE, catalog)
    assert (step.title, step.output) == ("fw 2", "noarch/fw.tar.zst")
    assert step.artefacts() == ()
    source, script = step.inputs
    assert isinstance(source, Source) and isinstance(script, TreeFile)
    assert source.archive.file_name == "fw_2_all.deb"
    assert source.patches == ("package/fw/patches/0001.patch",)
    assert step.commands == (
        ("sh", "/install-prebuilt", "data/", "lib/firmware/"),
        ("sh", "/install-prebuilt", "start.elf", "boot/start.elf"),
    )
    # As a glob, and nothing else that is named so.
    assert step.drop == ("lib/firmware/LICENCE[*]",)


@pytest.mark.parametrize("arch", ARCHES)
def test_every_architecture_takes_the_same(catalog: Catalog, arch: str) -> None:
    assert planned(FIRMWARE, catalog, arch).description == planned(FIRMWARE, catalog).description


def test_other_pairs_are_another_step(catalog: Catalog) -> None:
    other = replace(FIRMWARE.value, build=Prebuilt((("start.elf", "boot/other.elf"),)))
    assert planned(replace(FIRMWARE, value=other), catalog).description != planned(FIRMWARE, catalog).description
