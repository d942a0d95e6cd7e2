# SPDX-License-Identifier: Apache-2.0
"""Writes the members of an archive as files of a new folder; checks each of them before it writes anything.

Symbolic links are made last, when all files are there: so nothing is ever written through one. Where a link leads is
data: nothing here follows it.
"""

# Names are bytes here, whatever the locale says: pathlib knows only text.
# ruff: noqa: PTH101, PTH102, PTH108, PTH211

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from leafroot.archive.decompress import CHUNK
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


class Content(Protocol):
    """The bytes of a member."""

    def read(self, count: int, /) -> bytes: ...


@dataclass(frozen=True)
class _Link:
    target: str
    mtime: int
    member: tarfile.TarInfo


# Types of members that are no files: a volume's label (GNU tar -V), and the folders of an incremental GNU archive.
_LABEL = b"V"
_DUMPED_FOLDER = b"D"
_REST_OF_A_VOLUME = b"M"
_REPACK = "Repack the archive without it, and describe the new archive with its own SHA-256."
# How many members a note names.
_NAMED = 3


class Extraction:
    """Extracts one archive into the empty folder `root`; `where` names the archive in errors.

    `strip` is how many leading folders of each path are stripped, as GNU tar's --strip-components does it; None strips
    one that all members share. `notes` are sentences about what became of members that are not what a person expects.
    """

    def __init__(
        self,
        root: Path,
        where: str,
        allowance: Allowance,
        *,
        strip: int | None,
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
        self._files: set[str] = set()
        self._links: dict[str, _Link] = {}
        # Path -> (path that a hard link leads to, its member), of those whose file has not come yet.
        self._waiting: dict[str, tuple[str, tarfile.TarInfo]] = {}
        # Path -> (mode, time stamp), in the order in which they were made: parents first.
        self._folders = {"": self._attributes(None)}
        self._noted: dict[str, list[str]] = {}

    @property
    def notes(self) -> list[str]:
        """Sentences on what was left out or changed, each with the first names."""
        return [f"{what}: {_few(names)}" for what, names in self._noted.items()]

    def add(self, member: tarfile.TarInfo, content: Callable[[], Content]) -> None:
        """Write one member; `content` gives its bytes, and is called only for a file."""
        # The holes of a sparse file count: they are written as zeros.
        if reason := self._allowance.refusal(member.name, member.size if member.isreg() else 0):
            raise self._refusal(member, reason)
        if member.type == _LABEL:
            return
        is_folder = _is_folder(member)
        path = self._below(member, member.name)
        if not path:
            if path == "" and is_folder:
                self._folders[""] = self._attributes(member)
            elif not is_folder:
                if not self._strip:
                    raise self._refusal(member, "has a path without a name", _REPACK)
                self._note(f"members that are not below strip={self._strip} folders are left out", member.name)
            return
        try:
            if is_folder:
                self._make_folder(member, path)
                self._folders[path] = self._attributes(member)
            elif member.issym():
                self._make_room(member, path)
                if not member.linkname or "\0" in member.linkname:
                    raise self._refusal(
                        member, f"is a symbolic link with the invalid target {member.linkname!r}", _REPACK
                    )
                self._links[path] = _Link(member.linkname, self._attributes(member)[1], member)
            elif member.islnk():
                self._add_hard_link(member, path)
            elif member.isreg():
                self._make_room(member, path)
                self._write_file(member, content(), path)
            else:
                self._leave_out(member)
        except OSError as error:
            if is_full(error):
                # This is not a fault of the archive: the caller says where the disk is full.
                raise
            raise self._refusal(member, f"cannot be written: {error.strerror}", _REPACK) from error

    def finish(self) -> Path:
        """Make the links, then set the modes and time stamps of folders; returns the folder that is the result.

        That is the root, or the only folder in it if it is to be stripped.
        """
        self._add_waiting()
        top = self._shared_folder()
        below = len(top) + 1 if top else 0
        targets = {path[below:]: link.target for path, link in self._links.items()}
        outward = {path for path in targets if not self._exact and follow(path, targets.get).leaves}
        for path, link in self._links.items():
            if path[below:] in outward:
                shown = f"{path[below:]} -> {link.target}"
                if self._drop_links:
                    continue
                self._note("symbolic links that lead out of the archive are kept", shown)
            place = self._place(path)
            try:
                os.symlink(_encode(link.target), place)
            except OSError as error:
                if is_full(error):
                    raise
                raise self._refusal(link.member, f"cannot be written: {error.strerror}", _REPACK) from error
            os.utime(place, ns=(link.mtime, link.mtime), follow_symlinks=False)
        for path, (mode, mtime) in reversed(self._folders.items()):
            place = self._place(path)
            os.chmod(place, mode)
            os.utime(place, ns=(mtime, mtime))
        return Path(os.fsdecode(self._place(top)))

    def _shared_folder(self) -> str:
        """The folder that all members share and that is to be stripped; "" if there is none."""
        found = {path.partition("/")[0] for path in (*self._folders, *self._files, *self._links)} - {""}
        if not (found or self._exact):
            raise LeafrootError(
                "contains no files", self._where, "Check where the archive comes from, and describe another one."
            )
        top = found.pop() if len(found) == 1 else ""
        return top if self._strip is None and top in self._folders else ""

    def _below(self, member: tarfile.TarInfo, name: str) -> str | None:
        """The path of a member below the root; None for one that is stripped away, "" for the root itself."""
        told = "has" if name == member.name else f"is a hard link to {name!r}, which has"
        if "\0" in name:
            raise self._refusal(member, f"{told} a NUL in its path", _REPACK)
        if name.startswith("/"):
            if self._exact:
                raise self._refusal(member, f"{told} an absolute path")
            self._note("absolute paths are unpacked without the '/' at their beginning", name)
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if ".." in parts:
            raise self._refusal(
                member, f"{told} '..' in its path", "No release needs such a path. Check where the archive comes from."
            )
        if len(parts) > DEEPEST:
            raise self._refusal(member, f"{told} more than {DEEPEST} folders in its path")
        strip = self._strip or 0
        return "/".join(parts[strip:]) if len(parts) >= strip else None

    def _make_folder(self, member: tarfile.TarInfo, path: str) -> None:
        missing: list[str] = []
        while path not in self._folders:
            if path in self._files or path in self._links or path in self._waiting:
                told = "is a folder" if _is_folder(member) and not missing else f"needs {path!r} to be a folder"
                raise self._refusal(member, f"{told}, and an earlier member makes it a file or a link", _REPACK)
            missing.append(path)
            path = path.rpartition("/")[0]
        for one in reversed(missing):
            os.mkdir(self._place(one), 0o700)
            self._folders[one] = self._attributes(None)

    def _make_room(self, member: tarfile.TarInfo, path: str) -> None:
        """Make the folder that a file goes into, and remove an earlier member of the same name."""
        self._make_folder(member, path.rpartition("/")[0])
        if path in self._folders:
            raise self._refusal(member, "would replace a folder", _REPACK)
        if path in self._files:
            os.unlink(self._place(path))
            self._files.remove(path)
        self._links.pop(path, None)
        self._waiting.pop(path, None)

    def _add_hard_link(self, member: tarfile.TarInfo, path: str) -> None:
        target = self._below(member, member.linkname)
        if not target:
            raise self._no_file(member)
        if target == path and (path in self._files or path in self._links):
            # GNU tar passes over a link to itself, too: the file is there already.
            return
        self._make_room(member, path)
        if not self._linked(target, path):
            self._waiting[path] = (target, member)

    def _linked(self, target: str, path: str) -> bool:
        """Make `path` the file that `target` is; False if there is no such file."""
        if target in self._links:
            self._links[path] = self._links[target]
        elif target in self._files:
            os.link(self._place(target), self._place(path), follow_symlinks=False)
            self._files.add(path)
        else:
            return False
        return True

    def _add_waiting(self) -> None:
        """Make the hard links whose files came later in the archive."""
        while self._waiting:
            made = [path for path, (target, _) in self._waiting.items() if self._linked(target, path)]
            if not made:
                raise self._no_file(next(iter(self._waiting.values()))[1])
            for path in made:
                del self._waiting[path]

    def _leave_out(self, member: tarfile.TarInfo) -> None:
        if member.type == _REST_OF_A_VOLUME:
            raise self._refusal(
                member,
                "is the rest of a file that begins in another volume",
                "Join the volumes of the archive first: unpack all of them with tar -M, and pack that again.",
            )
        kinds = {tarfile.CHRTYPE: "device node", tarfile.BLKTYPE: "device node", tarfile.FIFOTYPE: "named pipe"}
        if member.type not in kinds or self._exact:
            raise self._refusal(member, f"is an entry of the unknown type {member.type!r}", _REPACK)
        self._note(f"{kinds[member.type]}s are left out", member.name)

    def _write_file(self, member: tarfile.TarInfo, content: Content, path: str) -> None:
        mode, mtime = self._attributes(member)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self._place(path), flags, 0o600)
        self._files.add(path)
        try:
            left = member.size
            while left > 0:
                data = content.read(min(left, CHUNK))
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
        plain = 0o755 if _is_folder(member) or member.mode & 0o100 else 0o644
        # The time stamp may be a float; in a bad header it may be NaN, of which max() makes 0.
        mtime = int(min(max(0, member.mtime), self._limit))
        return member.mode & 0o7777 if self._exact else plain, mtime * 10**9

    def _place(self, path: str) -> bytes:
        return self._root + b"/" + _encode(path) if path else self._root

    def _note(self, what: str, name: str) -> None:
        self._noted.setdefault(what, []).append(name)

    def _no_file(self, member: tarfile.TarInfo) -> LeafrootError:
        return self._refusal(
            member, f"is a hard link to {member.linkname!r}, which is not a file in the archive", _REPACK
        )

    def _refusal(self, member: tarfile.TarInfo, reason: str, hint: str = "") -> LeafrootError:
        return LeafrootError(f"member '{printable(member.name)}' {reason}", self._where, hint)


def _is_folder(member: tarfile.TarInfo) -> bool:
    """Whether a member is a folder. Old tars know none: there it is a file whose name ends in a slash."""
    return member.isdir() or member.type == _DUMPED_FOLDER or (member.isreg() and member.name.endswith("/"))


def _encode(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _few(names: Iterable[str]) -> str:
    """The first names of a list, and how many more there are."""
    known = [printable(name) for name in names]
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return ", ".join(known[:_NAMED]) + more
