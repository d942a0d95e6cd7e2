# SPDX-License-Identifier: Apache-2.0
"""Compressed archives do not depend on the number of threads, and Linux unpacks them in little memory."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from leafroot.errors import LeafrootError
from leafroot.rootfs.compress import JOB_SIZE, LARGE, LARGE_JOB_SIZE, compress_zstd


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of several jobs that compresses neither well nor badly, always the same."""
    chance = random.Random(2)
    words = [chance.randbytes(chance.randint(3, 400)) for _ in range(5000)]
    path = tmp_path_factory.mktemp("compress") / "source"
    with path.open("wb") as out:
        while out.tell() < 3 * JOB_SIZE:
            out.write(b"".join(chance.choices(words, k=1000)))
    return path


def packed(source: Path, level: int, threads: int) -> bytes:
    target = source.with_suffix(f".{level}.{threads}")
    assert compress_zstd(source, target, level, threads) == target.stat().st_size
    return target.read_bytes()


def test_the_bytes_do_not_depend_on_the_number_of_threads(source: Path) -> None:
    one = packed(source, 3, 1)
    # The guard would be idle if zstd never cut this input: without workers it gives other bytes.
    with source.open("rb") as plain:
        alone = zstandard.ZstdCompressor(level=3, write_checksum=True, threads=0).compress(plain.read())
    assert one != alone
    assert [packed(source, 3, threads) == one for threads in (1, 2, 3, 7)] == [True] * 4


def test_a_large_file_has_larger_jobs_and_does_not_depend_on_threads(source: Path, tmp_path: Path) -> None:
    path = tmp_path / "large"
    piece = source.read_bytes()
    path.write_bytes((piece * (LARGE // len(piece) + 1))[: LARGE + 1])
    one = packed(path, 1, 1)
    assert packed(path, 1, 3) == one
    assert zstandard.decompress(one) == path.read_bytes()
    parameters = zstandard.ZstdCompressionParameters.from_level(
        1, threads=2, job_size=LARGE_JOB_SIZE, write_checksum=True, write_content_size=True
    )
    assert zstandard.ZstdCompressor(compression_params=parameters).compress(path.read_bytes()) == one


@pytest.mark.parametrize("size", [0, 1, 1 << 19, (1 << 19) + 1])
def test_small_files_do_not_depend_on_threads(size: int, tmp_path: Path) -> None:
    path = tmp_path / "small"
    path.write_bytes(random.Random(1).randbytes(size))
    assert packed(path, 3, 1) == packed(path, 3, 4)
    assert zstandard.decompress(packed(path, 3, 1)) == path.read_bytes()


def test_a_compressed_file_decompresses_to_the_same_bytes(
    source: Path, tmp_path: Path, command: Callable[..., bytes]
) -> None:
    (tmp_path / "root.zst").write_bytes(packed(source, 1, 2))
    assert command(["zstd", "-d", "-c", tmp_path / "root.zst"]) == source.read_bytes()


@pytest.mark.parametrize("level", [1, 3, 9])
def test_the_frame_has_size_and_checksum_and_a_small_window(level: int, source: Path) -> None:
    data = packed(source, level, 2)
    frame = zstandard.get_frame_parameters(data)
    assert frame.content_size == source.stat().st_size
    assert frame.has_checksum
    assert frame.window_size <= 8 << 20
    unpacking = zstandard.ZstdDecompressor().decompressobj()
    unpacking.decompress(data)
    assert unpacking.eof
    assert not unpacking.unused_data


def test_the_highest_level_keeps_the_small_window(tmp_path: Path) -> None:
    path = tmp_path / "zeros"
    path.write_bytes(bytes(20 << 20))
    data = packed(path, 22, 1)
    # Where nothing holds it back, zstd does take more.
    unheld = zstandard.ZstdCompressor(level=22).compress(path.read_bytes())
    assert zstandard.get_frame_parameters(unheld).window_size > 8 << 20
    assert zstandard.get_frame_parameters(data).window_size == 8 << 20


BAD = {
    "no such level": (23, 1, "zstd has no level 23\n  It has levels 1 to 22."),
    "level 0": (0, 1, "zstd has no level 0\n  It has levels 1 to 22."),
    "no thread": (3, 0, "cannot compress with 0 threads\n  Use at least one."),
}


@pytest.mark.parametrize("case", BAD)
def test_unknown_levels_and_no_threads_are_refused(case: str, source: Path) -> None:
    level, threads, message = BAD[case]
    with pytest.raises(LeafrootError) as raised:
        packed(source, level, threads)
    assert str(raised.value) == message
