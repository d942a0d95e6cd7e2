# SPDX-License-Identifier: Apache-2.0
"""Compression with zstd that gives the same bytes for any number of threads, in what Linux can unpack."""

from __future__ import annotations

from pathlib import Path

import zstandard

from leafroot.errors import LeafrootError

LEVELS = range(1, 23)
# lib/decompress_unzstd.c takes the whole window from the guest's memory while it unpacks. Level 19 has 8 MiB;
# those above it would make that up to 128 MiB.
WINDOW_LOG = 23
# What one thread works on. zstd's own default is four windows, 32 MiB at level 19: more than most roots have,
# so that all but one thread would have nothing to do. Each job but the first reads the window before it again, though,
# which at level 19 costs half as much as compressing it: jobs as short as a window are for small roots.
JOB_SIZE = 8 << 20
LARGE = 64 << 20
LARGE_JOB_SIZE = 32 << 20
# Bytes that all threads' working memory together may take; fewer threads only take longer.
MEMORY = 192 << 20


def compress_zstd(source: Path, target: Path, level: int, threads: int) -> int:
    """Compress a file into one zstd frame with its size and checksum; give the compressed size in bytes.

    The bytes depend on content, level and zstd's version alone: zstd cuts the input into jobs of a fixed size
    whenever it has at least one worker, however many there are. (Without workers it gives other bytes.) Jobs of a large
    file are larger, so its size counts too.
    """
    if level not in LEVELS:
        raise LeafrootError(f"zstd has no level {level}", hint=f"Levels are {LEVELS[0]} to {LEVELS[-1]}.")
    if threads < 1:
        raise LeafrootError(f"compression with {threads} threads", hint="One is the least.")
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
