# SPDX-License-Identifier: Apache-2.0
"""Writes a tree as a newc cpio archive, which Linux unpacks as its initramfs, and reads such archives.

The kernel's Documentation/driver-api/early-userspace/buffer-format.rst describes the format, and init/initramfs.c reads
it. Equal trees give equal bytes.

The reader refuses everything but the two variants of newc: 070701, and 070702, which has a checksum of each file.
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
# init/initramfs.c silently skips an entry if its name, with the NUL, or its link target is longer than PATH_MAX;
# symlink(2) itself accepts one byte less.
NAME_MAX = 4096
TARGET_MAX = 4095
FIELD_MAX = 0xFFFFFFFF
# GNU cpio and gen_init_cpio pad archives to a multiple of this.
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
# The first bytes of other formats that are passed by mistake.
OTHER_FORMATS = {
    b"070707": "this is a cpio archive in the old portable format",
    b"\xc7\x71": "this is a cpio archive in the old binary format",
    b"\x28\xb5\x2f\xfd": "this is compressed with zstd",
    b"\x1f\x8b": "this is compressed with gzip",
    b"\xfd7zXZ": "this is compressed with xz",
}


@dataclass(frozen=True)
class _Inode:
    """What all names of a file share; `last` is the name whose entry holds the data."""

    number: int
    node: Node
    links: int
    last: str


def write_newc(tree: Tree, out: BinaryIO, mtime: int) -> int:
    """Write a tree as one archive; returns its size in bytes.

    Entries are sorted, parents first, and numbered in that order; all have the same `mtime` (seconds since 1970, until
    2106). Of the names of a hard-linked file only the last has data, as GNU cpio and gen_init_cpio write it: the kernel
    and both kinds of cpio then make one file of them.
    """
    if not 0 <= mtime <= FIELD_MAX:
        raise LeafrootError(f"cpio cannot store the time {mtime}", hint="It stores seconds from 1970 until 2106.")
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
    """The inode of every path; the paths of one file share it."""
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
        raise LeafrootError("cpio uses this name to mark the end of an archive", where, "Give the file another name.")
    if len(name) + 1 > NAME_MAX:
        raise LeafrootError(f"its path has {len(name)} bytes, and Linux allows {NAME_MAX - 1}", where)
    if isinstance(node, File) and node.size > FIELD_MAX:
        raise LeafrootError(
            f"it has {node.size} bytes, and cpio allows {FIELD_MAX}",
            where,
            "Put it on a disk instead.",
        )
    if isinstance(node, Symlink) and len(os.fsencode(node.target)) > TARGET_MAX:
        raise LeafrootError(
            f"its target has {len(os.fsencode(node.target))} bytes, and Linux allows {TARGET_MAX}",
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
    """One entry of an archive; names with the same `device` and `inode` are one file."""

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
    """An archive that is being read, with the offset in it; `where` names it in errors."""

    def __init__(self, source: BinaryIO, where: object) -> None:
        self.source = source
        self.where = where
        self.at = 0

    def error(self, message: str, at: int | None = None, hint: str = "") -> LeafrootError:
        return LeafrootError(f"at byte {self.at if at is None else at}: {message}", self.where, hint)

    def take(self, size: int, what: str) -> bytes:
        # In pieces: a wrong size in a damaged header must not allocate memory.
        start = self.at
        pieces: list[bytes] = []
        while size:
            piece = self.source.read(min(size, CHUNK))
            if not piece:
                raise self.error(f"the archive ends within {what}: {size} bytes are missing", start)
            pieces.append(piece)
            size -= len(piece)
            self.at += len(piece)
        return b"".join(pieces)

    def align(self, what: str) -> None:
        start = self.at
        if self.take(-self.at % 4, what).strip(b"\0"):
            raise self.error("the padding is not zero", start)


def read_newc(source: BinaryIO, where: object = "cpio archive") -> Iterator[CpioEntry]:
    """The entries of one archive in order, up to its trailer; only zeros may follow that."""
    archive = _Counted(source, where)
    while True:
        entry = _read_entry(archive)
        if entry is None:
            break
        yield entry
    while rest := source.read(CHUNK):
        if rest.strip(b"\0"):
            raise archive.error("data follows the end of the archive")
        archive.at += len(rest)


def _read_entry(archive: _Counted) -> CpioEntry | None:
    start = archive.at
    header = archive.take(HEADER_SIZE, "a header")
    if header[:6] not in (MAGIC, MAGIC_WITH_SUM):
        other = next((text for magic, text in OTHER_FORMATS.items() if header.startswith(magic)), "")
        hint = "It must be an uncompressed archive in the newc format (cpio -H newc)." if other else ""
        raise archive.error(other or f"expected a cpio header, found {header[:6]!r}", start, hint)
    number: dict[str, int] = {}
    for index, field in enumerate(FIELDS):
        digits = header[6 + 8 * index : 14 + 8 * index]
        if not re.fullmatch(rb"[0-9A-Fa-f]{8}", digits):
            raise archive.error(f"the {field} is not a number of 8 hexadecimal digits: {digits!r}", start)
        number[field] = int(digits, 16)
    if not 2 <= number["name size"] <= NAME_MAX:
        raise archive.error(f"a name has {number['name size']} bytes, and must have 2 to {NAME_MAX}", start)
    name = archive.take(number["name size"], "a name")
    if name.find(b"\0") != len(name) - 1:
        raise archive.error(f"the name {name[:40]!r} does not end with its only NUL", start)
    path = os.fsdecode(name[:-1])
    archive.align("the padding of a header")
    if path == TRAILER:
        if number["size"]:
            raise archive.error("the trailer has data", start)
        return None
    kind, size = stat.S_IFMT(number["mode"]), number["size"]
    if size and kind not in (stat.S_IFREG, stat.S_IFLNK):
        raise archive.error(f"{path} has data, but is not a file or a symbolic link", start)
    # gen_init_cpio ends targets with a NUL, which is one byte more.
    if kind == stat.S_IFLNK and not 1 <= size <= TARGET_MAX + 1:
        raise archive.error(f"{path}: the link's target has {size} bytes, and must have 1 to {TARGET_MAX}", start)
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
    """Make a tree of the entries, all of it owned by `owner`; times are dropped.

    A leading "./" is removed from names: `find . | cpio -o` writes it. Any name of a file may have its data; the first
    name in sorted order becomes the file, and the others become hard links to it.
    """
    nodes: dict[str, Node] = {}
    names: dict[tuple[tuple[int, int], int], list[str]] = {}
    for entry in entries:
        path = entry.name.removeprefix("./") or ROOT
        where = f"{owner}: {entry.name}"
        if path != ROOT and not is_normal(path):
            raise LeafrootError("this path is outside the root", where)
        if path in nodes:
            raise LeafrootError("the archive contains it twice", where)
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
    raise LeafrootError(f"its mode {entry.mode:o} is not of a type that a root can hold", where)
