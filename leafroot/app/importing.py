# SPDX-License-Identifier: Apache-2.0
"""The command `new-package`: drafts a package, writes it into a tree, and has it built."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from leafroot.app.pinning import RELEASE
from leafroot.app.session import Session, open_session, shared_progress
from leafroot.errors import LeafrootError
from leafroot.files import write_text
from leafroot.kconfig.generate import symbol
from leafroot.record.seen import TEST
from leafroot.step import Output

if TYPE_CHECKING:
    from leafroot.debian.source_packages import Binary, SourcePackage
    from leafroot.importer.draft import Draft, Knowledge

BOARD = "qemu_x86_64"
"""The board that a draft is built for, unless BOARD= names another one."""

_ARCHIVE = re.compile(
    r"(?:(?P<name>[A-Za-z][\w.+-]*?)[-_])?[vV]?(?P<version>\d[\w.+~-]*?)(?:\.orig)?(?:\.tar(?:\.\w+)?|\.t[gbx]z2?|\.zip)"
)
_RELEASES = ("forky", "trixie", "bookworm")
# The name of the step that checks programs and libraries of the root.
_CHECK = "elf"


def new_package(session: Session) -> Draft:
    """Draft the package that NAME= names, write it, and say what was found."""
    from leafroot.importer.draft import make_draft, write_draft

    asked = session.variables
    if not asked.name:
        raise LeafrootError(
            "which package?", "new-package", "Say NAME=NAME, and FROM=debian:SOURCE or URL= if Debian's name differs."
        )
    if asked.origin and asked.url:
        raise LeafrootError("there are two origins", "FROM= and URL=", "Say one of them.")
    tree = _tree(session)
    folder = tree / "package" / asked.name
    shown = str(folder.relative_to(session.checkout) if folder.is_relative_to(session.checkout) else folder)
    if known := session.catalog.packages.get(asked.name):
        raise LeafrootError(f"there is a package {asked.name!r}", known.folder, "Nothing was written.")
    if os.path.lexists(folder):
        raise LeafrootError("something with this name is already there", shown, "Nothing was written.")
    if asked.offline and not asked.url.startswith("file:"):
        raise LeafrootError(
            "new-package needs the network, unless URL= is a file", "OFFLINE=1", "Run it without OFFLINE=1."
        )
    known_of = _from_url(session) if asked.url else _from_debian(session)
    draft = make_draft(asked.name, known_of)
    write_draft(draft, folder, shown)
    print(f"{shown}/package.py: drafted from {known_of.source.archive.at(known_of.source.version).file_name}")
    for line in draft.told:
        print(f"  {line}")
    print("Read it before you keep it.", flush=True)
    return draft


def _tree(session: Session) -> Path:
    """The tree that is written into."""
    trees, asked = session.catalog.trees, session.variables.tree
    if asked is not None:
        found = next((tree for tree in trees if tree.resolve() == asked.resolve()), None)
        if found is None:
            raise LeafrootError(
                "this is neither Leafroot's own tree nor one of EXTERNAL=", f"TREE={asked}", f"Add EXTERNAL={asked}."
            )
        return found
    if len(trees) > 2:
        raise LeafrootError(
            "which tree?", "new-package", f"Say TREE=, one of {', '.join(str(one) for one in trees[1:])}."
        )
    return trees[-1]


def _from_debian(session: Session) -> Knowledge:
    from leafroot.debian.apt import Apt
    from leafroot.debian.source_packages import find_binaries, find_source
    from leafroot.debian.survey import incomplete
    from leafroot.fetch.fetch import fetch_all
    from leafroot.importer.draft import Knowledge

    asked = session.variables
    release = asked.release or RELEASE
    apt = Apt(session.cache / "apt" / f"{release}-all", release, asked.mirror)
    apt.update()
    source = find_source(apt, asked.origin or asked.name)
    binaries = find_binaries(apt, [*source.build_depends, *source.binaries])
    mirrors = replace(session.mirrors(), instead_of=lambda archive: f"{incomplete(release)}\n{_another(release)}")
    archive = source.archive.at(source.version)
    parts = tuple((folder, one.at(source.version)) for folder, one in source.parts.items())
    fetch_all([archive, *(one for _, one in parts)], session.cache, mirrors=mirrors, progress=shared_progress())
    tree = session.store().source(archive, (), parts)
    rules, copyright_file = _debians_files(session, source, tree, binaries)
    return Knowledge(source, tree, rules, copyright_file, binaries, session.catalog.packages)


def _another(release: str) -> str:
    others = ", or ".join(one for one in _RELEASES if one != release)
    return f"Or take the version of another release: RELEASE={others}."


def _debians_files(
    session: Session, source: SourcePackage, tree: Path, binaries: Mapping[str, Binary]
) -> tuple[str, str]:
    """Debian's files `rules` and `copyright` of a source; if the mirror has lost its part, that of a binary package."""
    from leafroot.importer.build_system import read
    from leafroot.importer.menu_entry import in_order

    store, folder = session.store(), tree / "debian"
    with _note_lost():
        if source.debian is not None:
            folder = store.source(source.debian.at(source.version), ()) / "debian"
        return read(folder / "rules"), read(folder / "copyright")
    for name in in_order(source.name, source.binaries):
        package = binaries[name].package if name in binaries else None
        if package is not None:
            with _note_lost():
                if text := read(store.alone(package.archive) / package.copyright):
                    return "", text
    return "", ""


@contextmanager
def _note_lost() -> Iterator[None]:
    """Say that a file of Debian's is lost, if that is so, and go on without it."""
    from leafroot.fetch.fetch import LostError

    try:
        yield
    except LostError as error:
        shared_progress().note(f"leafroot: {error.where}: {error.message}; going on without it")


def _from_url(session: Session) -> Knowledge:
    from leafroot.debian.source_packages import SourcePackage
    from leafroot.describe.archive import Archive
    from leafroot.fetch.fetch import fetch_unpinned
    from leafroot.importer.draft import Knowledge

    url = session.variables.url
    found = _ARCHIVE.fullmatch(Archive(url, "0" * 64).file_name)
    if not found:
        raise LeafrootError(
            "the file's name has no version", f"URL={url}", "It is called like foo-1.2.tar.xz. Is it the archive?"
        )
    archive = fetch_unpinned(url, session.cache, progress=shared_progress())
    version = found["version"]
    place = re.sub(rf"(?<![\d.]){re.escape(version)}(?![\d])", "{version}", url)
    source = SourcePackage(found["name"] or session.variables.name, version, Archive(place, archive.sha256), "")
    return Knowledge(source, session.store().source(archive, ()), "", "", {}, session.catalog.packages)


def session_with(session: Session, draft: Draft) -> Session:
    """A session that builds the draft: for the boards that were named, or else BOARD, with the package selected."""
    fragment = session.output / "new-package.config"
    write_text(fragment, f"CONFIG_{symbol('PACKAGE', draft.name)}=y\n")
    asked = session.variables
    configs = ",".join(filter(None, (asked.given.get("CONFIG", ""), str(fragment))))
    given = {**asked.given, "BOARD": ",".join(asked.boards) or BOARD, "CONFIG": configs}
    variables = replace(asked, boards=asked.boards or (BOARD,), config=(*asked.config, fragment), given=given)
    return replace(open_session(session.checkout, variables, board_needed=True), draft=draft)


def outputs(session: Session) -> Sequence[Output]:
    """What the command needs: the package that was drafted, and the check of a root with it."""
    if session.draft is None or not session.planned:
        return []
    return [session.step(name).output for name in (session.draft.name, _CHECK)]


def finish(session: Session) -> int:
    """Write a first row of the table of packages for the draft that was built; 0."""
    from leafroot.importer.description import row
    from leafroot.rootfs.layers import layer_from_tar

    draft = session.draft
    if draft is None:
        return 0
    unit = session.catalog.packages[draft.name]
    nodes = layer_from_tar(draft.name, session.output / outputs(session)[0].path).nodes
    print(f"{unit.folder}: built.")
    if any(path.startswith("usr/local/") for path in nodes):
        print("  It installs into /usr/local: its build must be told another prefix.")
    if text := row(draft.name, nodes):
        write_text(unit.directory / TEST, text)
        print(f"{unit.path(TEST)}: a first row, from the files that it installs")
    return 0


def not_built(session: Session) -> str:
    """What people should know if the draft could not be built."""
    draft = session.draft
    assert draft is not None
    unit = session.catalog.packages[draft.name]
    lines = [f"leafroot: {unit.path('package.py')}: this draft cannot be used as it is. It stays for you to mend."]
    if draft.lacks:
        lines.append(f"  No unit has what Debian builds it with: {', '.join(draft.lacks)}.")
    again = session.variables.command_line(NAME="", FROM="", URL="", TREE="")
    paths = " ".join(str(session.output / session.step(name).output.path) for name in (draft.name, _CHECK))
    lines.append(f"  To build it again: {again} {paths}")
    return "\n".join(lines)
