# SPDX-License-Identifier: Apache-2.0
"""Writes the members of a tar archive as files of a new folder; checks each of them before it writes anything.

Symbolic links are made last, when all files are there: so nothing is ever written through one.
"""

# Names are bytes here, whatever the locale says: pathlib knows only text.
# ruff: noqa: PTH101, PTH102, PTH108, PTH211

from __future__ import annotations

import os
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from leafroot.archive.decompress import CHUNK, ReadAhead
from leafroot.errors import LeafrootError, printable
from leafroot.host.disk import is_full
from leafroot.host.progress import size
from leafroot.rootfs.tree import DEEPEST, follow

# How much an archive may unpack to. No honest archive comes near these limits; they keep disk and memory from filling.
# Linux 6.12.107, the largest source here, has 92,402 members with 4.9 MB of names, and unpacks to 9.8 times the size
# of its archive. Only test data compresses 200 times, and it is small.
MEMBERS = 1_000_000
# Names are kept in memory, to know where links lead.
NAME_BYTES = 256 << 20
LEAST_BYTES = 1 << 30
RATIO = 200


@dataclass
class Allowance:
    """How much of its limits an archive of `packed` bytes has used up."""

    packed: int
    members: int = 0
    names: int = 0
    written: int = 0

    @property
    def content(self) -> int:
        """How many bytes the archive may unpack to."""
        return max(LEAST_BYTES, RATIO * self.packed)

    def refusal(self, name: str, length: int) -> str:
        """Count one member; the end of a sentence that says which limit it exceeds, or ""."""
        self.members += 1
        self.names += len(name)
        self.written += length
        if self.members > MEMBERS:
            return f"exceeds the limit of {MEMBERS:,} members"
        if self.names > NAME_BYTES:
            return f"exceeds the limit of {size(NAME_BYTES)} for all names together"
        if self.written > self.content:
            return f"would make it {size(self.written)}: {self.too_much}"
        return ""

    @property
    def too_much(self) -> str:
        """The limit of the content, in words."""
        return (
            f"an archive of {size(self.packed)} may unpack to {size(self.content)} at most "
            f"({RATIO} times its size, and at least {size(LEAST_BYTES)})"
        )


@dataclass(frozen=True)
class _Link:
    target: str
    mtime: int
    member: tarfile.TarInfo


class Extraction:
    """Extracts one archive into the empty folder `root`; `where` names the archive in errors."""

    def __init__(
        self,
        root: Path,
        where: str,
        allowance: Allowance,
        *,
        strip: int,
        mtime_limit: int,
        exact_modes: bool,
        drop_links: bool,
    ) -> None:
        self._root = os.fsencode(root)
        self._where = where
        self._allowance = allowance
        self._strip = strip
        self._limit = mtime_limit
        self._exact = exact_modes
        self._drop_links = drop_links
        self._first: tuple[list[str], str] | None = None
        self._files: set[str] = set()
        self._links: dict[str, _Link] = {}
        # Path -> (mode, time stamp), in the order in which they were made: parents first.
        self._folders = {"": self._attributes(None)}

    def add(self, tar: tarfile.TarFile, member: tarfile.TarInfo, stream: ReadAhead) -> None:
        """Write one member; its bytes are next in `stream`."""
        # The holes of a sparse file count: they are written as zeros.
        if reason := self._allowance.refusal(member.name, member.size if member.isreg() else 0):
            raise self._refusal(member, reason)
        path = self._below(member, member.name)
        if path is None:
            return
        try:
            if member.isdir():
                self._make_folder(member, path)
                self._folders[path] = self._attributes(member)
                return
            self._make_room(member, path)
            if member.issym():
                if not member.linkname or "\0" in member.linkname:
                    raise self._refusal(member, f"is a symbolic link with the invalid target {member.linkname!r}")
                self._links[path] = _Link(member.linkname, self._attributes(member)[1], member)
            elif member.islnk():
                self._add_hard_link(member, path)
            elif member.isreg():
                self._write_file(tar, member, stream, path)
            else:
                raise self._refusal(member, f"is {_kind(member)}; an archive of sources may not hold one")
        except OSError as error:
            if is_full(error):
                # This is not a fault of the archive: the caller says where the disk is full.
                raise
            raise self._refusal(member, f"cannot be written: {error.strerror}") from error

    def finish(self) -> None:
        """Make the symbolic links, then set the modes and time stamps of folders."""
        targets = {path: link.target for path, link in self._links.items()}
        outward = {path for path in targets if not self._exact and follow(path, targets.get).leaves}
        for path, link in self._links.items():
            if path in outward and not self._drop_links:
                raise self._refusal(link.member, f"is a symbolic link to {link.target!r}, outside the archive")
        for path, link in self._links.items():
            if path in outward:
                continue
            place = self._place(path)
            try:
                os.symlink(_encode(link.target), place)
            except OSError as error:
                if is_full(error):
                    raise
                raise self._refusal(link.member, f"cannot be written: {error.strerror}") from error
            os.utime(place, ns=(link.mtime, link.mtime), follow_symlinks=False)
        for path, (mode, mtime) in reversed(self._folders.items()):
            place = self._place(path)
            os.chmod(place, mode)
            os.utime(place, ns=(mtime, mtime))

    def _below(self, member: tarfile.TarInfo, name: str) -> str | None:
        """The path of a member below the root; None for a leading folder that is stripped."""
        told = "has" if name == member.name else f"is a hard link to {name!r}, which has"
        if name.startswith("/"):
            raise self._refusal(member, f"{told} an absolute path")
        if "\0" in name:
            raise self._refusal(member, f"{told} a NUL in its path")
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if ".." in parts:
            raise self._refusal(member, f"{told} '..' in its path")
        if len(parts) > DEEPEST:
            raise self._refusal(member, f"{told} more than {DEEPEST} folders in its path")
        if not parts and member.isdir():
            if not self._strip:
                self._folders[""] = self._attributes(member)
            return None
        top, rest = parts[: self._strip], parts[self._strip :]
        if self._first is None:
            self._first = (top, name)
        if not (rest or member.isdir()):
            raise self._refusal(member, "is not below a top folder, which should be stripped")
        if top != self._first[0]:
            raise self._refusal(member, f"and {self._first[1]!r} are not below the same top folder")
        if not rest:
            self._folders[""] = self._attributes(member)
            return None
        return "/".join(rest)

    def _make_folder(self, member: tarfile.TarInfo, path: str) -> None:
        missing = []
        while path not in self._folders:
            if path in self._files or path in self._links:
                raise self._refusal(member, f"needs {path!r} to be a folder, and it is a file or a link")
            missing.append(path)
            path = path.rpartition("/")[0]
        for one in reversed(missing):
            os.mkdir(self._place(one), 0o700)
            self._folders[one] = self._attributes(None)

    def _make_room(self, member: tarfile.TarInfo, path: str) -> None:
        """Make the folder that a file goes into, and remove an earlier member of the same name."""
        self._make_folder(member, path.rpartition("/")[0])
        if path in self._folders:
            raise self._refusal(member, "would replace a folder")
        if path in self._files:
            os.unlink(self._place(path))
            self._files.remove(path)
        self._links.pop(path, None)

    def _add_hard_link(self, member: tarfile.TarInfo, path: str) -> None:
        target = self._below(member, member.linkname)
        if target in self._links:
            self._links[path] = self._links[target]
        elif target in self._files:
            os.link(self._place(target), self._place(path), follow_symlinks=False)
            self._files.add(path)
        else:
            raise self._refusal(member, f"is a hard link to {member.linkname!r}, which is not an earlier file")

    def _write_file(self, tar: tarfile.TarFile, member: tarfile.TarInfo, stream: ReadAhead, path: str) -> None:
        mode, mtime = self._attributes(member)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self._place(path), flags, 0o600)
        self._files.add(path)
        try:
            source: ReadAhead | IO[bytes] = stream
            if member.issparse():
                source = cast(IO[bytes], tar.extractfile(member))
            else:
                stream.seek(member.offset_data)
            left = member.size
            while left > 0:
                data = source.read(min(left, CHUNK))
                if not data:
                    raise tarfile.ReadError(f"the archive ends in the middle of {member.name!r}")
                left -= len(data)
                while data:
                    data = data[os.write(descriptor, data) :]
            os.fchmod(descriptor, mode)
            os.utime(descriptor, ns=(mtime, mtime))
        finally:
            os.close(descriptor)

    def _attributes(self, member: tarfile.TarInfo | None) -> tuple[int, int]:
        """The mode and the time stamp (in ns) that a member gets; None stands for a folder that has no member."""
        if member is None:
            return 0o755, self._limit * 10**9
        plain = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
        # The time stamp may be a float; in a bad header it may be NaN, of which max() makes 0.
        mtime = int(min(max(0, member.mtime), self._limit))
        return member.mode & 0o7777 if self._exact else plain, mtime * 10**9

    def _place(self, path: str) -> bytes:
        return self._root + b"/" + _encode(path) if path else self._root

    def _refusal(self, member: tarfile.TarInfo, reason: str) -> LeafrootError:
        return LeafrootError(f"member '{printable(member.name)}' {reason}", where=self._where)


def _encode(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _kind(member: tarfile.TarInfo) -> str:
    if member.isblk() or member.ischr():
        return "a device node"
    return "a named pipe" if member.isfifo() else f"an entry of the unknown type {member.type!r}"
