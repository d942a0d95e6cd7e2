# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (messages stand here as they are printed)
"""Which files of patches/ are applied, in which order; every other file is refused."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Mapping
from pathlib import Path

import pytest

from leafroot.describe.patch import Patch
from leafroot.errors import LeafrootError
from leafroot.plan.recipes.protocol import unit_source
from leafroot.units.catalog import load_catalog
from tests.small_tree import PATCH, Code, SmallTree, package

SOURCE = 'Archive("https://a.example/alpha-{version}.tar.gz", "%s")' % ("0" * 64)
FOLDER = "package/alpha/patches"
Files = Mapping[str, str | bytes]


DESCRIPTION = package("First.", version="1.0", archive=Code(SOURCE))


def found(tmp_path: Path, files: Files) -> list[tuple[str, int]]:
    """The patches of package alpha in version 1.0, from these files of its folder patches/."""
    tree = SmallTree(tmp_path)
    tree.write({"package/alpha/package.py": DESCRIPTION, **{f"{FOLDER}/{name}": text for name, text in files.items()}})
    unit = tree.catalog().packages["alpha"]
    assert unit_source(unit).patches == unit.patches
    return [(patch.path.removeprefix(f"{FOLDER}/"), patch.strip) for patch in unit.patches]


P0 = PATCH.replace("a/f", "f").replace("b/f", "f")
APPLIED: dict[str, tuple[Files, list[tuple[str, int]]]] = {
    "in the order of their names": ({"2.patch": PATCH, "10.patch": PATCH}, [("10.patch", 1), ("2.patch", 1)]),
    "every way to name one": (
        {
            "1.patch": PATCH,
            "2.diff": PATCH,
            "3.patch.gz": gzip.compress(PATCH.encode()),
            "4.PATCH": PATCH,
            "5.Diff.XZ": lzma.compress(PATCH.encode()),
        },
        [("1.patch", 1), ("2.diff", 1), ("3.patch.gz", 1), ("4.PATCH", 1), ("5.Diff.XZ", 1)],
    ),
    "as the series says": (
        {
            "1.patch": PATCH,
            "2.patch": P0,
            "3.patch": PATCH,
            "4": PATCH,
            "sub/5.patch": PATCH,
            "series": "3.patch\n2.patch -p0\n# 1.patch: not for us\n4\nsub/5.patch\n",
        },
        [("3.patch", 1), ("2.patch", 0), ("4", 1), ("sub/5.patch", 1)],
    ),
    "none of the series": ({"1.patch": PATCH, "series": "# 1.patch\n"}, []),
    "not of another version": ({"1.patch": PATCH, "0.9/1-old.patch": PATCH, "v2/x": ""}, [("1.patch", 1)]),
    "of this version alone": (
        {"1.patch": PATCH, "1.0/2.patch": PATCH, "0.9/3.patch": PATCH},
        [("1.0/2.patch", 1)],
    ),
    "of this version, as its series says": (
        {"1.0/1.patch": PATCH, "1.0/2.patch": PATCH, "1.0/series": "2.patch\n1.patch\n", "series": "x.patch\n"},
        [("1.0/2.patch", 1), ("1.0/1.patch", 1)],
    ),
    "beside what git needs": ({"1.patch": PATCH, ".gitattributes": "*.patch -text\n"}, [("1.patch", 1)]),
    "beside a backup": ({"1.patch": PATCH, "1.patch~": "old\n", ".1.patch.swp": "x"}, [("1.patch", 1)]),
}


@pytest.mark.parametrize(("files", "patches"), APPLIED.values(), ids=APPLIED)
def test_patches_are_applied(tmp_path: Path, files: Files, patches: list[tuple[str, int]]) -> None:
    assert found(tmp_path, files) == patches


NO_PATCH = "this is not a patch\n  In package/alpha/patches are *.patch and *.diff, also compressed (.gz, .bz2, .xz, .zst), and series."
NEVER = (
    "patches in this folder are never applied\n"
    "  Name the folder after the version that its patches are for, or move them up."
)
REFUSED: dict[str, tuple[Files, str]] = {
    "a note": ({"README": "x"}, f"{FOLDER}/README: {NO_PATCH}"),
    "a zip": ({"1.patch.zip": "x"}, f"{FOLDER}/1.patch.zip: {NO_PATCH}"),
    "a suffix mistyped": ({"1.pacth": PATCH}, f"{FOLDER}/1.pacth: {NO_PATCH}"),
    "what patch(1) leaves": (
        {"1.patch.orig": PATCH},
        f"{FOLDER}/1.patch.orig: this was left behind by an editor or by patch(1)\n  Delete it.",
    ),
    "a folder that is no version": ({"old/1.patch": PATCH}, f"{FOLDER}/old: {NEVER}"),
    "a folder in that of the version": ({"1.0/more/1.patch": PATCH}, f"{FOLDER}/1.0/more: {NEVER}"),
    "one that the series does not name": (
        {"1.patch": PATCH, "2.patch": PATCH, "series": "1.patch\n"},
        f"{FOLDER}/2.patch: {FOLDER}/series does not name this patch\n"
        "  Write its name there, or write it into a comment to leave the patch out.",
    ),
    "one that is not there": (
        {"0001-fix.patch": PATCH, "series": "\n0001-fx.patch\n"},
        f"{FOLDER}/series:2: there is no patch '0001-fx.patch'\n  Did you mean 0001-fix.patch?",
    ),
    "a series of another option": (
        {"1.patch": PATCH, "series": "1.patch -R\n"},
        f"{FOLDER}/series:1: unknown option '-R'\n  A patch takes -p0, -p1 and so on.",
    ),
    "a series that is no text": ({"series": b"\xff\xfe"}, f"{FOLDER}/series: this is not UTF-8"),
    "an empty one": ({"1.patch": ""}, f"{FOLDER}/1.patch: the patch is empty\n  Delete it, or make it again."),
    "a binary one": (
        {"1.patch": PATCH + "Binary files a/x and b/x differ\n"},
        f"{FOLDER}/1.patch:9: the patch does not have the content of this change: Binary files a/x and b/x differ\n"
        "  A patch cannot change binary files. Take this part out, and bring the file in another way.",
    ),
    "one without a folder to strip": (
        {"1.patch": P0},
        f"{FOLDER}/1.patch:3: f has no 1 leading folders to strip\n"
        "  If its paths are those of the source, name the patch in a file 'series' beside it, followed by -p0.",
    ),
    "a compressed one, damaged": (
        {"1.patch.gz": gzip.compress(PATCH.encode())[:-9]},
        f"{FOLDER}/1.patch.gz: the compressed patch is damaged: "
        "Compressed file ended before the end-of-stream marker was reached\n  Download it again.",
    ),
}


@pytest.mark.parametrize(("files", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_applied_is_refused(tmp_path: Path, files: Files, message: str) -> None:
    with pytest.raises(LeafrootError) as caught:
        found(tmp_path, files)
    assert str(caught.value) == message


def refusal(tree: SmallTree) -> str:
    with pytest.raises(LeafrootError) as caught:
        tree.catalog()
    return str(caught.value)


def test_an_empty_folder_that_git_keeps_is_no_folder_of_patches(tmp_path: Path) -> None:
    assert SmallTree(tmp_path, {f"{FOLDER}/.gitkeep": ""}).catalog().packages["alpha"].patches == ()


def test_patches_of_a_package_without_an_archive_are_refused(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, {f"{FOLDER}/1.patch": PATCH, "package/alpha/src/main.c": "x"})
    assert refusal(tree) == (
        "package/alpha/patches: the package has no archive to patch\n"
        "  The source in src/ is your own: change it there, and delete the patches."
    )


@pytest.mark.parametrize("what", ["file", "link"])
def test_what_is_no_folder_is_refused(tmp_path: Path, what: str) -> None:
    tree = SmallTree(tmp_path, {"package/alpha/package.py": DESCRIPTION, "some.patch": PATCH})
    if what == "file":
        (tmp_path / FOLDER).write_text(PATCH)
    else:
        (tmp_path / FOLDER).symlink_to("../../some.patch")
    assert refusal(tree) == "package/alpha/patches: this must be a folder, and it is a file or a link"


KERNEL = {"linux/6.12/patches/arm64/2.patch": PATCH, "linux/6.12/patches/arm64/1.diff": PATCH}


def test_patches_of_a_kernel_for_one_architecture_come_last(tmp_path: Path) -> None:
    series = SmallTree(tmp_path, KERNEL).catalog().series["6.12"]
    assert [(patch.path.removeprefix("linux/6.12/patches/"), patch.arch) for patch in series.patches] == [
        ("0001.patch", ""),
        ("0002.patch", ""),
        ("arm64/1.diff", "arm64"),
        ("arm64/2.patch", "arm64"),
    ]


def test_what_is_beside_them_is_refused_too(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, {**KERNEL, "linux/6.12/patches/arm64/more/3.patch": PATCH})
    assert refusal(tree).startswith("linux/6.12/patches/arm64/more: patches in this folder are never applied\n")
    tree.write({"linux/6.12/patches/arm64/more": None, "linux/6.12/patches/arm64/series": "2.patch\n"})
    assert refusal(tree).startswith(
        "linux/6.12/patches/arm64/1.diff: linux/6.12/patches/arm64/series does not name this patch\n"
    )


def test_patches_of_an_external_tree_are_found_alike(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path / "own")
    folder = tmp_path / "theirs/package/delta"
    (folder / "patches").mkdir(parents=True)
    (folder / "package.py").write_text(DESCRIPTION)
    (folder / "patches/1.diff").write_text(PATCH)
    unit = load_catalog(tree.root, [tmp_path / "theirs"]).packages["delta"]
    assert unit.patches == (Patch(f"{folder}/patches/1.diff"),)
    (folder / "patches/README").write_text("x")
    with pytest.raises(LeafrootError, match=f"^{folder}/patches/README: this is not a patch"):
        load_catalog(tree.root, [tmp_path / "theirs"])
