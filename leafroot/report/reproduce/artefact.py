# SPDX-License-Identifier: Apache-2.0
"""What is in an artefact: every file by its path, and which of them are the building machine's own."""

from __future__ import annotations

import hashlib
import io
import re
import stat
import tarfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import zstandard

_CHUNK = 1 << 20
# Kbuild's notes of what a file was made from, and where those name headers of the host.
_NOTES = re.compile(r"(^|/)\.[^/]+\.cmd$")
_HOST_HEADERS = b"/usr/include/"


@dataclass(frozen=True)
class Member:
    """What a file of an artefact is, without its bytes."""

    kind: str
    mode: int
    size: int
    digest: str
    link: str
    mtime: int

    def against(self, other: Member) -> str:
        """How another differs from this one, in words."""
        words = [
            f"{what} {mine} and {theirs}"
            for what, mine, theirs in (
                ("kind", self.kind, other.kind),
                ("mode", f"{self.mode:04o}", f"{other.mode:04o}"),
                ("link to", self.link, other.link),
                ("time", self.mtime, other.mtime),
                ("size", self.size, other.size),
            )
            if mine != theirs
        ]
        return ", ".join(words) or "other bytes of the same size"


@contextmanager
def opened(artefact: Path) -> Iterator[tarfile.TarFile]:
    """The archive, to be read from its beginning to its end."""
    with (
        artefact.open("rb") as raw,
        zstandard.ZstdDecompressor().stream_reader(raw) as frame,
        tarfile.open(fileobj=io.BufferedReader(frame, _CHUNK), mode="r|", errors="surrogateescape") as tar,
    ):
        yield tar


def members(artefact: Path) -> dict[str, Member]:
    """Every file, folder and link of an artefact, by its path."""
    found = {}
    with opened(artefact) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            digest = hashlib.sha256()
            while content is not None and (chunk := content.read(_CHUNK)):
                digest.update(chunk)
            kind, mode = member.type.decode(), stat.S_IMODE(member.mode)
            mtime = int(member.mtime)
            found[member.name] = Member(kind, mode, member.size, digest.hexdigest(), member.linkname, mtime)
    return found


def host_files(artefact: Path, names: Collection[str], compiler: str) -> set[str]:
    """Those of the files that run on the building machine, or tell of its headers.

    `compiler` is what the host's compiler writes into the section .comment of all that it makes; the toolchain that
    is built from source writes another one.
    """
    found = set()
    with opened(artefact) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.name in names and member.isreg() else None
            data = content.read() if content else b""
            if compiler.encode() in data or (_NOTES.search(member.name) and _HOST_HEADERS in data):
                found.add(member.name)
    return found
