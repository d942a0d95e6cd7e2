# SPDX-License-Identifier: Apache-2.0
"""A file that is not an archive, or whose format Leafroot does not read, is refused with what it is."""

from __future__ import annotations

import gzip
import lzma
import tarfile
from pathlib import Path

import pytest
from unpacking import LIMIT, listing

from leafroot.archive.unpack import unpack
from leafroot.errors import LeafrootError
from tests.archive.tar_members import member, tar_bytes

OID = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
LFS = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 12345\n".encode()
UNREAD = "{}, which Leafroot does not read\n  Describe a .tar.xz, .tar.gz or .zip of this release, if there is one. "
PAGE = "an HTML page\n  A server sends a page in place of a file that it does not have"
NOT_ONE = "{}\n  Check the archive's address: it is not that of an archive of sources."
FOREIGN = {
    "lz4": (b"\x04\x22\x4d\x18" + bytes(100), UNREAD.format("compressed with lz4")),
    "old lz4": (b"\x02\x21\x4c\x18" + bytes(100), UNREAD.format("compressed with lz4")),
    "compress": (b"\x1f\x9d\x90" + bytes(100), UNREAD.format("compressed with compress (.Z)")),
    "pack": (b"\x1f\x1e" + bytes(100), UNREAD.format("compressed with pack (.z)")),
    "lrzip": (b"LRZI\x00\x06" + bytes(100), UNREAD.format("compressed with lrzip")),
    "lzop": (b"\x89LZO\x00\r\n\x1a\n" + bytes(100), UNREAD.format("compressed with lzop")),
    "7z": (b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(100), UNREAD.format("a 7z archive")),
    "rar": (b"Rar!\x1a\x07\x01\x00" + bytes(100), UNREAD.format("a rar archive")),
    "rpm": (b"\xed\xab\xee\xdb\x03\x00" + bytes(100), UNREAD.format("an RPM package")),
    "cpio": (b"070701" + b"0" * 104, UNREAD.format("a cpio archive")),
    "cabinet": (b"MSCF\0\0\0\0" + bytes(100), UNREAD.format("a Microsoft cabinet")),
    "squashfs": (b"hsqs" + bytes(100), UNREAD.format("a squashfs file system")),
    "git bundle": (b"# v2 git bundle\n" + bytes(100), UNREAD.format("a git bundle")),
    "LFS": (
        LFS,
        "a Git LFS pointer, and not the archive that it stands for\n"
        f"  Get that file with git lfs pull, and describe it. Its SHA-256 is {OID}.",
    ),
    "page": (b"<!DOCTYPE html>\n<html><head>", PAGE),
    "page with a comment": (b'\n<?xml version="1.0"?>\n<!-- hello -->\n<HTML lang="de">', PAGE),
    "XML": (b'<?xml version="1.0"?>\n<Error><Code>NoSuchKey</Code>', "an XML document\n  A server sends a page"),
    "program": (b"\x7fELF\x02\x01\x01" + bytes(100), NOT_ONE.format("a program for Linux")),
    "program of Windows": (b"MZ\x90\x00" + bytes(100), NOT_ONE.format("a program for Windows")),
    "PDF": (b"%PDF-1.5\n" + bytes(100), NOT_ONE.format("a PDF document")),
    "signature": (b"-----BEGIN PGP SIGNATURE-----\n", NOT_ONE.format("an OpenPGP signature or message")),
    "script": (b"#!/bin/sh\nexit 0\n", NOT_ONE.format("a script")),
    "patch": (b"--- a/f\n+++ b/f\n@@ -1 +1 @@\n", "a patch\n  Put it into the folder patches/ of the unit."),
    "empty": (b"", "empty\n  Download it again, and compare its size with that on the server."),
    "zeros": (bytes(10240), "not an archive: it begins with zeros\n  Download it again"),
}


@pytest.mark.parametrize(("data", "words"), FOREIGN.values(), ids=FOREIGN)
def test_what_is_not_read_is_refused_for_what_it_is(archive: Path, tree: Path, data: bytes, words: str) -> None:
    archive.write_bytes(data)
    with pytest.raises(LeafrootError) as caught:
        unpack(archive, tree, mtime_limit=LIMIT)
    assert str(caught.value).startswith(f"{archive}: is {words}")
    assert caught.value.hint
    assert list(tree.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (gzip.compress(b"<html>x"), "is compressed, and its content is an HTML page"),
        (gzip.compress(b""), "is compressed, and its content is empty"),
        (lzma.compress(b"070701" + b"0" * 104), "is compressed, and its content is a cpio archive, which Leafroot"),
        (lzma.compress(b"just text"), "is compressed, and its content is not an archive, but text: just text\n"),
        (lzma.compress(b'{"message": "Not Found"}'), "is compressed, and its content is a JSON document\n"),
        (gzip.compress(gzip.compress(b"x")), "is compressed, and its content is compressed again, with gzip\n"),
        (gzip.compress(lzma.compress(b"x")), "is compressed, and its content is compressed again, with xz\n"),
        (lzma.compress(b"PK\x03\x04"), "is compressed, and its content is a zip archive\n"),
        (lzma.compress(b"\x01\x02\x03"), "is damaged or not an archive: truncated header\n  It has the SHA-256 that"),
    ],
)
def test_what_is_compressed_is_looked_at_too(archive: Path, tree: Path, data: bytes, words: str) -> None:
    archive.write_bytes(data)
    with pytest.raises(LeafrootError) as caught:
        unpack(archive, tree, mtime_limit=LIMIT)
    assert str(caught.value).startswith(f"{archive}: {words}")


@pytest.mark.parametrize("name", ["MZ", "#!", "Rar!\x1a\x07", "<html>", "LRZI", "%PDF-1"])
@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, None], ids=["ustar", "gnu", "v7"])
def test_a_tar_is_a_tar_however_its_first_member_is_named(
    archive: Path, tree: Path, name: str, form: int | None
) -> None:
    data = bytearray(tar_bytes(member(f"{name}/f", b"x"), format=form or tarfile.USTAR_FORMAT))
    if form is None:
        # The oldest tars end their header with the name of a link.
        data[257:512] = bytes(255)
        data[148:156] = b" " * 8
        data[148:156] = b"%06o\0 " % sum(data[:512])
    archive.write_bytes(data)
    unpack(archive, tree, mtime_limit=LIMIT)
    assert list(listing(tree)) == [".", "f"]
