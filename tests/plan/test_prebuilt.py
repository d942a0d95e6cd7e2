# SPDX-License-Identifier: Apache-2.0
"""Prebuilt packages as steps: no toolchain among what they read, one output for every board."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.describe.archive import Archive
from leafroot.describe.patch import Patch
from leafroot.plan.recipes.prebuilt import Prebuilt
from leafroot.step import Output, Source, TreeFile, Usr
from leafroot.units.catalog import Catalog
from tests.plan import made_up

FIRMWARE = made_up.unit(
    "fw",
    Prebuilt([("data/", "lib/firmware/"), ("start.elf", "boot/start.elf")]),
    version="2",
    license="LicenseRef-fw",
    license_files=["data/LICENCE*", "doc/copyright"],
    archive=Archive("debian:pool/f/fw_{version}_all.deb", "0" * 64, inner="data.tar.xz"),
    patches=(Patch("package/fw/patches/0001.patch"),),
)


def test_a_prebuilt_package_reads_only_its_source(catalog: Catalog) -> None:
    step = made_up.step(catalog, FIRMWARE)
    assert (step.title, step.output) == ("fw 2", Output("noarch/fw.tar.zst"))
    assert step.reads() == ()
    usr, source, script = step.inputs
    assert isinstance(usr, Usr) and isinstance(source, Source) and isinstance(script, TreeFile)
    assert source.archive.file_name == "fw_2_all.deb"
    assert source.patches == (Patch("package/fw/patches/0001.patch"),)
    assert step.commands == (
        ("sh", "/install-prebuilt", "data/", "lib/firmware/"),
        ("sh", "/install-prebuilt", "start.elf", "boot/start.elf"),
    )
    # As a glob, and nothing else that is named so.
    assert step.drop == ("lib/firmware/LICENCE[*]",)


@pytest.mark.parametrize("arch", ARCHES)
def test_a_prebuilt_package_has_one_step_for_every_architecture(catalog: Catalog, arch: str) -> None:
    assert made_up.step(catalog, FIRMWARE, arch=arch) == made_up.step(catalog, FIRMWARE)


def test_other_install_pairs_change_the_step(catalog: Catalog) -> None:
    other = replace(FIRMWARE, value=replace(FIRMWARE.value, build=Prebuilt([("start.elf", "boot/other.elf")])))
    assert made_up.step(catalog, other).description != made_up.step(catalog, FIRMWARE).description
