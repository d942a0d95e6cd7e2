# SPDX-License-Identifier: Apache-2.0
"""Folders packed as tar.zst: equal folders give equal bytes, with however many threads."""

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
    """Pack what lies below `directory` into `output`, a tar.zst, which is replaced when the new one is complete.

    Sorted by path, owned by root, every time stamp `mtime` (seconds since 1970), modes as they are on the
    disk; hard links stay links, the first path being the file. `drop` are globs of paths relative to
    `directory`, in which `*` matches slashes too; with a folder goes all below it. The format is POSIX.1-2001
    (pax), whose extended headers appear only where a name or a size needs them.
    """
    # Without worker threads zstd cuts its input up differently: one thread must be one worker.
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
            # Linux gives every link this mode; other systems follow the umask.
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
            raise LeafrootError("is neither a file, a folder nor a link: it cannot be packed", where=directory / name)


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
