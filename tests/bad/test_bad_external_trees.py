# SPDX-License-Identifier: Apache-2.0
"""External trees that are wrong, each with its exact message."""

from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from tests.small_tree import SmallTree, package, series

EXTERNAL: dict[str, tuple[dict[str, str | None], str]] = {
    "missing": ({}, ("EXTERNAL=product: there is no such folder")),
    "empty": (
        {"product/README": ""},
        "EXTERNAL=product: the folder has none of the sub-folders package, board, linux, configs and buildroots",
    ),
    "twice": (
        {"product/package/alpha/package.py": package()},
        (
            "TREE/product/package/alpha/package.py: there are two packages named 'alpha'\n"
            "  The other is package/alpha/package.py. Rename one of them."
        ),
    ),
    "a folder in place of the menu": (
        {"product/configs/Kconfig/menu": "x"},
        "TREE/product/configs/Kconfig: this must be a file: the menu of the tree\n  Rename the folder.",
    ),
    "series twice": (
        {"product/linux/6.12/kernel.py": series("6.12.1")},
        (
            "TREE/product/linux/6.12/kernel.py: there are two series named '6.12'\n"
            "  The other is linux/6.12/kernel.py. Rename one of them."
        ),
    ),
    "wrong": (
        {"product/package/delta/package.py": package(depends=["alpa"])},
        (
            "TREE/product/package/delta/package.py:9: 'delta' depends on 'alpa', but there is no such package\n"
            "  Did you mean alpha?"
        ),
    ),
}


@pytest.mark.parametrize(("files", "message"), EXTERNAL.values(), ids=EXTERNAL)
def test_message_about_an_external_tree(files: dict[str, str | None], message: str, tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, files)
    with pytest.raises(LeafrootError) as error:
        tree.catalog("product")
    assert str(error.value).replace(str(tmp_path), "TREE") == message


def test_the_checkout_is_no_external_tree(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path / "tree")
    (tmp_path / "link").symlink_to(tree.root)
    with pytest.raises(LeafrootError) as error:
        tree.catalog(str(tmp_path / "link"))
    assert str(error.value) == (
        f"EXTERNAL={tmp_path}/link: this is the checkout itself\n  Name the folder of a tree of your own."
    )
