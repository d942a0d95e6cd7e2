# SPDX-License-Identifier: Apache-2.0
"""The packages that bring an imported folder are found, and licences are read from copyright files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from leafroot.debian.apt import licenses
from leafroot.debian.go_modules import owners

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
def test_the_packages_that_bring_a_folder_are_found(trees: dict[str, Path], folder: str, names: set[str]) -> None:
    found = set(owners(f"{SRC}/{folder}", trees, trees["a"].parent / "union"))
    assert found == names


FORMAT = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n"
OWN = "\n\nFiles: debian/*\nCopyright: somebody\nLicense: GPL-3+\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{FORMAT}Files: *\nLicense: Expat{OWN}", "MIT"),
        (
            f"{FORMAT}Files: *\nLicense: Apache-2.0\n\nFiles: a.go\n b.go\nLicense: BSD-3-clause\n text{OWN}",
            "Apache-2.0, BSD-3-Clause",
        ),
        (f"{FORMAT}Files: * debian/*\nLicense: BSD-3-clause~Google or Expat\n text\n", "BSD-3-Clause or MIT"),
        (f"{FORMAT}Files: *\nLicense: Apache-2.0\n\nLicense: Apache-2.0\n the text of it\n", "Apache-2.0"),
        (f"{FORMAT}Files: *\nCopyright: somebody\n", "unknown"),
        (f"{FORMAT}Comment: no files\n", "unknown"),
        (FORMAT, "unknown"),
        ("Files: *\nLicense: Expat\n", "unknown"),
        ("This package was debianized by hand; its licence is below.\n", "unknown"),
        ("Upstream: a\n b: c\nand so on\n\nFiles: *\nLicense: Expat\n", "unknown"),
        ("", "unknown"),
    ],
    ids=["one", "two", "wordings", "texts apart", "no licence", "neither files nor licence", "a heading alone",
         "no format", "free form", "free form that looks like fields", "empty"],
)  # fmt: skip
def test_licences_are_read_from_a_copyright_file(text: str, found: str) -> None:
    assert licenses(text) == found
