# SPDX-License-Identifier: Apache-2.0
"""Archives are unpacked with the same result for everybody."""

from __future__ import annotations

import gzip
import lzma
import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from unpacking import LIMIT, listing

from leafroot.archive.unpack import unpack
from leafroot.errors import LeafrootError
from tests.archive.tar_members import folder, hard, link, member, tar_bytes


def test_modes_and_time_stamps_are_the_same_for_everybody(archive: Path, tree: Path) -> None:
    archive.write_bytes(
        tar_bytes(
            folder("a-1/", mode=0o2775, mtime=5),
            member("a-1/README", b"read me", mode=0o600, uid=1234, uname="someone", mtime=6),
            member("a-1/configure", b"#!", mode=0o4711, mtime=LIMIT + 5),
            folder("a-1/sub", mode=0o700, mtime=7),
            link("a-1/sub/link", "../README", mtime=8),
            hard("a-1/hard", "a-1/README"),
            member("a-1/implied/folder/file", b"", mode=0o644, mtime=9),
        )
    )
    umask = os.umask(0o077)
    try:
        unpack(archive, tree, mtime_limit=LIMIT)
    finally:
        os.umask(umask)
    assert listing(tree) == {
        ".": ("drwxr-xr-x", 5, 0),
        "README": ("-rw-r--r--", 6, 7),
        "configure": ("-rwxr-xr-x", LIMIT, 2),
        "hard": ("-rw-r--r--", 6, 7),
        "implied": ("drwxr-xr-x", LIMIT, 0),
        "implied/folder": ("drwxr-xr-x", LIMIT, 0),
        "implied/folder/file": ("-rw-r--r--", 9, 0),
        "sub": ("drwxr-xr-x", 7, 0),
        "sub/link": ("lrwxrwxrwx", 8, 0),
    }
    assert (tree / "README").samefile(tree / "hard")
    assert (tree / "README").stat().st_uid == os.getuid()
    assert [path.name for path in tree.parent.iterdir()] == ["tree"]


def test_exact_modes_are_kept_to_the_bit(archive: Path, tree: Path) -> None:
    archive.write_bytes(
        tar_bytes(
            folder("bin", mode=0o1777, mtime=5),
            member("bin/su", b"", mode=0o4711, mtime=5),
            member("secret", b"", mode=0o000, mtime=5),
            link("init", "/bin/busybox", mtime=5),
            folder("closed", mode=0o500, mtime=5),
            member("closed/file", b"", mode=0o400, mtime=5),
            link("closed/up", "../../..", mtime=5),
        )
    )
    unpack(archive, tree, mtime_limit=LIMIT, strip=0, exact_modes=True)
    assert {path: mode for path, (mode, _, _) in listing(tree).items()} == {
        ".": "drwxr-xr-x",
        "bin": "drwxrwxrwt",
        "bin/su": "-rws--x--x",
        "closed": "dr-x------",
        "closed/file": "-r--------",
        "closed/up": "lrwxrwxrwx",
        "init": "lrwxrwxrwx",
        "secret": "----------",
    }
    assert (tree / "init").readlink() == Path("/bin/busybox")


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-5", "1e300"])
def test_time_stamps_out_of_range_are_limited(archive: Path, tree: Path, value: str) -> None:
    archive.write_bytes(tar_bytes(member("a/file", b"", pax_headers={"mtime": value})))
    unpack(archive, tree, mtime_limit=LIMIT)
    assert (tree / "file").stat().st_mtime in (0, LIMIT)


def test_links_that_stay_inside_are_made(archive: Path, tree: Path) -> None:
    archive.write_bytes(
        tar_bytes(
            folder("a/b/c"),
            link("a/b/c/up", "../../b"),
            link("a/gone", "nowhere/at/all"),
            link("a/self", "self"),
            link("a/b/c/top", "../.."),
            hard("a/again", "a/gone"),
        )
    )
    unpack(archive, tree, mtime_limit=LIMIT)
    assert (tree / "b/c/up").resolve() == (tree / "b").resolve()
    assert (tree / "again").readlink() == Path("nowhere/at/all")


def test_a_later_member_replaces_an_earlier_one(archive: Path, tree: Path) -> None:
    archive.write_bytes(
        tar_bytes(
            member("a/1", b"old"), hard("a/kept", "a/1"), member("a/1", b"new"),
            link("a/2", "1"), member("a/2", b"file now"),
            member("a/3", b"file"), link("a/3", "1"),
        )
    )  # fmt: skip
    unpack(archive, tree, mtime_limit=LIMIT)
    assert [(tree / name).read_bytes() for name in ("1", "kept", "2", "3")] == [b"new", b"old", b"file now", b"new"]


def test_a_leading_dot_is_not_a_folder_to_strip(archive: Path, tree: Path) -> None:
    archive.write_bytes(tar_bytes(folder("./"), folder("./a", mtime=3), member("./a//./file", b"x")))
    unpack(archive, tree, mtime_limit=LIMIT)
    assert list(listing(tree)) == [".", "file"]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_odd_names_are_kept(archive: Path, tree: Path, form: int) -> None:
    names = ["new\nline", "tab\t", "é", "\udcff not UTF-8", " ", "-rf", "back\\slash", "d" * 99 + "/" + "n" * 90]
    archive.write_bytes(tar_bytes(*(member(f"a/{name}", b"x") for name in names), format=form))
    unpack(archive, tree, mtime_limit=LIMIT)
    assert sorted(path.name for path in tree.rglob("*") if path.is_file()) == sorted(n.split("/")[-1] for n in names)


def test_a_sparse_file_of_gnu_tar_is_complete(archive: Path, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with (tmp_path / "a/sparse").open("wb") as file:
        file.seek(5_000_000)
        file.write(b"in the middle")
        file.truncate(9_000_000)
    (tmp_path / "a/zlast").write_bytes(b"x")
    for form in ("gnu", "posix"):
        subprocess.run(["tar", "-cSf", archive, f"--format={form}", "a"], cwd=tmp_path, check=True)
        assert archive.stat().st_size < 100_000
        place = tree.with_name(form)
        unpack(archive, place, mtime_limit=LIMIT)
        assert (place / "sparse").read_bytes() == (tmp_path / "a/sparse").read_bytes()
        assert (place / "zlast").read_bytes() == b"x"


@pytest.mark.parametrize("size", [511, 512, 513, (1 << 20) - 512, 1 << 20, (1 << 20) + 1])
def test_files_of_sizes_around_a_block_and_a_chunk_are_complete(archive: Path, tree: Path, size: int) -> None:
    data = [os.urandom(size) for _ in range(3)]
    archive.write_bytes(gzip.compress(tar_bytes(*(member(f"a/{n}", part) for n, part in enumerate(data))), 1))
    unpack(archive, tree, mtime_limit=LIMIT)
    assert [(tree / str(n)).read_bytes() for n in range(3)] == data


def outer(inner: bytes) -> bytes:
    return gzip.compress(tar_bytes(folder("a-1"), member("a-1/other.tar.xz", b"x"), member("a-1/a.tar.xz", inner)))


def test_an_archive_within_the_archive_is_unpacked(archive: Path, tree: Path) -> None:
    data = os.urandom(1_500_000)
    archive.write_bytes(outer(lzma.compress(tar_bytes(member("gcc-14/file", data)))))
    unpack(archive, tree, mtime_limit=LIMIT, inner="a-1/a.tar.xz")
    assert (tree / "file").read_bytes() == data


def test_a_missing_inner_archive_is_an_error_that_names_the_nearest(archive: Path, tree: Path) -> None:
    archive.write_bytes(outer(b""))
    with pytest.raises(LeafrootError) as caught:
        unpack(archive, tree, mtime_limit=LIMIT, inner="a-1/aa.tar.xz")
    assert str(caught.value).splitlines()[0] == f"{archive}: has no member 'a-1/aa.tar.xz'"
    assert caught.value.hint.startswith("Did you mean a-1/a.tar.xz")
    assert list(tree.parent.iterdir()) == []


def test_an_error_in_an_inner_archive_names_both_archives(archive: Path, tree: Path) -> None:
    archive.write_bytes(outer(tar_bytes(member("../x"))))
    with pytest.raises(LeafrootError) as caught:
        unpack(archive, tree, mtime_limit=LIMIT, inner="a-1/a.tar.xz")
    assert str(caught.value).startswith(f"{archive}: a-1/a.tar.xz: member '../x' has '..' in its path")
    archive.write_bytes(outer(lzma.compress(tar_bytes(member("a/x", os.urandom(5000))))[:-100]))
    with pytest.raises(LeafrootError, match=r"a-1/a\.tar\.xz: is damaged or not an archive: "):
        unpack(archive, tree, mtime_limit=LIMIT, inner="a-1/a.tar.xz")
    assert list(tree.parent.iterdir()) == []
