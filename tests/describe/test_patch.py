# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (patches and messages stand here as they are)
"""Patches are read before they are applied: unlike patch(1), Leafroot skips nothing in one silently."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from leafroot.describe import patch as module
from leafroot.describe.patch import Patch, check_patch, has_crlf, read_patch, read_series
from leafroot.errors import LeafrootError
from tests.archive.tar_members import COMPRESSORS

HUNK = b"@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"
GOOD = b"--- a/f\n+++ b/f\n" + HUNK
MAIL = b"From 0123 Mon Sep 17\nSubject: [PATCH] x\n\nText.\n---\n f | 2 +-\n\ndiff --git a/f b/f\nindex 1..2 100644\n"
TAKEN = {
    "plain": GOOD,
    "a mail of git's": MAIL + GOOD + b"-- \n2.39.2\n\n",
    "no newline at the end": GOOD[:-1],
    "two hunks, two files": GOOD + b"@@ -9 +9 @@ int main()\n-x\n+y\n" + GOOD.replace(b"/f", b"/g"),
    "no newline in the file": b"--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n",
    "context lines without their blank": b"--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n\n-b\n+B\n\n",
    "a new and a deleted file": b"--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+x\n--- a/g\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
    "a line -- x taken out": b"--- a/f\n+++ b/f\n@@ -1,2 +1 @@\n--- x\n y\n",
    "only a mode": b"diff --git a/f b/f\nold mode 100644\nnew mode 100755\n",
    "only a rename": b"diff --git a/f b/g\nsimilarity index 100%\nrename from f\nrename to g\n",
    "an empty file": b"diff --git a/f b/f\nnew file mode 100644\nindex 0000000..e69de29\n",
    "a context diff": b"*** a/f\t2020\n--- b/f\t2021\n***************\n*** 1,3 ****\n  a\n! b\n  c\n--- 1,3 ----\n  a\n! B\n  c\n",
    "CR and LF": GOOD.replace(b"\n", b"\r\n"),
    "an empty line after the hunk": GOOD + b"\n",
    "times": b"--- a/f\t2020-01-01 00:00:00\n+++ b/f\t2020-01-02 00:00:00\n" + HUNK,
    "above the old source": b"--- ../old/f\n+++ ./f\n" + HUNK,
}


@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN)
def test_a_patch_of_any_maker_is_taken(text: bytes) -> None:
    check_patch(text, 1, "p")


REFUSED: dict[str, tuple[bytes, str]] = {
    "0 bytes": (b"", "p: the patch is empty\n  Delete it, or make it again."),
    "blank lines": (b"\n \n", "p: the patch is empty\n  Delete it, or make it again."),
    "no hunk": (b"Only words.\n", "p: the patch changes nothing\n  It needs lines ---, +++ and @@ for each file."),
    "names without a hunk": (
        b"--- a/f\n+++ b/f\n",
        "p:3: no hunk follows the name b/f\n  Each file needs its lines @@.",
    ),
    "a part that names a file": (
        GOOD + b"--- a/g\n+++ b/g\n\nMore words.\n",
        "p:10: no hunk follows the name b/g\n  Each file needs its lines @@.",
    ),
    "a part of git's without a change": (
        b"diff --git a/f b/f\nindex 1..2 100644\ndiff --git a/g b/g\n" + GOOD,
        "p:1: nothing follows that changes this file\n  Make the patch again.",
    ),
    "a last part of git's without a change": (
        GOOD + b"diff --git a/g b/g\nindex 1..2 100644\n",
        "p:8: nothing follows that changes this file\n  Make the patch again.",
    ),
    "a hunk without names": (
        HUNK,
        "p:1: no file names come before this hunk\n  Lines --- and +++ must be above it.",
    ),
    "names that were lost": (
        GOOD + b"\n--- a/g\n" + HUNK,
        "p:10: no file names come before this hunk\n  Lines --- and +++ must be above it.",
    ),
    "a binary file": (
        GOOD + b"Binary files a/x and b/x differ\n",
        "p:8: the patch does not have the content of this change: Binary files a/x and b/x differ\n"
        "  A patch cannot change binary files. Take this part out, and bring the file in another way.",
    ),
    "a binary file of busybox": (
        GOOD + b"Files a/x and b/x differ\n",
        "p:8: the patch does not have the content of this change: Files a/x and b/x differ\n",
    ),
    "a binary patch": (
        b"diff --git a/x b/x\nindex 1..2 100644\nGIT binary patch\nliteral 3\nKcmZ\n\n",
        "p:3: the patch does not have the content of this change: GIT binary patch\n",
    ),
    "a file of one side": (
        b"diff -r a b\n" + GOOD + b"Only in b: g\n",
        "p:9: the patch does not have the content of this change: Only in b: g\n",
    ),
    "a hunk that was cut": (GOOD[:-4], "p:3: this hunk has fewer lines than its header says\n  Make the patch again."),
    "a hunk with a line too many": (
        GOOD + b"+more\n",
        "p:8: this line comes after the end of the hunk, as its header counts\n  Correct the counts in @@.",
    ),
    "a hunk with a line too many behind an empty one": (
        GOOD + b"\n+more\n",
        "p:9: this line comes after the end of the hunk, as its header counts\n  Correct the counts in @@.",
    ),
    "a hunk with a line of context too many": (
        GOOD + b" d\n",
        "p:8: this line comes after the end of the hunk, as its header counts\n  Correct the counts in @@.",
    ),
    "a hunk with wrong counts": (
        b"--- a/f\n+++ b/f\n@@ -1,1 +1,2 @@\n a\n-b\n",
        "p:3: this hunk does not have the lines that its header says\n  Make the patch again.",
    ),
    "a line that was wrapped": (
        GOOD.replace(b" a\n", b" a and\nmore\n"),
        "p:3: this hunk has fewer lines than its header says\n  Make the patch again.",
    ),
    "a header that was cut": (
        b"--- a/f\n+++ b/f\n@@ -1,3 +1\n a\n",
        "p:3: this is not a hunk header: @@ -1,3 +1\n  Write @@ -LINE,COUNT +LINE,COUNT @@.",
    ),
    "a file above the source": (
        b"--- a/../../x\n+++ b/../../x\n" + HUNK,
        "p:1: a/../../x is outside the source\n  A patch may change files of the source only.",
    ),
    "a rename out of the source": (
        b"diff --git a/f b/f\nrename from f\nrename to ../../f\n",
        "p:3: x/../../f is outside the source\n  A patch may change files of the source only.",
    ),
    "no folder to strip": (
        b"--- f.orig\n+++ f\n" + HUNK,
        "p:2: f has no 1 leading folders to strip\n"
        "  If its paths are those of the source, name the patch in a file 'series' beside it, followed by -p0.",
    ),
    "a page": (
        b"\n<!DOCTYPE html>\n<html>",
        "p: this is an HTML page, not a patch\n  Get the patch itself, often as 'raw' or '.patch'.",
    ),
    "UTF-16": (
        GOOD.decode().encode("utf-16"),
        "p: the patch is in UTF-16, which patch(1) does not read\n  Write it in UTF-8: iconv -f UTF-16 -t UTF-8.",
    ),
    "a byte order mark": (
        b"\xef\xbb\xbf" + GOOD,
        "p:3: no file names come before this hunk\n  Lines --- and +++ must be above it.",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_what_patch_would_pass_over_is_refused_with_its_line(text: bytes, message: str) -> None:
    with pytest.raises(LeafrootError) as caught:
        check_patch(text, 1, "p")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    "name",
    [
        "a hunk with a line too many",
        "a part that names a file",
        "a binary file",
        "a file of one side",
    ],
)
def test_patch_itself_says_nothing_of_them(name: str, tmp_path: Path) -> None:
    """This shows that the table above guards against something that happens."""
    (tmp_path / "f").write_text("a\nb\nc\nd\n")
    (tmp_path / "p").write_bytes(REFUSED[name][0])
    argv = ["patch", "-f", "-p1", "-F0", "-d", tmp_path, "-i", tmp_path / "p"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (tmp_path / "f").read_text() == "a\nB\nc\nd\n"
    assert (done.returncode, done.stdout) == (0, "patching file f\n")


def test_with_p0_the_paths_are_those_of_the_source() -> None:
    text = b"--- f.orig\n+++ f\n" + HUNK
    check_patch(text, 0, "p")
    with pytest.raises(LeafrootError, match=r"^p:2: b/f has no 2 leading folders to strip"):
        check_patch(GOOD, 2, "p")
    with pytest.raises(LeafrootError, match=r"^p:1: /etc/passwd is outside the source"):
        check_patch(text.replace(b"f.orig", b"/etc/passwd"), 0, "p")


def test_lines_of_windows_are_noticed() -> None:
    assert has_crlf(GOOD.replace(b"\n", b"\r\n")) and not has_crlf(GOOD)
    # A patch of a file that has such lines itself.
    assert not has_crlf(b"--- a/f\n+++ b/f\n@@ -1 +1 @@\n-b\r\n+B\r\n")


@pytest.mark.parametrize("name", COMPRESSORS)
def test_compressed_patches_are_read_whole(name: str) -> None:
    first, second = GOOD, GOOD.replace(b"/f", b"/g")
    assert read_patch(COMPRESSORS[name](first), "p") == first
    if name != "lzma":
        assert read_patch(COMPRESSORS[name](first) + COMPRESSORS[name](second), "p") == first + second


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz", "zstd"])
@pytest.mark.parametrize("fault", ["cut", "bit"])
def test_a_damaged_patch_is_refused(name: str, fault: str) -> None:
    data = bytearray(COMPRESSORS[name](GOOD * 50))
    if fault == "cut":
        del data[-6:]
    else:
        data[len(data) // 2] ^= 16
    with pytest.raises(LeafrootError, match=r"^p: (the compressed patch is damaged: |\d)"):
        check_patch(read_patch(bytes(data), "p"), 1, "p")


@pytest.mark.parametrize("name", COMPRESSORS)
def test_a_patch_without_end_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 1 << 20)
    with pytest.raises(LeafrootError) as caught:
        read_patch(COMPRESSORS[name](bytes(2 << 20)), "p")
    assert str(caught.value) == "p: the patch is larger than 1 MiB\n  Split it into smaller patches."


def test_a_series_gives_order_and_options() -> None:
    text = "b.patch\n\n# c.patch: not for us\na.patch -p0  # why\nd/e.diff -pab\n\tf.patch -p2\ng#h.patch\r\n"
    assert list(read_series(text, "series")) == [
        (1, Patch("b.patch")),
        (4, Patch("a.patch", 0)),
        (5, Patch("d/e.diff")),
        (6, Patch("f.patch", 2)),
        (7, Patch("g#h.patch")),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a.patch\nb.patch -R\n", "series:2: unknown option '-R'\n  A patch takes -p0, -p1 and so on."),
        ("a.patch -p10\n", "series:1: unknown option '-p10'\n  A patch takes -p0, -p1 and so on."),
        ("a.patch\na.patch\n", "series:2: a.patch is named twice\n  Delete one of the lines."),
        ("../a.patch\n", "series:1: '../a.patch' is not a path below this folder"),
        ("/a.patch\n", "series:1: '/a.patch' is not a path below this folder"),
    ],
)
def test_a_series_that_is_wrong_is_refused(text: str, message: str) -> None:
    with pytest.raises(LeafrootError) as caught:
        list(read_series(text, "series"))
    assert str(caught.value) == message
