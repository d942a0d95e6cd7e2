# SPDX-License-Identifier: Apache-2.0
"""One transfer: copies one URL to a partial file, resumes it where it broke off, and verifies it."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from leafroot.errors import LeafrootError
from leafroot.host.disk import full, is_full
from leafroot.host.progress import Progress, size
from leafroot.host.run import check_interrupt

CHUNK = 1 << 18
# Timeout of a connection and of each read, in seconds.
TIMEOUT = 30.0
# How often a broken transfer is resumed, as long as each attempt brings some bytes.
ATTEMPTS = 5

_HTML = re.compile(rb"\s*(<!doctype\s+html|<html)", re.IGNORECASE)
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


class PlaceError(Exception):
    """Why the archive cannot be fetched from one URL; another may work."""


class _BrokenOffError(PlaceError):
    """The transfer broke off: the bytes that came are kept, and the rest can be fetched later."""


@dataclass
class _Answer:
    """Bytes of the archive from `offset` on; `total` is the size of the whole archive if it is known."""

    stream: http.client.HTTPResponse | IO[bytes]
    offset: int
    total: int | None


def bring(url: str, part: Path, sha256: str, name: str, progress: Progress) -> None:
    """Complete `part`, which exists, to the file with this SHA-256; what it already holds is not fetched again.

    Raises PlaceError. `part` is empty then, unless the transfer broke off and can be resumed later.
    """
    for attempt in range(ATTEMPTS):
        before = part.stat().st_size
        try:
            digest, offset = _attempt(url, part, sha256, name, progress)
        except _BrokenOffError as failure:
            reached = part.stat().st_size
            if reached <= before or attempt == ATTEMPTS - 1:
                raise
            progress.note(f"{name}: {failure}; resuming at {size(reached)}")
            continue
        if digest == sha256:
            return
        os.truncate(part, 0)
        if offset == 0:
            raise PlaceError(f"its SHA-256 is {digest}, not {sha256}")
        # The beginning may be from another place, or from a file that has changed since: fetch all of it again.
        progress.note(f"{name}: the part fetched earlier does not fit; starting over")
    raise PlaceError("the file changed while it was fetched")


def _attempt(url: str, part: Path, sha256: str, name: str, progress: Progress) -> tuple[str, int]:
    """Fetch the rest of `part`; returns the digest of the whole, and the offset of the first byte fetched now."""
    hasher = hashlib.sha256()
    with part.open("r+b") as file:
        while data := file.read(CHUNK):
            hasher.update(data)
        if hasher.hexdigest() == sha256:
            return sha256, file.tell()
        answer = _open(url, file.tell())
        with closing(answer.stream):
            if answer.offset != file.tell():
                hasher = hashlib.sha256()
                file.seek(0)
                file.truncate()
            with progress.transfer(name, answer.total, answer.offset) as shown:
                for data in _chunks(answer):
                    check_interrupt()
                    try:
                        file.write(data)
                        file.flush()
                    except OSError as error:
                        if is_full(error):
                            rest = f"{size(answer.total - shown.done)} more of " if answer.total is not None else ""
                            raise full(f"{rest}{name}, which is being fetched", part) from error
                        raise LeafrootError(f"cannot be written: {error.strerror}", where=part) from error
                    hasher.update(data)
                    shown.advance(len(data))
                os.fsync(file.fileno())
                digest = hasher.hexdigest()
                shown.good = digest == sha256
                return digest, answer.offset


def _chunks(answer: _Answer) -> Iterator[bytes]:
    """The bytes as they come; raises _BrokenOffError if there are fewer than announced."""
    reached = answer.offset
    while True:
        try:
            data = answer.stream.read1(CHUNK)  # type: ignore[union-attr]
        except (OSError, http.client.HTTPException) as error:
            raise _BrokenOffError(f"broke off after {reached} bytes: {_reason(error)}") from error
        if not data:
            break
        if reached == 0 and _HTML.match(data):
            raise PlaceError("sent an HTML page instead of the archive")
        reached += len(data)
        yield data
    if answer.total is not None and reached != answer.total:
        raise _BrokenOffError(f"ended after {reached} of {answer.total} bytes")


def _open(url: str, offset: int) -> _Answer:
    """Request the bytes from `offset` on; the answer may still begin at 0."""
    if url.startswith("file:"):
        try:
            stream = Path(url.removeprefix("file:")).open("rb")  # noqa: SIM115 - the answer owns it
        except OSError as error:
            raise PlaceError(_reason(error)) from error
        total = os.fstat(stream.fileno()).st_size
        stream.seek(offset if offset <= total else 0)
        return _Answer(stream, stream.tell(), total)
    request = urllib.request.Request(quote(url, safe="%/:=&?~+!$,;'@()*[]"), headers={"User-Agent": "leafroot"})
    if offset:
        request.add_header("Range", f"bytes={offset}-")
    try:
        response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and offset:
            return _open(url, 0)
        raise PlaceError(f"HTTP {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise PlaceError(_reason(error)) from error
    if response.headers.get_content_type() in ("text/html", "application/xhtml+xml"):
        response.close()
        raise PlaceError("sent an HTML page instead of the archive")
    answer = _read_headers(response, offset)
    if answer is not None:
        return answer
    response.close()
    if offset:
        return _open(url, 0)
    raise PlaceError("sent another range than the one requested")


def _read_headers(response: http.client.HTTPResponse, offset: int) -> _Answer | None:
    """Which bytes the answer holds; None if it is neither all of them nor those from `offset` on."""
    length = response.headers.get("Content-Length", "")
    rest = int(length) if length.isdigit() else None
    if response.status != http.HTTPStatus.PARTIAL_CONTENT:
        return _Answer(response, 0, rest)
    found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if not found or int(found[1]) != offset:
        return None
    return _Answer(response, offset, int(found[2]) if found[2] != "*" else rest and offset + rest)


def _reason(error: Exception) -> str:
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(inner, TimeoutError):
        return f"no answer within {TIMEOUT:g} s"
    if isinstance(inner, OSError) and inner.strerror:
        return inner.strerror
    return str(inner) or type(inner).__name__
