# SPDX-License-Identifier: Apache-2.0
"""The memory of an output folder: SCons's database, and the checksums of outputs and of files that were read.

It is one file with a checksum, replaced at the end of a run. So what SCons knows of an output, and the bytes that the
output then had, are always stored together. The next run finds each output that a killed run replaced, or that somebody
changed since. A damaged memory is ignored.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from leafroot.errors import LeafrootError
from leafroot.files import digest_of, replacing
from leafroot.host.disk import full, is_full, remove

_HEADER = b"leafroot memory 2 "
# If a file was read this shortly after it was written, in seconds, its time may not change when it is written again:
# file systems count time in ticks of some milliseconds, or of one or two seconds.
_RACY = 0.1
_RACY_IN_SECONDS = 2.1


@dataclass(frozen=True)
class Look:
    """The SHA-256 of a file, and the attributes that it then had: while they are the same, so is the file."""

    digest: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class Memory:
    """The memory in `file`, of outputs below `folder`. SCons uses it as a dbm database, from strings to bytes."""

    def __init__(self, file: Path, folder: Path) -> None:
        self._file = file
        self._folder = folder
        self._entries: dict[str, bytes] = {}
        self._looks: dict[str, Look] = {}
        self._files: dict[str, Look] = {}
        self._read_now: dict[str, str] = {}
        self._verified: dict[str, str] = {}
        self._before: bytes = b""
        self.written = 0.0
        """When the last run wrote the memory (seconds since 1970)."""
        self.damaged = False
        """Whether there was a memory, and it was damaged."""
        self.failed: Callable[[LeafrootError], None] = _raise
        """Called if the memory cannot be written at the end of a run."""
        self._read()

    def _read(self) -> None:
        try:
            self.written = self._file.stat().st_mtime
            content = self._file.read_bytes()
        except FileNotFoundError:
            return
        except OSError:
            content = b""
        head, _, body = content.partition(b"\n")
        if head != _HEADER + hashlib.sha256(body).hexdigest().encode():
            self.damaged, self.written = True, 0.0
            return
        self._entries, looks, files = pickle.loads(body)
        self._looks = {name: Look(*values) for name, values in looks.items()}
        self._files = {name: Look(*values) for name, values in files.items()}
        self._before = body

    def digest(self, name: str) -> str:
        """The SHA-256 of an output when it was made or brought from the cache; "" if it is unknown."""
        look = self._looks.get(name)
        return look.digest if look else ""

    def current(self, name: str) -> str:
        """The SHA-256 of an output that exists, made in this run or an earlier one; "" if it does not exist."""
        path = self._folder / name
        if not os.path.exists(path):  # noqa: PTH110 (a thousand of them are looked at in a run)
            return ""
        return self.digest(name) or digest_of(path)

    def verified(self, name: str) -> str:
        """The SHA-256 of an output's bytes now; they are read once in a run."""
        if name not in self._verified:
            self._verified[name] = digest_of(self._folder / name)
        return self._verified[name]

    def file_digest(self, path: Path) -> str:
        """The SHA-256 of an input file, as it was when this run first asked for it.

        The file is read again only if its size, times or inode have changed. Raises LeafrootError if it is gone.
        """
        name = str(path)
        known = self._read_now.get(name)
        if known is None:
            known = self._read_now[name] = self._file_digest(name)
        return known

    def _file_digest(self, name: str) -> str:
        try:
            status = os.stat(name)  # noqa: PTH116 (a thousand of them are looked at in a run)
            known = self._files.get(name)
            if known and known == _look(known.digest, status):
                return known.digest
            digest = digest_of(Path(name))
        except OSError as error:
            self._files.pop(name, None)
            raise LeafrootError(f"cannot be read: {error.strerror}", name, "It is an input of a step.") from None
        if time.time() - max(status.st_mtime, status.st_ctime) > _tick(status):
            self._files[name] = _look(digest, status)
        else:
            self._files.pop(name, None)
        return digest

    def made(self, name: str, digest: str) -> None:
        """Remember that the output now exists with this SHA-256."""
        self._looks[name] = _look(digest, (self._folder / name).stat())
        self._verified[name] = digest

    def drop(self, name: str) -> None:
        """Remove an output that has the wrong bytes; SCons then makes it again."""
        remove(self._folder / name)
        self._looks.pop(name, None)
        self._verified.pop(name, None)

    def check(self) -> list[str]:
        """Check every output, and drop those that have changed since they were made; returns their names."""
        dropped: list[str] = []
        for name, look in list(self._looks.items()):
            path = self._folder / name
            try:
                status = path.lstat()
            except FileNotFoundError:
                del self._looks[name]
                continue
            if look == _look(look.digest, status):
                continue
            if _has_digest(path, status.st_size, look):
                self.made(name, look.digest)
            else:
                self.drop(name)
                dropped.append(name)
        return dropped

    def open(self, name: str, flag: str = "c", mode: int = 0o666) -> Memory:
        """SCons calls this to open its database, which is this object."""
        return self

    def __getitem__(self, key: str) -> bytes:
        return self._entries[key]

    def __setitem__(self, key: str, value: bytes) -> None:
        self._entries[key] = value

    def keys(self) -> Iterator[str]:
        """The keys, as of a dbm database."""
        return iter(self._entries)

    def sync(self) -> None:
        """Write the file if anything has changed; set its time to that of this run in any case."""
        looks, files = (
            {name: (one.digest, one.size, one.mtime_ns, one.ctime_ns, one.inode) for name, one in table.items()}
            for table in (self._looks, self._files)
        )
        body = pickle.dumps((self._entries, looks, files))
        try:
            if body == self._before:
                with contextlib.suppress(FileNotFoundError):
                    os.utime(self._file)
                return
            with replacing(self._file) as stream:
                stream.write(_HEADER + hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            self._before = body
        except OSError as error:
            what = "the record of what was made"
            self.failed(full(what, self._file) if is_full(error) else LeafrootError(str(error), self._file))

    def close(self) -> None:
        """Do nothing; SCons calls it."""


def _tick(status: os.stat_result) -> float:
    """How long the file system that gave this time may give the same."""
    return _RACY if status.st_ctime_ns % 1_000_000_000 else _RACY_IN_SECONDS


def _look(digest: str, status: os.stat_result) -> Look:
    return Look(digest, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _raise(error: LeafrootError) -> None:
    raise error


def _has_digest(path: Path, size: int, look: Look) -> bool:
    try:
        return size == look.size and path.is_file() and not path.is_symlink() and digest_of(path) == look.digest
    except OSError:
        return False
