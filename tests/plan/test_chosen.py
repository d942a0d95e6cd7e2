# SPDX-License-Identifier: Apache-2.0
"""Options that a person chose, in the whole plan of a board: kernel, root, licences, manifest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.kconfig.config import configure
from leafroot.kconfig.resolve import Request
from leafroot.own.manifest import WriteManifest
from leafroot.own.root import CheckElf, WriteRoot
from leafroot.plan.board import Plan, plan_board
from leafroot.step import Text
from leafroot.units.catalog import load_catalog
from tests.build_machine import MACHINE
from tests.plan.conftest import ROOT, asked_of, step_of
from tests.small_tree import Code, package

OPTIONS = Code(
    "[Option('vpn', 'VPN', depends=['liba'], kernel=['TUN', 'NEWER from 7.0']), "
    "Provider('ssh', 'SSH', drop=[], none=[], default='none', edge='runs_with')]"
)
FILES = {
    "prog": package("A program.", build="Make()", options=OPTIONS, kernel=["SCTP"]),
    "liba": package("A library.", build="Make()"),
    "drop": package("A server.", build="Make()", accounts=Code("[Account('drop', 80)]")),
}
FULL = "CONFIG_PACKAGE_PROG_VPN=y\nCONFIG_PACKAGE_PROG_SSH_DROP=y\n"


@pytest.fixture
def planned(tmp_path: Path) -> Callable[..., Plan]:
    for name, text in FILES.items():
        (tmp_path / "tree/package" / name / "src").mkdir(parents=True)
        (tmp_path / "tree/package" / name / "src/Makefile").write_text("all:\n")
        (tmp_path / "tree/package" / name / "package.py").write_text(text)
    catalog = load_catalog(ROOT, [tmp_path / "tree"])

    def make(lines: str = "", kernel: str = "6.12") -> Plan:
        (tmp_path / "x.config").write_text(f"CONFIG_PACKAGE_PROG=y\n{lines}")
        asked = Request("qemu_x86_64", kernel=kernel, fragments=[tmp_path / "x.config"])
        return plan_board(configure(catalog, ROOT, tmp_path / "kconfig", asked), MACHINE)

    return make


@pytest.mark.parametrize(
    ("lines", "series", "asked"),
    [
        ("", "6.12", "CONFIG_SCTP=y\n"),
        (FULL, "6.12", "CONFIG_SCTP=y\nCONFIG_TUN=y\n"),
        (FULL, "7.2", "CONFIG_SCTP=y\nCONFIG_TUN=y\nCONFIG_NEWER=y\n"),
    ],
)
def test_an_options_kernel_options_are_asked_of_the_kernel(
    planned: Callable[..., Plan], lines: str, series: str, asked: str
) -> None:
    step = step_of(planned(lines, series), "qemu_x86_64/linux.config")
    _, _, lines = asked_of(step).partition("# at package/prog/package.py\n")
    assert lines.partition("# at ")[0] == asked


def test_what_options_bring_is_in_the_root_and_in_the_licence_report(planned: Callable[..., Plan]) -> None:
    plain, full = planned(), planned(FULL)

    def there(plan: Plan) -> set[str]:
        root = step_of(plan, "qemu_x86_64/rootfs.cpio").own
        assert isinstance(root, WriteRoot)
        legal = step_of(plan, "qemu_x86_64/legal-info.tar.zst")
        (table,) = (item.text for item in legal.inputs if isinstance(item, Text) and item.at == "/licenses.csv")
        reported = {line.split(",")[0] for line in table.splitlines()}
        owners = {layer.owner for layer in root.layers}
        assert owners & set(FILES) == reported & set(FILES)
        return owners & set(FILES)

    assert there(plain) == {"prog"}
    assert there(full) == {"prog", "liba", "drop"}


def test_accounts_come_with_the_package_that_an_option_brings(planned: Callable[..., Plan]) -> None:
    for lines, accounts in (("", ()), (FULL, (("drop", 80, "/", "/bin/false"),))):
        root = step_of(planned(lines), "qemu_x86_64/rootfs.cpio").own
        assert isinstance(root, WriteRoot)
        assert root.accounts == accounts


def test_the_check_of_programs_knows_what_options_declare(planned: Callable[..., Plan]) -> None:
    for lines, declared in (("", ()), (FULL, ("liba",))):
        check = step_of(planned(lines), "qemu_x86_64/elf.json").own
        assert isinstance(check, CheckElf)
        assert dict(check.declared)["prog"] == declared


def test_the_manifest_lists_the_values_of_options(planned: Callable[..., Plan]) -> None:
    manifest = step_of(planned(FULL), "qemu_x86_64/images/manifest.json").own
    assert isinstance(manifest, WriteManifest)
    facts = {one.name: one.in_manifest() for one in manifest.packages}
    assert facts["prog"]["options"] == {"vpn": "y", "ssh": "drop"}
    assert "options" not in facts["liba"]
