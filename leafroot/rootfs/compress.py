# SPDX-License-Identifier: Apache-2.0
"""Compresses with zstd: the bytes do not depend on the number of threads, and Linux can unpack them at boot."""

from __future__ import annotations

from pathlib import Path

import zstandard

from leafroot.errors import LeafrootError

LEVELS = range(1, 23)
# lib/decompress_unzstd.c allocates the whole window in the board's memory while it unpacks. Level 19 has a window of
# 8 MiB; higher levels would have up to 128 MiB.
WINDOW_LOG = 23
# How much one thread compresses at a time. zstd's own default is four windows, 32 MiB at level 19: most roots are
# smaller, so all but one thread would have nothing to do. But each job except the first reads the window before it
# again, which at level 19 costs half as much as compressing it: such short jobs are for small roots only.
JOB_SIZE = 8 << 20
LARGE = 64 << 20
LARGE_JOB_SIZE = 32 << 20
# How many bytes of memory all threads together may use; with fewer threads it only takes longer.
MEMORY = 192 << 20


def compress_zstd(source: Path, target: Path, level: int, threads: int) -> int:
    """Compress a file into one zstd frame with its size and checksum; returns the compressed size in bytes.

    The bytes depend only on content, level and zstd's version: with one worker or more, zstd splits the input into jobs
    of a fixed size, however many workers there are. (Without workers it gives other bytes.) The size of the jobs
    depends on the size of the file.
    """
    if level not in LEVELS:
        raise LeafrootError(f"zstd has no level {level}", hint=f"It has levels {LEVELS[0]} to {LEVELS[-1]}.")
    if threads < 1:
        raise LeafrootError(f"cannot compress with {threads} threads", hint="Use at least one.")
    size = source.stat().st_size
    window_log = min(WINDOW_LOG, zstandard.ZstdCompressionParameters.from_level(level).window_log)
    context = zstandard.ZstdCompressionParameters.from_level(level, window_log=window_log)
    workers = max(1, min(threads, MEMORY // context.estimated_compression_context_size()))
    parameters = zstandard.ZstdCompressionParameters.from_level(
        level,
        window_log=window_log,
        threads=workers,
        job_size=LARGE_JOB_SIZE if size > LARGE else JOB_SIZE,
        write_checksum=True,
        write_content_size=True,
    )
    compressor = zstandard.ZstdCompressor(compression_params=parameters)
    with source.open("rb") as plain, target.open("wb") as packed:
        _, written = compressor.copy_stream(plain, packed, size=size)
    return written
