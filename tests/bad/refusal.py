# SPDX-License-Identifier: Apache-2.0
"""A tree that cannot be configured, with the message that says why."""

import re
from typing import Any

import pytest

from leafroot.errors import LeafrootError
from tests.small_tree import SmallTree


def assert_refused(tree: SmallTree, message: str, **options: Any) -> None:
    """Configuring the tree fails with this message, in which TREE is its folder."""
    with pytest.raises(LeafrootError) as error:
        tree.configure(**options)
    # Where configs/Kconfig sources the file is no part of the message's wording.
    shown = re.sub(r"(?<!product/)configs/Kconfig:\d+", "configs/Kconfig:N", str(error.value))
    shown = shown.replace(str(tree.root), "TREE")
    assert shown == message, shown
