# SPDX-License-Identifier: Apache-2.0
"""A survey: where the pins of units stand, as a table for people, as JSON for programs, and for one lost file."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from leafroot.debian.apt import Offer
from leafroot.debian.pins import (
    behind,
    check_movable,
    locked_file,
    newest_files,
    newest_of,
    pinned_files,
    standing,
)
from leafroot.debian.releases import Releases
from leafroot.describe.archive import Archive
from leafroot.describe.board import Series
from leafroot.describe.build_root import BuildRoot
from leafroot.describe.fields import parts
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.host.disk import FullError
from leafroot.host.run import InterruptedBuildError

# Several downloads may fail at one time, and apt works for one caller at a time.
_ASKING = threading.Lock()


@dataclass(frozen=True)
class Row:
    """Where one unit stands: `kind` is "series", "package", "build root" or "modules" (those of a package in Go).

    For the packages of a lock file, `pinned` says how many there are, `newest` of how many `release` has a newer
    version, and `behind` names those. `elsewhere` are the versions of other releases. `command` moves the pin.
    `reason` says why Debian cannot be asked.
    """

    unit: str
    kind: str
    path: str
    pinned: str
    release: str = ""
    newest: str = ""
    outdated: bool = False
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    behind: tuple[str, ...] = ()
    command: str = ""
    reason: str = ""


class Survey:
    """What Debian's releases have of these units; they are asked once, when that is needed.

    `pins` are kernel series and packages with an archive, `locks` are build roots and packages with a lock file. `call`
    is how people call scons.
    """

    def __init__(
        self, pins: Sequence[Unit[Any]], locks: Sequence[Unit[Any]], releases: Releases, call: str = "scons"
    ) -> None:
        self._pins = pins
        self._locks = locks
        self._releases = releases
        self._call = call

    @cached_property
    def offers(self) -> Mapping[str, Sequence[Offer]]:
        """All versions that each release has, the most stable release first."""
        files = [file for unit in self._pins for file in pinned_files(unit.value)]
        files += [file for unit in self._locks for one in unit.locked if (file := locked_file(one))]
        return self._releases.offers(files) if files else {}

    def rows(self) -> Iterator[Row]:
        """Where all units stand: kernel series, packages, build roots, modules."""
        for unit in self._pins:
            yield self._row(unit)
        for unit in self._locks:
            yield self._lock_row(unit)

    def instead_of(self, archive: Archive) -> str:
        """What Debian has in place of a pinned file that its mirror does not have, and what moves the pin.

        "" if no unit pins this file. If Debian cannot be asked, the sentence is without a version. Threads may call it.
        """
        with _ASKING:
            return self._instead_of(archive)

    def _instead_of(self, archive: Archive) -> str:
        for unit in self._pins:
            if archive.sha256 in {one.sha256 for one in parts(unit.value, Archive)}:
                found = standing(unit.value, self._offers_if_possible)
                has = f"Debian {found.release} has version {found.newest_version}" if found.outdated else ""
                return self._instead(archive, has, self._move(unit), f"moves the pin of {unit.folder}")
        for unit in self._locks:
            for one in unit.locked:
                if one.archive.sha256 == archive.sha256:
                    # From this release, 'scons lock' pins.
                    release, offers = next(iter(self._offers_if_possible.items()), ("", []))
                    version = newest_of(one, newest_files(offers))
                    has = f"Debian {release} has {one.name} {version}" if version else ""
                    effect = f"pins the packages of {unit.folder} anew"
                    return self._instead(archive, has, self._lock(unit), effect)
        return ""

    def _instead(self, archive: Archive, has: str, command: str, effect: str) -> str:
        if has:
            return f"{has}: '{command}' {effect}."
        for release, offers in self._offers_if_possible.items():
            if any(archive.sha256 in offer.files.values() for offer in offers):
                return incomplete(release)
        return f"'{command}' {effect}, to a version that Debian has."

    @cached_property
    def _offers_if_possible(self) -> Mapping[str, Sequence[Offer]]:
        try:
            return self.offers
        except (FullError, InterruptedBuildError):
            raise
        except LeafrootError:
            return {}

    def _row(self, unit: Unit[Any]) -> Row:
        kind = "series" if isinstance(unit.value, Series) else "package"
        path = unit.path(unit.description)
        try:
            check_movable(unit.value, path)
        except LeafrootError as error:
            return Row(unit.name, kind, path, unit.value.version, reason=error.message)
        found = standing(unit.value, self.offers)
        return Row(
            unit.name,
            kind,
            path,
            found.pinned,
            found.release,
            found.newest_version,
            found.outdated,
            found.elsewhere,
            command=self._move(unit),
        )

    def _lock_row(self, unit: Unit[Any]) -> Row:
        # A lock file does not record its release: the first one is assumed.
        release = next(iter(self.offers), "")
        late = tuple(behind(unit.locked, self.offers.get(release, ())))
        return Row(
            unit.name,
            "build root" if isinstance(unit.value, BuildRoot) else "modules",
            unit.folder,
            f"{len(unit.locked)} package{'s' if len(unit.locked) > 1 else ''}",
            release,
            f"{len(late)} newer",
            bool(late),
            behind=late,
            command=self._lock(unit),
        )

    def _move(self, unit: Unit[Any]) -> str:
        return f"{self._call} update {'KERNEL' if isinstance(unit.value, Series) else 'PACKAGE'}={unit.name}"

    def _lock(self, unit: Unit[Any]) -> str:
        return f"{self._call} lock" + ("" if isinstance(unit.value, BuildRoot) else f" PACKAGE={unit.name}")


def incomplete(release: str) -> str:
    """What to do if a mirror does not have a file of a release."""
    return f"Debian {release} has it, so this mirror is not complete. Ask another one: DEBIAN_MIRROR=URL."


_HEADINGS = ("unit", "kind", "pinned", "newest", "release", "elsewhere")


def table(rows: Iterable[Row]) -> str:
    """The rows for people; a star marks those with a newer version in their release, and the last lines say what to do.

    Elsewhere are only versions other than the pinned one.
    """
    found = list(rows)
    cells = [("", *_HEADINGS)]
    for row in found:
        others = [f"{version} {name}" for name, version in row.elsewhere.items() if version != row.pinned]
        told = (row.newest or "-", row.release or "-", row.reason or ", ".join(others))
        cells.append(("*" if row.outdated else "", row.unit, row.kind, row.pinned, *told))
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = ["  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    commands = dict.fromkeys(row.command for row in found if row.outdated)
    if commands:
        lines += ["", "* The release has a newer version. These commands move the pins:"]
        lines += [f"  {command}" for command in commands]
    return "\n".join(lines)


def as_json(rows: Iterable[Row]) -> str:
    """The rows for programs: {"units": [...]}, with the fields of Row."""
    return json.dumps({"units": [asdict(row) for row in rows]}, indent=2)
