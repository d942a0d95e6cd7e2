# SPDX-License-Identifier: Apache-2.0
"""Reads layers of a root from the building machine: a package's artefact, or an overlay's folder."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import zstandard

from leafroot.errors import LeafrootError
from leafroot.rootfs.tree import CHUNK, DEEPEST, ROOT, Directory, File, HardLink, Layer, Node, Slice, Symlink, is_normal

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


# People put a file of this name into a folder because git does not keep empty folders; it does not go into the root.
PLACEHOLDER = ".gitkeep"


class ZstdReader(io.RawIOBase):
    """The decompressed bytes of all zstd frames of a stream.

    Raises EOFError if the stream ends within a frame, which zstandard's own reader takes for the end of the data, and
    ZstdError if a frame is damaged.
    """

    # zstandard's decompressobj has no limit to what one call returns: 2 KiB of zstd hold 64 MiB at the very most.
    _PIECE = 2048

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._begun = False
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        target = memoryview(buffer)
        while not self._ready:
            data = self._source.read(self._PIECE)
            if not data:
                if self._begun:
                    raise EOFError("it ends in the middle of a zstd frame")
                return 0
            self._ready = memoryview(self._decompress(data))
        count = min(len(target), len(self._ready))
        target[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _decompress(self, data: bytes) -> bytes:
        found = []
        while data:
            self._begun = True
            found.append(self._frame.decompress(data))
            data = b""
            if self._frame.eof:
                data = self._frame.unused_data
                self._frame = zstandard.ZstdDecompressor().decompressobj()
                self._begun = False
        return b"".join(found)


def layer_from_tar(
    owner: str,
    archive: Path,
    *,
    keep: Callable[[str], bool] = lambda path: True,
    spool: Path | None = None,
    replaces: frozenset[str] = frozenset(),
) -> Layer:
    """Read an artefact (`tar.zst`) as a layer; modes are kept, and root owns everything.

    `keep` says for each path whether it is included. The root directory itself never is: packages do not set its mode.
    With `spool`, contents are appended to that file instead of kept in memory; the layer needs the file then.
    """
    nodes: dict[str, Node] = {}
    dropped: dict[str, Node] = {}
    with archive.open("rb") as source, _open_spool(spool) as store:
        plain = io.BufferedReader(ZstdReader(source), CHUNK)
        try:
            with tarfile.open(fileobj=plain, mode="r|") as tar:
                for member in tar:
                    path = _member_path(member.name, archive)
                    if path == ROOT:
                        continue
                    if path in nodes or path in dropped:
                        raise LeafrootError(f"contains {path} twice", archive)
                    into = nodes if keep(path) else dropped
                    into[path] = _member_node(path, member, tar, archive, spool, store)
                # The checksum is at the end of the frame.
                while plain.read(CHUNK):
                    pass
        except (EOFError, zstandard.ZstdError, tarfile.TarError) as error:
            raise LeafrootError(f"not an intact tar.zst: {error}", archive) from error
    return Layer(owner, _mend_links(nodes, dropped, archive), replaces)


def _open_spool(spool: Path | None) -> IO[bytes]:
    return io.BytesIO() if spool is None else spool.open("ab")


def _member_path(name: str, archive: Path) -> str:
    path = name.removeprefix("./").rstrip("/") or ROOT
    if path != ROOT and not is_normal(path):
        raise LeafrootError(f"its member {name!r} is outside the root", archive)
    return path


def _member_node(
    path: str,
    member: tarfile.TarInfo,
    tar: tarfile.TarFile,
    archive: Path,
    spool: Path | None,
    store: IO[bytes],
) -> Node:
    if member.isreg():
        content = tar.extractfile(member)
        assert content is not None
        if spool is None or not member.size:
            return File(content.read(), member.mode)
        offset = store.seek(0, os.SEEK_END)
        while chunk := content.read(CHUNK):
            store.write(chunk)
        return File(Slice(spool, offset, member.size), member.mode)
    if member.isdir():
        return Directory(member.mode)
    if member.issym():
        return Symlink(member.linkname)
    if member.islnk():
        return HardLink(_member_path(member.linkname, archive))
    raise LeafrootError(
        f"its member {path} is not a file, a directory or a link",
        archive,
        "A package cannot install device nodes and pipes: the board or the skeleton makes them.",
    )


def _mend_links(nodes: dict[str, Node], dropped: dict[str, Node], archive: Path) -> dict[str, Node]:
    """Make every hard link lead to a file of the layer, even if the first name of the file was dropped."""
    moved: dict[str, str] = {}
    mended = dict(nodes)
    for path, node in nodes.items():
        if not isinstance(node, HardLink):
            continue
        target = node.target
        if target in moved:
            mended[path] = HardLink(moved[target])
            continue
        found = nodes.get(target) or dropped.get(target)
        if isinstance(found, File) and target in nodes:
            continue
        if found is None or isinstance(found, (HardLink, Directory)):
            raise LeafrootError(f"its member {path} is a hard link to {target}, which is not an earlier file", archive)
        # tar also hard-links symbolic links; a second symbolic link with the same target is equivalent.
        mended[path] = found
        if isinstance(found, File):
            moved[target] = path
    return mended


def layer_from_directory(
    owner: str, folder: Path, *, override: bool = True, replaces: frozenset[str] = frozenset()
) -> Layer:
    """Read a folder (an overlay) as a layer; root owns everything, and modes are 0755, or 0644 if not executable.

    Only the owner's x bit counts: the other bits of a checkout depend on its owner's umask. Contents are not read until
    they are written. A `.gitkeep` is left out.
    """
    if not folder.is_dir():
        raise LeafrootError("no such folder", folder)
    return Layer(owner, dict(_walk(folder, "")), replaces, override)


def _walk(folder: Path, prefix: str, depth: int = 0) -> Iterator[tuple[str, Node]]:
    try:
        items = sorted(folder.iterdir(), key=lambda item: item.name)
        described = [(item, item.lstat()) for item in items]
    except OSError as error:
        raise LeafrootError(f"cannot be read: {error.strerror}", folder) from error
    if depth > DEEPEST:
        raise LeafrootError(f"more than {DEEPEST} folders deep", folder)
    for item, status in described:
        path = prefix + item.name
        if stat.S_ISDIR(status.st_mode):
            yield path, Directory()
            yield from _walk(item, f"{path}/", depth + 1)
        elif stat.S_ISLNK(status.st_mode):
            yield path, Symlink(str(item.readlink()))
        elif not stat.S_ISREG(status.st_mode):
            raise LeafrootError(
                "not a file, a folder or a symbolic link",
                item,
                "An overlay cannot hold device nodes and pipes: declare them in Python.",
            )
        elif not os.access(item, os.R_OK):
            raise LeafrootError("cannot be read: Permission denied", item)
        elif item.name != PLACEHOLDER:
            yield (
                path,
                File(Slice(item, 0, status.st_size), 0o755 if status.st_mode & stat.S_IXUSR else 0o644),
            )


@dataclass(frozen=True)
class Listing:
    """The entries of a folder as (path, what): what is the mode of a file, "/" for a folder, "-> target" for a link."""

    folder: str
    entries: tuple[tuple[str, str], ...]

    def files(self) -> tuple[str, ...]:
        """The regular files, as paths that a step can use."""
        return tuple(f"{self.folder}/{path}" for path, what in self.entries if what[0] == "0")


def read_listing(checkout: Path, folder: str) -> Listing:
    """List a folder of the checkout (or an absolute one); raises LeafrootError for what a root cannot hold."""
    entries = []
    for path, node in layer_from_directory(folder, checkout / folder).nodes.items():
        match node:
            case File():
                entries.append((path, f"{node.mode:04o}"))
            case Directory():
                entries.append((path, "/"))
            case Symlink():
                entries.append((path, f"-> {node.target}"))
    return Listing(folder, tuple(sorted(entries)))
