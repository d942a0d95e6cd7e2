# SPDX-License-Identifier: Apache-2.0
"""Recognizes files that Leafroot cannot unpack, by their first bytes, and says what to do about them."""

from __future__ import annotations

import re
import tarfile

from leafroot.errors import printable

HEAD = 1024
"""How many of a file's first bytes are looked at."""

_REPACK = (
    "Describe a .tar.xz, .tar.gz or .zip of this release, if there is one. "
    "Or unpack this one with its own program, pack it with tar, and describe that file with its own SHA-256."
)
_NO_ARCHIVE = "Check the archive's address: it is not that of an archive of sources."
_PAGE = (
    "A server sends a page in place of a file that it does not have, or that needs a login. "
    "Use the address of the download itself, and its SHA-256."
)

# The first bytes of formats that another program unpacks.
_UNREAD = {
    b"\x04\x22\x4d\x18": "compressed with lz4",
    b"\x02\x21\x4c\x18": "compressed with lz4",
    b"\x1f\x9d": "compressed with compress (.Z)",
    b"\x1f\xa0": "compressed with compress (.Z)",
    b"\x1f\x1e": "compressed with pack (.z)",
    b"LRZI": "compressed with lrzip",
    b"\x89LZO": "compressed with lzop",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a rar archive",
    b"\xed\xab\xee\xdb": "an RPM package",
    b"07070": "a cpio archive",
    b"\xc7\x71": "a cpio archive",
    b"MSCF": "a Microsoft cabinet",
    b"xar!": "a xar archive",
    b"hsqs": "a squashfs file system",
    b"# v2 git bundle": "a git bundle",
    b"# v3 git bundle": "a git bundle",
}
_NO_ARCHIVES = {
    b"!<thin>\n": "a thin ar archive: it has the names of its files, and not the files",
    b"\x7fELF": "a program for Linux",
    b"MZ": "a program for Windows",
    b"%PDF-": "a PDF document",
    b"-----BEGIN PGP": "an OpenPGP signature or message",
    b"#!": "a script",
}
_LFS = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n.*^oid sha256:([0-9a-f]+)$", re.DOTALL | re.MULTILINE
)
_HTML = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.DOTALL | re.IGNORECASE
)
_PATCH = re.compile(rb"(diff --git |From [0-9a-f]{40} |--- \S+[^\n]*\n\+\+\+ )")


# What is unpacked once, but not out of another such file.
_READ = {
    b"\x1f\x8b": "compressed again, with gzip",
    b"\xfd7zXZ\x00": "compressed again, with xz",
    b"BZh": "compressed again, with bzip2",
    b"LZIP": "compressed again, with lzip",
    b"\x28\xb5\x2f\xfd": "compressed again, with zstd",
    b"PK\x03\x04": "a zip archive",
    b"!<arch>\n": "an ar archive",
}
_ONCE = "Decompress it once by hand, put that at an address of your own, and describe it with its own SHA-256."


def foreign(head: bytes, *, inner: bool = False) -> tuple[str, str] | None:
    """What a file is and what to do, from its first HEAD bytes; None for a tar and for an unknown format.

    With `inner` it is the content of a compressed file: a server may have compressed what was compressed.
    The first part follows "is". The magic numbers are those of file(1).
    """
    if _is_tar(head):
        return None
    if not head:
        return "empty", "Download it again, and compare its size with that on the server."
    if not head.strip(b"\0"):
        return "not an archive: it begins with zeros", "Download it again: a download that was cut off can look so."
    for magic, what in _READ.items():
        if inner and head.startswith(magic):
            return what, _ONCE
    for magic, what in _UNREAD.items():
        if head.startswith(magic):
            return f"{what}, which Leafroot does not read", _REPACK
    for magic, what in _NO_ARCHIVES.items():
        if head.startswith(magic):
            return what, _NO_ARCHIVE
    if found := _LFS.match(head):
        oid = found[1].decode()
        return (
            "a Git LFS pointer, and not the archive that it stands for",
            f"Get that file with git lfs pull, and describe it. Its SHA-256 is {oid}.",
        )
    if _HTML.match(head):
        return "an HTML page", _PAGE
    if head.lstrip()[:5].lower() == b"<?xml":
        return "an XML document", _PAGE
    if _PATCH.match(head):
        return "a patch", "Put it into the folder patches/ of the unit."
    if head[:1] in (b"{", b"["):
        return "a JSON document", _PAGE
    if _is_text(head):
        return (
            f"not an archive, but text: {printable(head.decode(errors='replace').strip().splitlines()[0], 60)}",
            _PAGE,
        )
    return None


def _is_text(head: bytes) -> bool:
    """Whether the bytes are words in lines; the last character may be cut off."""
    text = head.decode("utf-8", "replace").rstrip("\ufffd")
    return bool(text.strip()) and all(one.isprintable() or one in "\t\r\n\f" for one in text) and "\ufffd" not in text


def _is_tar(head: bytes) -> bool:
    """Whether the bytes begin with the header of a tar: with its magic, or with the checksum of the oldest ones."""
    if head[257:262] == b"ustar":
        return True
    block = head[:512]
    if len(block) < 512 or not block.strip(b"\0"):
        return False
    try:
        return tarfile.nti(block[148:156]) in tarfile.calc_chksums(block)  # type: ignore[attr-defined]
    except tarfile.InvalidHeaderError:  # type: ignore[attr-defined]
        return False
