# SPDX-License-Identifier: Apache-2.0
"""Layers are merged into one tree, or refused with their names."""

from __future__ import annotations

import pytest
from made_up_trees import layer, owners

from leafroot.errors import LeafrootError
from leafroot.rootfs.tree import BlockDevice, CharDevice, Directory, File, HardLink, Layer, Node, Symlink, merge_layers

A, B = File(b"a"), File(b"b")


def test_missing_parents_become_directories_of_the_layer_that_needs_them() -> None:
    tree = merge_layers([layer("skeleton", tmp=Directory(0o1777)), layer("busybox", usr_bin_ls=A)])
    assert [path for path, _ in tree] == [".", "tmp", "usr", "usr/bin", "usr/bin/ls"]
    assert tree.entries["usr"].node == Directory(0o755, 0, 0)
    assert owners(tree) == {
        ".": "leafroot",
        "tmp": "skeleton",
        "usr": "busybox",
        "usr/bin": "busybox",
        "usr/bin/ls": "busybox",
    }


def test_a_tree_lists_parents_before_their_content() -> None:
    tree = merge_layers([Layer("x", {"a/b": A, "a-b": A, "a": Directory(), "-": A, "a!": A})])
    assert [path for path, _ in tree] == [".", "-", "a", "a!", "a-b", "a/b"]


@pytest.mark.parametrize(
    ("first", "second", "content", "owner"),
    [
        (layer("busybox", bin_ls=A), layer("coreutils", "bin/ls", bin_ls=B), b"b", "coreutils"),
        (layer("bash", "bin/ls", bin_ls=A), layer("busybox", bin_ls=B), b"a", "bash"),
        (layer("busybox", bin_ls=A), layer("overlay", override=True, bin_ls=B), b"b", "overlay"),
        (layer("bash", "bin/ls", bin_ls=A), layer("overlay", override=True, bin_ls=B), b"b", "overlay"),
    ],
    ids=["later declares", "earlier declares", "overlay", "overlay over one that declares"],
)
def test_a_path_may_be_replaced(first: Layer, second: Layer, content: bytes, owner: str) -> None:
    entry = merge_layers([first, second]).entries["bin/ls"]
    assert isinstance(entry.node, File)
    assert (entry.node.read(), entry.owner) == (content, owner)


@pytest.mark.parametrize(
    ("first", "second", "node", "owner"),
    [
        (layer("a", d=Directory()), layer("b", d=Directory()), Directory(), "a"),
        (layer("a", d=Directory(0o700)), layer("b", d=Directory()), Directory(0o700), "a"),
        (layer("a", d=Directory()), layer("b", d=Directory(0o700)), Directory(0o700), "b"),
        (layer("a", d=Directory(0o750)), layer("b", "d", d=Directory(0o700)), Directory(0o700), "b"),
        (layer("a", "d", d=Directory(0o750)), layer("b", d=Directory(0o700)), Directory(0o750), "a"),
        (
            layer("a", d=Directory(0o750)),
            layer("o", override=True, d=Directory(0o700)),
            Directory(0o750),
            "a",
        ),
    ],
    ids=["equal", "default later", "default first", "later declares", "earlier declares", "overlay keeps"],
)
def test_directories_of_layers_are_merged(first: Layer, second: Layer, node: Node, owner: str) -> None:
    entry = merge_layers([first, second]).entries["d"]
    assert (entry.node, entry.owner) == (node, owner)


def test_a_file_keeps_its_second_name_if_the_first_is_replaced() -> None:
    many = layer("busybox", bin_a=A, bin_b=HardLink("bin/a"), bin_c=HardLink("bin/a"))
    tree = merge_layers([many, layer("other", "bin/a", bin_a=B)])
    assert {path: entry.node for path, entry in tree if path > "bin/"} == {
        "bin/a": B,
        "bin/b": A,
        "bin/c": HardLink("bin/b"),
    }


def test_a_file_keeps_its_second_name_if_the_first_replaces_nothing() -> None:
    many = layer("busybox", bin_a=A, bin_b=HardLink("bin/a"))
    tree = merge_layers([layer("other", "bin/a", bin_a=B), many])
    assert {path: entry.node for path, entry in tree if path > "bin/"} == {"bin/a": B, "bin/b": A}


def test_both_layers_may_have_links_at_the_same_paths() -> None:
    first = layer("one", bin_a=A, bin_b=HardLink("bin/a"))
    second = layer("two", "bin/a", "bin/b", bin_a=HardLink("bin/b"), bin_b=B)
    tree = merge_layers([first, second])
    assert {path: entry.node for path, entry in tree if path > "bin/"} == {
        "bin/a": HardLink("bin/b"),
        "bin/b": B,
    }


CLASHES = {
    "two packages": (
        [layer("busybox", bin_ls=A), layer("coreutils", bin_ls=Symlink("coreutils"))],
        "/bin/ls: two layers bring it: busybox (a file) and coreutils (a symbolic link)\n"
        "  Leave one of them out, or let busybox or coreutils declare that it replaces bin/ls.",
    ),
    "the same bytes from two packages": (
        [layer("a", f=A), layer("b", f=A)],
        "/f: two layers bring it: a (a file) and b (a file)\n"
        "  Leave one of them out, or let a or b declare that it replaces f.",
    ),
    "both replace": (
        [layer("a", "f", f=A), layer("b", "f", f=A)],
        "/f: a and b both say that they replace it",
    ),
    "two modes of a directory": (
        [layer("skeleton", tmp=Directory(0o1777)), layer("b", tmp=Directory(0o700, 5, 6))],
        "/tmp: skeleton makes it a directory with 1777 0:0, b one with 0700 5:6\n"
        "  Leave one of them out, or let skeleton or b declare that it replaces tmp.",
    ),
    "file and directory": (
        [layer("a", d_x=A), layer("b", d=B)],
        "/d/x: a brings it, but b makes /d a file",
    ),
    "below a symbolic link": (
        [layer("skeleton", lib=Symlink("usr/lib")), layer("zlib", lib_libz=A)],
        "/lib/libz: zlib brings it, but skeleton makes /lib a symbolic link\n"
        "  It leads to /usr/lib: install it as usr/lib/libz.",
    ),
    "below an absolute symbolic link of a later layer": (
        [layer("zlib", usr_lib_libz=A), layer("skeleton", usr_lib=Symlink("/lib"))],
        "/usr/lib/libz: zlib brings it, but skeleton makes /usr/lib a symbolic link\n"
        "  It leads to /lib: install it as lib/libz.",
    ),
    "an overlay's link in place of a full directory": (
        [layer("zlib", lib=Directory(), lib_libz=A), layer("overlay", override=True, lib=Symlink("usr/lib"))],
        "/lib/libz: zlib brings it, but overlay makes /lib a symbolic link\n"
        "  The link leads to /usr/lib and would hide what is in /lib: leave it out of the overlay.",
    ),
}


@pytest.mark.parametrize("case", CLASHES)
def test_conflicting_layers_are_refused_with_both_names(case: str) -> None:
    layers, message = CLASHES[case]
    with pytest.raises(LeafrootError) as raised:
        merge_layers(layers)
    assert str(raised.value) == message


BAD_LAYERS = {
    "absolute": ({"/etc": A}, "x: '/etc' is not a path below the root\n  Write it in the form usr/bin/env."),
    "dot dot": ({"a/../b": A}, "x: 'a/../b' is not a path below the root\n  Write it in the form usr/bin/env."),
    "leading dot": ({"./a": A}, "x: './a' is not a path below the root\n  Write it in the form usr/bin/env."),
    "empty": ({"": A}, "x: '' is not a path below the root\n  Write it in the form usr/bin/env."),
    "empty part": ({"a//b": A}, "x: 'a//b' is not a path below the root\n  Write it in the form usr/bin/env."),
    "slash at the end": ({"a/": A}, "x: 'a/' is not a path below the root\n  Write it in the form usr/bin/env."),
    "NUL": ({"a\0b": A}, "x: 'a\\x00b' is not a path below the root\n  Write it in the form usr/bin/env."),
    "root as a file": ({".": A}, "x: the root directory cannot be a file"),
    "hard link to nothing": (
        {"a": HardLink("b")},
        "x: /a: a hard link to 'b', which is not a file of the same layer",
    ),
    "hard link to a hard link": (
        {"a": HardLink("b"), "b": HardLink("c"), "c": A},
        "x: /a: a hard link to 'b', which is not a file of the same layer",
    ),
    "mode": ({"a": File(b"", 0o100644)}, "x: /a: mode 100644 has bits that are not permissions"),
    "uid": ({"a": File(b"", uid=-1)}, "x: /a: uid -1 is out of range"),
    "gid": ({"a": Directory(gid=0xFFFFFFFF)}, "x: /a: gid 4294967295 is out of range"),
    "link to nowhere": ({"a": Symlink("")}, "x: /a: the symbolic link has an invalid target"),
    "device": ({"a": CharDevice(1, 1 << 20)}, "x: /a: device number 1:1048576 is out of range"),
    "block device": ({"a": BlockDevice(4096, 0)}, "x: /a: device number 4096:0 is out of range"),
}


@pytest.mark.parametrize("case", BAD_LAYERS)
def test_a_layer_with_an_impossible_node_is_refused(case: str) -> None:
    nodes, message = BAD_LAYERS[case]
    with pytest.raises(LeafrootError) as raised:
        Layer("x", nodes)
    assert str(raised.value) == message


def test_a_layer_that_replaces_an_invalid_path_is_refused() -> None:
    with pytest.raises(LeafrootError, match="'/bin/ls' is not a path below the root"):
        Layer("x", {}, frozenset({"/bin/ls"}))
