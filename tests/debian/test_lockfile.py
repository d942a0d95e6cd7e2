# SPDX-License-Identifier: Apache-2.0
"""Which packages bring what is imported, links on the way included; and licences out of Debian's copyright files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from leafroot.debian.apt import licenses
from leafroot.debian.lockfile import owners

SRC = "usr/share/gocode/src"


@pytest.fixture
def trees(tmp_path: Path) -> dict[str, Path]:
    """a has example.org/a; b has a folder within that; c has a second name for a's, d one for the folder above it."""
    files = {"a": f"{SRC}/example.org/a/a.go", "b": f"{SRC}/example.org/a/sub/deeper/b.go"}
    for name, file in files.items():
        (tmp_path / name / file).parent.mkdir(parents=True)
        (tmp_path / name / file).write_text("package x\n")
    for name, link, target in (("c", "example.org/c", "a"), ("d", "example.com", "example.org")):
        (tmp_path / name / SRC / link).parent.mkdir(parents=True)
        (tmp_path / name / SRC / link).symlink_to(target)
    for name in "abcd":
        shutil.copytree(tmp_path / name, tmp_path / "union", symlinks=True, dirs_exist_ok=True)
    return {name: tmp_path / name for name in "abcd"}


@pytest.mark.parametrize(
    ("folder", "names"),
    [
        ("example.org/a", {"a"}),
        ("example.org/a/sub/deeper", {"b"}),
        ("example.org/c", {"a", "c"}),
        ("example.com/c", {"a", "c", "d"}),
        ("example.com/a/sub/deeper", {"b", "d"}),
    ],
)
def test_owners(trees: dict[str, Path], folder: str, names: set[str]) -> None:
    found = set(owners(f"{SRC}/{folder}", trees, trees["a"].parent / "union"))
    assert found == names


OWN = "\n\nFiles: debian/*\nCopyright: somebody\nLicense: GPL-3+\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"Format: x\n\nFiles: *\nLicense: Expat{OWN}", "MIT"),
        (
            f"Files: *\nLicense: Apache-2.0\n\nFiles: a.go\n b.go\nLicense: BSD-3-clause\n text{OWN}",
            "Apache-2.0, BSD-3-Clause",
        ),
        ("Files: * debian/*\nLicense: BSD-3-clause~Google or Expat\n text\n", "BSD-3-Clause or MIT"),
        ("Files: *\nLicense: Apache-2.0\n\nLicense: Apache-2.0\n the text of it\n", "Apache-2.0"),
        ("This package was debianized by hand; its licence is below.\n", "unknown"),
        ("", "unknown"),
    ],
    ids=["one", "two", "wordings", "texts apart", "free form", "empty"],
)
def test_licences(text: str, found: str) -> None:
    assert licenses(text) == found
