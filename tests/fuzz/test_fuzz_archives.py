# SPDX-License-Identifier: Apache-2.0
"""Archives from anywhere: whatever is in them, nothing is written outside, and what is refused leaves nothing."""

from __future__ import annotations

import io
import os
import stat
import tarfile
import tempfile
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafroot.archive.decompress import DamagedError
from leafroot.archive.unpack import members_of_ar, unpack
from leafroot.errors import LeafrootError
from tests.archive.tar_members import member, tar_bytes
from tests.fuzz.conftest import LONG, QUICK

MTIME = 1767225600
KINDS = (
    *(tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE),
    *(tarfile.FIFOTYPE, b"S", b"x", b"7", b"V", b"D", b"M"),
)
# Names that are trouble: they lead up, begin at the root, go through links, or are one and the same file.
PARTS = st.sampled_from([*(["a", "b", "c", "l", "sub", "ÄÖ"] * 4), "..", ".", "", "\n", "x" * 120, "\udcff"])
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
TOPS = st.sampled_from([*["top/"] * 4, "", "/", "./", "other/"])
TARGETS = st.one_of(PATHS, st.just("/etc/passwd"), st.just("../../outside"), PATHS.map(lambda path: f"/{path}"))


@st.composite
def tars(draw: st.DrawFn) -> bytes:
    """A tar archive of up to eight members, and perhaps damaged."""
    members = []
    for _ in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(KINDS))
        data = draw(st.binary(max_size=20)) if kind == tarfile.REGTYPE else b""
        numbers = {"mode": draw(st.integers(0, 0o7777)), "mtime": draw(st.integers(0, 1 << 33))}
        made = member(draw(TOPS) + draw(PATHS), data, type=kind, linkname=draw(TARGETS), **numbers)
        members.append(made)
    plain = bytearray(tar_bytes(*members, format=draw(st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]))))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(plain) - 1))
        plain[at : at + 2] = draw(st.binary(max_size=3))
    return bytes(plain)


def stays_inside(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        outside = base / "outside"
        outside.write_text("mine")
        archive, tree = base / "archive.tar", base / "in" / "tree"
        archive.write_bytes(data)
        tree.parent.mkdir()
        try:
            unpack(archive, tree, mtime_limit=MTIME)
        except LeafrootError as error:
            assert str(error).startswith(str(archive)), error
            assert os.listdir(tree.parent) == []  # noqa: PTH208
        else:
            look_around(tree)
        assert sorted(os.listdir(base)) == ["archive.tar", "in", "outside"]  # noqa: PTH208
        assert outside.read_text() == "mine" and outside.stat().st_nlink == 1


def look_around(tree: Path) -> None:
    """Only files, folders and links; nobody's set-uid, nothing from the future."""
    for here, folders, files in os.walk(tree):
        for name in (*folders, *files):
            path = Path(here) / name
            status = path.lstat()
            assert stat.S_ISLNK(status.st_mode) or stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode), path
            assert path.is_symlink() or status.st_mode & 0o7022 == 0, path
            assert stat.S_ISDIR(status.st_mode) or status.st_mtime <= MTIME, path


@st.composite
def zips(draw: st.DrawFn) -> bytes:
    """A zip archive of up to eight members, and perhaps damaged."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        # zipfile warns about a name that is already there.
        warnings.simplefilter("ignore")
        for _ in range(draw(st.integers(0, 8))):
            name = (draw(TOPS) + draw(PATHS)).replace("\udcff", "\\")
            info = zipfile.ZipInfo(name or "x", (draw(st.integers(1980, 2107)), 1, 1, 0, 0, 0))
            kind = draw(st.sampled_from([stat.S_IFREG] * 4 + [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, 0]))
            info.external_attr = (kind | draw(st.integers(0, 0o7777))) << 16
            info.create_system = draw(st.sampled_from([0, 3, 3]))
            content = draw(TARGETS).replace("\udcff", "") if kind == stat.S_IFLNK else draw(st.binary(max_size=20))
            archive.writestr(info, content, draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])))
    data = bytearray(buffer.getvalue())
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2, 3]))):
        at = draw(st.integers(0, len(data) - 1))
        data[at : at + 2] = draw(st.binary(max_size=3))
    return bytes(data)


@st.composite
def ars(draw: st.DrawFn) -> bytes:
    """An ar archive with odd headers, or any bytes after the magic."""
    data = b"!<arch>\n"
    for _ in range(draw(st.integers(0, 4))):
        name = draw(st.binary(max_size=16)).ljust(16, b" ")[:16]
        size = draw(st.one_of(st.integers(-5, 60).map(lambda size: str(size).encode()), st.binary(max_size=10)))
        data += (
            name
            + b"0           0     0     100644  "
            + size.ljust(10, b" ")[:10]
            + draw(st.sampled_from([b"`\n", b"xx"]))
        )
        data += draw(st.binary(max_size=60))
    return data + draw(st.binary(max_size=10))


def members_or_damaged(data: bytes) -> None:
    try:
        found = members_of_ar(io.BytesIO(data))
    except DamagedError:
        return
    assert sum(len(stream.read()) for stream in found.values()) <= len(data)


@given(tars())
@QUICK
def test_any_tar_stays_inside(data: bytes) -> None:
    stays_inside(data)


@given(zips())
@QUICK
def test_any_zip_stays_inside(data: bytes) -> None:
    stays_inside(data)


@given(ars())
@QUICK
def test_any_ar_has_members_or_is_damaged(data: bytes) -> None:
    members_or_damaged(data)


@pytest.mark.slow
def test_many_archives() -> None:
    given(tars())(LONG(stays_inside))()
    given(zips())(LONG(stays_inside))()
    given(ars())(LONG(members_or_damaged))()
