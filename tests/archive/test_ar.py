# SPDX-License-Identifier: Apache-2.0
"""Debian packages (an ar archive that holds tars) are unpacked, and damaged ones are refused with exact messages."""

from __future__ import annotations

import gzip
import lzma
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from leafroot.archive.unpack import unpack
from leafroot.errors import LeafrootError
from tests.archive.tar_members import folder, link, member, tar_bytes

LIMIT = 1_000_000_000
DATA = tar_bytes(
    folder("./"),
    folder("./usr/"),
    folder("./usr/lib/"),
    member("./usr/lib/start4.elf", b"\x7fELF", mtime=7),
    link("./usr/lib/again.elf", "start4.elf"),
)
UNPACKED = ["usr", "usr/lib", "usr/lib/again.elf", "usr/lib/start4.elf"]


def entry(name: str, data: bytes, size: str = "") -> bytes:
    """A member of an ar archive, with its header as ar(5) has it; `size` is what the header claims."""
    head = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{size or len(data):<10}`\n".encode()
    return head + data + b"\n" * (len(data) % 2)


def deb(data: bytes, name: str = "data.tar.xz") -> bytes:
    return b"".join(
        (b"!<arch>\n", entry("debian-binary", b"2.0\n"), entry("control.tar.gz", b"odd"), entry(name, data))
    )


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "some_1.0_all.deb"


def paths(tree: Path) -> list[str]:
    return sorted(path.relative_to(tree).as_posix() for path in tree.rglob("*"))


@pytest.mark.parametrize(
    ("name", "compress"),
    [
        ("data.tar", bytes),
        ("data.tar.gz", gzip.compress),
        ("data.tar.xz", lzma.compress),
        ("data.tar.zst", zstandard.ZstdCompressor().compress),
    ],
)
def test_a_package_comes_out_with_the_paths_of_a_root(
    archive: Path, tree: Path, name: str, compress: Callable[[bytes], bytes]
) -> None:
    """Its one top folder is `usr`, which must stay although every member has it."""
    archive.write_bytes(deb(compress(DATA), name))
    unpack(archive, tree, mtime_limit=LIMIT, inner=name)
    assert paths(tree) == UNPACKED
    assert (tree / "usr/lib/start4.elf").read_bytes() == b"\x7fELF"
    assert (tree / "usr/lib/start4.elf").stat().st_mtime == 7


def test_an_ar_archive_of_binutils_is_read(archive: Path, tree: Path, tmp_path: Path) -> None:
    """GNU ar ends names with a slash, and keeps those that are long in a table."""
    name = "data-with-a-long-name.tar.xz"
    (tmp_path / "control").write_bytes(b"odd")
    (tmp_path / name).write_bytes(lzma.compress(DATA))
    subprocess.run(["ar", "rcD", archive, "control", name], cwd=tmp_path, check=True)
    assert b"//" in archive.read_bytes()
    unpack(archive, tree, mtime_limit=LIMIT, inner=name)
    assert paths(tree) == UNPACKED


def test_a_large_member_is_read_to_its_end(archive: Path, tree: Path) -> None:
    data = os.urandom(3_000_001)
    archive.write_bytes(deb(lzma.compress(tar_bytes(member("./blob", data)))))
    unpack(archive, tree, mtime_limit=LIMIT, inner="data.tar.xz")
    assert (tree / "blob").read_bytes() == data


GOOD = deb(lzma.compress(DATA))
ODD = "{}: data.tar.xz: is damaged or not an archive: "
BAD = {
    "nothing named": (
        GOOD,
        "",
        "{}: is an ar archive, like a Debian package: name the member to unpack\n"
        '  For example inner="data.tar.xz". Available: control.tar.gz, data.tar.xz, debian-binary.',
    ),
    "no such member": (
        GOOD,
        "data.tar.zst",
        "{}: has no member 'data.tar.zst'\n  Did you mean data.tar.xz?",
    ),
    "cut within the member": (GOOD[:-20], "data.tar.xz", ODD + "the archive ends in the middle of 'data.tar.xz'"),
    "cut before the member": (GOOD[:150], "data.tar.xz", ODD + "file header too short"),
    "cut within one before it": (GOOD[:134], "data.tar.xz", ODD + "the archive ends in the middle of 'control.tar.gz'"),
    "cut at the last byte of the member": (
        b"!<arch>\n" + entry("data.tar.xz", lzma.compress(DATA))[:-1],
        "data.tar.xz",
        ODD + "the archive ends in the middle of 'data.tar.xz'",
    ),
    "a size below nothing": (
        b"!<arch>\n" + entry("a", b"", "-60") + entry("data.tar.xz", b""),
        "data.tar.xz",
        ODD + "a member has -60 bytes",
    ),
    "no number": (
        b"!<arch>\n" + entry("a", b"", "many"),
        "data.tar.xz",
        ODD + "cannot convert file header fields to integers",
    ),
    "no header": (b"!<arch>\n" + b"x" * 60, "data.tar.xz", ODD + "file header magic doesn't match"),
    "a name that is nowhere": (
        b"!<arch>\n" + entry("/5", b""),
        "data.tar.xz",
        ODD + "file references a name not present in the index",
    ),
    "a name of no length": (b"!<arch>\n" + entry("#1/x", b""), "data.tar.xz", ODD + "invalid literal"),
    "an ar of other files' names": (
        b"!<thin>\n" + GOOD[8:],
        "data.tar.xz",
        "{}: is a thin ar archive: it has the names",
    ),
    "no ar": (b"<html>" * 200, "data.tar.xz", "{}: is an HTML page\n"),
    "empty": (b"", "data.tar.xz", "{}: is empty\n"),
    "member that is a page": (deb(b"<!DOCTYPE html>"), "data.tar.xz", "{}: data.tar.xz: is an HTML page\n"),
    "member that is no tar": (deb(b"Hello\n"), "data.tar.xz", "{}: data.tar.xz: is not an archive, but text: Hello\n"),
    "member cut short itself": (deb(lzma.compress(DATA)[:-30]), "data.tar.xz", ODD + "Compressed file ended"),
    "member that leads out": (
        deb(tar_bytes(member("./../etc/passwd", b"x"))),
        "data.tar.xz",
        "{}: data.tar.xz: member './../etc/passwd' has '..' in its path",
    ),
}


@pytest.mark.parametrize(("data", "inner", "message"), BAD.values(), ids=BAD.keys())
def test_a_damaged_or_wrong_package_is_refused(
    archive: Path, tree: Path, data: bytes, inner: str, message: str
) -> None:
    archive.write_bytes(data)
    with pytest.raises(LeafrootError) as caught:
        unpack(archive, tree, mtime_limit=LIMIT, inner=inner)
    assert str(caught.value).startswith(message.format(archive))
    assert list(tree.parent.iterdir()) == []


@pytest.mark.parametrize("cut", range(8, len(GOOD) - 1, 7))
def test_a_package_that_is_cut_anywhere_is_refused(archive: Path, tree: Path, cut: int) -> None:
    archive.write_bytes(GOOD[:cut])
    with pytest.raises(LeafrootError):
        unpack(archive, tree, mtime_limit=LIMIT, inner="data.tar.xz")
    assert list(tree.parent.iterdir()) == []
