# SPDX-License-Identifier: Apache-2.0
"""Debian's releases: which are asked about a package, in which order, and what they have of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from leafroot.debian.apt import Apt, Offer
from leafroot.debian.pins import PoolFile
from leafroot.errors import LeafrootError

# What is published for a release after it: its files move into the release with the next point release.
_UPDATES = "-updates"
_NEWER = ("testing", "unstable")


@dataclass(frozen=True)
class Releases:
    """A Debian release and those newer than it, as the mirror has them; their indices are kept below `folder`.

    `note` is called with a line for people.
    """

    folder: Path
    release: str
    mirror: str
    note: Callable[[str], None]

    def offers(self, files: Iterable[PoolFile], *, alone: bool = False) -> dict[str, list[Offer]]:
        """All versions of these files' packages by release, the most stable one first; `alone`: of one release only.

        The release itself must be on the mirror; one of the others that is not is passed over with a note.
        """
        self.note("asking the Debian mirror for the versions that it has")
        wanted = list(files)
        others = () if alone else (f"{self.release}-backports", *_NEWER)
        found: dict[str, list[Offer]] = {}
        for name in (self.release, f"{self.release}{_UPDATES}", *others):
            try:
                codename, offers = self._of(name, wanted)
            except LeafrootError as error:
                if name == self.release:
                    raise
                self.note(f"{error.where}: {error.message}; it is passed over")
                continue
            found.setdefault(codename.removesuffix(_UPDATES), []).extend(offers)
        return found

    def _of(self, name: str, files: Sequence[PoolFile]) -> tuple[str, list[Offer]]:
        """The codename of a release, and what it has."""
        binaries = {file for file in files if file.architecture}
        architectures = sorted({file.architecture for file in binaries} - {"all"})
        components = sorted({file.component for file in files})
        apt = Apt(self.folder / f"{name}-all", name, self.mirror, architectures, components)
        apt.update()
        names = (f"{one.name}:{one.architecture}" if one.architecture != "all" else one.name for one in binaries)
        sources = {file.source for file in files if not file.architecture}
        return apt.codename, apt.offers(sources, names)
