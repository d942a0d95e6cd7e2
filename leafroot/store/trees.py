# SPDX-License-Identifier: Apache-2.0
"""The store: archives and artefacts, unpacked once into content-addressed trees, which sandboxes see read-only."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Container, Iterator, Sequence
from pathlib import Path

from leafroot.archive.unpack import unpack
from leafroot.describe.archive import Archive
from leafroot.describe.patch import Patch
from leafroot.errors import LeafrootError
from leafroot.files import digest_of, link_or_copy
from leafroot.host.disk import Scratch, remove, room_for
from leafroot.host.run import check_interrupt
from leafroot.step import SOURCE_DATE_EPOCH, WORKSHOP, Source, Sources, Usr
from leafroot.store.listing import is_as_recorded, record_listing
from leafroot.store.locks import locked
from leafroot.store.patching import apply_patch, debian_series, tell_backups

# Added to the key of an archive's tree if the archive is not unpacked in the way of sources.
ALONE = ("no links out",)
WHOLE = ("whole",)
# Folders of /usr that a build root does without.
_FOR_PEOPLE = frozenset(f"share/{name}" for name in ("bug", "doc", "info", "lintian", "locale", "man"))


class Store:
    """Unpacked trees below `folder`, each named by the digest of what it was made from.

    Sandboxes see them read-only. When a run uses a tree for the first time, it checks whether somebody has changed it
    since it was made; if so, it unpacks the tree again. Patches are applied with patch(1) of `tools`.
    """

    def __init__(self, folder: Path, fetch: Callable[[Archive], Path], tools: Usr) -> None:
        self._folder = folder
        self._tools = tools
        self._fetch = fetch
        self._scratch = Scratch(folder.with_name("tmp"))
        self._checked: set[Path] = set()

    def source(
        self,
        archive: Archive,
        patches: Sequence[Patch],
        parts: Sequence[tuple[str, Archive]] = (),
        debian: Archive | None = None,
    ) -> Path:
        """The archive's tree, with the archives of `parts` in folders of it, and with the patches applied.

        The paths of patches are those on this machine.
        """
        plain = self._unpacked(archive)
        if not (patches or parts or debian):
            return plain

        def patched(tree: Path) -> None:
            usr = self.usr(self._tools)
            _link_tree(plain, tree, {})
            for folder, part in parts:
                _check_part(tree / folder, folder, archive, part)
                _link_tree(self._unpacked(part), tree / folder, {})
            if debian:
                # debian/ is meant to be in the source tree, and has links to files there.
                for patch in debian_series(self._unpacked(debian, whole=True), debian.file_name):
                    apply_patch(tree, patch, usr, exactly=False)
            for patch in patches:
                apply_patch(tree, patch, usr)
            tell_backups(patches)

        more = [word for folder, part in parts for word in (folder, *part.content)]
        more += ["debian", debian.sha256] if debian else []
        digests = [digest_of(Path(patch.path)) for patch in patches]
        digests += [f"strip {patch.strip}" for patch in patches if any(one.strip != 1 for one in patches)]
        return self._tree(archive.file_name, [*archive.content, *more, *digests], patched)

    def fetch(self, item: Source | Sources | Usr) -> None:
        """Fetch the archives of a step's input whose trees are not in the store yet."""
        for archive, words in _trees_of(item):
            if not self._place([*archive.content, *words]).is_dir():
                self._fetch(archive)

    def united(self, archives: Sequence[Archive]) -> Path:
        """The trees of several archives as one; the same path in two of them is an error."""

        def united(tree: Path) -> None:
            owners: dict[str, str] = {}
            for archive in archives:
                _link_tree(self.alone(archive), tree, owners, archive.file_name, "archives")

        return self._tree("modules", ["archives", *(word for one in archives for word in one.content)], united)

    def usr(self, item: Usr) -> Path:
        """The /usr of a build root: what Debian packages have there, without what only people read; and links."""
        name, packages, links = item.name, item.packages, item.links

        def merged(tree: Path) -> None:
            owners: dict[str, str] = {}
            tree.mkdir()
            for archive in packages:
                if (usr := self.alone(archive) / "usr").is_dir():
                    _link_tree(usr, tree, owners, archive.file_name, f"build root {name}", skip=_FOR_PEOPLE)
            for path, target in links:
                inside = path.removeprefix("usr/")
                place = tree / inside
                if os.path.lexists(place):
                    has = owners.get(inside, "one of its packages")
                    raise LeafrootError(
                        f"{has} already has {path}", f"build root {name}", "Remove it from links= of the root."
                    )
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(target)

        return self._tree(f"build root {name}", ["usr", item.content], merged)

    def alone(self, archive: Archive) -> Path:
        """The tree of an archive for `united`, without links that lead out of it.

        Modules contain test data with such links.
        """

        def unpacked(tree: Path) -> None:
            self._unpack(archive, tree, archive.strip, drop_links=True)

        return self._tree(archive.file_name, [*archive.content, *ALONE], unpacked)

    def _unpacked(self, archive: Archive, whole: bool = False) -> Path:
        """The tree of an archive; `whole` keeps a folder that all members share."""
        strip = 0 if whole and archive.strip is None else archive.strip

        def unpacked(tree: Path) -> None:
            self._unpack(archive, tree, strip)

        return self._tree(archive.file_name, [*archive.content, *(WHOLE if whole else ())], unpacked)

    def _unpack(self, archive: Archive, tree: Path, strip: int | None, drop_links: bool = False) -> None:
        """Unpack an archive, and say which of its members are not there as a person expects."""
        file = self._fetch(archive)
        limit = SOURCE_DATE_EPOCH
        for note in unpack(file, tree, inner=archive.inner, strip=strip, mtime_limit=limit, drop_links=drop_links):
            print(f"leafroot: {archive.file_name}: {note}", flush=True)

    def artefact(self, file: Path, digest: str) -> Path:
        """The tree of an artefact; `digest` is its SHA-256."""

        def unpacked(tree: Path) -> None:
            unpack(file, tree, strip=0, mtime_limit=SOURCE_DATE_EPOCH, exact_modes=True)

        return self._tree(file.name, ["artefact", digest], unpacked)

    def union(self, artefacts: Sequence[tuple[Path, str]]) -> Path:
        """The trees of several artefacts as one; the same path in two of them is an error."""
        if len(artefacts) == 1:
            return self.artefact(*artefacts[0])

        def united(tree: Path) -> None:
            owners: dict[str, str] = {}
            for file, digest in artefacts:
                _link_tree(self.artefact(file, digest), tree, owners, file.name)

        return self._tree("a sysroot", ["union", *(digest for _, digest in artefacts)], united)

    def _place(self, parts: Sequence[str]) -> Path:
        # The workshop decides how a tree is unpacked: with another one it is unpacked again.
        key = hashlib.sha256("\n".join([f"workshop {WORKSHOP}", *parts]).encode()).hexdigest()
        return self._folder / key[:2] / key

    def _tree(self, name: str, parts: Sequence[str], make: Callable[[Path], None]) -> Path:
        tree = self._place(parts)
        if tree in self._checked:
            return tree
        if is_as_recorded(tree):
            self._checked.add(tree)
            return tree
        with locked(tree.with_suffix(".lock"), f"is unpacking {name}"):
            if os.path.lexists(tree) and not is_as_recorded(tree):
                print(f"leafroot: {tree} ({name}) was changed after it was unpacked; unpacking it again", flush=True)
                remove(tree)
            if not tree.is_dir():
                fresh = self._scratch.place(tree.name)
                try:
                    with room_for(f"the unpacked files of {name}", tree):
                        make(fresh)
                        record_listing(fresh, tree)
                        fresh.rename(tree)
                except BaseException:
                    remove(fresh)
                    raise
        self._checked.add(tree)
        return tree


def _trees_of(item: Source | Sources | Usr) -> Iterator[tuple[Archive, tuple[str, ...]]]:
    """The archives that an input is unpacked from, each with what is added to the key of its tree."""
    if isinstance(item, Usr):
        yield from ((archive, ALONE) for archive in item.packages)
        return
    if isinstance(item, Sources):
        yield from ((archive, ALONE) for archive in item.members)
        return
    yield item.archive, ()
    yield from ((part, ()) for _, part in item.parts)
    if item.debian:
        yield item.debian, WHOLE


def _check_part(place: Path, folder: str, archive: Archive, part: Archive) -> None:
    root = place.parents[folder.count("/")]
    if not place.parent.resolve().is_relative_to(root.resolve()):
        raise LeafrootError(
            f"{part.file_name} cannot be unpacked into the folder {folder!r}: a link of {archive.file_name} leads out",
            where=archive.file_name,
            hint="Use another folder in parts=.",
        )
    if os.path.lexists(place):
        raise LeafrootError(
            f"{part.file_name} cannot be unpacked into the folder {folder!r}: {archive.file_name} already has it",
            where=archive.file_name,
            hint="Use another folder in parts=.",
        )
    place.parent.mkdir(parents=True, exist_ok=True)


def _link_tree(
    source: Path,
    target: Path,
    owners: dict[str, str],
    owner: str = "",
    where: str = "sysroot",
    skip: Container[str] = (),
) -> None:
    """Add the files of `source` to the tree `target`, as hard links where it can; `owners` says whose each path is.

    The folders in `skip` are left out.
    """
    stack = [(source, target, "")]
    while stack:
        check_interrupt()
        here, there, prefix = stack.pop()
        there.mkdir(exist_ok=True)
        with os.scandir(here) as entries:
            for entry in entries:
                name = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    if name in skip:
                        continue
                    stack.append((Path(entry.path), there / entry.name, name + "/"))
                    continue
                if name in owners:
                    raise LeafrootError(
                        f"{owner} and {owners[name]} both contain {name}",
                        where=where,
                        hint="Change one of the two packages so that it does not install this file.",
                    )
                owners[name] = owner
                link_or_copy(entry.path, there / entry.name)
