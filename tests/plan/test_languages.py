# SPDX-License-Identifier: Apache-2.0
"""C++: its library is there for who needs it, its compiler unless it is left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from leafroot.plan.shared import check_shared

from leafroot.errors import LeafrootError
from leafroot.kconfig.config import Config, configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import Machine, Plan, plan_board
from leafroot.units.catalog import load_catalog

ROOT = Path(__file__).parents[2]
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
def planned(tmp_path: Path) -> Callable[..., tuple[Config, Plan]]:
    """The plan of a board with packages that are made up, from the lines of a defconfig."""
    for name, more in MADE.items():
        folder = tmp_path / "tree/package" / name
        (folder / "src").mkdir(parents=True)
        (folder / "src/it.c").write_text("")
        (folder / "package.py").write_text(f'"""It is {name}."""\n\n' + PACKAGE.format(more=more))
    catalog = load_catalog(ROOT, (tmp_path / "tree",))

    def make(text: str) -> tuple[Config, Plan]:
        (tmp_path / "x.config").write_text(text)
        asked = Request("qemu_x86_64", fragments=(tmp_path / "x.config",))
        config = configure(catalog, ROOT, tmp_path / "kconfig", asked)
        return config, plan_board(config, Machine("x86_64-glibc-2.36", ""), lambda path: path)

    return make


def readers(plan: Plan) -> list[str]:
    return [step.title.split()[0] for step in plan.steps if LIBRARY in step.artefacts()]


def test_the_library_of_cxx_is_for_who_needs_it(planned: Callable[..., tuple[Config, Plan]]) -> None:
    _, plan = planned("CONFIG_PACKAGE_BESIDE=y\n")
    assert readers(plan) == []
    assert LIBRARY not in [step.output for step in plan.steps]
    _, plan = planned("CONFIG_PACKAGE_BESIDE=y\nCONFIG_PACKAGE_TOP=y\n")
    assert sorted(readers(plan)) == ["ELF", "deep", "middle", "root", "top"]


def test_a_compiler_for_c_only(planned: Callable[..., tuple[Config, Plan]]) -> None:
    def languages(plan: Plan) -> list[str]:
        (gcc,) = [step for step in plan.steps if step.output.endswith("/gcc.tar.zst")]
        return [word for word in gcc.commands[0] if word.startswith("--enable-languages")]

    assert languages(planned("")[1]) == ["--enable-languages=c,c++"]
    assert languages(planned("CONFIG_TOOLCHAIN_C_ONLY=y\n")[1]) == ["--enable-languages=c"]
    with pytest.raises(LeafrootError, match=r"CONFIG_PACKAGE_DEEP depends on TOOLCHAIN_CXX \(=n\)"):
        planned("CONFIG_TOOLCHAIN_C_ONLY=y\nCONFIG_PACKAGE_DEEP=y\n")


def test_boards_that_share_an_output_need_the_same(planned: Callable[..., tuple[Config, Plan]]) -> None:
    first, other = planned(""), planned("CONFIG_TOOLCHAIN_C_ONLY=y\n")
    check_shared([first, planned("")])
    with pytest.raises(LeafrootError) as caught:
        check_shared([first, other])
    assert str(caught.value).startswith("BOARD: gcc 14.2.0 is to be another one for qemu_x86_64 than for qemu_x86_64\n")
