# SPDX-License-Identifier: Apache-2.0
"""Compressed archives are detected by their bytes, read to the end in little memory, and refused if damaged."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from unpacking import LIMIT, refused

from leafroot.archive import decompress
from leafroot.archive.unpack import unpack
from tests.archive.tar_members import COMPRESSORS, member, tar_bytes


@pytest.mark.parametrize("compress", COMPRESSORS.values(), ids=COMPRESSORS.keys())
def test_the_compression_is_detected_by_the_first_bytes(
    archive: Path, tree: Path, compress: Callable[[bytes], bytes]
) -> None:
    data = os.urandom(1_500_000)
    archive.write_bytes(compress(tar_bytes(member("a/file", data), member("a/last", b"x"))))
    unpack(archive, tree, mtime_limit=LIMIT)
    assert (tree / "file").read_bytes() == data
    assert (tree / "last").read_bytes() == b"x"


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz", "zstd"])
def test_compressed_files_of_several_parts_are_read_to_the_end(archive: Path, tree: Path, name: str) -> None:
    plain = tar_bytes(member("a/file", os.urandom(50_000)), member("a/last", b"x"))
    archive.write_bytes(b"".join(COMPRESSORS[name](part) for part in (plain[:20_000], plain[20_000:])))
    unpack(archive, tree, mtime_limit=LIMIT)
    assert (tree / "last").read_bytes() == b"x"


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz", "zstd"])
@pytest.mark.parametrize("cut", [1, 5, 20_000], ids="cut {}".format)
def test_a_truncated_archive_is_refused(archive: Path, tree: Path, name: str, cut: int) -> None:
    archive.write_bytes(COMPRESSORS[name](tar_bytes(member("a/file", os.urandom(50_000))))[:-cut])
    refused(archive, tree, "is damaged or not an archive: ", whole=False)


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz", "zstd"])
def test_a_flipped_bit_is_noticed(archive: Path, tree: Path, name: str) -> None:
    data = bytearray(COMPRESSORS[name](tar_bytes(member("a/file", os.urandom(50_000)))))
    data[25_000] ^= 1
    archive.write_bytes(data)
    refused(archive, tree, "is damaged or not an archive: ", whole=False)


ROOT = Path(__file__).parents[2]

READ_ALL = """
import sys, time
from leafroot.archive.decompress import ReadAhead, open_compressed
def most():
    # Not getrusage(2): its maximum is that of whoever started this, if that was larger.
    with open("/proc/self/status") as status:
        return int(status.read().partition("VmHWM:")[2].split()[0])
before = most()
count = 0
with open(sys.argv[1], "rb") as raw, ReadAhead(open_compressed(raw), 1 << 40) as stream:
    count += len(stream.read(1))
    time.sleep(0.5)
    while data := stream.read(1 << 20):
        count += len(data)
print(count, most() - before)
"""


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz", "zstd"])
def test_data_that_expands_a_thousandfold_needs_little_memory(archive: Path, name: str) -> None:
    size = 300_000_000
    if name == "zstd":
        archive.write_bytes(zstandard.ZstdCompressor(level=1).compress(bytes(size)))
    else:
        archive.write_bytes(COMPRESSORS[name](bytes(size // 10)) * 10)
    assert archive.stat().st_size < 400_000
    # In a process of its own: memory that pytest had once counts for ever.
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, archive], cwd=ROOT, capture_output=True, text=True, check=True
    )
    count, kilobytes = map(int, done.stdout.split())
    assert count == size
    # One call of zstd's gives up to 64 MiB, and two such pieces are there at once.
    assert kilobytes < (160_000 if name == "zstd" else 100_000)


def test_the_decompressing_thread_ends_with_its_reader(archive: Path) -> None:
    size = 3 * decompress.CHUNK * decompress._AHEAD
    archive.write_bytes(bytes(size))
    with archive.open("rb") as raw, decompress.ReadAhead(decompress.open_compressed(raw), 1 << 40) as stream:
        assert stream.read(10) == bytes(10)
        thread = stream._thread
        assert thread.is_alive()
        # Closing the file would end the thread too, with an error.
        stream.__exit__()
        assert not thread.is_alive()
        assert raw.tell() < size
