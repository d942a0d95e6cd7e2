# SPDX-License-Identifier: Apache-2.0
"""Compressed files as streams of bytes; a thread decompresses ahead of the reader."""

from __future__ import annotations

import bz2
import io
import lzma
import queue
import threading
import zlib
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Protocol, cast

import zstandard

from leafroot.rootfs.layers import ZstdReader

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


CHUNK = 1 << 20
# How many decompressed chunks may wait for the reader: with one more in each thread, all the memory that is used.
_AHEAD = 8
# How much may be read at once: no path and no attribute in a header is longer.
_MOST = 1 << 20
# How much memory a decompressor may use: xz -9 uses 65 MiB, and its format allows 4 GiB.
_WINDOW = 256 << 20


class DamagedError(Exception):
    """A compressed stream is damaged, or ends too early."""


class TooMuchError(Exception):
    """A stream holds more than its reader accepts."""


class _Decompressor(Protocol):
    """One compressed stream, as bz2 and lzma have it."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes: ...


class _Gunzip:
    """One member of a gzip file; its checksum is compared at its end."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._member.eof

    @property
    def needs_input(self) -> bool:
        return not self._member.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._member.unused_data

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        return self._member.decompress(self._member.unconsumed_tail + data, max(0, max_length))


class _Streams(io.RawIOBase):
    """The decompressed bytes of all streams of a file, which begin with `magics`; zeros may follow each.

    Other bytes that follow one come as they are: a reader that knows its end can tell that there was more. The readers
    of Python's own modules would pass over them, or fail; that of lzma allocates all the memory that the file asks for.
    """

    def __init__(self, source: IO[bytes], new: Callable[[], _Decompressor], magics: tuple[bytes, ...]) -> None:
        self._source = source
        self._new = new
        self._magics = magics
        self._stream = new()
        self._begun = False
        self._plain: bytes | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        target = memoryview(buffer)
        data = self._next(len(target))
        target[: len(data)] = data
        return len(data)

    def _next(self, count: int) -> bytes:
        """Up to `count` bytes; none at the end."""
        while True:
            if self._plain is not None:
                data = self._plain or self._source.read(count)
                self._plain = data[count:]
                return data[:count]
            rest = b""
            if self._begun and self._stream.eof:
                rest = self._between(self._stream.unused_data)
                if not rest:
                    return b""
                if not rest.startswith(self._magics):
                    self._plain = rest
                    continue
                self._stream = self._new()
            elif self._stream.needs_input:
                rest = self._source.read(1 << 16)
                ended = self._begun and not rest
                if not rest and not self._begun:
                    return b""
                if ended and not (data := self._stream.decompress(b"", count)):
                    raise EOFError("Compressed file ended before the end-of-stream marker was reached")
                if ended:
                    return data
            self._begun = True
            if data := self._stream.decompress(rest, count):
                return data

    def _between(self, data: bytes) -> bytes:
        """What follows a stream, without zeros, and enough of it to see whether it is another stream."""
        data = data.lstrip(b"\0")
        while len(data) < max(map(len, self._magics)) and (more := self._source.read(1 << 16)):
            data = (data + more).lstrip(b"\0")
        return data


_XZ, _LZIP, _LZMA = b"\xfd7zXZ\x00", b"LZIP", b"\x5d\x00\x00"
_GZIP, _BZIP2 = b"\x1f\x8b", b"BZh"


def open_compressed(raw: IO[bytes]) -> IO[bytes]:
    """The decompressed bytes of a stream. Its first bytes tell the format; other data is returned as it is."""
    stream = io.BufferedReader(cast(io.RawIOBase, raw), 1 << 18)
    magic = stream.peek(6)[:6]
    if magic.startswith(_GZIP):
        return _streams(stream, _Gunzip, _GZIP)
    if magic == _XZ or magic.startswith((_LZMA, _LZIP)):
        return _streams(stream, lambda: lzma.LZMADecompressor(memlimit=_WINDOW), _XZ, _LZIP)
    if magic.startswith(_BZIP2):
        return _streams(stream, bz2.BZ2Decompressor, _BZIP2)
    # pzstd writes a skippable frame first.
    if magic.startswith(b"\x28\xb5\x2f\xfd") or (b"\x50" <= magic[:1] <= b"\x5f" and magic[1:4] == b"\x2a\x4d\x18"):
        return cast(IO[bytes], ZstdReader(stream))
    return cast(IO[bytes], stream)


def _streams(source: IO[bytes], new: Callable[[], _Decompressor], *magics: bytes) -> IO[bytes]:
    return cast(IO[bytes], io.BufferedReader(_Streams(source, new, magics), CHUNK))


class ReadAhead:
    """A stream that a thread reads ahead; it can seek forwards.

    `read` raises DamagedError for any fault of the stream, and TooMuchError after `limit` bytes. This is a context
    manager, whose end stops the thread.
    """

    def __init__(self, source: IO[bytes], limit: int) -> None:
        self._source = source
        self._limit = limit
        self._queue: queue.Queue[bytes | BaseException] = queue.Queue(_AHEAD)
        self._stop = threading.Event()
        self._buffer = b""
        self._start = 0
        self._at = 0
        self._ended = False
        self._thread = threading.Thread(target=self._read_source, name="decompress", daemon=True)
        self._thread.start()

    def __enter__(self) -> ReadAhead:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        while self._thread.is_alive():
            # The thread may be waiting for room in the queue.
            try:
                self._queue.get(timeout=0.01)
            except queue.Empty:
                continue
        self._thread.join()

    def read(self, count: int = -1, /) -> bytes:
        """The next `count` bytes, or all; fewer only at the end."""
        if count > _MOST:
            raise DamagedError(f"a header has {count} bytes")
        begin = self._at - self._start
        if 0 <= count <= len(self._buffer) - begin:
            self._at += count
            return self._buffer[begin : begin + count]
        parts = [self._buffer[begin:]]
        self._at += len(parts[0])
        left = count - len(parts[0])
        while (count < 0 or left > 0) and self._advance():
            begin = self._at - self._start
            part = self._buffer[begin:] if count < 0 else self._buffer[begin : begin + left]
            parts.append(part)
            self._at += len(part)
            left -= len(part)
        return b"".join(parts)

    def peek(self, count: int) -> bytes:
        """Up to `count` bytes that come next, without reading them; fewer only at the end."""
        begin = self._at - self._start
        while len(self._buffer) - begin < count and (data := self._take()):
            self._buffer += data
        return self._buffer[begin : begin + count]

    def tell(self) -> int:
        """The position of the next byte."""
        return self._at

    def seek(self, position: int, whence: int = io.SEEK_SET, /) -> int:
        """Go forward to an absolute position, or back to the last byte that was read: tarfile reads that one twice."""
        if whence != io.SEEK_SET or position < self._start:
            raise io.UnsupportedOperation("this stream cannot seek backwards")
        while position > self._start + len(self._buffer) and self._advance():
            pass
        self._at = min(position, self._start + len(self._buffer))
        return self._at

    def _advance(self) -> bool:
        """Replace the current chunk by the next one; False at the end."""
        found = self._take()
        if not found:
            return False
        self._start += len(self._buffer)
        self._buffer = found
        self._at = max(self._at, self._start)
        return True

    def _take(self) -> bytes:
        """The next chunk that the thread has read; nothing at the end."""
        if self._ended:
            return b""
        found = self._queue.get()
        self._ended = not isinstance(found, bytes) or not found
        if isinstance(found, (EOFError, OSError, zlib.error, lzma.LZMAError, zstandard.ZstdError)):
            raise DamagedError(str(found)) from found
        if isinstance(found, BaseException):
            raise found
        return found

    def _read_source(self) -> None:
        left = self._limit
        try:
            while not self._stop.is_set():
                data = self._source.read(CHUNK)
                left -= len(data)
                if left < 0:
                    raise TooMuchError
                self._queue.put(data)
                if not data:
                    return
        except BaseException as error:
            self._queue.put(error)
