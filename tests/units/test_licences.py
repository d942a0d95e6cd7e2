# SPDX-License-Identifier: Apache-2.0
"""Licence expressions that were found to be right are remembered: the library that knows them loads slowly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.units.catalog import load_catalog
from tests.small_tree import CHECKOUT, SmallTree, package

ALPHA = "package/alpha/package.py"


def test_valid_licences_are_remembered_and_invalid_ones_are_not(tmp_path: Path) -> None:
    tree, known = SmallTree(tmp_path / "tree"), tmp_path / "cache" / "licenses"
    load_catalog(tree.root, licenses=known)
    before = known.read_text()
    assert before.splitlines() == ["GPL-2.0-only WITH Linux-syscall-note", "MIT"]
    tree.write({ALPHA: package(license="Mitt")})
    for _ in range(2):
        with pytest.raises(LeafrootError, match=r"^package/alpha/package\.py:7: 'Mitt' is not an SPDX licence"):
            load_catalog(tree.root, licenses=known)
    assert known.read_text() == before
    tree.write({ALPHA: package(license="ISC")})
    load_catalog(tree.root, licenses=known)
    assert known.read_text().splitlines() == ["GPL-2.0-only WITH Linux-syscall-note", "ISC", "MIT"]


@pytest.mark.parametrize("content", [b"\xff", b"", None])
def test_a_memory_that_cannot_be_read_costs_time_and_nothing_else(tmp_path: Path, content: bytes | None) -> None:
    known = tmp_path / "licenses"
    if content is None:
        known.mkdir()
    else:
        known.write_bytes(content)
    load_catalog(SmallTree(tmp_path / "tree").root, licenses=known)


def test_nothing_is_loaded_for_licences_that_are_known(tmp_path: Path) -> None:
    tree, known = SmallTree(tmp_path / "tree"), tmp_path / "licenses"
    load_catalog(tree.root, licenses=known)
    program = (
        "import sys; from pathlib import Path; from leafroot.units.catalog import load_catalog\n"
        "load_catalog(Path(sys.argv[1]), licenses=Path(sys.argv[2])); print('license_expression' in sys.modules)"
    )
    argv = [sys.executable, "-c", program, str(tree.root), str(known)]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
