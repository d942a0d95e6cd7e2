# SPDX-License-Identifier: Apache-2.0
"""The newc cpio archive that Linux unpacks as its initramfs: written from a tree, and read back.

The format stands in the kernel's Documentation/driver-api/early-userspace/buffer-format.rst; what Linux makes
of it in init/initramfs.c. Equal trees give equal bytes.

What is read back is refused unless it is exactly newc, in either variant: 070701, and 070702 with its sum of the data's
bytes.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from leafroot.errors import LeafrootError
from leafroot.rootfs.tree import (
    CHUNK,
    NOUNS,
    ROOT,
    BlockDevice,
    CharDevice,
    Directory,
    Fifo,
    File,
    HardLink,
    Layer,
    Node,
    Symlink,
    Tree,
    is_normal,
    merge_layers,
)

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
MAGIC_WITH_SUM = b"070702"
FIELDS = (
    "inode",
    "mode",
    "uid",
    "gid",
    "number of links",
    "time",
    "size",
    "device major",
    "device minor",
    "node major",
    "node minor",
    "name size",
    "checksum",
)
# Other beginnings that people hand over by mistake.
OTHER_FORMATS = {
    b"070707": "it is an archive of the old portable format",
    b"\xc7\x71": "it is an archive of the old binary format",
    b"\x28\xb5\x2f\xfd": "it is compressed with zstd",
    b"\x1f\x8b": "it is compressed with gzip",
    b"\xfd7zXZ": "it is compressed with xz",
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


@dataclass(frozen=True)
class CpioEntry:
    """One entry as it stands in the archive; `device` and `inode` together say which names are one file."""

    name: str
    inode: int
    mode: int
    uid: int
    gid: int
    links: int
    mtime: int
    device: tuple[int, int]
    node_device: tuple[int, int]
    data: bytes


class _Counted:
    """An archive being read: how far, and from where."""

    def __init__(self, source: BinaryIO, where: object) -> None:
        self.source = source
        self.where = where
        self.at = 0

    def error(self, message: str, at: int | None = None, hint: str = "") -> LeafrootError:
        return LeafrootError(f"at byte {self.at if at is None else at}: {message}", self.where, hint)

    def take(self, size: int, what: str) -> bytes:
        # In pieces, so that a size made up by a broken header claims no memory.
        start = self.at
        pieces: list[bytes] = []
        while size:
            piece = self.source.read(min(size, CHUNK))
            if not piece:
                raise self.error(f"the archive ends within {what}, {size} bytes early", start)
            pieces.append(piece)
            size -= len(piece)
            self.at += len(piece)
        return b"".join(pieces)

    def align(self, what: str) -> None:
        start = self.at
        if self.take(-self.at % 4, what).strip(b"\0"):
            raise self.error("the padding is not zero", start)


def read_newc(source: BinaryIO, where: object = "cpio archive") -> Iterator[CpioEntry]:
    """Give the entries of one archive in their order, up to its trailer, which only zeros may follow."""
    archive = _Counted(source, where)
    while True:
        entry = _read_entry(archive)
        if entry is None:
            break
        yield entry
    while rest := source.read(CHUNK):
        if rest.strip(b"\0"):
            raise archive.error("something follows the end of the archive")
        archive.at += len(rest)


def _read_entry(archive: _Counted) -> CpioEntry | None:
    start = archive.at
    header = archive.take(HEADER_SIZE, "a header")
    if header[:6] not in (MAGIC, MAGIC_WITH_SUM):
        other = next((text for magic, text in OTHER_FORMATS.items() if header.startswith(magic)), "")
        hint = "Give the uncompressed archive in the format newc (cpio -H newc)." if other else ""
        raise archive.error(other or f"no cpio header, but {header[:6]!r}", start, hint)
    number: dict[str, int] = {}
    for index, field in enumerate(FIELDS):
        digits = header[6 + 8 * index : 14 + 8 * index]
        if not re.fullmatch(rb"[0-9A-Fa-f]{8}", digits):
            raise archive.error(f"the {field} is no number of 8 hexadecimal digits, but {digits!r}", start)
        number[field] = int(digits, 16)
    if not 2 <= number["name size"] <= NAME_MAX:
        raise archive.error(f"a name of {number['name size']} bytes, where 2 to {NAME_MAX} are possible", start)
    name = archive.take(number["name size"], "a name")
    if name.find(b"\0") != len(name) - 1:
        raise archive.error(f"the name {name[:40]!r} does not end at its only NUL", start)
    path = os.fsdecode(name[:-1])
    archive.align("the padding of a header")
    if path == TRAILER:
        if number["size"]:
            raise archive.error("the trailer has data", start)
        return None
    kind, size = stat.S_IFMT(number["mode"]), number["size"]
    if size and kind not in (stat.S_IFREG, stat.S_IFLNK):
        raise archive.error(f"{path} has data, but is neither a file nor a symbolic link", start)
    # One byte more: gen_init_cpio ends targets with a NUL.
    if kind == stat.S_IFLNK and not 1 <= size <= TARGET_MAX + 1:
        raise archive.error(f"{path}: a link's target of {size} bytes, where 1 to {TARGET_MAX} are possible", start)
    data = archive.take(size, f"the data of {path}")
    archive.align(f"the padding of {path}")
    if header[:6] == MAGIC_WITH_SUM and kind == stat.S_IFREG and sum(data) & 0xFFFFFFFF != number["checksum"]:
        raise archive.error(f"the checksum of {path} is wrong", start)
    return CpioEntry(
        name=path,
        inode=number["inode"],
        mode=number["mode"],
        uid=number["uid"],
        gid=number["gid"],
        links=number["number of links"],
        mtime=number["time"],
        device=(number["device major"], number["device minor"]),
        node_device=(number["node major"], number["node minor"]),
        data=data,
    )


def tree_from_newc(entries: Iterable[CpioEntry], owner: str) -> Tree:
    """Put entries together as a tree, everything in it owned by `owner`; times are not kept.

    A leading "./" is taken off names, as `find . | cpio -o` writes it. Of the names of one file, any may
    carry the data; the first in the order of names becomes the file, the others lead to it.
    """
    nodes: dict[str, Node] = {}
    names: dict[tuple[tuple[int, int], int], list[str]] = {}
    for entry in entries:
        path = entry.name.removeprefix("./") or ROOT
        where = f"{owner}: {entry.name}"
        if path != ROOT and not is_normal(path):
            raise LeafrootError("this would lie outside of the root", where)
        if path in nodes:
            raise LeafrootError("it is in the archive twice", where)
        nodes[path] = node = _node(entry, where)
        if entry.links > 1 and isinstance(node, File):
            names.setdefault((entry.device, entry.inode), []).append(path)
    for paths in names.values():
        first, *others = sorted(paths)
        carriers = [nodes[path] for path in paths if _has_data(nodes[path])]
        nodes[first] = carriers[-1] if carriers else nodes[first]
        nodes.update(dict.fromkeys(others, HardLink(first)))
    return merge_layers([Layer(owner, nodes)])


def _has_data(node: Node) -> bool:
    return isinstance(node, File) and node.size > 0


def _node(entry: CpioEntry, where: str) -> Node:
    mode, uid, gid = stat.S_IMODE(entry.mode), entry.uid, entry.gid
    match stat.S_IFMT(entry.mode):
        case stat.S_IFREG:
            return File(entry.data, mode, uid, gid)
        case stat.S_IFDIR:
            return Directory(mode, uid, gid)
        case stat.S_IFLNK:
            return Symlink(os.fsdecode(entry.data.removesuffix(b"\0")), uid, gid)
        case stat.S_IFCHR:
            return CharDevice(*entry.node_device, mode, uid, gid)
        case stat.S_IFBLK:
            return BlockDevice(*entry.node_device, mode, uid, gid)
        case stat.S_IFIFO:
            return Fifo(mode, uid, gid)
    raise LeafrootError(f"its mode {entry.mode:o} says no type that a root can hold", where)
