# SPDX-License-Identifier: Apache-2.0
"""One more defconfig for a board: found by its own name, made in a folder of its own."""

from __future__ import annotations

from pathlib import Path

from leafroot.kconfig.defconfig import configurations, find_board
from leafroot.kconfig.edit import minimal_defconfig
from tests.small_tree import SmallTree

HEAD = "# SPDX-License-Identifier: MIT\n# The first, with more.\n#\n# Why.\n"
MORE = f'{HEAD}CONFIG_BOARD_ONE=y\nCONFIG_SYSTEM_HOSTNAME="x"\n'


def test_a_defconfig_of_another_name_is_one_more_configuration(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, {"configs/one_more_defconfig": MORE})
    config, plain = tree.configure("one_more"), tree.configure("one")
    assert (config.name, config.board.name, config.hostname) == ("one_more", "one", "x")
    assert (plain.name, plain.board.name, plain.hostname) == ("one", "one", "leafroot")


def test_an_additional_configuration_is_listed_with_its_first_comment(tmp_path: Path) -> None:
    tree = SmallTree(
        tmp_path, {"configs/one_more_defconfig": MORE, "configs/one_bare_defconfig": "CONFIG_BOARD_ONE=y\n"}
    )
    assert configurations(tree.catalog()) == {"one_more": "The first, with more.", "one_bare": ""}


def test_an_external_tree_can_have_additional_configurations(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, {"product/configs/one_more_defconfig": MORE})
    catalog = tree.catalog(str(tmp_path / "product"))
    assert find_board(catalog, "one_more").name == "one"


def test_saving_a_defconfig_keeps_its_comments(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, {"configs/one_more_defconfig": MORE})
    assert minimal_defconfig(*tree.arguments("one_more")) == MORE
