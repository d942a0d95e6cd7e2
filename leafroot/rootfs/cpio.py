# SPDX-License-Identifier: Apache-2.0
"""The newc cpio archive that Linux unpacks as its initramfs: written from a tree.

The format stands in the kernel's Documentation/driver-api/early-userspace/buffer-format.rst; what Linux makes
of it in init/initramfs.c. Equal trees give equal bytes.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import BinaryIO

from leafroot.errors import LeafrootError
from leafroot.rootfs.node import (
    NOUNS,
    BlockDevice,
    CharDevice,
    Directory,
    Fifo,
    File,
    HardLink,
    Node,
    Symlink,
)
from leafroot.rootfs.tree import Tree

MAGIC = b"070701"
TRAILER = "TRAILER!!!"
HEADER_SIZE = 110
# init/initramfs.c silently passes over an entry whose name, NUL included, or whose link's target is longer
# than PATH_MAX; symlink(2) itself takes one byte less.
NAME_MAX = 4096
TARGET_MAX = 4095
FIELD_MAX = 0xFFFFFFFF
# What GNU cpio and gen_init_cpio fill archives up to.
BLOCK = 512

FILE_TYPES: dict[type[Node], int] = {
    File: stat.S_IFREG,
    HardLink: stat.S_IFREG,
    Directory: stat.S_IFDIR,
    Symlink: stat.S_IFLNK,
    CharDevice: stat.S_IFCHR,
    BlockDevice: stat.S_IFBLK,
    Fifo: stat.S_IFIFO,
}


@dataclass(frozen=True)
class _Inode:
    """What all names of a file have in common; `last` is the name that carries the data."""

    number: int
    node: Node
    links: int
    last: str


def write_newc(tree: Tree, out: BinaryIO, mtime: int) -> int:
    """Write a tree as one archive and give its size in bytes.

    Entries are sorted, parents first, numbered in that order; every one has the same `mtime` (seconds since
    1970, up to 2106). All names of a hard-linked file but the last are empty, as GNU cpio and gen_init_cpio
    write them: the kernel and both cpios then make one file of them.
    """
    if not 0 <= mtime <= FIELD_MAX:
        raise LeafrootError(f"cpio has no room for the time {mtime}", hint="It takes seconds from 1970 until 2106.")
    inodes = _inodes(tree)
    at = 0
    for path, entry in tree:
        where = f"{entry.owner}: /{path}"
        inode = inodes[path]
        node = inode.node
        name = os.fsencode(path)
        _check(path, name, node, where)
        if isinstance(node, Symlink):
            size = len(os.fsencode(node.target))
        elif isinstance(node, File) and path == inode.last:
            size = node.size
        else:
            size = 0
        at += out.write(_header(inode, name, size, mtime))
        if isinstance(node, Symlink):
            at += out.write(os.fsencode(node.target))
        elif size and isinstance(node, File):
            at += sum(out.write(chunk) for chunk in node.chunks())
        at += out.write(bytes(-at % 4))
    at += out.write(_fields(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, len(TRAILER) + 1, 0) + TRAILER.encode() + b"\0")
    return at + out.write(bytes(-at % BLOCK))


def _inodes(tree: Tree) -> dict[str, _Inode]:
    """Every path's inode; paths linked to one file share theirs."""
    names: dict[str, list[str]] = {}
    for path, entry in tree:
        first = entry.node.target if isinstance(entry.node, HardLink) else path
        names.setdefault(first, []).append(path)
    found: dict[str, _Inode] = {}
    for number, (first, paths) in enumerate(names.items(), start=1):
        inode = _Inode(number, tree.entries[first].node, len(paths), paths[-1])
        found.update(dict.fromkeys(paths, inode))
    return found


def _check(path: str, name: bytes, node: Node, where: str) -> None:
    if path == TRAILER:
        raise LeafrootError("cpio ends at an entry of this name", where, "Give the file another name.")
    if len(name) + 1 > NAME_MAX:
        raise LeafrootError(f"its path has {len(name)} bytes, and Linux takes {NAME_MAX - 1}", where)
    if isinstance(node, File) and node.size > FIELD_MAX:
        raise LeafrootError(f"it has {node.size} bytes, and cpio takes files up to {FIELD_MAX}", where)
    if isinstance(node, Symlink) and len(os.fsencode(node.target)) > TARGET_MAX:
        raise LeafrootError(
            f"its target has {len(os.fsencode(node.target))} bytes, and Linux takes {TARGET_MAX}",
            where,
        )
    if isinstance(node, HardLink):
        raise LeafrootError(f"it leads to {NOUNS[HardLink]}", where)


def _header(inode: _Inode, name: bytes, size: int, mtime: int) -> bytes:
    node = inode.node
    assert not isinstance(node, HardLink)
    permissions = 0o777 if isinstance(node, Symlink) else node.mode
    links = 2 if isinstance(node, Directory) else inode.links
    major, minor = (node.major, node.minor) if isinstance(node, (CharDevice, BlockDevice)) else (0, 0)
    mode = FILE_TYPES[type(node)] | permissions
    head = _fields(inode.number, mode, node.uid, node.gid, links, mtime, size, 0, 0, major, minor, len(name) + 1, 0)
    return head + name + bytes(1 + -(HEADER_SIZE + len(name) + 1) % 4)


def _fields(*numbers: int) -> bytes:
    return MAGIC + b"".join(b"%08X" % number for number in numbers)
