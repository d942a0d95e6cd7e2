# SPDX-License-Identifier: Apache-2.0
"""Reads layers of a root from the building machine: a package's artefact, or an overlay's folder."""

from __future__ import annotations

import io
import os
import re
import shlex
import stat
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, cast

import zstandard

from leafroot.errors import LeafrootError, printable
from leafroot.rootfs.modes import check_named, has_private_key, is_open, known_mode, read_table, refuse_closed
from leafroot.rootfs.tree import (
    CHUNK,
    DEEPEST,
    ROOT,
    TABLE,
    Directory,
    File,
    HardLink,
    Layer,
    Node,
    Permissions,
    Slice,
    Symlink,
    is_normal,
)

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


# People put a file of such a name into a folder because git does not keep empty folders.
PLACEHOLDERS = frozenset({".gitkeep", ".keep", ".empty", ".placeholder"})
# What editors, file managers, Python and version control leave in a folder: no part of it.
LEFTOVERS = (
    *("*~", "#*#", ".#*", ".*.sw[a-p]", "*.swp", ".nfs*"),
    *(".DS_Store", "._*", "Thumbs.db", "desktop.ini", ".directory", "*.pyc"),
    *(".git", ".gitignore", ".gitattributes", ".gitmodules", ".hgignore"),
)
LEFTOVER_FOLDERS = frozenset({".git", ".svn", ".hg", ".bzr", "CVS", "__pycache__"})
# What patch(1) leaves: left out of a root, where it would run beside the real file. Sources may have such names.
_OF_PATCHES = ("*.orig", "*.rej")
# The skeleton's rcS starts whatever has such a name and is executable: also what people keep beside a script, and what
# package managers leave.
_SCRIPT = re.compile(r"etc/init\.d/S[0-9]{2}[^/]*")
_OLD_SCRIPT = re.compile(r"\.(bak|old|save|dis(abled)?|off|no|dpkg-[a-z]+|rpm(save|new|orig)|[0-9]+)$")
_SHOWN = 4
# Where /init and the skeleton's rcS mount; /var/run is the skeleton's link to /run.
_MOUNTED_OVER = ("dev/", "proc/", "run/", "sys/", "var/run/")


def is_leftover(name: str, is_folder: bool) -> bool:
    """Whether a name in a folder is that of a leftover, which is never meant."""
    return name in LEFTOVER_FOLDERS if is_folder else any(fnmatchcase(name, one) for one in LEFTOVERS)


def is_left_out(name: str, is_folder: bool) -> bool:
    """Whether a file or folder of an overlay, or of a package's files/, stays out of the root for its name."""
    if is_leftover(name, is_folder):
        return True
    return not is_folder and (name in PLACEHOLDERS or any(fnmatchcase(name, one) for one in _OF_PATCHES))


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
        "The kernel makes device nodes, in /dev, and a start script can make a pipe.",
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


@dataclass
class _Folder:
    """What was found in a folder: nodes and permissions for the root, and what people should know.

    `left_out` are paths that are left out. `special` and `closed` are modes on the disk: those with set-uid, set-gid or
    sticky bits, and those that not everybody may read. `is_open` says whether everybody may read anything else.
    `places` are the folder's own paths on this machine.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    permissions: Mapping[str, Permissions] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    special: dict[str, int] = field(default_factory=dict)
    closed: dict[str, int] = field(default_factory=dict)
    is_open: bool = False
    places: tuple[str, ...] = ()


def layer_from_directory(
    owner: str, folder: Path, *, override: bool = True, replaces: frozenset[str] = frozenset()
) -> Layer:
    """Read a folder (an overlay) as a layer: leafroot/rootfs/modes.py says which modes and owners its paths have.

    Of the disk's modes only the owner's x bit counts. Contents are not read until they are written, except to find
    private keys. Raises LeafrootError if a file is closed on the disk, but would be open in the root.
    """
    found = _read_folder(folder, override)
    # What other users cannot read is closed already; the table has the last word.
    open_files = [path for path, node in found.nodes.items() if isinstance(node, File) and is_open(node.mode)]
    for path in open_files:
        if path not in found.permissions and has_private_key(folder / path):
            found.nodes[path] = replace(cast(File, found.nodes[path]), mode=0o600)
    return Layer(owner, found.nodes, replaces, override, found.permissions)


def _read_folder(folder: Path, override: bool) -> _Folder:
    if not folder.is_dir():
        raise LeafrootError("no such folder", folder)
    found = _Folder(permissions=read_table(folder), is_open=is_open(folder.stat().st_mode))
    found.places = tuple(dict.fromkeys((str(folder.absolute()), str(folder.resolve()))))
    _walk(folder, "", found)
    if not override:
        check_named(found.permissions, found.nodes)
    # If everything is closed, that is the umask of whoever cloned, and says nothing about a single file.
    closed = {
        path: mode
        for path, mode in found.closed.items()
        if not (isinstance(found.nodes[path], File) and has_private_key(folder / path))
    }
    if found.is_open and closed:
        refuse_closed(folder, closed)
    return found


def _walk(folder: Path, prefix: str, found: _Folder, depth: int = 0) -> None:
    try:
        items = sorted(folder.iterdir(), key=lambda item: item.name)
        described = [(item, item.lstat()) for item in items]
    except OSError as error:
        raise LeafrootError(f"cannot be read: {error.strerror}", folder) from error
    if depth > DEEPEST:
        raise LeafrootError(f"more than {DEEPEST} folders deep", folder)
    for item, status in described:
        path = prefix + item.name
        is_folder = stat.S_ISDIR(status.st_mode)
        if path == TABLE:
            continue
        if is_left_out(item.name, is_folder) and not _is_named(path, found.permissions):
            found.left_out.append(f"{path}/" if is_folder else path)
        elif stat.S_ISLNK(status.st_mode):
            target = str(item.readlink())
            _check_target(target, path, item, found)
            found.nodes[path] = Symlink(target)
        elif not is_folder and not stat.S_ISREG(status.st_mode):
            raise LeafrootError(
                "not a file, a folder or a symbolic link",
                item,
                "The kernel makes device nodes, in /dev. A start script can make a pipe, and programs make sockets.",
            )
        elif not is_folder and not os.access(item, os.R_OK):
            raise LeafrootError("cannot be read: Permission denied", item)
        else:
            mode = _mode(path, status.st_mode, found)
            if is_folder:
                found.nodes[path] = Directory(mode)
                _walk(item, f"{path}/", found, depth + 1)
            else:
                found.nodes[path] = File(Slice(item, 0, status.st_size), mode)


def _check_target(target: str, path: str, link: Path, found: _Folder) -> None:
    """Refuse a link to the build machine's own path of the folder, which is no path of the root."""
    place = next((place for place in found.places if target.startswith(f"{place}/")), None)
    if place is None:
        return
    inside = os.path.relpath(target, place)
    there = printable(os.path.relpath(inside, str(PurePosixPath(path).parent)))
    raise LeafrootError(
        f"this link leads to {printable(target)}, a path of this machine and not of the root",
        link,
        f"In the root, that is /{printable(inside)}. Make the link anew: ln -sfn {shlex.quote(there)} {link.name}",
    )


def _is_named(path: str, permissions: Mapping[str, Permissions]) -> bool:
    return any(named == path or named.startswith(f"{path}/") for named in permissions)


def _mode(path: str, on_disk: int, found: _Folder) -> int:
    """The mode in the root of a file or folder; what the disk says besides is noted."""
    is_folder = stat.S_ISDIR(on_disk)
    said, known = found.permissions.get(path), known_mode(path, is_folder)
    found.is_open = found.is_open or is_open(on_disk)
    if said:
        return said.mode
    if on_disk & 0o7000 and known is None:
        found.special[path] = stat.S_IMODE(on_disk)
    if known is not None:
        return known
    if not is_open(on_disk):
        found.closed[path] = on_disk
    return 0o755 if is_folder or on_disk & stat.S_IXUSR else 0o644


@dataclass(frozen=True)
class Listing:
    """The entries of a folder as (path, what): what is the mode of a file, "/" for a folder, "-> target" for a link.

    What the folder's table says are further entries, "table MODE USER GROUP". `notes` are lines for people.
    """

    folder: str
    entries: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()

    def files(self) -> tuple[str, ...]:
        """The regular files, as paths that a step can use."""
        return tuple(f"{self.folder}/{path}" for path, what in self.entries if what[0].isdigit())


def read_listing(checkout: Path, folder: str, *, override: bool = True) -> Listing:
    """List a folder of the checkout (or an absolute one); raises LeafrootError for what a root cannot hold."""
    found = _read_folder(checkout / folder, override)
    Layer(folder, found.nodes, permissions=found.permissions)
    entries = [(path, f"table {one.mode:04o} {one.user} {one.group}") for path, one in found.permissions.items()]
    for path, node in found.nodes.items():
        match node:
            case File():
                entries.append((path, f"{node.mode:04o}"))
            case Directory():
                entries.append((path, "/"))
            case Symlink():
                entries.append((path, f"-> {node.target}"))
    return Listing(folder, tuple(sorted(entries)), tuple(_notes(folder, found)))


def _notes(folder: str, found: _Folder) -> Iterator[str]:
    """What people should know of a folder: each line has one fact, and the way out."""
    where = printable(folder)
    if left_out := [path for path in found.left_out if PurePosixPath(path).name not in PLACEHOLDERS]:
        yield f"{where}: left out of the root: {_few(left_out)} (to keep one, name it in {TABLE})"
    if found.special:
        path, mode = next(iter(found.special.items()))
        yield (
            f"{where}: set-uid, set-gid and sticky bits of the disk do not count: {_few(list(found.special))} "
            f"(write the mode into {TABLE}: {printable(path)} {mode:04o})"
        )
    files = [path for path, node in found.nodes.items() if not isinstance(node, Directory)]
    if hidden := [path for path in files if path.startswith(_MOUNTED_OVER)]:
        yield f"{where}: other file systems are mounted there at startup, and nobody will see these: {_few(hidden)}"
    scripts = {path: node for path, node in found.nodes.items() if _SCRIPT.fullmatch(path) and isinstance(node, File)}
    if idle := [path for path, node in scripts.items() if not node.mode & 0o100]:
        yield f"{where}: not executable, and so not started: {_few(idle)} (chmod +x)"
    if old := [path for path, node in scripts.items() if node.mode & 0o100 and _OLD_SCRIPT.search(path)]:
        yield f"{where}: started at boot like every S[0-9][0-9]* there: {_few(old)} (delete what is an old copy)"
    if found.closed and not found.is_open:
        yield (
            f"{where}: everything is closed to other users on this disk, as by the umask; in the root all can read it, "
            f"but for what {TABLE} closes"
        )


def _few(paths: list[str]) -> str:
    shown = ", ".join(printable(path) for path in paths[:_SHOWN])
    return f"{shown} and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else shown
