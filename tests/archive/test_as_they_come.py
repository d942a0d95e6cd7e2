# SPDX-License-Identifier: Apache-2.0
"""Tar archives as releases come: they unpack to what a person expects, and what is left out or changed is reported."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import struct
import subprocess
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from unpacking import LIMIT, listing

from leafroot.archive.decompress import open_compressed
from leafroot.archive.unpack import unpack
from leafroot.errors import LeafrootError
from tests.archive.tar_members import folder, hard, link, member, special, tar_bytes

Members = list[tuple[tarfile.TarInfo, bytes]]

CONFIGURE = member("configure", b"x", mode=0o755)
# Members -> the paths that come out, without strip=, and with strip=1.
TOPS: dict[str, tuple[Members, list[str], list[str]]] = {
    "one folder": ([folder("a-1"), member("a-1/f")], ["f"], ["f"]),
    "one folder that has no member": ([member("a-1/f"), member("a-1/d/g")], ["d", "d/g", "f"], ["d", "d/g", "f"]),
    "one folder and ./": ([folder("./"), folder("./a-1"), member("./a-1/f")], ["f"], ["f"]),
    "one folder, and its folders after its files": ([member("a-1/f"), folder("a-1")], ["f"], ["f"]),
    "no folder": ([CONFIGURE, folder("src"), member("src/m")], ["configure", "src", "src/m"], ["m"]),
    "no folder below ./": ([folder("./"), member("./f"), member("./s/m")], ["f", "s", "s/m"], ["m"]),
    "a file beside the folder": (
        [member("package.xml"), member("a-1/f")],
        ["a-1", "a-1/f", "package.xml"],
        ["f"],
    ),
    "a file after the folder": ([member("a-1/f"), member("package.xml")], ["a-1", "a-1/f", "package.xml"], ["f"]),
    "two folders": ([member("a/f"), member("b/g")], ["a", "a/f", "b", "b/g"], ["f", "g"]),
    "one file": ([member("f")], ["f"], []),
    "one link": ([link("f", "nowhere")], ["f"], []),
    "a folder in a folder": ([member("a/b/f")], ["b", "b/f"], ["b", "b/f"]),
    "only a folder": ([folder("a-1")], [], []),
}


@pytest.mark.parametrize(("members", "paths", "stripped"), TOPS.values(), ids=TOPS)
def test_a_folder_that_all_members_share_is_stripped(
    archive: Path, tree: Path, members: Members, paths: list[str], stripped: list[str]
) -> None:
    archive.write_bytes(tar_bytes(*members))
    assert unpack(archive, tree, mtime_limit=LIMIT) == []
    assert list(listing(tree))[1:] == paths
    whole = tree.with_name("whole")
    unpack(archive, whole, mtime_limit=LIMIT, strip=0)
    named = {Path(info.name).as_posix() for info, _ in members} - {"."}
    assert named <= set(listing(whole))
    one = tree.with_name("one")
    if stripped:
        unpack(archive, one, mtime_limit=LIMIT, strip=1)
        assert list(listing(one))[1:] == stripped
    else:
        with pytest.raises(LeafrootError, match="contains no files"):
            unpack(archive, one, mtime_limit=LIMIT, strip=1)


def test_what_is_not_below_the_folders_to_strip_is_told(archive: Path, tree: Path) -> None:
    archive.write_bytes(tar_bytes(member("package.xml"), member("a-1/f"), folder("b"), hard("a-1/g", "a-1/f")))
    assert unpack(archive, tree, mtime_limit=LIMIT, strip=1) == [
        "members that are not below strip=1 folders are left out: package.xml"
    ]
    assert list(listing(tree)) == [".", "f", "g"]


def test_the_stripped_folder_gives_its_time_to_the_tree(archive: Path, tree: Path) -> None:
    archive.write_bytes(tar_bytes(folder("./", mtime=3), folder("a-1", mtime=5), member("a-1/f", mtime=4)))
    unpack(archive, tree, mtime_limit=LIMIT)
    assert listing(tree)["."] == ("drwxr-xr-x", 5, 0)
    assert [path.name for path in tree.parent.iterdir()] == ["tree"]


OUT = "symbolic links that lead out of the archive are kept: "
KEPT = {
    "absolute link": ([link("a/tests/abs", "/a/b/c/d")], {"tests/abs": "/a/b/c/d"}, OUT + "tests/abs -> /a/b/c/d"),
    "link up": ([link("a/l", "..")], {"l": ".."}, OUT + "l -> .."),
    "link up and in": ([link("a/l", "../a/x")], {"l": "../a/x"}, OUT + "l -> ../a/x"),
    "link by way of a link": (
        [folder("a/b/c"), link("a/b/c/top", "../.."), link("a/b/l", "c/top/..")],
        {"b/c/top": "../..", "b/l": "c/top/.."},
        OUT + "b/l -> c/top/..",
    ),
    "link by way of a later link": (
        [link("a/b/l", "c/top/.."), link("a/b/c/top", "../..")],
        {"b/c/top": "../..", "b/l": "c/top/.."},
        OUT + "b/l -> c/top/..",
    ),
    "many": (
        [link(f"a/{number}", "/x") for number in range(5)],
        {str(number): "/x" for number in range(5)},
        OUT + "0 -> /x, 1 -> /x, 2 -> /x and 2 more",
    ),
    "hard link to such a link": (
        [link("a/l", "/x"), hard("a/m", "a/l")],
        {"l": "/x", "m": "/x"},
        OUT + "l -> /x, m -> /x",
    ),
}


@pytest.mark.parametrize(("members", "links", "note"), KEPT.values(), ids=KEPT)
def test_a_link_that_leads_out_is_kept_and_told(
    archive: Path, tree: Path, members: Members, links: dict[str, str], note: str
) -> None:
    archive.write_bytes(tar_bytes(*members, member("a/f", b"x")))
    assert unpack(archive, tree, mtime_limit=LIMIT) == [note]
    found = {str(path.relative_to(tree)): str(path.readlink()) for path in tree.rglob("*") if path.is_symlink()}
    assert found == links
    alone = tree.with_name("alone")
    assert unpack(archive, alone, mtime_limit=LIMIT, drop_links=True) == []
    left = {str(path.relative_to(alone)) for path in alone.rglob("*") if path.is_symlink()}
    # The one link of these archives that stays inside.
    assert left == set(links) & {"b/c/top"}


def test_an_absolute_path_is_taken_below_the_tree(archive: Path, tree: Path) -> None:
    archive.write_bytes(tar_bytes(member("/opt/acme/f", b"x"), hard("/opt/acme/g", "/opt/acme/f")))
    assert unpack(archive, tree, mtime_limit=LIMIT) == [
        "absolute paths are unpacked without the '/' at their beginning: /opt/acme/f, /opt/acme/g, /opt/acme/f"
    ]
    assert (tree / "acme/f").samefile(tree / "acme/g")


HARD = {
    "to itself": [member("a/f", b"1"), hard("a/f", "a/f")],
    "to itself, otherwise written": [member("a/f", b"1"), hard("a/./f", "./a//f")],
    "to a later file": [hard("a/g", "a/f"), member("a/f", b"1")],
    "to a later link to a later file": [hard("a/h", "a/g"), hard("a/g", "a/f"), member("a/f", b"1")],
    "to itself, and the file later": [hard("a/f", "a/f"), member("a/f", b"1")],
    "to a file that is replaced": [member("a/f", b"0"), hard("a/g", "a/f"), member("a/f", b"1"), hard("a/g", "a/f")],
}


@pytest.mark.parametrize("members", HARD.values(), ids=HARD)
def test_hard_links_in_any_order(archive: Path, tree: Path, members: Members) -> None:
    archive.write_bytes(tar_bytes(*members))
    unpack(archive, tree, mtime_limit=LIMIT)
    names = {info.name.rpartition("/")[2] for info, _ in members}
    assert {path.name for path in tree.iterdir()} == names
    assert {(path.read_bytes(), path.stat().st_ino) for path in tree.iterdir()} == {(b"1", (tree / "f").stat().st_ino)}


def test_a_hard_link_to_a_link_to_itself_stays_that_link(archive: Path, tree: Path) -> None:
    archive.write_bytes(tar_bytes(link("a/l", "f"), hard("a/l", "a/l"), member("a/f")))
    unpack(archive, tree, mtime_limit=LIMIT)
    assert (tree / "l").readlink() == Path("f")


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE, b"D"])
@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT])
def test_a_folder_of_an_old_tar_is_a_folder(archive: Path, tree: Path, kind: bytes, form: int) -> None:
    archive.write_bytes(
        tar_bytes(
            member("a/", type=kind, mtime=3),
            member("a/d/", type=kind, mtime=4, mode=0o644),
            member("a/d/f", b"x"),
            format=form,
        )
    )
    unpack(archive, tree, mtime_limit=LIMIT)
    assert {path: mode for path, (mode, _, _) in listing(tree).items()} == {
        ".": "drwxr-xr-x",
        "d": "drwxr-xr-x",
        "d/f": "-rw-r--r--",
    }
    assert listing(tree)["d"][1] == 4


def test_a_volume_label_is_no_member(archive: Path, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "a-1").mkdir()
    (tmp_path / "a-1/f").write_text("x")
    subprocess.run(["tar", "-C", tmp_path, "-V", "acme sources", "-cf", archive, "a-1"], check=True)
    assert unpack(archive, tree, mtime_limit=LIMIT) == []
    assert list(listing(tree)) == [".", "f"]


def test_an_incremental_archive_is_taken(archive: Path, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "a-1/d").mkdir(parents=True)
    (tmp_path / "a-1/d/f").write_text("x")
    command = ["tar", "-C", tmp_path, "-g", tmp_path / "snapshot", "-cf", archive, "a-1"]
    subprocess.run(command, check=True, capture_output=True)
    unpack(archive, tree, mtime_limit=LIMIT)
    assert list(listing(tree)) == [".", "d", "d/f"]


def test_a_contiguous_file_is_a_file_and_a_global_header_is_none(archive: Path, tree: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "0" * 40}) as tar:
        info, data = member("a/f", b"x", type=tarfile.CONTTYPE)
        tar.addfile(info, io.BytesIO(data))
    archive.write_bytes(buffer.getvalue())
    assert b"comment=" in buffer.getvalue()[:2048]
    unpack(archive, tree, mtime_limit=LIMIT)
    assert (tree / "f").read_bytes() == b"x"


def test_devices_and_pipes_are_left_out_and_told(archive: Path, tree: Path) -> None:
    members = [special("a/null", tarfile.CHRTYPE), special("a/sda", tarfile.BLKTYPE), special("a/p", tarfile.FIFOTYPE)]
    archive.write_bytes(tar_bytes(*members, member("a/f")))
    assert unpack(archive, tree, mtime_limit=LIMIT) == [
        "device nodes are left out: a/null, a/sda",
        "named pipes are left out: a/p",
    ]
    assert list(listing(tree)) == [".", "f"]
    with pytest.raises(LeafrootError, match=r"member 'a/null' is an entry of the unknown type b'3'"):
        unpack(archive, tree.with_name("ours"), mtime_limit=LIMIT, strip=0, exact_modes=True)


def lzip(data: bytes) -> bytes:
    """One lzip member: its header, LZMA1 with an end marker, CRC-32, size of the data, size of the member."""
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 20, "lc": 3, "lp": 0, "pb": 2}]
    body = b"LZIP\x01" + bytes([20]) + lzma.compress(data, format=lzma.FORMAT_ALONE, filters=filters)[13:]
    body += struct.pack("<IQ", zlib.crc32(data), len(data))
    return body + struct.pack("<Q", len(body) + 8)


def pzstd(data: bytes) -> bytes:
    """As pzstd writes it: a skippable frame that says how long the next one is."""
    frame = zstandard.ZstdCompressor().compress(data)
    return struct.pack("<III", 0x184D2A50, 4, len(frame)) + frame


COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    "lzip": lzip,
    "lzip, two members": lambda data: lzip(data[:700]) + lzip(data[700:]),
    "pzstd": pzstd,
    "pzstd, two frames": lambda data: pzstd(data[:700]) + pzstd(data[700:]),
}


@pytest.mark.parametrize("compress", COMPRESSED.values(), ids=COMPRESSED)
def test_further_compressions_are_read(archive: Path, tree: Path, compress: Callable[[bytes], bytes]) -> None:
    data = os.urandom(5000)
    archive.write_bytes(compress(tar_bytes(member("a/f", data))))
    unpack(archive, tree, mtime_limit=LIMIT)
    assert (tree / "f").read_bytes() == data


@pytest.mark.parametrize("fault", ["cut", "sum", "bit"])
def test_a_damaged_lzip_member_is_noticed(archive: Path, tree: Path, fault: str) -> None:
    data = bytearray(lzip(tar_bytes(member("a/f", os.urandom(5000)))))
    match fault:
        case "cut":
            del data[-30:]
        case "sum":
            data[-20] ^= 1
        case _:
            data[1000] ^= 1
    archive.write_bytes(data)
    with pytest.raises(LeafrootError, match="is damaged or not an archive"):
        unpack(archive, tree, mtime_limit=LIMIT)
    assert list(tree.parent.iterdir()) == []


def test_the_helper_makes_lzip_that_is_read_back() -> None:
    assert open_compressed(io.BytesIO(lzip(b"x" * 1000) + lzip(b"y"))).read() == b"x" * 1000 + b"y"


def test_what_follows_the_end_of_an_archive_is_told(archive: Path, tree: Path) -> None:
    """Two archives one after the other: GNU tar reads the first as well, and says nothing."""
    first, second = tar_bytes(member("a/f")), tar_bytes(member("a/g"))
    archive.write_bytes(gzip.compress(first) + gzip.compress(second))
    assert unpack(archive, tree, mtime_limit=LIMIT) == ["data after the end of the archive is not unpacked"]
    assert list(listing(tree)) == [".", "f"]


def test_an_archive_of_nothing_is_refused(archive: Path, tree: Path) -> None:
    label = member("only a label", type=b"V")
    archive.write_bytes(tar_bytes(label, format=tarfile.GNU_FORMAT))
    with pytest.raises(LeafrootError) as caught:
        unpack(archive, tree, mtime_limit=LIMIT)
    assert str(caught.value) == (
        f"{archive}: contains no files\n  Check where the archive comes from, and describe another one."
    )
    # One of ours may be empty: a package that only stands for others.
    archive.write_bytes(tar_bytes())
    unpack(archive, tree, mtime_limit=LIMIT, strip=0, exact_modes=True)
