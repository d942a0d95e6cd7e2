# SPDX-License-Identifier: Apache-2.0
"""Equal folders are packed to equal bytes, and unpacking gives the same folder again."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import tarfile
from pathlib import Path

import pytest
import zstandard

from leafroot.archive.pack import pack
from leafroot.archive.unpack import unpack
from leafroot.errors import LeafrootError

EPOCH = 1_767_225_600


def plant(root: Path, order: int = 1) -> Path:
    """A folder with one of each, its files made in one order or the other."""
    root.mkdir()
    (root / "sub").mkdir()
    for name in ["zlib", "a.txt", "é", "n" * 150, "sub/x", "Z"][::order]:
        (root / name).write_text(name)
    (root / "tool").write_bytes(b"#!/bin/sh\n")
    (root / "tool").chmod(0o4755)
    (root / "sub/again").hardlink_to(root / "tool")
    (root / "init").symlink_to("/bin/busybox")
    (root / "sub").chmod(0o2750)
    return root


def members(output: Path) -> list[tarfile.TarInfo]:
    with output.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
        return tarfile.open(fileobj=io.BytesIO(stream.read())).getmembers()


def test_equal_folders_give_equal_bytes(tmp_path: Path) -> None:
    first, second = plant(tmp_path / "first"), plant(tmp_path / "second", order=-1)
    os.utime(second / "zlib", (1, 1))
    pack(first, tmp_path / "1.tar.zst", mtime=EPOCH)
    pack(second, tmp_path / "2.tar.zst", mtime=EPOCH)
    assert (tmp_path / "1.tar.zst").read_bytes() == (tmp_path / "2.tar.zst").read_bytes()
    # That they can differ at all:
    (second / "a.txt").chmod(0o600)
    pack(second, tmp_path / "3.tar.zst", mtime=EPOCH)
    assert (tmp_path / "1.tar.zst").read_bytes() != (tmp_path / "3.tar.zst").read_bytes()


@pytest.mark.parametrize("level", [1, 3])
def test_the_bytes_do_not_depend_on_the_number_of_threads(tmp_path: Path, level: int) -> None:
    root = tmp_path / "root"
    root.mkdir()
    # More than the pieces into which zstd divides its work, and not all of it alike.
    for name in range(6):
        (root / str(name)).write_bytes(os.urandom(1_000_000) + bytes(2_000_000) + b"text and text and " * 50_000)
    outputs = set()
    for threads in (0, 1, 2, 5):
        pack(root, tmp_path / "o", mtime=EPOCH, level=level, threads=threads)
        outputs.add((tmp_path / "o").read_bytes())
    assert len(outputs) == 1


def test_members_are_sorted_and_belong_to_root_at_one_time(tmp_path: Path) -> None:
    pack(plant(tmp_path / "root"), tmp_path / "o", mtime=EPOCH)
    found = members(tmp_path / "o")
    names = ["Z", "a.txt", "init", "n" * 150, "sub", "sub/again", "sub/x", "tool", "zlib", "é"]
    assert [info.name for info in found] == names
    assert {(info.uid, info.gid, info.uname, info.gname, info.mtime) for info in found} == {
        (0, 0, "root", "root", EPOCH)
    }
    by_name = {info.name: info for info in found}
    assert by_name["sub/again"].isreg()
    assert (by_name["tool"].islnk(), by_name["tool"].linkname) == (True, "sub/again")
    assert (by_name["sub"].mode, by_name["sub/again"].mode, by_name["init"].mode) == (0o2750, 0o4755, 0o777)
    # Extended headers only where a name needs them.
    assert {info.name for info in found if info.pax_headers} == {"n" * 150, "é"}


def test_unpacking_gives_the_folder_back(tmp_path: Path) -> None:
    root = plant(tmp_path / "root")
    pack(root, tmp_path / "o", mtime=EPOCH)
    unpack(tmp_path / "o", tmp_path / "back", strip=0, exact_modes=True, mtime_limit=EPOCH)
    pack(tmp_path / "back", tmp_path / "o2", mtime=EPOCH)
    assert (tmp_path / "o").read_bytes() == (tmp_path / "o2").read_bytes()
    assert {int(path.lstat().st_mtime) for path in (tmp_path / "back").rglob("*")} == {EPOCH}
    assert (tmp_path / "back/tool").samefile(tmp_path / "back/sub/again")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["back", "o", "o2", "root"]


def test_gnu_tar_reads_a_packed_folder(tmp_path: Path) -> None:
    root = plant(tmp_path / "root")
    pack(root, tmp_path / "o", mtime=EPOCH)
    plain = zstandard.ZstdDecompressor().stream_reader((tmp_path / "o").open("rb")).read()
    (tmp_path / "x").mkdir()
    subprocess.run(["tar", "-xpf", "-", "-C", tmp_path / "x"], input=plain, check=True)
    pack(tmp_path / "x", tmp_path / "o2", mtime=EPOCH)
    assert (tmp_path / "o").read_bytes() == (tmp_path / "o2").read_bytes()


def test_dropping_a_folder_drops_everything_below_it(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in ("usr/share/man/man1/a.1", "usr/lib/a.la", "usr/lib/b/c.la", "usr/lib/a.so"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    pack(root, tmp_path / "o", mtime=EPOCH, drop=["usr/share/man", "*.la"])
    assert [info.name for info in members(tmp_path / "o")] == [
        "usr",
        "usr/lib",
        "usr/lib/a.so",
        "usr/lib/b",
        "usr/share",
    ]


def test_names_that_are_not_utf_8_are_kept(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "\udcff\n").touch()
    pack(root, tmp_path / "o", mtime=EPOCH)
    unpack(tmp_path / "o", tmp_path / "back", strip=0, exact_modes=True, mtime_limit=EPOCH)
    assert [os.fsencode(path.name) for path in (tmp_path / "back").iterdir()] == [b"\xff\n"]


def test_a_socket_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    root = plant(tmp_path / "root")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(root / "socket"))
        with pytest.raises(LeafrootError) as caught:
            pack(root, tmp_path / "o", mtime=EPOCH)
    assert str(caught.value) == f"{root}/socket: cannot be packed: not a file, a folder or a link"
    assert [path.name for path in tmp_path.iterdir()] == ["root"]


def test_a_missing_folder_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(LeafrootError) as caught:
        pack(tmp_path / "none", tmp_path / "o", mtime=EPOCH)
    assert str(caught.value).startswith(f"{tmp_path / 'none'}: cannot be packed: ")
    assert list(tmp_path.iterdir()) == []


def test_an_older_output_stays_until_the_new_one_is_complete(tmp_path: Path) -> None:
    (tmp_path / "o").write_bytes(b"older")
    root = tmp_path / "root"
    root.mkdir()
    os.mkfifo(root / "pipe")
    with pytest.raises(LeafrootError):
        pack(root, tmp_path / "o", mtime=EPOCH)
    assert (tmp_path / "o").read_bytes() == b"older"
