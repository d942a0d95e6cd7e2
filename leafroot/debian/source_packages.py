# SPDX-License-Identifier: Apache-2.0
"""Source packages as Debian's indices describe them: their archives, what they need to be built, and what is built
from them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from debian.deb822 import Deb822, PkgRelation
from debian.debian_support import Version

from leafroot.debian.apt import Apt, offers_of
from leafroot.debian.pins import PoolFile, pool_file, split_version
from leafroot.describe.archive import Archive, DebianPackage
from leafroot.errors import LeafrootError
from leafroot.units.lock import pinned

_ORIG, _NATIVE, _DEBIAN = ".orig.tar", ".tar", ".debian.tar"
_BUILD_DEPENDS = ("Build-Depends", "Build-Depends-Arch")
# How alike two names are to be offered (difflib's ratio), and how many are.
_ALIKE = 0.7
# Sections that say nothing of what a program is for.
_VAGUE = ("", "debug", "devel", "doc", "libdevel", "misc", "oldlibs")
_OFFERED = 3


@dataclass(frozen=True)
class SourcePackage:
    """One version of a source package of Debian.

    `version` is upstream's. `archive` is the source, `parts` are additional archives of it by folder; their places have
    `{version}`. `debian` is Debian's own part, None if it is not a file of its own. `pool` is the folder of its files.
    `build_depends` are the names of the packages in Build-Depends that a program for Linux needs, but for those that
    only tests, documentation and bindings need. `binaries` are the names of the packages that are built from it.
    """

    name: str
    version: str
    archive: Archive
    pool: str
    parts: Mapping[str, Archive] = field(default_factory=dict)
    debian: Archive | None = None
    build_depends: tuple[str, ...] = ()
    binaries: tuple[str, ...] = ()
    section: str = ""


@dataclass(frozen=True)
class Binary:
    """What is known of a binary package: its source package, with its folder in the pool, and its one-line summary.

    `package` pins the file of the package itself.
    """

    name: str
    source: str
    pool: str
    synopsis: str
    section: str = ""
    package: DebianPackage | None = None


def find_source(apt: Apt, name: str) -> SourcePackage:
    """The newest version of a source package; raises LeafrootError if the release does not have it."""
    records = [one for one in apt.records(["showsrc", "--only-source"], [name]) if one.get("Package") == name]
    newest = max(records, key=lambda one: Version(one.get("Version", "0")), default=None)
    if newest is None:
        raise LeafrootError(
            f"Debian {apt.codename} has no source package {name!r}", f"FROM=debian:{name}", _similar(apt, name)
        )
    (offer,) = offers_of([newest])
    files = {file.kind: (path, file) for path in sorted(offer.files) if (file := pool_file(path))}
    main = files.get(_ORIG) or files.get(_NATIVE)
    if main is None:
        raise LeafrootError(
            f"Debian's source package {name!r} has no archive that Leafroot can name",
            f"FROM=debian:{name}",
            "Name upstream's archive: URL=https://...",
        )
    version, rest = split_version(main[1].version)
    if rest.startswith("-"):
        # Not Debian's revision, which the name of this file does not have.
        version, rest = main[1].version, ""

    def archive(path: str, file: PoolFile, strip: int | None = None) -> Archive:
        place = f"debian:{file.folder}/{file.name}_{{version}}{file.version.removeprefix(version)}"
        return Archive(f"{place}{file.kind}{file.ending}", offer.files[path], strip=strip)

    more = {kind.split("-", 1)[1].removesuffix(".tar"): one for kind, one in files.items() if "-" in kind}
    debian = files.get(_DEBIAN)
    return SourcePackage(
        name,
        version,
        archive(*main),
        main[1].folder,
        {folder: archive(*one) for folder, one in more.items()},
        archive(*debian, strip=0) if debian else None,
        tuple(_needed(", ".join(filter(None, (newest.get(key) for key in _BUILD_DEPENDS))))),
        tuple(one.strip() for one in newest.get("Binary", "").replace("\n", " ").split(",") if one.strip()),
        _section(newest),
    )


def find_binaries(apt: Apt, names: Iterable[str]) -> dict[str, Binary]:
    """What is known of these binary packages, by name; those that the release does not have are left out."""
    found: dict[str, Binary] = {}
    for one in apt.records(["show"], names):
        name, file = one.get("Package", ""), pool_file(one.get("Filename", ""))
        if name and file:
            source = one.get("Source", name).partition(" ")[0]
            synopsis = one.get("Description", "").partition("\n")[0].strip()
            package = pinned(name, one.get("Version", ""), one["Filename"], one.get("SHA256", ""))
            found[name] = Binary(name, source, file.folder, synopsis, one.get("Section", ""), package)
    return found


def _section(record: Deb822) -> str:
    """The section that says most of a source: "libs" if that is what it is for, or else one that says anything.

    Package-List (dsc(5)) has the sections of all packages that are built from it: "NAME deb SECTION PRIORITY".
    """
    listed = [words for line in record.get("Package-List", "").splitlines() if len(words := line.split()) > 3]
    sections = [record.get("Section", ""), *(words[2] for words in listed)]
    is_library = record.get("Package", "").startswith("lib") or sections[0] in ("devel", "libdevel", "misc", "")
    if "libs" in sections and is_library:
        return "libs"
    return next((one for one in sections if one not in _VAGUE), "")


def _needed(relations: str) -> list[str]:
    """The packages in a field of relations (Debian policy, 7.1) that a build for Linux needs, each once.

    Of alternatives, the first counts. A build profile that leaves a package out says what that is for: `<!nocheck>`.
    """
    found: dict[str, None] = {}
    for alternatives in PkgRelation.parse_relations(relations) if relations else ():
        first = alternatives[0]
        where = [(one.enabled, one.arch) for one in first.get("arch") or ()]
        matching = any(arch in ("linux-any", "any", "amd64", "any-amd64", "linux-amd64") for _, arch in where)
        here = not where or (matching if where[0][0] else not matching)
        profiles = [one for group in first.get("restrictions") or () for one in group]
        left_out = any(not one.enabled and one.profile.startswith("no") for one in profiles)
        special = any(one.enabled for one in profiles)
        if first["name"] and here and not left_out and not special and first.get("archqual") != "native":
            found[first["name"]] = None
    return list(found)


def _similar(apt: Apt, name: str) -> str:
    """A sentence that offers the source packages of the binary packages with the most similar names."""
    names = apt.names()
    close = [one for one in names if re.sub(r"^lib|[\d.-]*(-dev|-utils|-tools)?$", "", one) == name or one == name]
    close += difflib.get_close_matches(name, names, n=_OFFERED, cutoff=_ALIKE)
    sources = {one.source for one in find_binaries(apt, close).values()}
    likest = sorted(sources, key=lambda one: (-difflib.SequenceMatcher(None, one, name).ratio(), one))[:_OFFERED]
    if likest:
        return f"Did you mean FROM=debian:{' or debian:'.join(likest)}?"
    return "RELEASE= asks another release; URL= names upstream's archive."
