# SPDX-License-Identifier: Apache-2.0
"""Invalid archives are refused with an exact message, and leave nothing behind."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from unpacking import LIMIT, refused

from leafroot.archive.unpack import unpack
from leafroot.errors import LeafrootError
from tests.archive.tar_members import folder, hard, link, member, special, tar_bytes

REPACK = "\n  Repack the archive without it, and describe the new archive with its own SHA-256."
CHECK = "\n  No release needs such a path. Check where the archive comes from."
PINNED = (
    "\n  It has the SHA-256 that was pinned: so the file was like this when it was pinned. "
    "Find out what it is with file(1), and pin the right file."
)
BAD = {
    "dots": ([member("a/../../x", b"x")], f"member 'a/../../x' has '..' in its path{CHECK}"),
    "dots below the root": ([member("/../x", b"x")], f"member '/../x' has '..' in its path{CHECK}"),
    "dots within": ([member("a/b/../x", b"x")], f"member 'a/b/../x' has '..' in its path{CHECK}"),
    "dots as folder": ([folder("..")], f"member '..' has '..' in its path{CHECK}"),
    "no name": (
        [member("./", b"x", type=tarfile.LNKTYPE, linkname="a")],
        f"member './' has a path without a name{REPACK}",
    ),
    "NUL": (
        [member("x", b"x", pax_headers={"path": "a/b\0c"})],
        rf"member 'a/b\x00c' has a NUL in its path{REPACK}",
    ),
    "unknown type": ([special("a/x", b"Z")], f"member 'a/x' is an entry of the unknown type b'Z'{REPACK}"),
    "one volume of several": (
        [member("a/x", type=b"M")],
        "member 'a/x' is the rest of a file that begins in another volume\n"
        "  Join the volumes of the archive first: unpack all of them with tar -M, and pack that again.",
    ),
    "file through a link out": (
        [link("a/l", "/tmp"), member("a/l/x", b"x")],
        f"member 'a/l/x' needs 'a/l' to be a folder, and an earlier member makes it a file or a link{REPACK}",
    ),
    "file through a hard link to come": (
        [hard("a/l", "a/end"), member("a/l/x", b"x")],
        f"member 'a/l/x' needs 'a/l' to be a folder, and an earlier member makes it a file or a link{REPACK}",
    ),
    "file through a link": (
        [folder("a/real"), link("a/l", "real"), member("a/l/x", b"x")],
        f"member 'a/l/x' needs 'a/l' to be a folder, and an earlier member makes it a file or a link{REPACK}",
    ),
    "folder over a link": (
        [link("a/l", "x"), folder("a/l")],
        f"member 'a/l' is a folder, and an earlier member makes it a file or a link{REPACK}",
    ),
    "file below a file": (
        [member("a/f"), member("a/f/g")],
        f"member 'a/f/g' needs 'a/f' to be a folder, and an earlier member makes it a file or a link{REPACK}",
    ),
    "file over a folder": ([folder("a/f"), member("a/f")], f"member 'a/f' would replace a folder{REPACK}"),
    "empty link": ([link("a/l", "")], f"member 'a/l' is a symbolic link with the invalid target ''{REPACK}"),
    "link with a NUL": (
        [link("a/l", "x", pax_headers={"linkpath": "x\0y"})],
        rf"member 'a/l' is a symbolic link with the invalid target 'x\x00y'{REPACK}",
    ),
    "hard link up": (
        [hard("a/h", "a/../../etc/passwd")],
        f"member 'a/h' is a hard link to 'a/../../etc/passwd', which has '..' in its path{CHECK}",
    ),
    "absolute hard link": (
        [hard("a/h", "/etc/passwd")],
        f"member 'a/h' is a hard link to '/etc/passwd', which is not a file in the archive{REPACK}",
    ),
    "hard link to nothing": (
        [hard("a/h", "a/gone")],
        f"member 'a/h' is a hard link to 'a/gone', which is not a file in the archive{REPACK}",
    ),
    "hard link to itself alone": (
        [hard("a/h", "a/h")],
        f"member 'a/h' is a hard link to 'a/h', which is not a file in the archive{REPACK}",
    ),
    "hard links in a circle": (
        [hard("a/h", "a/i"), hard("a/i", "a/h")],
        f"member 'a/h' is a hard link to 'a/i', which is not a file in the archive{REPACK}",
    ),
    "hard link to the top": (
        [folder("a/d"), hard("a/h", ".")],
        f"member 'a/h' is a hard link to '.', which is not a file in the archive{REPACK}",
    ),
    "hard link to a folder": (
        [folder("a/d"), hard("a/h", "a/d")],
        f"member 'a/h' is a hard link to 'a/d', which is not a file in the archive{REPACK}",
    ),
    "name too long": (
        [member("a/" + "n" * 256)],
        f"member 'a/{'n' * 256}' cannot be written: File name too long{REPACK}",
    ),
}


@pytest.mark.parametrize(("members", "message"), BAD.values(), ids=BAD.keys())
def test_a_member_that_leads_out_or_is_invalid_is_refused(
    archive: Path, tree: Path, members: list[tuple[tarfile.TarInfo, bytes]], message: str
) -> None:
    # A good file before it and one after it: neither may stay.
    archive.write_bytes(tar_bytes(member("a/good", b"x"), *members, member("a/end")))
    refused(archive, tree, message)


@pytest.mark.parametrize("data", [b"Hello\n", b"Hello\n" * 200], ids=["short", "text"])
def test_a_file_that_is_not_an_archive_is_refused(archive: Path, tree: Path, data: bytes) -> None:
    archive.write_bytes(data)
    refused(archive, tree, "is not an archive, but text: Hello\n", whole=False)


def test_a_plain_archive_that_ends_within_a_file_is_refused(archive: Path, tree: Path) -> None:
    archive.write_bytes(tar_bytes(member("a/file", b"x" * 50_000))[:20_000])
    refused(archive, tree, f"is damaged or not an archive: the archive ends in the middle of 'a/file'{PINNED}")


def test_a_damaged_header_is_not_taken_for_the_end(archive: Path, tree: Path) -> None:
    data = bytearray(tar_bytes(member("a/1", b"x"), member("a/2", b"x")))
    data[1024] ^= 1
    archive.write_bytes(data)
    refused(archive, tree, f"is damaged or not an archive: bad checksum{PINNED}")


def test_a_header_of_absurd_length_takes_no_memory(archive: Path, tree: Path) -> None:
    long_name = tarfile.TarInfo("a/x")
    long_name.type = tarfile.GNUTYPE_LONGNAME
    long_name.size = 1 << 33
    archive.write_bytes(long_name.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    refused(archive, tree, f"is damaged or not an archive: a header has 8589934592 bytes{PINNED}")


def test_an_existing_folder_is_not_overwritten(archive: Path, tree: Path) -> None:
    archive.write_bytes(tar_bytes(member("a/file")))
    tree.mkdir(parents=True)
    with pytest.raises(LeafrootError) as caught:
        unpack(archive, tree, mtime_limit=LIMIT)
    assert str(caught.value) == f"{tree}: already exists; nothing was unpacked"
    assert list(tree.iterdir()) == []
