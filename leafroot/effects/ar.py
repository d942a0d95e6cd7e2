# SPDX-License-Identifier: Apache-2.0
"""Members of an `ar` archive as streams: a Debian binary package is an ar with two tars in it."""

from __future__ import annotations

import io
import os
from typing import IO, TYPE_CHECKING, cast

import arpy

from leafroot.effects.decompress import DamagedError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAGIC = b"!<arch>\n"
# A Debian package has three, and all of them are kept in memory.
_MEMBERS = 1000


class _Slice(io.RawIOBase):
    """The bytes of `raw` from `start`, `size` of them."""

    def __init__(self, raw: IO[bytes], start: int, size: int) -> None:
        self._raw = raw
        self._at = start
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        target = memoryview(buffer)
        self._raw.seek(self._at)
        data = self._raw.read(min(len(target), self._left))
        target[: len(data)] = data
        self._at += len(data)
        self._left -= len(data)
        return len(data)


def is_ar(raw: IO[bytes]) -> bool:
    """Whether a file is an ar archive; its position is back at the start afterwards."""
    raw.seek(0)
    magic = raw.read(len(MAGIC))
    raw.seek(0)
    return magic == MAGIC


def members_of_ar(raw: IO[bytes]) -> dict[str, IO[bytes]]:
    """The members of an ar archive by name, each as a stream; only one of them may be read at a time.

    Raises DamagedError where the archive is not whole, be it behind the member that is wanted.
    """
    length = raw.seek(0, os.SEEK_END)
    raw.seek(0)
    found: dict[str, IO[bytes]] = {}
    try:
        archive = arpy.Archive(fileobj=cast(io.BufferedReader, raw))
        while (header := archive.read_next_header()) is not None:
            # The library takes any number for a size, and goes back and forth for ever with a negative one.
            if header.size < 0:
                raise DamagedError(f"a member of {header.size} bytes")
            name = header.name.decode(errors="replace") if isinstance(header.name, bytes) else ""
            start = cast(int, header.file_offset)
            if start + header.size > length:
                raise DamagedError(f"it ends in the middle of {name!r}")
            if len(found) >= _MEMBERS:
                raise DamagedError(f"more than {_MEMBERS} members")
            if name:
                found[name] = cast(IO[bytes], _Slice(raw, start, header.size))
    except (arpy.ArchiveFormatError, ValueError) as error:
        raise DamagedError(str(error)) from error
    return found
