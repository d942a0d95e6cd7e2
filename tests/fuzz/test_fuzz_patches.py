# SPDX-License-Identifier: Apache-2.0
"""Patches that somebody edited by hand: applied with every line that they add or take away, or refused."""

from __future__ import annotations

import difflib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafroot.describe.patch import Patch, check_patch, read_patch
from leafroot.errors import LeafrootError
from leafroot.store.patching import apply_patch
from tests.fuzz.conftest import LONG, QUICK
from tests.performing import shared_usr

LINES = st.lists(st.sampled_from(["a", "b", "c", "", " x", "+z", "}"]), min_size=1, max_size=14)
FRAGMENTS = st.sampled_from(
    [
        *("+more", "-b", " a", "", "@@ -1 +1 @@", "@@ -1,2 +1,3 @@", "--- a/f", "+++ b/f", "+++ b/../../f", "-- "),
        *("Binary files a/x and b/x differ", "diff --git a/f b/f", "new mode 100755", "Only in a: f", "\\ No newline"),
    ]
)


@st.composite
def patches(draw: st.DrawFn) -> tuple[list[str], str]:
    """The lines of a file, and a patch of it that was damaged in up to three places."""
    before, after = draw(LINES), draw(LINES)
    lines = list(difflib.unified_diff(before, after, "a/f", "b/f", lineterm="", n=draw(st.integers(0, 3))))
    for _ in range(draw(st.sampled_from([0, 1, 1, 2, 3]))):
        at = draw(st.integers(0, len(lines)))
        match draw(st.sampled_from(["insert", "delete", "double", "cut"])):
            case "insert":
                lines.insert(at, draw(FRAGMENTS))
            case "delete":
                del lines[at : at + 1]
            case "double":
                lines[at:at] = lines[at : at + 1]
            case _:
                lines[at : at + 1] = [line[:-1] for line in lines[at : at + 1]]
    return before, "".join(f"{line}\n" for line in lines)


def applied_whole_or_refused(case: tuple[list[str], str]) -> None:
    before, text = case
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch, "tree")
        tree.mkdir()
        (tree / "f").write_text("".join(f"{line}\n" for line in before))
        file = Path(scratch, "p.patch")
        file.write_text(text)
        try:
            apply_patch(tree, Patch(str(file)), shared_usr())
        except LeafrootError as error:
            assert str(error).startswith(str(file)), error
            return
        # What comes before the first hunk is for people.
        lines = text[text.find("@@") :].splitlines()
        rest = [line for line in lines if not line.startswith(("--- ", "+++ ")) and line.rstrip() != "--"]
        change = sum(line.startswith("+") for line in rest) - sum(line.startswith("-") for line in rest)
        after = (tree / "f").read_text().splitlines() if (tree / "f").exists() else []
        assert len(after) - len(before) == change, text
        assert [path.name for path in Path(scratch).iterdir() if path.name not in ("tree", "p.patch")] == []


def read_or_refused(data: bytes) -> None:
    try:
        check_patch(read_patch(data, "p"), 1, "p")
    except LeafrootError as error:
        assert str(error).startswith("p:"), error


BEGINNINGS = (b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"--- a/f\n+++ b/f\n@@ ")
BYTES = st.one_of(
    st.binary(max_size=80),
    st.tuples(st.sampled_from(BEGINNINGS), st.binary()).map(b"".join),
)


@given(patches())
@QUICK
def test_any_patch_is_applied_whole_or_refused(case: tuple[list[str], str]) -> None:
    applied_whole_or_refused(case)


@given(BYTES)
@QUICK
def test_any_bytes_are_a_patch_or_refused(data: bytes) -> None:
    read_or_refused(data)


@pytest.mark.slow
def test_many_patches() -> None:
    given(patches())(LONG(applied_whole_or_refused))()
    given(BYTES)(LONG(read_or_refused))()
