# SPDX-License-Identifier: Apache-2.0
"""Makes tar archives with any members, also invalid ones, and compresses them in every way that is read."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable

import zstandard

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE),
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
}


def member(name: str, data: bytes = b"", **attributes: object) -> tuple[tarfile.TarInfo, bytes]:
    """A member of a tar archive: a file, unless the attributes say otherwise."""
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in attributes.items():
        setattr(info, key, value)
    return info, data


def folder(name: str, **attributes: object) -> tuple[tarfile.TarInfo, bytes]:
    """A folder as a member."""
    return member(name, type=tarfile.DIRTYPE, **{"mode": 0o755, **attributes})


def link(name: str, target: str, **attributes: object) -> tuple[tarfile.TarInfo, bytes]:
    """A symbolic link as a member."""
    return member(name, type=tarfile.SYMTYPE, linkname=target, **attributes)


def hard(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    """A hard link as a member."""
    return member(name, type=tarfile.LNKTYPE, linkname=target)


def special(name: str, kind: bytes) -> tuple[tarfile.TarInfo, bytes]:
    """A member of this type with the numbers of a device."""
    return member(name, type=kind, devmajor=1, devminor=3)


def tar_bytes(*members: tuple[tarfile.TarInfo, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:  # noqa: A002
    """A plain tar archive of these members, in this order, however wrong they are."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()
