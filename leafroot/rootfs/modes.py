# SPDX-License-Identifier: Apache-2.0
"""The table of modes and owners that a checkout or a package's artefact cannot say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from leafroot.errors import LeafrootError, nearest
from leafroot.rootfs.node import NOUNS, ROOT, HardLink, Symlink, check_node, is_normal
from leafroot.rootfs.tree import Entry, Tree

ROOT_ONLY: Mapping[str, int] = {"root": 0}


@dataclass(frozen=True)
class Mode:
    """One path's mode and owner; `mode` None leaves it. Users and groups are names, or numbers."""

    path: str
    mode: int | None = None
    user: str | int = 0
    group: str | int = 0


def apply_modes(
    tree: Tree,
    table: Iterable[Mode],
    owner: str,
    uids: Mapping[str, int] = ROOT_ONLY,
    gids: Mapping[str, int] = ROOT_ONLY,
) -> Tree:
    """Give paths the modes and owners that a table says; `owner` is who wrote the table.

    Content stays with who brought it. A path that is not there, one that is said twice and an unknown user or
    group are errors. A hard-linked file has one mode, said at any of its names.
    """
    entries = dict(tree.entries)
    said: set[str] = set()
    for row in table:
        where = f"{owner}: /{row.path}"
        if row.path != ROOT and not is_normal(row.path):
            raise LeafrootError(f"{row.path!r} is not a path below the root", owner, "Write it like usr/bin/env.")
        if row.path not in entries:
            raise LeafrootError("nothing in the root has this path", where, nearest(row.path, entries))
        node = entries[row.path].node
        path = node.target if isinstance(node, HardLink) else row.path
        if path in said:
            raise LeafrootError("its mode is said twice", where)
        said.add(path)
        node = entries[path].node
        assert not isinstance(node, HardLink)
        uid, gid = _number(row.user, uids, "user", where), _number(row.group, gids, "group", where)
        if isinstance(node, Symlink):
            if row.mode is not None:
                raise LeafrootError(f"{NOUNS[Symlink]} has no mode", where, f"Say it of {node.target}.")
            entries[path] = Entry(replace(node, uid=uid, gid=gid), entries[path].owner)
        else:
            changed = replace(node, mode=node.mode if row.mode is None else row.mode, uid=uid, gid=gid)
            entries[path] = Entry(changed, entries[path].owner)
        check_node(path, entries[path].node, owner)
    return Tree(entries)


def _number(name: str | int, ids: Mapping[str, int], kind: str, where: str) -> int:
    if isinstance(name, int):
        return name
    if name not in ids:
        raise LeafrootError(f"there is no {kind} {name!r}", where, nearest(name, ids))
    return ids[name]
