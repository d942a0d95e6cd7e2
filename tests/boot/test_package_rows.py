# SPDX-License-Identifier: Apache-2.0
"""Every package does its work in a booted system, as its row of the table says (see package_rows.py).

The default run boots one image with packages that products are likely to have. The marker `packages` boots an image for
each group of packages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from leafroot.kconfig.config import configure
from leafroot.kconfig.generate import symbol
from leafroot.kconfig.resolve import Request
from leafroot.record.seen import TEST, read_seen
from leafroot.units.catalog import load_catalog
from tests.boot import package_rows
from tests.boot.conftest import Console, Scons

ROOT = Path(__file__).parents[2]
CATALOG = load_catalog(ROOT)
PACKAGES = package_rows.provable(CATALOG)
# What a product is likely to have: the shell over SSH, TLS, the network's programs, a database, buses of devices. All
# recipes but those for Go and prebuilt files are among them.
USUAL = ("can-utils", "curl", "dbus", "dropbear", "i2c-tools", "iproute2", "libgpiod", "network", "sqlite", "tmux")
# Proved elsewhere, by more than a row: tests/boot/test_containers.py and its kin.
ELSEWHERE = {name for name, unit in PACKAGES.items() if unit.value.group == "containers"}


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_every_package_has_a_row(name: str) -> None:
    assert name in ELSEWHERE or TEST in PACKAGES[name].files


def test_rows_call_packages_that_there_are() -> None:
    found = package_rows.companions(CATALOG, [name for name, unit in PACKAGES.items() if TEST in unit.files])
    assert "wpa-supplicant" in found
    assert found <= PACKAGES.keys()
    assert PACKAGES.keys() >= package_rows.KERNEL_OF.keys()


def select(names: Iterable[str]) -> list[str]:
    return [f"CONFIG_{symbol('PACKAGE', name)}=y" for name in names]


def test_the_usual_packages_do_their_work(scons: Scons, console_of: Callable[..., Console], tmp_path: Path) -> None:
    package_rows.prove(select(USUAL), scons, console_of, tmp_path).check()


@pytest.mark.packages
@pytest.mark.parametrize("group", sorted({unit.value.group for unit in PACKAGES.values()} - {"containers"}))
def test_the_packages_of_a_group_do_their_work(
    group: str, scons: Scons, console_of: Callable[..., Console], tmp_path: Path
) -> None:
    """What passes is written into docs/packages.tsv, which is for a commit, as is the page that is made of it."""
    names = [name for name, unit in PACKAGES.items() if unit.value.group == group]
    # All groups share a kernel.
    proof = package_rows.prove(select(names), scons, console_of, tmp_path, asking=PACKAGES)
    proof.record(ROOT, CATALOG)
    proof.check()


def test_what_passed_is_recorded_with_its_size_and_what_failed_is_not(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "sizes.txt").write_text("2000\tcurl\n1000\ttmux\n10\tmusl\n")
    config = configure(CATALOG, ROOT, tmp_path / "generated", Request("qemu_x86_64"))
    for verdict, packages in (("ok", ["curl", "tmux"]), ("not ok", ["curl"])):
        proof = package_rows.Proof(config, tmp_path, {"curl": "ok", "tmux": verdict}, "")
        proof.record(tmp_path, CATALOG)
        lines = read_seen(tmp_path)
        assert [one.package for one in lines] == packages
        assert (lines[0].size, lines[0].arch) == (2000, "x86_64")
        assert lines[0].version == CATALOG.packages["curl"].value.version
    page = (tmp_path / "docs/packages.md").read_text()
    assert "2.0 kB | x86_64 2" in page
    assert "1.0 kB" not in page


def test_a_row_counts_only_while_options_are_as_by_default(tmp_path: Path) -> None:
    """Of a package, and of those that it is linked with: curl's other library for TLS, and what is linked with curl."""
    fragment = tmp_path / "some.config"
    for line, left in (("", set()), ("CONFIG_PACKAGE_CURL_TLS_NONE=y\n", {"curl"})):
        fragment.write_text("CONFIG_PACKAGE_CURL=y\nCONFIG_PACKAGE_TMUX=y\n" + line)
        config = configure(CATALOG, ROOT, tmp_path / "generated", Request("qemu_x86_64", fragments=[fragment]))
        found = {node.unit.name for node in config.graph.in_root}
        assert found - package_rows.as_by_default(config.graph) == left
