# SPDX-License-Identifier: Apache-2.0
"""Helpers for tests of unpacking: what came out, or that nothing did."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from leafroot.archive.unpack import unpack
from leafroot.errors import LeafrootError

LIMIT = 1_000_000_000


def listing(tree: Path) -> dict[str, tuple[str, int, int]]:
    """Path -> (kind and permissions, time stamp, size), of everything below a folder and of itself."""
    found = {}
    for path in [tree, *sorted(tree.rglob("*"))]:
        status = path.lstat()
        size = status.st_size if stat.S_ISREG(status.st_mode) else 0
        found[str(path.relative_to(tree))] = (stat.filemode(status.st_mode), int(status.st_mtime), size)
    return found


def refused(archive: Path, tree: Path, message: str, whole: bool = True, **options: object) -> None:
    """Unpacking fails with this message, or one that begins so, and leaves no trace."""
    with pytest.raises(LeafrootError) as caught:
        unpack(archive, tree, mtime_limit=LIMIT, **options)  # type: ignore[arg-type]
    expected = f"{archive}: {message}"
    assert (str(caught.value) if whole else str(caught.value)[: len(expected)]) == expected
    assert list(tree.parent.iterdir()) == []
