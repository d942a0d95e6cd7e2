# SPDX-License-Identifier: Apache-2.0
"""Unpacks archives into a folder; nothing in them can reach out of it.

A Debian binary package is an `ar` archive that holds two tars. What is not read is refused for what it is.
"""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import arpy

from leafroot.archive.decompress import CHUNK, DamagedError, ReadAhead, TooMuchError, open_compressed
from leafroot.archive.extraction import Allowance, Content, Extraction
from leafroot.archive.foreign import HEAD, foreign
from leafroot.archive.zip import ZipMembers, is_zip
from leafroot.errors import LeafrootError, nearest
from leafroot.host.disk import full, is_full
from leafroot.host.run import check_interrupt

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


MAGIC = b"!<arch>\n"
# How many members an ar archive may have: they are kept in memory. A Debian package has three.
_MEMBERS = 1000


# An archive is read only if it has the SHA-256 that its description says.
_AS_PINNED = (
    "It has the SHA-256 that was pinned: so the file was like this when it was pinned. "
    "Find out what it is with file(1), and pin the right file."
)


class _Part(io.RawIOBase):
    """The next `size` bytes of `content`, as a file."""

    def __init__(self, content: Content, size: int) -> None:
        self._content = content
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        target = memoryview(buffer)
        data = self._content.read(min(len(target), self._left, CHUNK))
        if not data and self._left and len(target):
            raise EOFError("the archive ends in the middle of it")
        target[: len(data)] = data
        self._left -= len(data)
        return len(data)


class _Slice:
    """The bytes of `raw` from `start` on."""

    def __init__(self, raw: IO[bytes], start: int) -> None:
        self._raw = raw
        self._at = start

    def read(self, count: int, /) -> bytes:
        self._raw.seek(self._at)
        data = self._raw.read(count)
        self._at += len(data)
        return data


def _file(content: Content, size: int) -> IO[bytes]:
    return cast(IO[bytes], io.BufferedReader(_Part(content, size), CHUNK))


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
                found[name] = _file(_Slice(raw, start), header.size)
    except (arpy.ArchiveFormatError, ValueError) as error:
        raise DamagedError(str(error)) from error
    return found


def unpack(
    archive: Path,
    destination: Path,
    *,
    mtime_limit: int,
    inner: str = "",
    strip: int | None = None,
    exact_modes: bool = False,
    drop_links: bool = False,
) -> list[str]:
    """Unpack an archive as the new folder `destination`.

    It is a zip, or a tar, plain or compressed with gzip, bzip2, xz, lzma, lzip or zstd.
    `inner` names a member that is itself the archive to unpack; the outer one may then be an ar too, such as a Debian
    package. `strip` is how many leading folders are stripped from each path. None strips one that all members share,
    but none from what is in an ar, since the paths in a Debian package are those of a root. Files get mode 0644 or
    0755, folders 0755, and our user owns them. No time stamp is later than `mtime_limit` (seconds since 1970).
    `exact_modes` is for Leafroot's own archives: all bits of modes are kept, and all must be as `pack` writes it.
    `drop_links` leaves out symbolic links that lead out of the archive; else they are kept: they are never followed.

    Returns sentences about members that a person may miss, or that are not as in the archive. Raises a LeafrootError
    that names the archive and the member at fault, and leaves nothing behind.
    """
    if os.path.lexists(destination):
        raise LeafrootError("already exists; nothing was unpacked", where=destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{destination.name}.", dir=destination.parent))
    where = f"{archive}: {inner}" if inner else str(archive)
    allowance = Allowance(archive.stat().st_size)
    reading = _Reading(allowance.content, destination.parent, exact_modes)
    try:
        with _open(reading, archive, inner) as (found, in_ar):
            extraction = Extraction(
                temporary,
                where,
                allowance,
                strip=0 if in_ar and strip is None else strip,
                mtime_limit=mtime_limit,
                exact_modes=exact_modes,
                drop_links=drop_links,
            )
            for member, content in found:
                check_interrupt()
                extraction.add(member, content)
        extraction.finish().rename(destination)
        return [*extraction.notes, *reading.notes]
    except BaseException as error:
        told = full(f"the unpacked files of {where}", destination.parent) if is_full(error) else None
        if told is not None:
            raise told from error
        if isinstance(error, TooMuchError):
            raise LeafrootError(f"unpacks to too much: {allowance.too_much}", where=where) from error
        if isinstance(error, (DamagedError, tarfile.TarError)):
            raise LeafrootError(f"is damaged or not an archive: {error}", where, _AS_PINNED) from error
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


# A member of a tar or a zip, and what gives its bytes.
_Found = tuple[tarfile.TarInfo, Callable[[], Content]]


@dataclass(frozen=True)
class _Reading:
    """How an archive is read: how many bytes may come out of it, and a folder for large scratch files.

    `ours` says that Leafroot packed it: it may be empty then. `notes` are sentences about what was not read.
    """

    limit: int
    scratch: Path
    ours: bool
    notes: list[str] = field(default_factory=list)

    @contextmanager
    def members(self, file: IO[bytes], where: str) -> Iterator[Iterator[_Found]]:
        """The members of a tar or a zip, in their order; `where` names it in errors."""
        head = cast(io.BufferedReader, file).peek(HEAD)[:HEAD]
        if is_zip(head):
            with self._seekable(file) as whole:
                archive = ZipMembers(whole, where)
                yield ((member, partial(archive.content, info)) for member, info in archive)
            return
        if not self.ours:
            _refuse(head, where, "is {}")
        with ReadAhead(open_compressed(file), self.limit) as stream:
            if not self.ours:
                _refuse(stream.peek(HEAD), where, "is compressed, and its content is {}", inner=True)
            yield self._members_of_tar(stream)

    def _members_of_tar(self, stream: ReadAhead) -> Iterator[_Found]:
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
                yield member, partial(_content, tar, member, stream)
        # A compressed file has its checksum at its end.
        rest = False
        while data := stream.read(CHUNK):
            rest = rest or bool(data.strip(b"\0"))
        if rest and not self.ours:
            self.notes.append("data after the end of the archive is not unpacked")

    @contextmanager
    def _seekable(self, file: IO[bytes]) -> Iterator[IO[bytes]]:
        """The file itself, or a copy of one that can only be read once: the list of a zip's members is at its end."""
        if file.seekable():
            yield file
            return
        with tempfile.TemporaryFile(dir=self.scratch) as copy, ReadAhead(file, self.limit) as stream:
            while data := stream.read(CHUNK):
                copy.write(data)
            yield cast(IO[bytes], copy)


def _refuse(head: bytes, where: str, sentence: str, *, inner: bool = False) -> None:
    if known := foreign(head, inner=inner):
        raise LeafrootError(sentence.format(known[0]), where, known[1])


@contextmanager
def _open(reading: _Reading, archive: Path, inner: str) -> Iterator[tuple[Iterator[_Found], bool]]:
    """The members of the archive, or of the archive within it, and whether that one is in an ar."""
    with archive.open("rb") as raw:
        if is_ar(raw):
            with reading.members(_of_ar(archive, raw, inner), f"{archive}: {inner}") as found:
                yield found, True
            return
        with reading.members(raw, str(archive)) as found:
            if not inner:
                yield found, False
                return
            names = []
            for member, content in found:
                names.append(member.name.removeprefix("./"))
                if names[-1] == inner and member.isreg():
                    with reading.members(_file(content(), member.size), f"{archive}: {inner}") as within:
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


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo, stream: ReadAhead) -> Content:
    if member.issparse():
        return cast(Content, tar.extractfile(member))
    stream.seek(member.offset_data)
    return stream


class _Member(tarfile.TarInfo):
    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Member:
        member = super().frombuf(buf, encoding, errors)
        if buf[257:265] == b"ustar  \0":
            # Where POSIX has the beginning of a name, GNU tar's own format has times. tarfile joins them to the name.
            name = tarfile.nts(buf[:100], encoding, errors)  # type: ignore[attr-defined]
            member.name = name.rstrip("/") if member.isdir() else name
        return member

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


def _next(tar: tarfile.TarFile) -> tarfile.TarInfo | None:
    try:
        return tar.next()
    except (ValueError, OverflowError) as error:
        # A number in it is not a possible size or offset.
        raise tarfile.ReadError(f"a header is invalid: {error}") from error
