# SPDX-License-Identifier: Apache-2.0
"""Edges of the graph as real builds see them: sysroots, tools, options that differ between two boards of one run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leafroot.rootfs.layers import layer_from_tar
from leafroot.rootfs.tree import File
from tests.real_builds import scons

ROOT = Path(__file__).parents[2]
TREE = Path(__file__).parent / "tree"


class Build:
    """The boards of the tree, built with Debian's compiler up to the check of their programs."""

    def __init__(self, output: Path) -> None:
        self.output = output

    def checked(self, *boards: str, status: int = 0) -> str:
        words = ["TOOLCHAIN=debian", f"EXTERNAL={TREE}", f"OUTPUT={self.output}", f"BOARD={','.join(boards)}"]
        return scons(ROOT, *words, *(str(self.output / board / "elf.json") for board in boards), status=status)

    @property
    def target(self) -> Path:
        (folder,) = self.output.glob("x86_64-leafroot-linux-musl-*")
        return folder

    def linked(self, board: str, program: str) -> list[str]:
        """The libraries that a program of a board's root is linked with, the C library aside."""
        (found,) = (one for one in json.loads((self.output / board / "elf.json").read_text()) if one["path"] == program)
        return [name for name in found["needed"] if name != "libc.so"]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    made = Build(tmp_path_factory.mktemp("edges") / "output")
    made.checked("one", "two")
    return made


def test_two_boards_that_differ_in_an_option_are_built_side_by_side(build: Build) -> None:
    assert (build.linked("one", "usr/bin/prog"), build.linked("two", "usr/bin/prog")) == (["liba.so"], [])
    assert len(list(build.target.glob("prog-*.tar.zst"))) == 2
    # What the option does not reach is built once, for both.
    assert [path.name for path in build.target.glob("useb*")] == ["useb.tar.zst"]


def test_both_boards_have_nothing_to_do_the_second_time(build: Build) -> None:
    for boards in (("one", "two"), ("two", "one"), ("one",), ("two",)):
        assert "built" not in build.checked(*boards)


def test_a_sysroot_holds_what_a_dependency_depends_on(build: Build) -> None:
    # libb's header includes liba's, and useb names libb alone.
    assert "#include <a.h>" in (TREE / "package/libb/src/b.h").read_text()
    assert build.linked("one", "usr/bin/useb") == ["libb.so"]


def test_a_tool_runs_while_a_package_is_built_with_the_library_that_it_needs(build: Build) -> None:
    # The source of usegen is what gen writes, and gen is linked with a liba for this machine.
    assert build.linked("two", "usr/bin/usegen") == []
    nodes = layer_from_tar("gen", build.output / "host" / "gen.tar.zst").nodes
    assert [path for path, node in nodes.items() if isinstance(node, File)] == ["bin/gen"]
    # What is built for this machine is never in a root.
    for board in ("one", "two"):
        assert "bin/gen" not in (build.output / board / "elf.json").read_text()


def test_a_program_that_links_what_its_package_does_not_declare_is_refused_by_name(build: Build) -> None:
    assert (
        "  /usr/bin/sneaky (sneaky): is linked with liba.so of the package 'liba': add 'liba' to depends of 'sneaky'\n"
    ) in build.checked("sneaky", status=2)
