# SPDX-License-Identifier: Apache-2.0
"""The members of zip archives, as those of tar archives are.

The format is PKWARE's APPNOTE.TXT; what Unix adds to it is as Info-ZIP's unzip takes it.
"""

from __future__ import annotations

import calendar
import errno
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from leafroot.archive.decompress import DamagedError
from leafroot.archive.extraction import Content
from leafroot.errors import LeafrootError, printable

MAGICS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")

_ENCRYPTED = 0x1
_NAME_IS_UTF8 = 0x800
# The systems that a member can come from (APPNOTE 4.4.2.2).
_FAT, _UNIX = 0, 3
_METHODS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 93: "zstd", 95: "xz", 98: "PPMd", 99: "AES encryption"}
# How many bytes the target of a symbolic link may have, as Linux has it (PATH_MAX).
_LONGEST_TARGET = 4096
_REPACK = "Unpack it by hand, pack it with tar, and describe that archive with its own SHA-256."


def is_zip(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a zip archive."""
    return head.startswith(MAGICS)


class _Content:
    """The bytes of a member; DamagedError for each fault that zipfile finds in them."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, count: int, /) -> bytes:
        with _faults():
            return self._stream.read(count)


class ZipMembers:
    """The members of the zip archive in `file`, which can seek; `where` names it in errors."""

    def __init__(self, file: IO[bytes], where: str) -> None:
        self._where = where
        with _faults():
            self._zip = zipfile.ZipFile(file)

    def __iter__(self) -> Iterator[tuple[tarfile.TarInfo, zipfile.ZipInfo]]:
        for info in self._zip.infolist():
            yield self._member(info), info

    def content(self, info: zipfile.ZipInfo) -> Content:
        """The bytes of a member; with the last of them its checksum is compared."""
        if info.flag_bits & _ENCRYPTED:
            raise LeafrootError(f"member '{printable(info.filename)}' is encrypted", self._where, _REPACK)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
            method = _METHODS.get(info.compress_type, f"method {info.compress_type}")
            raise LeafrootError(
                f"member '{printable(info.filename)}' is compressed with {method}, which Leafroot does not read",
                self._where,
                _REPACK,
            )
        with _faults():
            return _Content(self._zip.open(info))

    def _member(self, info: zipfile.ZipInfo) -> tarfile.TarInfo:
        """The member as tar would have it. Times have no time zone in a zip: they are taken for UTC, for everybody."""
        member = tarfile.TarInfo(_name(info))
        member.size = info.file_size
        member.mtime = _seconds(info)
        mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
        member.mode = stat.S_IMODE(mode) or 0o644
        if stat.S_ISLNK(mode):
            if info.file_size > _LONGEST_TARGET:
                raise DamagedError(f"the symbolic link {info.filename!r} has a target of {info.file_size} bytes")
            member.linkname = self.content(info).read(info.file_size).decode("utf-8", "surrogateescape")
            member.type, member.size = tarfile.SYMTYPE, 0
        elif member.name.endswith("/") or stat.S_ISDIR(mode):
            member.type, member.mode, member.size = tarfile.DIRTYPE, stat.S_IMODE(mode) or 0o755, 0
        elif mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            kinds = {stat.S_IFIFO: tarfile.FIFOTYPE, stat.S_IFBLK: tarfile.BLKTYPE}
            member.type, member.size = kinds.get(stat.S_IFMT(mode), tarfile.CHRTYPE), 0
        return member


def _seconds(info: zipfile.ZipInfo) -> int:
    """The member's time, in seconds since 1970; 0 for one that is no time."""
    try:
        return max(0, calendar.timegm(info.date_time))
    except (ValueError, OverflowError):
        return 0


def _name(info: zipfile.ZipInfo) -> str:
    """A member's path. zipfile takes a name for IBM's code page 437 if it is not said to be UTF-8."""
    name = info.filename
    if info.create_system == _UNIX and not info.flag_bits & _NAME_IS_UTF8:
        # Programs of Unix write what they have, which is UTF-8 today.
        name = name.encode("cp437").decode("utf-8", "surrogateescape")
    if info.create_system == _FAT and "/" not in name:
        # Some programs of Windows write its own separator.
        name = name.replace("\\", "/")
    return name


@contextmanager
def _faults() -> Iterator[None]:
    """Turn each error that zipfile has for a bad archive into a DamagedError."""
    try:
        yield
    except (zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, NotImplementedError) as error:
        raise DamagedError(str(error) or "it ends too early") from error
    except (ValueError, OverflowError, RuntimeError, struct.error) as error:
        raise DamagedError(f"a header is invalid: {error}") from error
    except OSError as error:
        # bz2 has no number for a damaged stream; a file cannot be read before its beginning.
        if error.errno not in (None, errno.EINVAL):
            raise
        raise DamagedError(str(error)) from error
