# SPDX-License-Identifier: Apache-2.0
"""What `list` shows: everything by kind and group, or the packages that a word leads to."""

from pathlib import Path

import pytest
import zstandard

from leafroot.app.choices import listing, matching, packages_page
from leafroot.errors import LeafrootError
from leafroot.record.seen import Seen
from tests.archive.tar_members import member, tar_bytes
from tests.small_tree import Code, SmallTree, package


@pytest.fixture
def tree(tmp_path: Path) -> SmallTree:
    files = {
        "package/alpha/package.py": package("Opens doors.", group="hardware"),
        "package/beta/package.py": package("Shuts windows."),
    }
    return SmallTree(tmp_path / "tree", files)


def test_packages_are_listed_by_group(tree: SmallTree) -> None:
    lines = [" ".join(line.split()) for line in listing(tree.catalog()).splitlines()]
    assert lines.index("Packages: Hardware and industrial buses") + 1 == lines.index("alpha Opens doors")
    assert lines.index("Packages: Others") < lines.index("beta Shuts windows")


@pytest.mark.parametrize("word", ["alp", "DOOR"])
def test_a_word_leads_to_names_and_summaries(tree: SmallTree, word: str) -> None:
    shown = matching(tree.catalog(), word, [])
    assert shown.splitlines()[1:] == ["  alpha  Opens doors (Hardware and industrial buses)"]


def test_a_word_leads_to_files_of_packages_that_were_built(tree: SmallTree, tmp_path: Path) -> None:
    folder = tmp_path / "x86_64-leafroot-linux-musl"
    folder.mkdir()
    artefact = tar_bytes(member("usr/bin/shutter", b"x"), member("usr/share/other", b"x"))
    (folder / "beta-01234567.tar.zst").write_bytes(zstandard.compress(artefact))
    # A step that failed has left its room under the same name.
    (tmp_path / "build" / "beta.tar.zst").mkdir(parents=True)
    shown = matching(tree.catalog(), "shutter", [tmp_path / "build", folder])
    assert shown == "Packages that install 'shutter'\n  beta  usr/bin/shutter"


def test_a_word_that_leads_nowhere_is_an_error(tree: SmallTree) -> None:
    with pytest.raises(LeafrootError) as caught:
        matching(tree.catalog(), "alhpa", [])
    assert str(caught.value) == (
        "FIND=alhpa: no package has 'alhpa' in its name, its summary, or the name of a file that it installs\n"
        "  Did you mean alpha?"
    )


def seen(name: str, arch: str, version: str = "1.0", size: int = 1_234_567) -> Seen:
    return Seen(name, arch, version, size, f"2026-11-{10 + len(arch)}", "6.12.107", "nullfs")


@pytest.mark.parametrize(
    ("fields", "record", "cells"),
    [
        ({}, [], "| MIT | all |  |  |  | not seen |"),
        ({"arch": ["x86_64", "arm"], "depends": ["beta"]}, [], "| MIT | arm, x86_64 |  | beta |  | not seen |"),
        (
            {"options": Code("[Option('tls', 'TLS', on=['x']), Number('port', 'Port', words=['{value}'])]")},
            [seen("alpha", "x86_64")],
            "| MIT | all | `tls`, `port` |  | 1.2 MB | x86_64 2026-11-16 |",
        ),
        (
            {},
            [seen("alpha", "x86_64"), seen("alpha", "arm", size=999), seen("beta", "aarch64", size=1)],
            "| MIT | all |  |  | 999 B | arm 2026-11-13, x86_64 2026-11-16 |",
        ),
        (
            {},
            [seen("alpha", "arm", "0.9"), seen("alpha", "riscv64")],
            "| MIT | all |  |  | 1.2 MB | riscv64 2026-11-17 |",
        ),
    ],
    ids=["bare", "architectures and needs", "options", "seen on two", "an older version"],
)
def test_a_row_of_the_page_of_packages(
    tmp_path: Path, fields: dict[str, object], record: list[Seen], cells: str
) -> None:
    files = {"package/alpha/package.py": package("A door.", **fields), "package/alpha/test.sh": "true\n"}
    tree = SmallTree(tmp_path, {**files, "package/beta/package.py": package()})
    (row,) = (line for line in packages_page(tree.catalog(), record).splitlines() if line.startswith("| `alpha` "))
    assert row == f"| `alpha` | 1.0 | A door {cells}"


def test_a_package_without_a_test_is_shown_as_such(tree: SmallTree) -> None:
    assert "| MIT | all |  |  |  | no `test.sh` |" in packages_page(tree.catalog(), [])
