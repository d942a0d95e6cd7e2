# SPDX-License-Identifier: Apache-2.0
"""Applets of busybox, and programs of the same names that other packages bring."""

from __future__ import annotations

import pytest

from leafroot.errors import LeafrootError
from leafroot.rootfs.applets import give_way
from leafroot.rootfs.tree import Directory, File, Layer, Node, Symlink, merge_layers

PROGRAM = File(b"a program", 0o755)
BUSYBOX: dict[str, Node] = {
    "bin/busybox": PROGRAM,
    "bin/ps": Symlink("busybox"),
    "bin/sh": Symlink("busybox"),
    "usr/bin/less": Symlink("../../bin/busybox"),
    "etc/less": Symlink("../bin/busybox"),
}


def merged(*others: Layer, gives_way: bool = True) -> dict[str, tuple[Node, str]]:
    layers = [Layer("busybox", BUSYBOX, gives_way=gives_way), *others]
    tree = merge_layers(give_way(layers))
    return {path: (entry.node, entry.owner) for path, entry in tree if not isinstance(entry.node, Directory)}


def test_an_applet_of_the_same_path_is_left_out() -> None:
    less = Layer("less", {"usr/bin/less": PROGRAM})
    found = merged(less)
    assert found["usr/bin/less"] == (PROGRAM, "less")
    assert found["etc/less"] == (Symlink("../bin/busybox"), "busybox")
    with pytest.raises(LeafrootError, match="two layers bring it: busybox"):
        merged(less, gives_way=False)


def test_an_applet_in_another_folder_leads_to_the_program() -> None:
    found = merged(Layer("procps", {"usr/bin/ps": PROGRAM, "usr/share/sh": PROGRAM}))
    assert found["bin/ps"] == (Symlink("../usr/bin/ps"), "busybox")
    assert found["bin/sh"] == (Symlink("busybox"), "busybox")


def test_the_program_that_path_has_first_counts() -> None:
    found = merged(Layer("one", {"sbin/ps": PROGRAM}), Layer("two", {"usr/sbin/ps": PROGRAM}))
    assert found["bin/ps"][0] == Symlink("../usr/sbin/ps")


def test_a_link_to_an_applet_is_no_program() -> None:
    found = merged(Layer("more", {"usr/bin/ps": Symlink("../../bin/ps"), "usr/sbin/sh": Symlink("/bin/sh")}))
    assert found["bin/ps"][0] == found["bin/sh"][0] == Symlink("busybox")
    kept = Layer("bash", {"usr/bin/bash": PROGRAM, "usr/bin/sh": Symlink("bash")})
    assert merged(kept)["bin/sh"][0] == Symlink("../usr/bin/sh")


def test_an_overlay_replaces_what_it_names_and_no_more() -> None:
    found = merged(Layer("overlay", {"usr/bin/ps": PROGRAM}, override=True))
    assert found["bin/ps"][0] == Symlink("busybox")
