# SPDX-License-Identifier: Apache-2.0
"""Packs folders as tar.zst: equal folders give equal bytes, with any number of threads."""

# Names are bytes here, whatever the locale says: pathlib knows only text.
# ruff: noqa: PTH115, PTH123, PTH208

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, cast

import zstandard

from leafroot.errors import LeafrootError
from leafroot.files import replacing
from leafroot.host.disk import room_for
from leafroot.host.run import check_interrupt


def pack(
    directory: Path, output: Path, *, mtime: int, level: int = 3, threads: int = 1, drop: Sequence[str] = ()
) -> None:
    """Pack everything below `directory` as the tar.zst `output`, which is replaced when the new one is complete.

    Members are sorted by path and owned by root; every time stamp is `mtime` (seconds since 1970), and modes are kept.
    Hard links stay links to the first path of their file. `drop` are globs for paths relative to `directory`, in which
    `*` matches slashes too; dropping a folder drops all below it. The format is POSIX.1-2001 (pax), with extended
    headers only where a name or a size needs them.
    """
    # Without worker threads zstd splits its input differently: use one worker even for one thread.
    compressor = zstandard.ZstdCompressor(level=level, threads=max(1, threads), write_checksum=True)
    output.parent.mkdir(parents=True, exist_ok=True)
    try:
        with replacing(output) as file, room_for(f"{output.name}, into which {directory} is packed", output.parent):
            with (
                compressor.stream_writer(file, closefd=False) as writer,
                tarfile.open(
                    fileobj=cast(IO[bytes], writer),
                    mode="w",
                    format=tarfile.PAX_FORMAT,
                    encoding="utf-8",
                    errors="surrogateescape",
                ) as tar,
            ):
                _add_all(tar, directory, mtime, drop)
            os.fchmod(file.fileno(), 0o644)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise LeafrootError(f"cannot be packed: {error}", where=directory) from error


def _add_all(tar: tarfile.TarFile, directory: Path, mtime: int, drop: Sequence[str]) -> None:
    first_paths: dict[tuple[int, int], str] = {}
    for name, place, status in _walk(os.fsencode(directory), drop):
        check_interrupt()
        member = tarfile.TarInfo(name)
        member.mode = stat.S_IMODE(status.st_mode)
        member.mtime = mtime
        member.uname = member.gname = "root"
        if stat.S_ISDIR(status.st_mode):
            member.type = tarfile.DIRTYPE
            tar.addfile(member)
        elif stat.S_ISLNK(status.st_mode):
            member.type = tarfile.SYMTYPE
            # Every link has this mode on Linux.
            member.mode = 0o777
            member.linkname = os.readlink(place).decode("utf-8", "surrogateescape")
            tar.addfile(member)
        elif stat.S_ISREG(status.st_mode):
            identity = (status.st_dev, status.st_ino)
            first = first_paths.setdefault(identity, name) if status.st_nlink > 1 else name
            if first != name:
                member.type = tarfile.LNKTYPE
                member.linkname = first
                tar.addfile(member)
                continue
            member.size = status.st_size
            with open(place, "rb") as file:
                tar.addfile(member, file)
        else:
            raise LeafrootError("cannot be packed: not a file, a folder or a link", where=directory / name)


def _walk(root: bytes, drop: Sequence[str], below: str = "") -> Iterator[tuple[str, bytes, os.stat_result]]:
    """Everything below a folder, parents first, as (path relative to it, path, status)."""
    for base in sorted(os.listdir(root)):
        name = below + base.decode("utf-8", "surrogateescape")
        if any(fnmatchcase(name, pattern) for pattern in drop):
            continue
        place = root + b"/" + base
        status = os.lstat(place)
        yield name, place, status
        if stat.S_ISDIR(status.st_mode):
            yield from _walk(place, drop, name + "/")
