# SPDX-License-Identifier: Apache-2.0
"""What a root file system holds, as data: files, directories, links, device nodes.

Paths are relative and normal ("usr/bin/env"); the root directory itself is ".". Nothing is made on a disk, so
device nodes and owners need no privilege.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leafroot.errors import LeafrootError

ROOT = "."
CHUNK = 1 << 20
# Folders within folders: the deepest tree that people build from has some twenty. What walks a tree, here and in
# Python's own library, calls itself for each, and ends at a thousand.
DEEPEST = 200


@dataclass(frozen=True)
class Slice:
    """A stretch of a file of the building machine, in bytes; read only when it is needed."""

    path: Path
    offset: int
    size: int


@dataclass(frozen=True)
class File:
    """A regular file; its content is here, or lies on the building machine."""

    content: bytes | Slice
    mode: int = 0o644
    uid: int = 0
    gid: int = 0

    @property
    def size(self) -> int:
        """Bytes of content."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.size

    def chunks(self) -> Iterator[bytes]:
        """The content in pieces of at most 1 MiB; a source that has become shorter is an error."""
        if isinstance(self.content, bytes):
            view = memoryview(self.content)
            yield from (bytes(view[at : at + CHUNK]) for at in range(0, len(view), CHUNK))
            return
        left = self.content.size
        try:
            with self.content.path.open("rb") as source:
                source.seek(self.content.offset)
                while left:
                    chunk = source.read(min(CHUNK, left))
                    if not chunk:
                        raise LeafrootError(f"{left} bytes are missing: it was changed meanwhile", self.content.path)
                    left -= len(chunk)
                    yield chunk
        except OSError as error:
            raise LeafrootError(f"cannot be read: {error.strerror}", self.content.path) from error

    def read(self) -> bytes:
        """The whole content."""
        return self.content if isinstance(self.content, bytes) else b"".join(self.chunks())


@dataclass(frozen=True)
class HardLink:
    """Another name of a regular file of the same layer; owner and mode are the file's."""

    target: str


@dataclass(frozen=True)
class Directory:
    """A directory."""

    mode: int = 0o755
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class Symlink:
    """A symbolic link; an absolute target is meant from this root."""

    target: str
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class CharDevice:
    """A character device node."""

    major: int
    minor: int
    mode: int = 0o600
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class BlockDevice:
    """A block device node."""

    major: int
    minor: int
    mode: int = 0o600
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class Fifo:
    """A named pipe."""

    mode: int = 0o600
    uid: int = 0
    gid: int = 0


Node = File | HardLink | Directory | Symlink | CharDevice | BlockDevice | Fifo
NOUNS: dict[type[Node], str] = {
    File: "a file",
    HardLink: "a hard link",
    Directory: "a directory",
    Symlink: "a symbolic link",
    CharDevice: "a character device",
    BlockDevice: "a block device",
    Fifo: "a named pipe",
}


def is_normal(path: str) -> bool:
    """Whether a path is relative and has no empty, `.` or `..` part and no NUL."""
    return "\0" not in path and all(part not in ("", ".", "..") for part in path.split("/"))


def parents(path: str) -> Iterator[str]:
    """The directories above a path, nearest first, without the root itself."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def check_node(path: str, node: Node, owner: str) -> None:
    """Refuse what no Linux file system could hold; device numbers have 12 and 20 bits (linux/kdev_t.h)."""
    where = f"{owner}: /{path}"
    if not isinstance(node, (HardLink, Symlink)) and not 0 <= node.mode <= 0o7777:
        raise LeafrootError(f"mode {node.mode:o} has more than permission bits", where)
    if not isinstance(node, HardLink):
        for kind, number in (("uid", node.uid), ("gid", node.gid)):
            # The highest number means "unchanged" to chown(2).
            if not 0 <= number < 0xFFFFFFFF:
                raise LeafrootError(f"{kind} {number} is out of range", where)
    if isinstance(node, Symlink) and (not node.target or "\0" in node.target):
        raise LeafrootError("a symbolic link with an impossible target", where)
    if isinstance(node, (CharDevice, BlockDevice)) and not (0 <= node.major < 1 << 12 and 0 <= node.minor < 1 << 20):
        raise LeafrootError(f"device number {node.major}:{node.minor} is out of range", where)
