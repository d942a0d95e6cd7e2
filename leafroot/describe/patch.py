# SPDX-License-Identifier: Apache-2.0
"""Patches: their text, plain or compressed, what is wrong with one, and the series file that gives their order.

patch(1) passes over whatever it does not understand, and ends with status 0. So a patch is read here first: each part
of it must be one that changes something.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import zstandard

from leafroot.errors import LeafrootError, printable

LARGEST = 64 << 20
"""The most bytes that a patch may have, plain or compressed."""


@dataclass(frozen=True)
class Patch:
    """One patch of a source: its file, and how many leading folders its paths have more than the source (patch -p).

    `arch` is the kernel's name of the only architecture that it is for.
    """

    path: str
    strip: int = 1
    arch: str = ""


def read_patch(data: bytes, where: str) -> bytes:
    """The text of a patch file, decompressed if its first bytes say so; `where` names it in errors.

    It comes without a byte order mark, and with a newline at its end: patch(1) would not see the first file's name, or
    take the last line for one without a newline. Files without one have a line "\\ No newline at end of file".
    """
    try:
        text = _decompressed(data)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError) as error:
        raise LeafrootError(f"the compressed patch is damaged: {error}", where, "Download it again.") from error
    if len(text) > LARGEST:
        raise LeafrootError(f"the patch is larger than {LARGEST >> 20} MiB", where, "Split it into smaller patches.")
    text = text.removeprefix(codecs.BOM_UTF8)
    return text if not text or text.endswith(b"\n") else text + b"\n"


def _decompressed(data: bytes) -> bytes:
    if data.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=io.BytesIO(data)).read(LARGEST + 1)
    if data.startswith(b"BZh"):
        return bz2.BZ2File(io.BytesIO(data)).read(LARGEST + 1)
    if data.startswith((b"\xfd7zXZ\x00", b"\x5d\x00\x00", b"LZIP")):
        return lzma.LZMAFile(io.BytesIO(data)).read(LARGEST + 1)
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        stream = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True)
        text = stream.read(LARGEST + 1)
        if len(text) <= LARGEST:
            _check_frames(data)
        return text
    return data


def _check_frames(data: bytes) -> None:
    """Raise EOFError if the last zstd frame is cut off, which the library takes for the end of the data."""
    while data:
        frame = zstandard.ZstdDecompressor().decompressobj()
        frame.decompress(data)
        if not frame.eof:
            raise EOFError("it ends in the middle of a zstd frame")
        data = frame.unused_data


_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_NO_CONTENT = re.compile(rb"(?:Binary files|Files) .+ differ$|GIT binary patch$|Only in [^:]+: .+$")
# What git says of a file beside its content (git-diff(1)); patch(1) does it.
_GIT = re.compile(rb"(?:new file mode|deleted file mode|old mode|new mode|rename from|rename to|copy from|copy to) ")
_NOT_A_FILE = b"/dev/null"


def check_patch(text: bytes, strip: int, where: str) -> None:
    """Raise a LeafrootError with the line if any part of a patch would be passed over, or changes a file elsewhere.

    Known are unified and context diffs, and git's additions to unified ones, but for binary content.
    """
    if not text.strip():
        raise LeafrootError("the patch is empty", where, "Delete it, or make it again.")
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise LeafrootError(
            "the patch is in UTF-16, which patch(1) does not read",
            where,
            "Write it in UTF-8: iconv -f UTF-16 -t UTF-8.",
        )
    if text.lstrip()[:9].lower().startswith((b"<!doctype", b"<html")):
        raise LeafrootError(
            "this is an HTML page, not a patch", where, "Get the patch itself, often as 'raw' or '.patch'."
        )
    checker = _Checker([line.rstrip(b"\r") for line in text.split(b"\n")], strip, where)
    checker.check()


def has_crlf(text: bytes) -> bool:
    """Whether the lines that name files end in CR and LF: then all lines of the patch were converted."""
    return re.search(rb"^\+\+\+ [^\n]*\r\n", text, re.MULTILINE) is not None


def with_ends_of_content(text: bytes) -> bytes:
    """A patch whose lines all end in CR and LF, for a source whose lines do so too: only the lines of hunks keep CR.

    patch(1) removes the CR of all lines, or of none.
    """
    old = new = 0
    lines = []
    for line in text.split(b"\n"):
        if old <= 0 and new <= 0:
            line = line.rstrip(b"\r")
            if found := _HUNK.match(line):
                old, new = _counts(found)
        else:
            old -= not line.startswith((b"+", b"\\"))
            new -= not line.startswith((b"-", b"\\"))
            # An empty line of context whose blank was stripped.
            line = b" \r" if line == b"\r" else line
        lines.append(line)
    return b"\n".join(lines)


def _counts(header: re.Match[bytes]) -> tuple[int, int]:
    """How many lines a hunk has of the old file, and of the new one."""
    old, new = (1 if count is None else int(count) for count in header.groups())
    return old, new


def named_files(text: bytes) -> list[tuple[bytes, ...]]:
    """The names in the lines --- and +++ of each file, as they are written, without /dev/null."""
    found = re.findall(
        rb"^--- ([^\n\t]+)[^\n]*\n\+\+\+ ([^\n\t]+)[^\n]*\n@@ ", text.replace(b"\r\n", b"\n"), re.MULTILINE
    )
    return [tuple(name.rstrip() for name in names if name.rstrip() != _NOT_A_FILE) for names in found]


class _Checker:
    """Reads a patch once, line by line."""

    def __init__(self, lines: list[bytes], strip: int, where: str) -> None:
        self._lines = lines
        self._strip = strip
        self._where = where
        self._at = 0

    def check(self) -> None:
        changes = False
        # The line of the last "diff --git", until something follows that changes its file.
        begun: int | None = None
        # Whether a hunk may follow: after the names of a file, and after another hunk.
        named = False
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if self._names(b"--- ", b"+++ "):
                named = True
                if not self._line(2).startswith(b"@@ "):
                    raise self._fault(
                        2, f"no hunk follows the name {_shown(self._line(1)[4:])}", "Each file needs its lines @@."
                    )
                self._at += 2
            elif self._names(b"*** ", b"--- ") and self._line(2).startswith(b"*" * 15):
                changes, named, begun = True, False, None
                self._at += 3
            elif line.startswith(b"@@ "):
                if not named:
                    raise self._fault(0, "no file names come before this hunk", "Lines --- and +++ must be above it.")
                self._read_hunk()
                changes, begun = True, None
            else:
                if _NO_CONTENT.match(line):
                    raise self._fault(
                        0,
                        f"the patch does not have the content of this change: {_shown(line)}",
                        "A patch cannot change binary files. Take this part out, and bring the file in another way.",
                    )
                if _GIT.match(line):
                    changes, begun = True, None
                if line.startswith(b"diff --git "):
                    self._check_part(begun)
                    begun = self._at
                if line.startswith((b"rename ", b"copy ")):
                    self._check_name(b"x/" * self._strip + line.partition(b" ")[2].partition(b" ")[2])
                named = False
                self._at += 1
        self._check_part(begun)
        if not changes:
            raise LeafrootError(
                "the patch changes nothing", self._where, "It needs lines ---, +++ and @@ for each file."
            )

    def _check_part(self, begun: int | None) -> None:
        if begun is not None:
            raise self._fault(begun - self._at, "nothing follows that changes this file", "Make the patch again.")

    def _line(self, offset: int) -> bytes:
        at = self._at + offset
        return self._lines[at] if at < len(self._lines) else b""

    def _names(self, old: bytes, new: bytes) -> bool:
        """Whether the next two lines name a file; its names are checked."""
        if not (self._line(0).startswith(old) and self._line(1).startswith(new)):
            return False
        names = [self._line(offset)[4:].partition(b"\t")[0].strip() for offset in (0, 1)]
        known = [name for name in names if name != _NOT_A_FILE]
        for name in known:
            self._check_name(name)
        if known and all(len([part for part in name.split(b"/") if part]) <= self._strip for name in known):
            raise self._fault(
                1,
                f"{_shown(known[-1])} has no {self._strip} leading folders to strip",
                "If its paths are those of the source, name the patch in a file 'series' beside it, followed by -p0.",
            )
        return True

    def _check_name(self, name: bytes) -> None:
        parts = [part for part in name.split(b"/") if part]
        if b".." in parts[self._strip :] or (name.startswith(b"/") and not self._strip):
            raise self._fault(
                0, f"{_shown(name)} is outside the source", "A patch may change files of the source only."
            )

    def _read_hunk(self) -> None:
        """Go to the end of a hunk, which has as many lines as its header says."""
        start = self._at
        found = _HUNK.match(self._line(0))
        if not found:
            raise self._fault(
                0, f"this is not a hunk header: {_shown(self._line(0))}", "Write @@ -LINE,COUNT +LINE,COUNT @@."
            )
        old, new = _counts(found)
        self._at += 1
        while old > 0 or new > 0:
            kind = self._lines[self._at][:1] if self._at < len(self._lines) else b"?"
            if self._at >= len(self._lines) - 1 and kind == b"":
                kind = b"?"
            if kind not in (b" ", b"\t", b"", b"-", b"+", b"\\"):
                self._at = start
                raise self._fault(0, "this hunk has fewer lines than its header says", "Make the patch again.")
            old -= kind not in (b"+", b"\\")
            new -= kind not in (b"-", b"\\")
            if old < 0 or new < 0:
                self._at = start
                raise self._fault(0, "this hunk does not have the lines that its header says", "Make the patch again.")
            self._at += 1
        while self._line(0).startswith(b"\\"):
            self._at += 1
        blank = 0
        while self._at + blank < len(self._lines) and not self._line(blank):
            blank += 1
        after = self._line(blank)
        ends = after.startswith(b"--- ") or after.rstrip() in (b"--", b"---")
        if after[:1] in (b"+", b"-", b" ") and not ends:
            raise self._fault(
                blank, "this line comes after the end of the hunk, as its header counts", "Correct the counts in @@."
            )

    def _fault(self, offset: int, message: str, hint: str) -> LeafrootError:
        return LeafrootError(message, f"{self._where}:{min(self._at + offset, len(self._lines) - 1) + 1}", hint)


def _shown(text: bytes) -> str:
    return printable(text.decode(errors="replace").strip(), 100)


def read_series(text: str, where: str) -> Iterator[tuple[int, Patch]]:
    """The patches of a series file with their lines, in their order, as quilt(1) reads it.

    Each line names a patch, and may have an option -pN or -pab; a comment begins with "#".
    """
    seen = set()
    for number, line in enumerate(text.splitlines(), 1):
        words = re.sub(r"(^|\s)#.*", "", line).split()
        if not words:
            continue
        name, *options = words
        strip = 1
        for option in options:
            if not (found := re.fullmatch(r"-p(\d|ab)", option)):
                raise LeafrootError(
                    f"unknown option {option!r}", f"{where}:{number}", "A patch takes -p0, -p1 and so on."
                )
            strip = 1 if found[1] == "ab" else int(found[1])
        if name in seen:
            raise LeafrootError(f"{name} is named twice", f"{where}:{number}", "Delete one of the lines.")
        if name.startswith("/") or ".." in name.split("/"):
            raise LeafrootError(f"{name!r} is not a path below this folder", f"{where}:{number}")
        seen.add(name)
        yield number, Patch(name, strip)
