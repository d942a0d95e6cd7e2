# SPDX-License-Identifier: Apache-2.0
"""Zip archives are unpacked as tar archives are: with modes and links, for everybody alike, and never outside."""

from __future__ import annotations

import gzip
import io
import os
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest
from unpacking import LIMIT, listing

from leafroot.archive import extraction
from leafroot.archive.unpack import unpack
from leafroot.errors import LeafrootError
from tests.archive.tar_members import member, tar_bytes

Entry = tuple[str, bytes, dict[str, object]]


def entry(name: str, data: bytes = b"x", mode: int = 0o100644, system: int = 3, **more: object) -> Entry:
    return name, data, {"external_attr": mode << 16, "create_system": system, **more}


def zip_bytes(*entries: Entry, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data, attributes in entries:
            info = zipfile.ZipInfo(name, (2020, 2, 3, 4, 5, 6))
            for key, value in attributes.items():
                setattr(info, key, value)
            archive.writestr(info, data, method)
    return buffer.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_modes_links_and_times_are_those_of_the_zip(archive: Path, tree: Path, method: int) -> None:
    early = {"date_time": (2001, 1, 1, 0, 0, 0)}
    archive.write_bytes(
        zip_bytes(
            entry("a-1/", b"", 0o40700),
            entry("a-1/configure", b"#!/bin/sh\n" * 999, 0o104711, **early),
            entry("a-1/README", b"read", 0o100600, **early),
            entry("a-1/l", b"README", 0o120777),
            entry("a-1/empty/", b"", 0o40755),
            method=method,
        )
    )
    assert unpack(archive, tree, mtime_limit=LIMIT) == []
    assert listing(tree) == {
        ".": ("drwxr-xr-x", LIMIT, 0),
        "README": ("-rw-r--r--", 978307200, 4),
        "configure": ("-rwxr-xr-x", 978307200, 9990),
        "empty": ("drwxr-xr-x", LIMIT, 0),
        "l": ("lrwxrwxrwx", LIMIT, 0),
    }
    assert (tree / "l").readlink() == Path("README")


def test_a_zip_of_git_is_read(archive: Path, tree: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path / "g"], check=True)
    (tmp_path / "g/run").write_text("#!/bin/sh\n")
    (tmp_path / "g/run").chmod(0o755)
    (tmp_path / "g/link").symlink_to("run")
    author = ["-c", "user.name=n", "-c", "user.email=e"]
    git = ["git", "-C", tmp_path / "g", *author]
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "x"], check=True)
    subprocess.run([*git, "archive", "--prefix=g-1/", "-o", f"{archive}.zip", "HEAD"], check=True)
    unpack(Path(f"{archive}.zip"), tree, mtime_limit=LIMIT)
    assert {path: mode for path, (mode, _, _) in listing(tree).items()} == {
        ".": "drwxr-xr-x",
        "link": "lrwxrwxrwx",
        "run": "-rwxr-xr-x",
    }


NAMES = {
    "UTF-8, said so": ("a/é", {"flag_bits": 0x800}, "é"),
    "UTF-8 of Unix, not said": ("a/é".encode().decode("cp437"), {}, "é"),
    "no UTF-8, of Unix": (b"a/\xe9".decode("cp437"), {}, "\udce9"),
    "code page 437": ("a/é", {"create_system": 0}, "é"),
    "backslashes of Windows": ("a\\f", {"create_system": 0}, "f"),
    "a backslash of Unix": ("a/b\\c", {}, "b\\c"),
}


def raw_zip(name: str, attributes: dict[str, object]) -> bytes:
    """A zip of one file whose name is in UTF-8 if its flags say so, and otherwise in code page 437."""
    flags = int(str(attributes.get("flag_bits", 0)))
    raw = name.encode() if flags else name.encode("cp437")
    system = int(str(attributes.get("create_system", 3)))
    body = b"x"
    crc = 0x8CDC1683
    head = struct.pack("<4sHHHHHLLLHH", b"PK\3\4", 20, flags, 0, 0, 0x21, crc, 1, 1, len(raw), 0) + raw + body
    where = struct.pack(
        "<4sBBBBHHHHLLLHHHHHLL",
        *(b"PK\1\2", 20, system, 20, 0, flags, 0, 0, 0x21, crc, 1, 1, len(raw), 0, 0, 0, 0, 0o100644 << 16, 0),
    )
    directory = where + raw
    return head + directory + struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 1, 1, len(directory), len(head), 0)


@pytest.mark.parametrize(("name", "attributes", "found"), NAMES.values(), ids=NAMES)
def test_names_are_read_as_unzip_reads_them(
    archive: Path, tree: Path, name: str, attributes: dict[str, object], found: str
) -> None:
    archive.write_bytes(raw_zip(name, attributes))
    unpack(archive, tree, mtime_limit=LIMIT)
    assert [path.name for path in tree.iterdir()] == [found]


def test_members_that_lead_out_are_kept_in(archive: Path, tree: Path) -> None:
    archive.write_bytes(zip_bytes(entry("/a/f"), entry("a/l", b"/etc", 0o120777), entry("a/p", b"", 0o010644)))
    assert unpack(archive, tree, mtime_limit=LIMIT) == [
        "absolute paths are unpacked without the '/' at their beginning: /a/f",
        "named pipes are left out: a/p",
        "symbolic links that lead out of the archive are kept: l -> /etc",
    ]
    assert sorted(path.name for path in tree.iterdir()) == ["f", "l"]


def changed(data: bytes, field: int, value: int, size: int = 2) -> bytes:
    """The zip with a field of its first member changed, in the member's header and in the directory."""
    raw = bytearray(data)
    for magic, more in ((b"PK\3\4", 0), (b"PK\1\2", 2)):
        at = raw.index(magic) + field + more
        raw[at : at + size] = value.to_bytes(size, "little")
    return bytes(raw)


GOOD = zip_bytes(entry("a/f", os.urandom(3000)), entry("a/g"))
REPACK = "\n  Unpack it by hand, pack it with tar, and describe that archive with its own SHA-256."
BAD = {
    "dots": (zip_bytes(entry("a/../../x")), "member 'a/../../x' has '..' in its path\n  No release needs such a path."),
    "dots of Windows": (raw_zip("..\\x", {"create_system": 0}), "member '../x' has '..' in its path"),
    "file through a link": (
        zip_bytes(entry("a/l", b"/tmp", 0o120777), entry("a/l/x")),
        "member 'a/l/x' needs 'a/l' to be a folder, and an earlier member makes it a file or a link",
    ),
    "encrypted": (changed(GOOD, 6, 1), f"member 'a/f' is encrypted{REPACK}"),
    "Deflate64": (
        changed(GOOD, 8, 9),
        f"member 'a/f' is compressed with Deflate64, which Leafroot does not read{REPACK}",
    ),
    "zstd": (changed(GOOD, 8, 93), f"member 'a/f' is compressed with zstd, which Leafroot does not read{REPACK}"),
    "unknown": (
        changed(GOOD, 8, 77),
        f"member 'a/f' is compressed with method 77, which Leafroot does not read{REPACK}",
    ),
    "a wrong sum": (changed(GOOD, 14, 5, 4), "is damaged or not an archive: Bad CRC-32 for file 'a/f'"),
    "a size too large": (changed(GOOD, 22, 3001, 4), "is damaged or not an archive: "),
    "a size too small": (changed(GOOD, 22, 2999, 4), "is damaged or not an archive: "),
    "cut": (GOOD[:-30], "is damaged or not an archive: File is not a zip file"),
    "empty": (zip_bytes(), "contains no files\n"),
    "a link as long as a book": (
        zip_bytes(entry("a/l", b"x" * 5000, 0o120777)),
        "is damaged or not an archive: the symbolic link 'a/l' has a target of 5000 bytes",
    ),
}


@pytest.mark.parametrize(("data", "message"), BAD.values(), ids=BAD)
def test_a_zip_that_is_wrong_is_refused(archive: Path, tree: Path, data: bytes, message: str) -> None:
    archive.write_bytes(data)
    with pytest.raises(LeafrootError) as caught:
        unpack(archive, tree, mtime_limit=LIMIT)
    assert str(caught.value).startswith(f"{archive}: {message}")
    assert list(tree.parent.iterdir()) == []


@pytest.mark.parametrize("cut", range(4, len(GOOD) - 1, 97))
def test_a_zip_that_is_cut_anywhere_is_refused(archive: Path, tree: Path, cut: int) -> None:
    archive.write_bytes(GOOD[:cut])
    with pytest.raises(LeafrootError):
        unpack(archive, tree, mtime_limit=LIMIT)
    assert list(tree.parent.iterdir()) == []


def test_a_zip_ends_at_the_bounds(archive: Path, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "LEAST_BYTES", 2 << 20)
    archive.write_bytes(zip_bytes(*(entry(f"a/{number}", bytes(1 << 20)) for number in range(5))))
    with pytest.raises(LeafrootError, match=r"member 'a/2' would make it 3\.1 MB: an archive of"):
        unpack(archive, tree, mtime_limit=LIMIT)
    monkeypatch.setattr(extraction, "MEMBERS", 3)
    archive.write_bytes(zip_bytes(*(entry(f"a/{number}") for number in range(5))))
    with pytest.raises(LeafrootError, match="member 'a/3' exceeds the limit of 3 members"):
        unpack(archive, tree, mtime_limit=LIMIT)


def test_an_archive_within_a_zip_and_a_zip_within_an_archive(archive: Path, tree: Path) -> None:
    data = os.urandom(2_500_000)
    inner = gzip.compress(tar_bytes(member("b/f", data)))
    archive.write_bytes(zip_bytes(entry("a/x.tar.gz", inner), entry("a/y")))
    unpack(archive, tree, mtime_limit=LIMIT, inner="a/x.tar.gz")
    assert (tree / "f").read_bytes() == data
    archive.write_bytes(gzip.compress(tar_bytes(member("a/y.zip", zip_bytes(entry("b/f", data))), member("a/z"))))
    unpack(archive, tree.with_name("second"), mtime_limit=LIMIT, inner="a/y.zip")
    assert (tree.with_name("second") / "f").read_bytes() == data
    assert sorted(path.name for path in tree.parent.iterdir()) == ["second", "tree"]
