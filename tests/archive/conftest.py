# SPDX-License-Identifier: Apache-2.0
"""An archive with a place to unpack it to."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Where a test writes its archive."""
    return tmp_path / "some.tar"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Where the archive is unpacked to; its folder is not there yet."""
    return tmp_path / "trees" / "tree"
