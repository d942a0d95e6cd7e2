# SPDX-License-Identifier: Apache-2.0
"""Patches are applied exactly, or refused with what is wrong; nothing outside of the tree is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.describe.patch import Patch
from leafroot.errors import LeafrootError
from leafroot.step import SOURCE_DATE_EPOCH
from leafroot.store.patching import apply_patch, tell_backups
from tests.archive.tar_members import COMPRESSORS
from tests.performing import shared_usr
from tests.small_tree import PATCH


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "f").write_text("a\nb\nc\n")
    return folder


def written(tmp_path: Path, text: str | bytes, name: str = "p.patch") -> Patch:
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return Patch(str(tmp_path / name))


def refusal(tree: Path, patch: Patch) -> str:
    with pytest.raises(LeafrootError) as caught:
        apply_patch(tree, patch, shared_usr())
    return str(caught.value).removeprefix(f"{patch.path}: ")


def test_a_patch_that_fits_is_applied_and_dated(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    apply_patch(tree, written(tmp_path, PATCH), shared_usr())
    assert (tree / "f").read_text() == "a\nB\nc\n"
    assert (tree / "f").stat().st_mtime == SOURCE_DATE_EPOCH
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "compressor"),
    [
        ("p.patch.gz", "gzip"),
        ("p.patch.bz2", "bzip2"),
        ("p.patch.xz", "xz"),
        ("p.DIFF.zst", "zstd"),
        ("named-otherwise", "gzip"),
    ],
)
def test_a_compressed_patch_is_applied(tree: Path, tmp_path: Path, name: str, compressor: str) -> None:
    apply_patch(tree, written(tmp_path, COMPRESSORS[compressor](PATCH.encode()), name), shared_usr())
    assert (tree / "f").read_text() == "a\nB\nc\n"


@pytest.mark.parametrize(
    "text",
    ["x\na\nb\nc\n", "a\nb\nX\n", "a\nx\nc\n", ""],
    ids=["at an offset", "with fuzz", "not at all", "empty file"],
)
def test_a_patch_that_does_not_fit_exactly_is_refused(tree: Path, tmp_path: Path, text: str) -> None:
    (tree / "f").write_text(text)
    told = refusal(tree, written(tmp_path, PATCH))
    assert told.startswith("the patch does not apply exactly:\n")
    assert told.endswith("Refresh it for this version of the source.")


def test_a_patch_that_the_source_has_already_is_told_from_one_that_does_not_fit(tree: Path, tmp_path: Path) -> None:
    patch = written(tmp_path, PATCH)
    apply_patch(tree, patch, shared_usr())
    assert refusal(tree, patch) == (
        "the source has this change already\n  Delete the patch: this version of the source does not need it."
    )
    new = written(tmp_path, "--- /dev/null\n+++ b/g\n@@ -0,0 +1 @@\n+x\n", "new.patch")
    apply_patch(tree, new, shared_usr())
    assert refusal(tree, new).startswith("the source has this change already")
    (tree / "g").write_text("y\n")
    assert refusal(tree, new).startswith("the patch does not apply exactly:\nThe next patch would create the file g,")


def test_a_patch_with_lines_of_windows_is_applied_and_told(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    patch = written(tmp_path, PATCH.replace("\n", "\r\n"))
    apply_patch(tree, patch, shared_usr())
    assert (tree / "f").read_bytes() == b"a\nB\nc\n"
    assert capsys.readouterr().out == (
        f"leafroot: {patch.path}: its lines end in CR and LF; it was applied as if they ended in LF\n"
    )


def test_a_source_with_lines_of_windows_is_told(tree: Path, tmp_path: Path) -> None:
    (tree / "f").write_bytes(b"a\r\nb\r\nc\r\n")
    assert refusal(tree, written(tmp_path, PATCH)).endswith(
        "Its line ends differ from those of the source (LF, or CR and LF). Make the patch anew from that source."
    )


def test_a_patch_and_a_source_with_lines_of_windows_fit(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "f").write_bytes(b"a\r\nb\r\nc\r\n")
    (tree / "g").write_bytes(b"\r\nb\r\n")
    more = "--- a/g\n+++ b/g\n@@ -1,2 +1,2 @@\n\n-b\n+B\n"
    apply_patch(tree, written(tmp_path, (PATCH + more).replace("\n", "\r\n")), shared_usr())
    assert (tree / "f").read_bytes() == b"a\r\nB\r\nc\r\n"
    assert (tree / "g").read_bytes() == b"\r\nB\r\n"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("text", ["\ufeff" + PATCH, PATCH[:-1]], ids=["a byte order mark", "no newline at the end"])
def test_what_editors_do_to_a_patch_does_not_count(tree: Path, tmp_path: Path, text: str) -> None:
    apply_patch(tree, written(tmp_path, text), shared_usr())
    assert (tree / "f").read_text() == "a\nB\nc\n"


ELSEWHERE = {
    "with fewer folders": (
        PATCH.replace("a/f", "src/f").replace("b/f", "src/f"),
        "Its paths are those of the source with -p0, and not with -p1. "
        "Name it in a file 'series' beside it: p.patch -p0",
    ),
    "with more folders": (
        PATCH.replace("a/f", "/home/me/old/src/f").replace("b/f", "/home/me/new/src/f"),
        "Its paths are those of the source with -p3, and not with -p1. "
        "Name it in a file 'series' beside it: p.patch -p3",
    ),
    "of another source": (
        PATCH.replace("/f", "/elsewhere.c"),
        "The source has no such file: b/elsewhere.c. Make the patch anew for this version of the source.",
    ),
    "with a blank": (
        PATCH.replace("/f", "/a b"),
        "A file name with a space in it must end with a tab, or needs a line 'diff --git' before it.",
    ),
}


@pytest.mark.parametrize(("text", "hint"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_patch_of_files_that_are_not_there_is_told(tree: Path, tmp_path: Path, text: str, hint: str) -> None:
    (tree / "src").mkdir()
    (tree / "f").rename(tree / "src/f")
    (tree / "a b").write_text("a\nb\nc\n")
    told = refusal(tree, written(tmp_path, text))
    assert told.startswith("the patch does not apply exactly:\ncan't find file to patch")
    assert told.endswith(f"\n  {hint}")


def test_a_patch_of_a_source_with_such_lines_is_applied(tree: Path, tmp_path: Path) -> None:
    (tree / "f").write_bytes(b"a\r\nb\r\nc\r\n")
    head, hunk = PATCH.split("@@", 1)
    lines = hunk.split("\n", 1)
    apply_patch(tree, written(tmp_path, f"{head}@@{lines[0]}\n" + lines[1].replace("\n", "\r\n")), shared_usr())
    assert (tree / "f").read_bytes() == b"a\r\nB\r\nc\r\n"


OUTSIDE = {
    "a new file below a link": "--- /dev/null\n+++ b/l/new\n@@ -0,0 +1 @@\n+x\n",
    "a file below a link": PATCH.replace("/f", "/l/file"),
    "a link": PATCH.replace("/f", "/fl"),
    "a link that the patch makes": (
        "diff --git a/n b/n\nnew file mode 120000\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+{}\n"
        "\\ No newline at end of file\n--- /dev/null\n+++ b/n/new\n@@ -0,0 +1 @@\n+x\n"
    ),
}


@pytest.mark.parametrize("text", OUTSIDE.values(), ids=OUTSIDE)
def test_nothing_is_changed_through_a_link(tree: Path, tmp_path: Path, text: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("a\nb\nc\n")
    (tree / "l").symlink_to(outside)
    (tree / "fl").symlink_to(outside / "file")
    assert refusal(tree, written(tmp_path, text.format(outside))).startswith("the patch does not apply exactly:\n")
    assert [(path.name, path.read_text()) for path in outside.iterdir()] == [("file", "a\nb\nc\n")]


def test_a_file_outside_is_refused_before_anything_is_applied(tree: Path, tmp_path: Path) -> None:
    told = refusal(tree, written(tmp_path, PATCH + PATCH.replace("/f", "/../../f")))
    assert told.startswith(f"{tmp_path}/p.patch:10: a/../../f is outside the source\n")
    assert (tree / "f").read_text() == "a\nb\nc\n"


def test_backups_beside_the_patches_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    patch = written(tmp_path, PATCH)
    for name in ("p.patch~", ".p.patch.swp", "#p.patch#", ".#p.patch", "other"):
        (tmp_path / name).write_text("x")
    tell_backups([patch, patch])
    assert capsys.readouterr().out.splitlines() == [
        f"leafroot: {tmp_path}/{name}: the backup of an editor is not applied"
        for name in ("#p.patch#", ".#p.patch", ".p.patch.swp", "p.patch~")
    ]
