# SPDX-License-Identifier: Apache-2.0
"""Pins: which files of Debian a description pins, and what the description would be at another version.

A file in Debian's pool is called NAME_VERSION, followed by what it is: `.orig.tar.xz`, `.orig-PART.tar.xz`,
`.debian.tar.xz` (dpkg-source(1)), or `_ARCHITECTURE.deb`. A place names it with `{version}`, which may be followed by
more of Debian's version: `containerd_{version}~ds1-6.debian.tar.xz`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypeVar

from debian.debian_support import Version

from leafroot.debian.apt import Offer
from leafroot.describe.archive import Archive, DebianPackage
from leafroot.describe.board import Series
from leafroot.describe.fields import parts, with_parts
from leafroot.describe.package import Package
from leafroot.errors import LeafrootError

Described: TypeAlias = Package | Series
D = TypeVar("D", Package, Series, Described)

_DEBIAN = "debian:"
_VERSION = "{version}"
_FILE = re.compile(
    r"(?P<folder>pool/.+)/(?P<name>[^/_]+)_(?P<version>[^/_]+?)"
    r"(?P<kind>\.orig(?:-[A-Za-z0-9-]+)?\.tar|\.debian\.tar|\.tar|_[a-z0-9-]+\.deb)(?P<ending>\.[a-z0-9]+)?"
)
# What Debian adds to upstream's version: a mark for a source that was packed again, and the revision of the package.
_ADDED = re.compile(r"(?P<version>.+?)(?P<rest>(?:[+~.](?:ds|dfsg)[0-9.]*)?(?:-[^-]*)?)")


@dataclass(frozen=True)
class PoolFile:
    """The parts of a file's path in Debian's pool; `ending` is that of its compression, "" for a Debian package."""

    folder: str
    name: str
    version: str
    kind: str
    ending: str

    @property
    def source(self) -> str:
        """The source package, which the folder is named after."""
        return self.folder.rpartition("/")[2]

    @property
    def component(self) -> str:
        """The part of Debian's archive: "main"."""
        return self.folder.split("/")[1]

    @property
    def architecture(self) -> str:
        """Debian's name of the architecture of a Debian package ("all" for every one), "" for other files."""
        return self.kind[1:].removesuffix(".deb") if self.kind.endswith(".deb") else ""

    def same_but_version(self, other: PoolFile) -> bool:
        """Whether it is the other file in another version; the compression may differ too."""
        return (self.folder, self.name, self.kind) == (other.folder, other.name, other.kind)


def pool_file(path: str) -> PoolFile | None:
    """The parts of a path below a Debian mirror; None if it is no archive of a package."""
    found = _FILE.fullmatch(path)
    return PoolFile(**{name: part or "" for name, part in found.groupdict().items()}) if found else None


def pinned_files(value: Described) -> list[PoolFile]:
    """The files of Debian that a description pins."""
    return [file for archive in parts(value, Archive) if (file := _pinned(archive, value.version))]


def full_version(value: Described) -> str:
    """The version of the most exact file name: with Debian's own part if one of the files has it."""
    return max((file.version for file in pinned_files(value)), key=len, default=value.version)


def check_movable(value: Described, where: str) -> None:
    """Raise a LeafrootError if Debian cannot have another version of what a description pins."""
    archive = value.archive
    if archive is None:
        raise LeafrootError("there is no archive, so nothing is pinned", where)
    for one in parts(value, Archive):
        if _pinned(one, value.version) is None:
            raise LeafrootError(
                f"no place of {one.at(value.version).file_name} is in Debian, with {_VERSION} after its name",
                where,
                "Only what Debian has can be moved by this command. Edit version and checksum by hand.",
            )


def moved(value: D, offer: Offer) -> D | None:
    """The description at the version of an offer; None if the offer does not have all of its archives.

    What changes is the version, the checksums, and in a place what follows `{version}`. Places outside of Debian keep
    their text.
    """
    assert value.archive is not None
    known = {path: file for path in offer.files if (file := pool_file(path))}

    def counterpart(archive: Archive) -> tuple[PoolFile, str] | None:
        old = _pinned(archive, value.version)
        same = [(file, path) for path, file in known.items() if old and file.same_but_version(old)]
        # Of one file in two compressions, the one as before.
        same.sort(key=lambda one: (old is not None and one[0].ending != old.ending, one[1]))
        return same[0] if same else None

    main, before = counterpart(value.archive), _pinned(value.archive, value.version)
    if main is None or before is None:
        return None
    version = _without(main[0].version, before.version.removeprefix(value.version))
    found = {archive: counterpart(archive) for archive in parts(value, Archive)}
    if not all(one and one[0].version.startswith(version) for one in found.values()):
        return None

    def change(archive: Archive) -> Archive:
        one = found[archive]
        assert one is not None
        file, path = one
        place = _place(archive)
        rest = file.version.removeprefix(version) + file.kind + file.ending
        new = place[: place.rindex(_VERSION)] + _VERSION + rest
        places = [new if each == place else each for each in archive.places]
        return Archive(places, offer.files[path], archive.inner, archive.strip)

    changed: D = with_parts(value, Archive, change)
    return replace(changed, version=version)


def same_series(value: Described, other: Described) -> bool:
    """Whether a pin may be moved from one to the other: a kernel stays in its series."""
    if not isinstance(value, Series):
        return True
    series = ".".join(map(str, value.number))
    return other.version == series or other.version.startswith(f"{series}.")


@dataclass(frozen=True)
class Standing:
    """A description, and what Debian has of it. Versions are as in file names, with Debian's own part if it is pinned.

    `release` is the one that it is pinned to, "" if none has this version or a newer one; `newest` is the description
    at the newest version there. `elsewhere` are the newest versions of the other releases.
    """

    pinned: str
    release: str = ""
    newest: Described | None = None
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    @property
    def newest_version(self) -> str:
        """The newest version in the release, "" if there is no release."""
        return full_version(self.newest) if self.newest else ""

    @property
    def outdated(self) -> bool:
        """Whether the release has a newer version."""
        return bool(self.newest) and self.newest_version != self.pinned


def standing(value: Described, offers: Mapping[str, Sequence[Offer]], release: str = "") -> Standing:
    """Where a description stands; `offers` are what each release has, the most stable release first.

    It is pinned to the first release that has these very files, or else to the first one that has newer ones; with
    `release`, to the first one of `offers`, whatever that has.
    """
    known = {release: versions(value, of_release) for release, of_release in offers.items()}
    fitting = {release: [one for one in found if same_series(value, one)] for release, found in known.items()}
    pinned = full_version(value)
    exact = [release for release, found in fitting.items() if value in found]
    newer = [
        release for release, found in fitting.items() if found and Version(full_version(found[-1])) >= Version(pinned)
    ]
    asked = [name for name, found in fitting.items() if found] if release else []
    release = next(iter(asked or exact + newer), "")
    elsewhere = {name: full_version(found[-1]) for name, found in known.items() if found and name != release}
    return Standing(pinned, release, fitting[release][-1] if release else None, elsewhere)


def versions(value: D, offers: Iterable[Offer]) -> list[D]:
    """The description at each version that is offered, the newest last."""
    found = [new for offer in offers if (new := moved(value, offer))]
    return sorted(found, key=lambda one: Version(full_version(one)))


def locked_file(package: DebianPackage) -> PoolFile | None:
    """The file of Debian that a line of a lock file pins."""
    return _pool_file_of(package.archive)


def behind(locked: Iterable[DebianPackage], offers: Sequence[Offer]) -> list[str]:
    """The names of those packages of a lock file of which there is a newer version."""
    found = newest_files(offers)
    return [one.name for one in locked if newest_of(one, found)]


def newest_files(offers: Iterable[Offer]) -> dict[tuple[str, str], Version]:
    """The newest version of each file, by its name and kind."""
    newest: dict[tuple[str, str], Version] = {}
    for offer in offers:
        for path in offer.files:
            if file := pool_file(path):
                key, version = (file.name, file.kind), Version(offer.version)
                newest[key] = max(newest.get(key, version), version)
    return newest


def newest_of(package: DebianPackage, known: Mapping[tuple[str, str], Version]) -> str:
    """The newest version of a package of a lock file; "" if there is none that is newer than the pinned one."""
    file, pinned = locked_file(package), Version(package.version)
    version = known.get((file.name, file.kind), pinned) if file else pinned
    return str(version) if version > pinned else ""


def _place(archive: Archive) -> str:
    """The place in Debian as its author wrote it; "" if there is none."""
    return next((place for place in archive.places if place.startswith(_DEBIAN)), "")


def _pool_file_of(archive: Archive) -> PoolFile | None:
    return pool_file(_place(archive).removeprefix(_DEBIAN))


def _pinned(archive: Archive, version: str) -> PoolFile | None:
    place = _place(archive).removeprefix(_DEBIAN)
    file = _pool_file_of(archive.at(version))
    return file if file and place.startswith(f"{file.folder}/{file.name}_{_VERSION}") else None


def split_version(full: str) -> tuple[str, str]:
    """Upstream's version in that of a file in Debian's pool, and what Debian added to it: ("3.7.4", "+dfsg")."""
    found = _ADDED.fullmatch(full)
    assert found, full
    return found["version"], found["rest"]


def _without(full: str, rest: str) -> str:
    """A file's version without what Debian added to upstream's, if the description has that outside of its version."""
    if full.endswith(rest):
        return full.removesuffix(rest)
    return split_version(full)[0]
