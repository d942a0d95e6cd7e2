# SPDX-License-Identifier: Apache-2.0
"""Applets: the many names of one program, such as busybox, which give way to programs of their own."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import replace

from leafroot.rootfs.tree import Layer, Node, Symlink

# Where programs are, in the order of PATH (package/skeleton/files/etc/profile).
PROGRAMS = ("usr/bin", "usr/sbin", "bin", "sbin")


def give_way(layers: Iterable[Layer]) -> list[Layer]:
    """The layers; links of those that give way lead to the programs of the same names that others bring.

    A link whose own path another layer has is left out. If there are several programs of a name, that counts which
    PATH has first. Overlays do not count: they replace what they name.
    """
    found = list(layers)
    nodes = {path: node for one in found if not (one.gives_way or one.override) for path, node in one.nodes.items()}
    programs: dict[str, str] = {}
    for path in sorted(filter(_is_program, nodes), key=lambda path: (PROGRAMS.index(posixpath.dirname(path)), path)):
        node = nodes[path]
        # A link to what gives way would become a circle.
        if not isinstance(node, Symlink) or _target(path, node) in nodes:
            programs.setdefault(posixpath.basename(path), path)
    return [replace(one, nodes=_links_to(programs, one.nodes, nodes)) if one.gives_way else one for one in found]


def _links_to(programs: Mapping[str, str], own: Mapping[str, Node], others: Mapping[str, Node]) -> dict[str, Node]:
    links = {path: node for path, node in own.items() if _is_program(path) and isinstance(node, Symlink)}
    led = {
        path: Symlink(posixpath.relpath(program, posixpath.dirname(path)))
        for path in links
        if (program := programs.get(posixpath.basename(path)))
    }
    return {path: led.get(path, node) for path, node in own.items() if path not in links or path not in others}


def _is_program(path: str) -> bool:
    return posixpath.dirname(path) in PROGRAMS


def _target(path: str, link: Symlink) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), link.target)).lstrip("/")
