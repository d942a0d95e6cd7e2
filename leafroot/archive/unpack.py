# SPDX-License-Identifier: Apache-2.0
"""Unpacks archives into a folder; nothing in them can reach out of it.

A Debian binary package is an `ar` archive that holds two tars.
"""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import arpy

from leafroot.archive.decompress import CHUNK, DamagedError, ReadAhead, TooMuchError, open_compressed
from leafroot.archive.extraction import Allowance, Extraction
from leafroot.errors import LeafrootError, nearest
from leafroot.host.disk import full, is_full
from leafroot.host.run import check_interrupt

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


MAGIC = b"!<arch>\n"
# How many members an ar archive may have: they are kept in memory. A Debian package has three.
_MEMBERS = 1000


class _Slice(io.RawIOBase):
    """`size` bytes of `raw`, from `start` on."""

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
    """Whether a file is an ar archive; leaves its position at the start."""
    raw.seek(0)
    magic = raw.read(len(MAGIC))
    raw.seek(0)
    return magic == MAGIC


def members_of_ar(raw: IO[bytes]) -> dict[str, IO[bytes]]:
    """The members of an ar archive by name, each as a stream; only one of them may be read at a time.

    Raises DamagedError if any part of the archive is missing, even one that is not wanted.
    """
    length = raw.seek(0, os.SEEK_END)
    raw.seek(0)
    found: dict[str, IO[bytes]] = {}
    try:
        archive = arpy.Archive(fileobj=cast(io.BufferedReader, raw))
        while (header := archive.read_next_header()) is not None:
            # The library accepts any number as a size, and loops for ever on a negative one.
            if header.size < 0:
                raise DamagedError(f"a member has {header.size} bytes")
            name = header.name.decode(errors="replace") if isinstance(header.name, bytes) else ""
            start = cast(int, header.file_offset)
            if start + header.size > length:
                raise DamagedError(f"the archive ends in the middle of {name!r}")
            if len(found) >= _MEMBERS:
                raise DamagedError(f"it has more than {_MEMBERS} members")
            if name:
                found[name] = cast(IO[bytes], _Slice(raw, start, header.size))
    except (arpy.ArchiveFormatError, ValueError) as error:
        raise DamagedError(str(error)) from error
    return found


def unpack(
    archive: Path,
    destination: Path,
    *,
    mtime_limit: int,
    inner: str = "",
    strip: int = 1,
    exact_modes: bool = False,
    drop_links: bool = False,
) -> None:
    """Unpack a tar archive, plain or compressed (gzip, bzip2, xz, zstd), as the new folder `destination`.

    `inner` names a member that is itself the archive to unpack; the outer one may then be an ar too, such as a Debian
    package. `strip` is how many leading folders, common to all members, are stripped; none are stripped from what is in
    an ar, since the paths in a Debian package are those of a root. Files get mode 0644 or 0755, folders 0755, and our
    user owns them. No time stamp is later than `mtime_limit` (seconds since 1970). `exact_modes` is for Leafroot's own
    archives: all bits of modes are kept, and symbolic links may point anywhere, since they are meant for another root.
    Otherwise a symbolic link that leads out of the archive is an error, or is dropped if `drop_links`.

    Raises a LeafrootError that names the archive and the member at fault, and leaves nothing behind.
    """
    if os.path.lexists(destination):
        raise LeafrootError("already exists; nothing was unpacked", where=destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{destination.name}.", dir=destination.parent))
    where = f"{archive}: {inner}" if inner else str(archive)
    allowance = Allowance(archive.stat().st_size)
    try:
        with _open(archive, inner, allowance.content) as (stream, out_of_ar):
            top = 0 if out_of_ar else strip
            extraction = Extraction(
                temporary,
                where,
                allowance,
                strip=top,
                mtime_limit=mtime_limit,
                exact_modes=exact_modes,
                drop_links=drop_links,
            )
            for tar, member in _members(stream):
                check_interrupt()
                extraction.add(tar, member, stream)
            # A compressed file has its checksum at its end.
            while stream.read(CHUNK):
                pass
            extraction.finish()
        temporary.rename(destination)
    except BaseException as error:
        told = full(f"the unpacked files of {where}", destination.parent) if is_full(error) else None
        shutil.rmtree(temporary, ignore_errors=True)
        if told is not None:
            raise told from error
        if isinstance(error, TooMuchError):
            raise LeafrootError(f"unpacks to too much: {allowance.too_much}", where=where) from error
        if isinstance(error, (DamagedError, tarfile.TarError)):
            raise LeafrootError(f"is damaged or not an archive: {error}", where=where) from error
        raise


@contextmanager
def _open(archive: Path, inner: str, limit: int) -> Iterator[tuple[ReadAhead, bool]]:
    """The decompressed bytes of the archive, or of the archive within it, and whether that one is in an ar.

    No more than `limit` bytes come out of it.
    """
    with archive.open("rb") as raw:
        if is_ar(raw):
            with ReadAhead(open_compressed(_of_ar(archive, raw, inner)), limit) as within:
                yield within, True
            return
        with ReadAhead(open_compressed(raw), limit) as stream:
            if not inner:
                yield stream, False
                return
            names = []
            for tar, member in _members(stream):
                names.append(member.name.removeprefix("./"))
                if names[-1] == inner and member.isreg():
                    with (
                        cast(IO[bytes], tar.extractfile(member)) as file,
                        ReadAhead(open_compressed(file), limit) as within,
                    ):
                        yield within, False
                    return
    raise _missing(archive, inner, names)


def _of_ar(archive: Path, raw: IO[bytes], inner: str) -> IO[bytes]:
    found = members_of_ar(raw)
    if not inner:
        raise LeafrootError(
            "is an ar archive, like a Debian package: name the member to unpack",
            where=archive,
            hint=f'For example inner="data.tar.xz". {nearest(inner, found)}'.rstrip(),
        )
    if inner not in found:
        raise _missing(archive, inner, found)
    return found[inner]


def _missing(archive: Path, inner: str, names: Iterable[str]) -> LeafrootError:
    return LeafrootError(f"has no member {inner!r}", where=archive, hint=nearest(inner, names))


class _Member(tarfile.TarInfo):
    @classmethod
    def fromtarfile(cls, tar: tarfile.TarFile) -> _Member:
        try:
            return super().fromtarfile(tar)
        except (
            tarfile.InvalidHeaderError,  # type: ignore[attr-defined]
            tarfile.TruncatedHeaderError,  # type: ignore[attr-defined]
        ) as error:
            # tarfile takes these for the end of the archive, unless they are at its beginning.
            raise tarfile.ReadError(str(error)) from error
        except RecursionError as error:
            # tarfile calls itself for each header that describes the next one.
            raise tarfile.ReadError("hundreds of headers have no member") from error


def _members(stream: ReadAhead) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    with tarfile.open(
        fileobj=cast(IO[bytes], stream),
        mode="r:",
        tarinfo=_Member,
        encoding="utf-8",
        errors="surrogateescape",
    ) as tar:
        while (member := _next(tar)) is not None:
            # tarfile remembers every member, which takes 100 MB for a kernel.
            cast(Any, tar).members = []
            yield tar, member


def _next(tar: tarfile.TarFile) -> tarfile.TarInfo | None:
    try:
        return tar.next()
    except (ValueError, OverflowError) as error:
        # A number in it is not a possible size or offset.
        raise tarfile.ReadError(f"a header is invalid: {error}") from error
