# SPDX-License-Identifier: Apache-2.0
"""The root file system as data: files, directories, links and device nodes; merges layers of them into one tree.

Paths are relative and normalized ("usr/bin/env"); the root directory itself is ".". Nothing is created on a disk, so
device nodes and owners need no privileges.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from leafroot.errors import LeafrootError, nearest

ROOT = "."
# The table of modes and owners at the top of an overlay, or of a package's files/.
TABLE = "leafroot.modes"
CHUNK = 1 << 20
# How deep folders may be nested: real source trees have about twenty levels. Functions that walk a tree, here and in
# Python's library, call themselves for each level, and Python stops them at a thousand.
DEEPEST = 200
# How many symbolic links of one path Linux follows before it returns ELOOP (MAXSYMLINKS, include/linux/namei.h).
MAX_SYMLINKS = 40


@dataclass(frozen=True)
class Slice:
    """A range of a file on the building machine, in bytes; it is read when it is needed."""

    path: Path
    offset: int
    size: int


@dataclass(frozen=True)
class File:
    """A regular file; its content is bytes, or a slice of a file on the building machine."""

    content: bytes | Slice
    mode: int = 0o644
    uid: int = 0
    gid: int = 0

    @property
    def size(self) -> int:
        """Bytes of content."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.size

    def chunks(self) -> Iterator[bytes]:
        """The content in pieces of at most 1 MiB; raises LeafrootError if the source has become shorter."""
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
                        raise LeafrootError(
                            f"{left} bytes are missing: the file was changed meanwhile", self.content.path
                        )
                    left -= len(chunk)
                    yield chunk
        except OSError as error:
            raise LeafrootError(f"cannot be read: {error.strerror}", self.content.path) from error

    def read(self) -> bytes:
        """The whole content."""
        return self.content if isinstance(self.content, bytes) else b"".join(self.chunks())


@dataclass(frozen=True)
class HardLink:
    """Another name of a regular file of the same layer, with the same owner and mode."""

    target: str


@dataclass(frozen=True)
class Directory:
    """A directory."""

    mode: int = 0o755
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class Symlink:
    """A symbolic link; an absolute target starts at this root."""

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
    """Refuse what a Linux file system cannot hold; device numbers have 12 and 20 bits (linux/kdev_t.h)."""
    where = f"{owner}: /{path}"
    if not isinstance(node, (HardLink, Symlink)) and not 0 <= node.mode <= 0o7777:
        raise LeafrootError(f"mode {node.mode:o} has bits that are not permissions", where)
    if not isinstance(node, HardLink):
        for kind, number in (("uid", node.uid), ("gid", node.gid)):
            # The highest number means "unchanged" to chown(2).
            if not 0 <= number < 0xFFFFFFFF:
                raise LeafrootError(f"{kind} {number} is out of range", where)
    if isinstance(node, Symlink) and (not node.target or "\0" in node.target):
        raise LeafrootError("the symbolic link has an invalid target", where)
    if isinstance(node, (CharDevice, BlockDevice)) and not (0 <= node.major < 1 << 12 and 0 <= node.minor < 1 << 20):
        raise LeafrootError(f"device number {node.major}:{node.minor} is out of range", where)


@dataclass(frozen=True)
class Permissions:
    """What a table says of a path: its mode, and the names or numbers of its owners; `where` is the table's line."""

    mode: int
    user: str = "0"
    group: str = "0"
    where: str = ""


@dataclass(frozen=True)
class Layer:
    """What one owner (a package, an overlay) brings into the root.

    `replaces` are paths that this layer replaces in others, whether they come before or after it. An `override` layer
    may replace any file of the layers before it. `permissions` are for paths of the layer; those of an `override`
    layer also for paths of the layers before it. A layer of applets `gives_way` (leafroot/rootfs/applets.py).
    """

    owner: str
    nodes: Mapping[str, Node]
    replaces: frozenset[str] = frozenset()
    override: bool = False
    permissions: Mapping[str, Permissions] = field(default_factory=dict)
    gives_way: bool = False

    def __post_init__(self) -> None:
        for path in (*self.nodes, *self.replaces, *self.permissions):
            if path != ROOT and not is_normal(path):
                raise LeafrootError(
                    f"{path!r} is not a path below the root", self.owner, "Write it in the form usr/bin/env."
                )
        for path, node in self.nodes.items():
            check_node(path, node, self.owner)
            if path == ROOT and not isinstance(node, Directory):
                raise LeafrootError(f"the root directory cannot be {NOUNS[type(node)]}", self.owner)
            if isinstance(node, HardLink) and not isinstance(self.nodes.get(node.target), File):
                raise LeafrootError(
                    f"a hard link to {node.target!r}, which is not a file of the same layer",
                    f"{self.owner}: /{path}",
                )


@dataclass(frozen=True)
class Entry:
    """A node of the merged tree, and its owner."""

    node: Node
    owner: str


@dataclass(frozen=True)
class Tree:
    """A whole root: all parents exist and are directories, and all hard links lead to files."""

    entries: Mapping[str, Entry]

    def __iter__(self) -> Iterator[tuple[str, Entry]]:
        """Paths and entries, sorted: the root first, and parents before what is in them."""
        yield ROOT, self.entries[ROOT]
        yield from ((path, self.entries[path]) for path in sorted(self.entries) if path != ROOT)

    def resolve(self, path: str) -> str | None:
        """Where a path leads in this root, with symbolic links followed; None if nothing is there."""

        def target_of(here: str) -> str | None:
            node = self.entries[here].node
            return node.target if isinstance(node, Symlink) else None

        try:
            return follow(path, target_of).end
        except KeyError:
            return None


@dataclass(frozen=True)
class Trail:
    """Where a path leads through symbolic links: its end, the links that it passed, and whether it left the root.

    `end` is None if there are more links than Linux follows: they form a loop.
    """

    end: str | None
    links: tuple[str, ...]
    leaves: bool


def follow(path: str, target_of: Callable[[str], str | None]) -> Trail:
    """Follow a path from the root; `target_of` gives the target of a symbolic link, and None for all else.

    A path that leaves the root, through an absolute link or "..", continues from the root.
    """
    waiting = path.split("/")[::-1]
    at: list[str] = []
    links: list[str] = []
    leaves = False
    while waiting:
        part = waiting.pop()
        if part in ("", "."):
            continue
        if part == "..":
            leaves = leaves or not at
            del at[-1:]
            continue
        at.append(part)
        here = "/".join(at)
        target = target_of(here)
        if target is None:
            continue
        links.append(here)
        if len(links) > MAX_SYMLINKS:
            return Trail(None, tuple(links), leaves)
        at.pop()
        if target.startswith("/"):
            leaves = True
            at.clear()
        waiting += target.split("/")[::-1]
    return Trail("/".join(at) or ROOT, tuple(links), leaves)


def merge_layers(layers: Iterable[Layer], homes: Mapping[str, tuple[int, int]] = MappingProxyType({})) -> Tree:
    """Merge layers; if two of them bring the same path, one must replace it, or it is an error.

    A path of an `override` layer goes where the links of the layers before it lead, and a file of it has mode and owner
    of the file that it replaces. Tables of permissions come last; names of users and groups are those of the merged
    root. `homes` are directories to make, or to give to (uid, gid) where they belong to root.
    """
    nodes: dict[str, Node] = {ROOT: Directory()}
    makers: dict[str, Layer] = {ROOT: Layer("leafroot", {})}
    said: dict[str, Permissions] = {}
    for given in layers:
        layer = _through_links(given, nodes) if given.override else given
        added = dict(layer.nodes)
        for path in sorted(nodes.keys() & added.keys()):
            if not _later_wins(path, nodes[path], makers[path], added[path], layer):
                _unlink(added, None, path)
                continue
            new, old = added[path], _file_at(nodes, path)
            if layer.override and path not in layer.permissions and isinstance(new, File) and old:
                added[path] = _in_place_of(old, new, path, layer.owner)
            else:
                said.pop(path, None)
            _unlink(nodes, makers, path)
        nodes.update(added)
        makers.update(dict.fromkeys(added, layer))
        for path, permissions in layer.permissions.items():
            if layer.override or path in added or isinstance(nodes.get(path), Directory):
                said[path] = permissions
    for path in sorted(nodes):
        _check_parents(path, nodes, makers)
    for home, ids in sorted(homes.items()):
        _make_home(home, ids, nodes, makers)
    _give(nodes, said)
    return Tree({path: Entry(node, makers[path].owner) for path, node in nodes.items()})


def _check_parents(path: str, nodes: dict[str, Node], makers: dict[str, Layer]) -> None:
    for parent in parents(path):
        node = nodes.setdefault(parent, Directory())
        above = makers.setdefault(parent, makers[path])
        if not isinstance(node, Directory):
            _refuse_below(path, makers[path].owner, parent, node, above)


def _file_at(nodes: Mapping[str, Node], path: str) -> File | None:
    """The regular file of this name, which may be one of several."""
    node = nodes.get(path)
    node = nodes[node.target] if isinstance(node, HardLink) else node
    return node if isinstance(node, File) else None


def _through_links(layer: Layer, nodes: Mapping[str, Node]) -> Layer:
    """The layer with its paths where the links lead that the layers before it made: a link stays a link."""

    def target_of(here: str) -> str | None:
        own = layer.nodes.get(here)
        node = nodes.get(here) if own is None or isinstance(own, Directory) else own
        return node.target if isinstance(node, Symlink) else None

    led: dict[str, str] = {}
    brought: dict[str, str] = {}
    for path in sorted({*layer.nodes, *layer.permissions}):
        folder, _, name = path.rpartition("/")
        node = layer.nodes.get(path)
        end = follow(path if isinstance(node, Directory) else folder, target_of).end
        if end is None:
            raise LeafrootError(f"{layer.owner} brings it, but links of its path form a loop", f"/{path}")
        if isinstance(node, Directory):
            led[path], there = end, nodes.get(end, node)
            if end != path and not isinstance(there, Directory):
                raise LeafrootError(
                    f"{layer.owner} brings it, but it leads to {NOUNS[type(there)]}: /{end}", f"/{path}"
                )
        else:
            led[path] = posixpath.normpath(f"{end}/{name}")
        other = brought.setdefault(led[path], path) if node else path
        if other != path and not isinstance(node, Directory):
            raise LeafrootError(f"{layer.owner} brings it twice: as /{other} and as /{path}", f"/{led[path]}")
    moved = {
        led[path]: HardLink(led[node.target]) if isinstance(node, HardLink) else node
        for path, node in layer.nodes.items()
    }
    return replace(layer, nodes=moved, permissions={led[path]: one for path, one in layer.permissions.items()})


def _in_place_of(old: File, new: File, path: str, owner: str) -> File:
    """The new file with the owner and mode of the old one, but executable only if it is so itself."""
    if old.mode & 0o6000:
        raise LeafrootError(
            f"{owner} replaces it, and the replaced file is set-uid or set-gid ({old.mode:04o})",
            f"/{path}",
            f"Write the mode that the new file shall have into the overlay's {TABLE}: {path} {old.mode & 0o777:04o}",
        )
    if old.mode & 0o004 and not new.mode & 0o004:
        return new
    readable = old.mode & 0o666
    mode = readable | (readable & 0o444) >> 2 if new.mode & 0o100 else readable
    return replace(new, mode=mode, uid=old.uid, gid=old.gid)


def _make_home(home: str, ids: tuple[int, int], nodes: dict[str, Node], makers: dict[str, Layer]) -> None:
    """Make a directory for a user, or give it to its user if a layer brought it and root owns it."""

    def target_of(here: str) -> str | None:
        node = nodes.get(here)
        return node.target if isinstance(node, Symlink) else None

    end = follow(home, target_of).end
    if end is None or not isinstance(node := nodes.setdefault(end, Directory()), Directory):
        raise LeafrootError("the home of an account is not a directory", f"/{home}")
    makers.setdefault(end, Layer("accounts", {}))
    _check_parents(end, nodes, makers)
    if (node.uid, node.gid) == (0, 0):
        nodes[end] = replace(node, uid=ids[0], gid=ids[1])


def _give(nodes: dict[str, Node], said: Mapping[str, Permissions]) -> None:
    """Give paths the modes and owners that tables say."""
    users, groups = _ids(nodes, "etc/passwd"), _ids(nodes, "etc/group")
    for path, one in sorted(said.items()):
        node = nodes.get(path)
        if node is None:
            raise LeafrootError(f"the root has no {path}", one.where, nearest(path, nodes))
        if isinstance(node, Symlink):
            raise LeafrootError(f"{path} is a symbolic link, which has no mode", one.where, "Name what it leads to.")
        place = node.target if isinstance(node, HardLink) else path
        target = nodes[place]
        assert not isinstance(target, (HardLink, Symlink))
        uid, gid = _id_of(one.user, users, "user", one.where), _id_of(one.group, groups, "group", one.where)
        nodes[place] = replace(target, mode=one.mode, uid=uid, gid=gid)
        check_node(place, nodes[place], one.where)


def _ids(nodes: Mapping[str, Node], path: str) -> dict[str, int]:
    """The numbers of users or groups by name, from passwd(5) or group(5)."""
    file = _file_at(nodes, path)
    lines = file.read().decode(errors="replace").splitlines() if file else []
    fields = [line.split(":") for line in lines]
    return {one[0]: int(one[2]) for one in fields if len(one) > 2 and one[2].isdecimal()}


def _id_of(name: str, known: Mapping[str, int], kind: str, where: str) -> int:
    if name.isdecimal():
        return int(name)
    if name not in known:
        raise LeafrootError(f"the root has no {kind} {name!r}", where, nearest(name, known))
    return known[name]


def _later_wins(path: str, old: Node, first: Layer, new: Node, second: Layer) -> bool:
    declared = [layer.owner for layer in (first, second) if path in layer.replaces]
    if isinstance(old, Directory) and isinstance(new, Directory):
        # mkdir leaves 0755 of root, so it is the default, and any other mode is set on purpose. An overlay on a disk
        # cannot set modes, so it never changes those of an existing directory.
        if old == new or new == Directory():
            return False
        if second.override and path not in second.replaces:
            return False
        if old == Directory():
            return True
        if len(declared) == 1:
            return path in second.replaces
        told = f"{first.owner} makes it a directory with {_says(old)}, {second.owner} one with {_says(new)}"
        raise LeafrootError(told, f"/{path}", _way_out(path, first, second))
    if second.override:
        # Where a program reads a file, it would find a folder, or the other way about. A link may lead to either.
        if Directory in (kinds := {type(old), type(new)}) and Symlink not in kinds:
            told = f"{first.owner} makes it {NOUNS[type(old)]}, and {second.owner} {NOUNS[type(new)]}"
            raise LeafrootError(told, f"/{path}", f"Give it another name in {second.owner}, or leave it out.")
        return True
    if len(declared) == 1:
        return path in second.replaces
    if declared:
        raise LeafrootError(f"{first.owner} and {second.owner} both say that they replace it", f"/{path}")
    told = f"two layers bring it: {first.owner} ({NOUNS[type(old)]}) and {second.owner} ({NOUNS[type(new)]})"
    raise LeafrootError(told, f"/{path}", _way_out(path, first, second))


def _says(node: Directory) -> str:
    return f"{node.mode:04o} {node.uid}:{node.gid}"


def _way_out(path: str, first: Layer, second: Layer) -> str:
    return f"Leave one of them out, or let {first.owner} or {second.owner} declare that it replaces {path}."


def _unlink(nodes: dict[str, Node], makers: dict[str, Layer] | None, path: str) -> None:
    """Remove one name of a file; if it has others, the first of them becomes the file."""
    node = nodes.pop(path)
    names = sorted(name for name, link in nodes.items() if link == HardLink(path)) if isinstance(node, File) else []
    if names:
        nodes[names[0]] = node
        nodes.update(dict.fromkeys(names[1:], HardLink(names[0])))
    if makers is not None:
        del makers[path]


def _refuse_below(path: str, owner: str, parent: str, node: Node, above: Layer) -> None:
    hint = ""
    if isinstance(node, Symlink):
        target = posixpath.normpath(posixpath.join("/", posixpath.dirname(parent), node.target)).lstrip("/")
        hint = f"It leads to /{target}: install it as {target}{path.removeprefix(parent)}."
        if above.override:
            hint = f"The link leads to /{target} and would hide what is in /{parent}: leave it out of the overlay."
    raise LeafrootError(f"{owner} brings it, but {above.owner} makes /{parent} {NOUNS[type(node)]}", f"/{path}", hint)
