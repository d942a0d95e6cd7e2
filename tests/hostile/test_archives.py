# SPDX-License-Identifier: Apache-2.0
"""Archives that want the whole machine: endless, deep, or all headers. What leads out is in test_unpack_refusals.py."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import resource
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from leafroot.archive import extraction
from leafroot.archive.decompress import open_compressed
from leafroot.archive.unpack import unpack
from leafroot.errors import LeafrootError
from tests.archive.tar_members import folder, member, tar_bytes

LIMIT = 1_000_000_000
ROOT = Path(__file__).parents[2]
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, 1),
    "bzip2": bz2.compress,
    "xz": lambda data: lzma.compress(data, preset=0),
    "zstd": zstandard.ZstdCompressor().compress,
}


def refusal(archive: Path, data: bytes, **options: object) -> str:
    """The message at an archive of these bytes, after a look that nothing of it has stayed."""
    archive.write_bytes(data)
    tree = archive.parent / "trees" / "tree"
    with pytest.raises(LeafrootError) as caught:
        unpack(archive, tree, mtime_limit=LIMIT, **options)  # type: ignore[arg-type]
    assert list(tree.parent.iterdir()) == []
    return str(caught.value).replace(f"{archive}: ", "", 1)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "some.tar"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds that a test can reach in a moment."""
    monkeypatch.setattr(extraction, "LEAST_BYTES", 2 << 20)
    monkeypatch.setattr(extraction, "MEMBERS", 1000)
    monkeypatch.setattr(extraction, "NAME_BYTES", 50_000)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", COMPRESSORS)
def test_a_decompression_bomb_ends_at_the_bound(archive: Path, name: str) -> None:
    bomb = tar_bytes(*(member(f"a/{number}", bytes(1 << 20)) for number in range(5)))
    said = refusal(archive, COMPRESSORS[name](bomb))
    # Whoever comes first sees it: the thread that decompresses, or who writes the members.
    assert "an archive of" in said and said.endswith("(200 times its size, and at least 2.1 MB)")


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", COMPRESSORS)
def test_what_comes_after_the_last_member_ends_there_too(archive: Path, name: str) -> None:
    said = refusal(archive, COMPRESSORS[name](tar_bytes(member("a/x")) + bytes(5 << 20)))
    assert said.startswith("unpacks to too much: an archive of")


def test_a_member_that_says_it_is_huge_is_not_begun(archive: Path) -> None:
    head = member("a/zeros")[0]
    head.size = 3 << 40
    said = refusal(archive, head.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    assert said.startswith(
        "member 'a/zeros' would make it 3298.5 GB: an archive of 4.6 kB may unpack to 1.1 GB at most"
    )


def test_a_sparse_file_counts_with_its_holes(archive: Path) -> None:
    hole = archive.parent / "hole"
    with hole.open("wb") as out:
        out.truncate(5 << 30)
    packed = archive.with_suffix(".sparse")
    subprocess.run(["tar", "-C", archive.parent, "-cSf", packed, "--transform", "s,^,a/,", "hole"], check=True)
    assert "member 'a/hole' would make it 5.4 GB" in refusal(archive, packed.read_bytes())


@pytest.mark.usefixtures("small")
def test_too_many_members(archive: Path) -> None:
    said = refusal(archive, tar_bytes(folder("a"), *(member(f"a/{number}") for number in range(1000))))
    assert said == "member 'a/999' exceeds the limit of 1,000 members"


@pytest.mark.usefixtures("small")
def test_names_that_fill_the_memory(archive: Path) -> None:
    said = refusal(archive, tar_bytes(*(member(f"a/{number:0200}") for number in range(300))))
    assert said.endswith("exceeds the limit of 50.0 kB for all names together")


def test_folders_without_end(archive: Path) -> None:
    said = refusal(archive, tar_bytes(member("a/" + "d/" * 1500 + "x")))
    assert said.startswith(f"member 'a/{'d/' * 140}") and said.endswith("...' has more than 200 folders in its path")


def test_folders_as_deep_as_may_be(archive: Path) -> None:
    archive.write_bytes(tar_bytes(member("a/" + "d/" * 198 + "x", b"deep")))
    unpack(archive, archive.parent / "tree", mtime_limit=LIMIT)
    assert (archive.parent / "tree" / ("d/" * 198) / "x").read_bytes() == b"deep"


@pytest.mark.parametrize("kind", [tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME], ids=["pax", "gnu"])
def test_headers_and_never_a_member(archive: Path, kind: bytes) -> None:
    head = tarfile.TarInfo("a/x")
    head.type, head.size = kind, 512
    record = head.tobuf(tarfile.GNU_FORMAT) + b"12 path=a/b\n".ljust(512, b"\0")
    said = refusal(archive, record * 3000 + bytes(1024))
    assert said.startswith("is damaged or not an archive: hundreds of headers have no member\n")


def test_a_header_longer_than_any_name(archive: Path) -> None:
    said = refusal(archive, tar_bytes(member("a/x", pax_headers={"comment": "x" * (2 << 20)})))
    assert said.startswith("is damaged or not an archive: a header has 2")


def hungry() -> bytes:
    """An xz stream that asks for a dictionary of 1.5 GiB, to be had before its first byte comes out.

    It is made of one with a small dictionary, whose size is one byte in the block's header.
    """
    data = bytearray(lzma.compress(tar_bytes(member("a/x", b"x")), format=lzma.FORMAT_XZ, preset=0))
    # Stream header of 12 bytes; block header: size, flags, filter id 0x21, length of properties 1, dictionary size.
    at = data.index(b"\x21\x01", 12) + 2
    data[at] = 37  # 2 GiB is 38, 1.5 GiB 37: xz file format, 5.3.1
    length = (data[12] + 1) * 4
    data[12 + length - 4 : 12 + length] = zlib.crc32(bytes(data[12 : 12 + length - 4])).to_bytes(4, "little")
    return bytes(data)


def test_a_dictionary_that_fills_the_memory(archive: Path) -> None:
    assert refusal(archive, hungry()).startswith("is damaged or not an archive: Memory usage limit exceeded\n")


@pytest.mark.parametrize("pad", [0, 4, 4096])
def test_xz_streams_one_after_the_other_and_padded(pad: int) -> None:
    parts = [os.urandom(10_000), b"", bytes(70_000)]
    data = b"".join(lzma.compress(part) + bytes(pad) for part in parts)
    assert open_compressed(io.BytesIO(data)).read() == b"".join(parts)


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz"])
@pytest.mark.parametrize("more", [b"more", b"\0\0\0\0more", b"x" * 100_000], ids=["short", "behind zeros", "long"])
def test_what_follows_a_compressed_archive_is_told(archive: Path, name: str, more: bytes) -> None:
    data = COMPRESSORS[name](tar_bytes(member("a/x", os.urandom(200_000))))
    archive.write_bytes(data + more)
    told = unpack(archive, archive.parent / "tree", mtime_limit=LIMIT)
    assert told == ["data after the end of the archive is not unpacked"]
    assert (archive.parent / "tree/x").stat().st_size == 200_000


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz"])
def test_zeros_after_a_compressed_archive_do_not_count(archive: Path, name: str) -> None:
    archive.write_bytes(COMPRESSORS[name](tar_bytes(member("a/x", b"x"))) + bytes(1024))
    assert unpack(archive, archive.parent / "tree", mtime_limit=LIMIT) == []


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz"])
def test_streams_one_after_the_other_are_one_file(name: str) -> None:
    parts = [os.urandom(10_000), b"", bytes(3_000_000), b"end"]
    data = b"".join(COMPRESSORS[name](part) for part in parts)
    assert open_compressed(io.BytesIO(data)).read() == b"".join(parts)


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz"])
def test_a_stream_that_is_cut_anywhere_is_damaged(name: str) -> None:
    data = COMPRESSORS[name](bytes(300_000) + os.urandom(300))
    for cut in (*range(7, 60), len(data) - 1):
        with pytest.raises((EOFError, OSError, zlib.error)):
            open_compressed(io.BytesIO(data[:cut])).read()


def test_an_ar_of_members_alone(archive: Path) -> None:
    record = b"x/              0           0     0     100644  0         `\n"
    data = b"!<arch>\n" + b"".join(b"%-16d" % number + record[16:] for number in range(5000))
    assert refusal(archive, data, inner="x").startswith(
        "x: is damaged or not an archive: it has more than 1000 members\n"
    )


PROGRAM = """
import sys
from pathlib import Path
from leafroot.archive.unpack import unpack
from leafroot.errors import LeafrootError
try:
    unpack(Path(sys.argv[1]), Path(sys.argv[2]), mtime_limit=0)
except LeafrootError as error:
    print(str(error)[-80:])
# Not getrusage(2): its maximum is that of whoever started this, if that was larger.
print(int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gzip", "xz", "zstd"])
def test_the_real_bound_holds_and_memory_stays_small(archive: Path, tmp_path: Path, name: str) -> None:
    """8 GiB of zeros in some kilobytes: 1 GiB at most is ever on the disk, and 100 MB in memory, or 150 for zstd."""
    head = member("a/zeros")[0]
    head.size = 1 << 30
    piece = bytes(64 << 20)
    tools = {"gzip": ["gzip", "-1"], "xz": ["xz", "-0"], "zstd": ["zstd", "-q"]}
    with archive.open("wb") as out, subprocess.Popen(tools[name], stdin=subprocess.PIPE, stdout=out) as packer:
        assert packer.stdin is not None
        for number in range(8):
            head.name = f"a/{number}"
            packer.stdin.write(head.tobuf(tarfile.GNU_FORMAT))
            for _ in range(16):
                packer.stdin.write(piece)
        packer.stdin.close()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, archive, tmp_path / "tree"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, ((1 << 30) + 4096,) * 2),
    )
    said, megabytes = done.stdout.splitlines()
    print(f"{archive.stat().st_size} bytes of {name} for 8 GiB: {said}; {megabytes} MB of memory")
    assert "200 times its size, and at least 1.1 GB" in said
    assert int(megabytes) < (180 if name == "zstd" else 130)
    assert not (tmp_path / "tree").exists()


@pytest.mark.slow
def test_a_million_members_and_one(archive: Path, tmp_path: Path) -> None:
    """The real bound: the last member is refused, and the million files before it leave nothing."""
    with tarfile.open(archive, "w") as tar:
        for number in range(extraction.MEMBERS):
            tar.addfile(tarfile.TarInfo(f"a/{number % 997}/{number}"))
            tar.members = []  # type: ignore[attr-defined]
        tar.addfile(tarfile.TarInfo("a/one-more"))
    with pytest.raises(LeafrootError, match=r"one-more.*exceeds the limit of 1,000,000 members"):
        unpack(archive, tmp_path / "trees" / "tree", mtime_limit=LIMIT)
    assert list((tmp_path / "trees").iterdir()) == []
