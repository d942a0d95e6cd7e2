# SPDX-License-Identifier: Apache-2.0
"""A path is resolved within the root, as Linux resolves it, and a path that leaves the root is noticed."""

from __future__ import annotations

import pytest
from made_up_trees import layer

from leafroot.rootfs.tree import File, Layer, Node, Symlink, follow, merge_layers

A = File(b"a")

LINKS = merge_layers(
    [
        layer(
            "x",
            usr_lib_libc=A,
            lib=Symlink("usr/lib"),
            usr_lib_abs=Symlink("/lib/libc"),
            usr_lib_up=Symlink("../../lib/libc"),
            usr_lib_far=Symlink("../../../../../lib/libc"),
            usr_lib_gone=Symlink("nowhere"),
            loop=Symlink("loop"),
        )
    ]
)


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("usr/lib/libc", "usr/lib/libc"),
        ("/lib/libc", "usr/lib/libc"),
        ("lib", "usr/lib"),
        ("lib/abs", "usr/lib/libc"),
        ("lib/up", "usr/lib/libc"),
        ("lib/far", "usr/lib/libc"),
        ("lib/gone", None),
        ("lib/libc/x", None),
        ("loop", None),
        ("none", None),
        ("/", "."),
        ("usr/../lib/../lib", "usr/lib"),
    ],
)
def test_a_path_is_resolved_within_the_root(path: str, leads_to: str | None) -> None:
    assert LINKS.resolve(path) == leads_to


@pytest.mark.parametrize(("length", "leads_to"), [(40, "end"), (41, None)])
def test_as_many_links_are_followed_as_linux_follows(length: int, leads_to: str | None) -> None:
    chain: dict[str, Node] = {f"l{at}": Symlink(f"l{at + 1}") for at in range(1, length)}
    chain |= {f"l{length}": Symlink("end"), "end": A}
    assert merge_layers([Layer("x", chain)]).resolve("l1") == leads_to


@pytest.mark.parametrize(
    ("path", "target", "leaves"),
    [
        ("l", ".", False),
        ("l", "..", True),
        ("d/l", "..", False),
        ("d/l", "../..", True),
        ("d/l", "../x/../y", False),
        ("l", "loop", False),
        ("l", "down/..", False),
        ("l", "down/../..", False),
        ("l", "down/../../..", True),
        ("l", "away", True),
        ("l", "away/x", True),
        ("l", "away/../loop", True),
    ],
)
def test_a_link_that_leaves_the_root_is_noticed(path: str, target: str, leaves: bool) -> None:
    links = {path: target, "loop": "loop2", "loop2": "loop", "down": "d/e", "away": "/tmp"}
    assert follow(path, links.get).leaves is leaves


def test_the_links_on_the_way_are_listed_in_order() -> None:
    links = {"lib": "usr/lib", "usr/lib/a": "../b", "usr/b": "c"}
    assert follow("lib/a/x", links.get).links == ("lib", "usr/lib/a", "usr/b")
    assert follow("lib/a/x", links.get).end == "usr/c/x"
