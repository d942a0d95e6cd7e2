# SPDX-License-Identifier: Apache-2.0
"""Makes layers of made-up packages in one line each, and merges them into trees."""

from __future__ import annotations

from leafroot.rootfs.tree import Layer, Node, Tree, merge_layers


def layer(owner: str, *replaces: str, override: bool = False, **nodes: Node) -> Layer:
    """A layer whose paths are keyword names with `_` for `/`."""
    return Layer(owner, {name.replace("_", "/"): node for name, node in nodes.items()}, frozenset(replaces), override)


def tree(**nodes: Node) -> Tree:
    """A tree of a single layer."""
    return merge_layers([layer("test", **nodes)])


def owners(merged: Tree) -> dict[str, str]:
    """Path -> who brought what lies there."""
    return {path: entry.owner for path, entry in merged}
