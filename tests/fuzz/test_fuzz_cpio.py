# SPDX-License-Identifier: Apache-2.0
"""cpio: any tree is written as GNU cpio reads it and read back as it was; any bytes give a tree or an error of ours."""

from __future__ import annotations

import io
import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafroot.errors import LeafrootError
from leafroot.rootfs.cpio import read_newc, tree_from_newc, write_newc
from leafroot.rootfs.tree import CharDevice, Directory, Fifo, File, Layer, Node, Symlink, Tree, merge_layers
from tests.fuzz.conftest import LONG, QUICK

MTIME = 1767225600

# Names as a Linux file system takes them: any bytes but the slash and NUL, newlines and invalid UTF-8 among them.
NAMES = st.binary(min_size=1, max_size=12).map(
    lambda raw: os.fsdecode(raw.replace(b"/", b"_").replace(b"\0", b"0")).replace("..", "__")
)
PARTS = NAMES.filter(lambda name: name not in (".", ".."))
MODES = st.integers(0, 0o7777)
OWNERS = st.integers(0, 0xFFFFFFFE)
NODES: st.SearchStrategy[Node] = st.one_of(
    st.builds(File, st.binary(max_size=40), MODES, OWNERS, OWNERS),
    st.builds(Directory, MODES, OWNERS, OWNERS),
    st.builds(Symlink, NAMES, OWNERS, OWNERS),
    st.builds(CharDevice, st.integers(0, 4095), st.integers(0, 1048575), MODES, OWNERS, OWNERS),
    st.builds(Fifo, MODES, OWNERS, OWNERS),
)


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """A tree of up to 12 nodes, some of them below folders of it."""
    nodes: dict[str, Node] = {}
    folders = [""]
    for part, node in draw(st.lists(st.tuples(PARTS, NODES), max_size=12)):
        path = draw(st.sampled_from(folders)) + part
        if path not in nodes:
            nodes[path] = node
            if isinstance(node, Directory):
                folders.append(f"{path}/")
    return merge_layers([Layer("drawn", nodes)])


def newc(tree: Tree) -> bytes:
    out = io.BytesIO()
    write_newc(tree, out, MTIME)
    return out.getvalue()


def read_back(tree: Tree) -> None:
    assert tree_from_newc(read_newc(io.BytesIO(newc(tree))), "drawn") == tree


def listed_by_gnu_cpio(tree: Tree) -> None:
    """Its list has every name, as the bytes that it is."""
    done = subprocess.run(["cpio", "-t", "--null", "--quiet"], input=newc(tree), capture_output=True, check=True)
    assert sorted(done.stdout.split(b"\0")[:-1]) == sorted(os.fsencode(path) for path in tree.entries)


BASE = newc(
    merge_layers([Layer("x", {"a": File(b"abc"), "d": Directory(), "d/l": Symlink("../a"), "n": CharDevice(1, 3)})])
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """An archive with some bytes changed, left out or added, or any bytes at all."""
    data = bytearray(BASE)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 9))] = draw(st.binary(max_size=9))
    return draw(st.one_of(st.just(bytes(data)), st.binary(max_size=300)))


def refused_or_read(data: bytes) -> None:
    try:
        tree = tree_from_newc(read_newc(io.BytesIO(data)), "x")
    except LeafrootError:
        return
    # What was read is a tree: it can be written, unless Linux would not take it.
    try:
        assert newc(tree)
    except LeafrootError as error:
        assert str(error)


@given(trees())
@QUICK
def test_any_tree_is_read_back(tree: Tree) -> None:
    read_back(tree)


@given(trees())
@QUICK
def test_gnu_cpio_lists_any_tree(tree: Tree) -> None:
    listed_by_gnu_cpio(tree)


@given(damaged())
@QUICK
def test_any_bytes_are_a_tree_or_an_error(data: bytes) -> None:
    refused_or_read(data)


@pytest.mark.slow
def test_many_trees_and_many_bytes() -> None:
    given(trees())(LONG(read_back))()
    given(damaged())(LONG(refused_or_read))()
