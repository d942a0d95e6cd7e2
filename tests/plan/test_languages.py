# SPDX-License-Identifier: Apache-2.0
"""C++: its library is there for who needs it, its compiler unless it is left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.kconfig.config import configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import Plan, plan_board
from leafroot.units.catalog import load_catalog
from tests.build_machine import MACHINE
from tests.plan.conftest import ROOT, paths

LIBRARY = "x86_64-leafroot-linux-musl/libstdcxx.tar.zst"
PACKAGE = """from leafroot import Make, Package

package = Package(version="1", license="MIT", build=Make(), {more})
"""
# Written in C++; a library in C that is linked with it; a program in C beside them.
MADE = {
    "deep": 'languages=["c++"]',
    "middle": 'depends=["deep"]',
    "top": 'depends=["middle"]',
    "beside": 'depends=["busybox"]',
}


@pytest.fixture
def planned(tmp_path: Path) -> Callable[..., Plan]:
    """The plan of a board with packages that are made up, from the lines of a defconfig."""
    for name, more in MADE.items():
        folder = tmp_path / "tree/package" / name
        (folder / "src").mkdir(parents=True)
        (folder / "src/it.c").write_text("")
        (folder / "package.py").write_text(f'"""It is {name}."""\n\n' + PACKAGE.format(more=more))
    catalog = load_catalog(ROOT, (tmp_path / "tree",))

    def make(text: str) -> Plan:
        (tmp_path / "x.config").write_text(text)
        asked = Request("qemu_x86_64", fragments=(tmp_path / "x.config",))
        config = configure(catalog, ROOT, tmp_path / "kconfig", asked)
        return plan_board(config, MACHINE)

    return make


def readers(plan: Plan) -> list[str]:
    return [step.title.split()[0] for step in plan.steps if LIBRARY in paths(step.reads())]


def test_libstdcxx_is_built_only_for_packages_that_need_it(planned: Callable[..., Plan]) -> None:
    plan = planned("CONFIG_PACKAGE_BESIDE=y\n")
    assert readers(plan) == []
    assert LIBRARY not in [step.output.path for step in plan.steps]
    plan = planned("CONFIG_PACKAGE_BESIDE=y\nCONFIG_PACKAGE_TOP=y\n")
    assert sorted(readers(plan)) == ["ELF", "deep", "left", "middle", "root", "sizes", "top"]


def test_a_c_only_toolchain_has_no_cxx(planned: Callable[..., Plan]) -> None:
    def languages(plan: Plan) -> list[str]:
        (gcc,) = [step for step in plan.steps if step.output.path.endswith("/gcc.tar.zst")]
        return [word for word in gcc.commands[0] if word.startswith("--enable-languages")]

    assert languages(planned("")) == ["--enable-languages=c,c++"]
    assert languages(planned("CONFIG_TOOLCHAIN_C_ONLY=y\n")) == ["--enable-languages=c"]
    with pytest.raises(LeafrootError, match=r"CONFIG_PACKAGE_DEEP depends on TOOLCHAIN_CXX \(=n\)"):
        planned("CONFIG_TOOLCHAIN_C_ONLY=y\nCONFIG_PACKAGE_DEEP=y\n")


def test_boards_with_other_compilers_are_built_side_by_side(planned: Callable[..., Plan]) -> None:
    """Their outputs lie in other folders; what no compiler takes part in is one and the same."""
    steps = [{step.output: step for step in planned(text).steps} for text in ("", "CONFIG_TOOLCHAIN_C_ONLY=y\n")]
    first, other = ({output for output in each if not output.path.startswith("qemu_x86_64/")} for each in steps)
    shared = first & other
    assert {output.path.split("/")[0] for output in shared} == {"host"}
    assert all(steps[0][output].description == steps[1][output].description for output in shared)
    assert {output.path.split("/")[0] for output in other - first} == {"x86_64-leafroot-linux-musl-c"}
