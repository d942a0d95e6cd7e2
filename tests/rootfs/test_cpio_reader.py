# SPDX-License-Identifier: Apache-2.0
"""Damaged archives, and entries that cannot be in a root, are refused with the place of the fault."""

from __future__ import annotations

import io
import random
import stat
from dataclasses import replace

import pytest
from cpio_archives import EVERYTHING, entries, newc
from made_up_trees import tree

from leafroot.errors import LeafrootError
from leafroot.rootfs.cpio import HEADER_SIZE, TRAILER, CpioEntry, read_newc, tree_from_newc
from leafroot.rootfs.tree import Directory, File, HardLink, Symlink

SMALL = newc(tree(a=File(b"abc"), b=Symlink("a")))
# The header of "a" comes after that of the root: 110 bytes of header, "." and NUL.
AT = HEADER_SIZE + 2
FIELD = {"inode": 0, "mode": 1, "links": 4, "size": 6, "name size": 11}


def with_field(field: str, text: bytes, at: int = AT) -> bytes:
    place = at + 6 + 8 * FIELD[field]
    return SMALL[:place] + text + SMALL[place + 8 :]


def patched(at: int, data: bytes) -> bytes:
    return SMALL[:at] + data + SMALL[at + len(data) :]


END = SMALL.index(TRAILER.encode()) - HEADER_SIZE
LINK = SMALL.index(b"070701", AT + 1)
HINT = "\n  It must be an uncompressed archive in the newc format (cpio -H newc)."
UNREADABLE = {
    "empty": (b"", "at byte 0: the archive ends within a header: 110 bytes are missing"),
    "no archive": (b"<html>" * 30, "at byte 0: expected a cpio header, found b'<html>'"),
    "odc": (b"070707" + b"0" * 200, "at byte 0: this is a cpio archive in the old portable format" + HINT),
    "bin": (b"\xc7\x71" + b"0" * 200, "at byte 0: this is a cpio archive in the old binary format" + HINT),
    "zstd": (b"\x28\xb5\x2f\xfd" + b"0" * 200, "at byte 0: this is compressed with zstd" + HINT),
    "gzip": (b"\x1f\x8b" + b"0" * 200, "at byte 0: this is compressed with gzip" + HINT),
    "xz": (b"\xfd7zXZ\0" + b"0" * 200, "at byte 0: this is compressed with xz" + HINT),
    "bad magic in the middle": (patched(AT, b"070700"), f"at byte {AT}: expected a cpio header, found b'070700'"),
    "a sign in a field": (
        with_field("size", b"+0000003"),
        f"at byte {AT}: the size is not a number of 8 hexadecimal digits: b'+0000003'",
    ),
    "spaces in a field": (
        with_field("inode", b"       2"),
        f"at byte {AT}: the inode is not a number of 8 hexadecimal digits: b'       2'",
    ),
    "no name": (
        with_field("name size", b"00000001"),
        f"at byte {AT}: a name has 1 bytes, and must have 2 to 4096",
    ),
    "oversized name": (
        with_field("name size", b"00001001"),
        f"at byte {AT}: a name has 4097 bytes, and must have 2 to 4096",
    ),
    "enormous name": (
        with_field("name size", b"FFFFFFFF"),
        f"at byte {AT}: a name has 4294967295 bytes, and must have 2 to 4096",
    ),
    "name without NUL": (
        patched(AT + HEADER_SIZE + 1, b"x"),
        f"at byte {AT}: the name b'ax' does not end with its only NUL",
    ),
    "NUL within a name": (
        patched(AT + HEADER_SIZE, b"\0"),
        f"at byte {AT}: the name b'\\x00\\x00' does not end with its only NUL",
    ),
    "padding": (patched(AT + HEADER_SIZE + 5, b"x"), f"at byte {AT + HEADER_SIZE + 5}: the padding is not zero"),
    "enormous file": (
        with_field("size", b"FFFFFFFF"),
        f"at byte {AT + HEADER_SIZE + 2}: the archive ends within the data of a: "
        f"{0xFFFFFFFF - len(SMALL) + AT + HEADER_SIZE + 2} bytes are missing",
    ),
    "directory with data": (
        with_field("mode", b"000041ED"),
        f"at byte {AT}: a has data, but is not a file or a symbolic link",
    ),
    "empty link": (
        with_field("size", b"00000000", LINK),
        f"at byte {LINK}: b: the link's target has 0 bytes, and must have 1 to 4095",
    ),
    "oversized link": (
        with_field("size", b"00001001", LINK),
        f"at byte {LINK}: b: the link's target has 4097 bytes, and must have 1 to 4095",
    ),
    "trailer with data": (with_field("size", b"00000001", END), f"at byte {END}: the trailer has data"),
    "no trailer": (SMALL[:END], f"at byte {END}: the archive ends within a header: 110 bytes are missing"),
    "something after the trailer": (SMALL + b"x", f"at byte {END + 124}: data follows the end of the archive"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_damaged_or_wrong_archive_is_refused(case: str) -> None:
    data, message = UNREADABLE[case]
    with pytest.raises(LeafrootError) as raised:
        list(read_newc(io.BytesIO(data), "root.cpio"))
    assert str(raised.value) == f"root.cpio: {message}"


def entry(name: str, **fields: object) -> CpioEntry:
    plain = CpioEntry(name, 1, stat.S_IFREG | 0o644, 0, 0, 1, 0, (0, 0), (0, 0), b"")
    return replace(plain, **fields)  # type: ignore[arg-type]


NO_TREE = {
    "absolute": ([entry("/etc")], "x: /etc: this path is outside the root"),
    "dot dot": ([entry("a/../../b")], "x: a/../../b: this path is outside the root"),
    "twice": ([entry("a"), entry("./a")], "x: ./a: the archive contains it twice"),
    "socket": ([entry("a", mode=0o140755)], "x: a: its mode 140755 is not of a type that a root can hold"),
    "root as a file": ([entry(".")], "x: the root directory cannot be a file"),
    "below a file": ([entry("a"), entry("a/b")], "/a/b: x brings it, but x makes /a a file"),
}


@pytest.mark.parametrize("case", NO_TREE)
def test_entries_that_cannot_be_in_a_root_are_refused(case: str) -> None:
    found, message = NO_TREE[case]
    with pytest.raises(LeafrootError) as raised:
        tree_from_newc(found, "x")
    assert str(raised.value) == message


@pytest.mark.parametrize("carrier", range(3))
def test_any_name_of_a_file_may_have_its_data(carrier: int) -> None:
    names = [entry(name, links=3, data=b"x" if index == carrier else b"") for index, name in enumerate("abc")]
    assert {path: item.node for path, item in tree_from_newc(names, "x")} == {
        ".": Directory(),
        "a": File(b"x"),
        "b": HardLink("a"),
        "c": HardLink("a"),
    }


def test_every_cut_of_an_archive_is_noticed() -> None:
    end = END + 124
    for size in range(end):
        with pytest.raises(LeafrootError):
            entries(SMALL[:size])
    assert len(entries(SMALL[:end])) == len(entries(SMALL))


def test_a_damaged_archive_raises_only_leafroot_errors() -> None:
    chance = random.Random(6)
    plain = newc(EVERYTHING)
    refused = 0
    for _ in range(2000):
        data = bytearray(plain)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.choice((0, 0x2F, 0x30, 0x46, 0x2E, 0xFF, chance.randrange(256)))
        try:
            tree_from_newc(entries(bytes(data)), "x")
        except LeafrootError:
            refused += 1
    assert 200 < refused < 2000
