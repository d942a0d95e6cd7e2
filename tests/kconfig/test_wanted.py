# SPDX-License-Identifier: Apache-2.0
"""PACKAGES=: packages by name, or all that the board can have; CONFIG= wins, and what is left out is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.graph import arches_of
from leafroot.kconfig.config import Config, configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import plan_board
from leafroot.units.catalog import load_catalog
from tests.build_machine import MACHINE
from tests.small_tree import CHECKOUT, Code, SmallTree, board, in_root, package

ROOM = "one: PACKAGES=all sets CONFIG_BOARD_MEMORY=2048 and CONFIG_IMAGE_ZSTD_LEVEL=12, so that all have room"
ROOM += " (CONFIG= can say otherwise)"
FILES = {
    # delta has options, and beta behind it; omega is for another architecture, and psi needs omega.
    "package/delta/package.py": package(
        "Fourth.",
        options=Code("[Option('tls', 'TLS', on=['--tls']), Choice('size', 'Size', {'small': [], 'big': []})]"),
    ),
    "package/omega/package.py": package("Last.", arch=["arm", "aarch64"]),
    "package/psi/package.py": package("Last but one.", depends=["omega"]),
}
C_ONLY = "CONFIG_TOOLCHAIN_C_ONLY=y\n"
ARM_ONLY = "depends on ARCH_AARCH64 (=n) || ARCH_ARM (=n)"
OMEGA = f"one: PACKAGES=all leaves out omega: CONFIG_PACKAGE_OMEGA {ARM_ONLY}"
PSI = f"one: PACKAGES=all leaves out psi: CONFIG_PACKAGE_PSI {ARM_ONLY}"
GAMMA = "one: PACKAGES=all leaves out gamma: CONFIG_PACKAGE_GAMMA depends on TOOLCHAIN_CXX (=n)"


def configured(folder: Path, text: str = "", defconfig: str = "", **asked: Any) -> Config:
    files = {**FILES, "asked.config": text, "configs/one_defconfig": f"CONFIG_BOARD_ONE=y\n{defconfig}"}
    return SmallTree(folder, files).configure(fragments=[Path("asked.config")], **asked)


# PACKAGES=; lines of CONFIG=; the packages in the root; notes.
ASKED: dict[str, tuple[list[str], str, list[str], list[str]]] = {
    "nothing": ([], "", ["alpha"], []),
    "one by name": (["delta"], "", ["alpha", "delta"], []),
    "one that brings another": (["beta", "gamma"], "", ["alpha", "beta", "gamma"], []),
    "one by name, but the person's file says no": (["delta"], "CONFIG_PACKAGE_DELTA=n\n", ["alpha"], []),
    "all": (["all"], "", ["alpha", "beta", "delta", "gamma"], [ROOM, OMEGA, PSI]),
    "all, but one that the person's file switches off": (
        ["all"],
        "# CONFIG_PACKAGE_DELTA is not set\n",
        ["alpha", "beta", "gamma"],
        [ROOM, OMEGA, PSI],
    ),
    "all, but what the person's file makes impossible": (
        ["all"],
        C_ONLY,
        ["alpha", "beta", "delta"],
        [ROOM, GAMMA, OMEGA, PSI],
    ),
    "all, with room of the person's own": (
        ["all"],
        "CONFIG_BOARD_MEMORY=96\nCONFIG_IMAGE_ZSTD_LEVEL=1\n",
        ["alpha", "beta", "delta", "gamma"],
        [OMEGA, PSI],
    ),
}


@pytest.mark.parametrize(("names", "text", "root", "notes"), ASKED.values(), ids=ASKED)
def test_the_packages_that_are_asked_for_are_in_the_root(
    tmp_path: Path, names: list[str], text: str, root: list[str], notes: list[str]
) -> None:
    config = configured(tmp_path, text, packages=names)
    assert (sorted(in_root(config)), list(config.notes)) == (root, notes)


def test_options_of_packages_that_are_asked_for_can_be_set(tmp_path: Path) -> None:
    config = configured(tmp_path, "CONFIG_PACKAGE_DELTA_TLS=y\nCONFIG_PACKAGE_DELTA_SIZE_BIG=y\n", packages=["all"])
    (delta,) = (node for node in config.graph if node.unit.name == "delta")
    assert delta.options == (("tls", "y"), ("size", "big"))


def test_what_the_board_was_given_before_stays_if_it_is_enough(tmp_path: Path) -> None:
    enough = configured(tmp_path, defconfig="CONFIG_BOARD_MEMORY=4096\nCONFIG_IMAGE_ZSTD_LEVEL=3\n", packages=["all"])
    assert (enough.memory, enough.compression, list(enough.notes)) == (4096, 3, [OMEGA, PSI])
    little = configured(tmp_path, defconfig="CONFIG_BOARD_MEMORY=96\n", packages=["all"])
    assert (little.memory, little.compression) == (2048, 12)


@pytest.mark.parametrize("name", sorted(file.parent.name for file in CHECKOUT.glob("board/*/board.py")))
def test_all_packages_of_this_tree_can_be_planned_for_each_board(tmp_path: Path, name: str) -> None:
    catalog = load_catalog(CHECKOUT)
    config = configure(catalog, CHECKOUT, tmp_path, Request(name, packages=["all"]))
    arches = arches_of(catalog.packages, ARCHES)
    offered = {one for one, unit in catalog.packages.items() if unit.value.build.place == "root"}
    assert set(in_root(config)) == {one for one in offered if config.arch.name in arches[one]}
    left = {note.partition(" leaves out ")[2].partition(":")[0] for note in config.notes} - {""}
    assert left == offered - set(in_root(config))
    # The memory of a real board is what it is.
    assert config.memory == (config.board.value.memory if config.board.value.loader else 2048)
    assert len(plan_board(config, MACHINE).steps) > len(offered - left)


def test_an_architecture_goes_along_edges_and_to_values_of_choices(tmp_path: Path) -> None:
    """Of a choice, the value remains that the architecture can have; an edge for other architectures is no obstacle."""
    provider = "[Provider('db', 'Data base', omega=['--omega'], delta=['--delta'])]"
    files = {
        **FILES,
        "package/delta/package.py": package("Fourth."),
        "package/phi/package.py": package("With a choice.", options=Code(provider)),
        "package/chi/package.py": package("With omega on arm.", depends=Code("[Dependency('omega', arch=['arm'])]")),
        "board/arm/board.py": board("Another.", arch="arm", packages=["phi", "chi"]),
        "board/one/board.py": board(packages=["phi", "chi"]),
    }
    tree = SmallTree(tmp_path, files)
    assert sorted(in_root(tree.configure("one"))) == ["chi", "delta", "phi"]
    assert sorted(in_root(tree.configure("arm"))) == ["chi", "omega", "phi"]
