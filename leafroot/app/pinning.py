# SPDX-License-Identifier: Apache-2.0
"""The commands that ask Debian: what is pinned, what is newer, and how a pin is moved."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leafroot.app.session import shared_progress
from leafroot.app.variables import JSON, Word, check_known
from leafroot.describe.archive import Archive
from leafroot.describe.build_root import PROCESSORS
from leafroot.describe.fields import parts
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.files import write_text
from leafroot.host.disk import FullError
from leafroot.host.run import InterruptedBuildError
from leafroot.plan.recipes.go import find_go
from leafroot.units.lock import LOCK, root_lock

if TYPE_CHECKING:
    from leafroot.app.session import Session
    from leafroot.debian.apt import Apt
    from leafroot.debian.releases import Releases
    from leafroot.debian.survey import Survey

RELEASE = "trixie"
"""The Debian release that pins are from, unless RELEASE= names another one."""

Fetch = Callable[[Sequence[Archive]], object]


def outdated(session: Session, show: Callable[[str], None]) -> int:
    """Show where the pins stand: of all units, or of those that PACKAGE= and KERNEL= name."""
    from leafroot.debian.survey import as_json, table

    _check_online(session, "outdated")
    if session.variables.format not in ("", JSON):
        raise LeafrootError(
            "'outdated' has no such form", f"FORMAT={session.variables.format}", f"It has FORMAT={JSON}."
        )
    rows = list(survey_of(session, _named(session)).rows())
    show(as_json(rows) if session.variables.format == JSON else table(rows))
    return 0


def update(session: Session) -> int:
    """Move the pins of the units that PACKAGE= and KERNEL= name to the newest version of a release."""
    _check_online(session, "update")
    units = _named(session)
    if not units:
        raise LeafrootError(
            "which pin?",
            "update",
            "Say PACKAGE=NAME, or KERNEL=SERIES. 'scons outdated' lists those that can be moved.",
        )
    for unit in units:
        _update(session, unit)
    return 0


def _update(session: Session, unit: Unit[Any]) -> None:
    from leafroot.debian.moving import at_version, check_sources, rewritten
    from leafroot.debian.pins import check_movable, pinned_files, standing
    from leafroot.debian.survey import incomplete
    from leafroot.fetch.fetch import fetch_all

    path = unit.path(unit.description)
    check_movable(unit.value, path)
    asked = session.variables
    offers = _releases(session).offers(pinned_files(unit.value), alone=bool(asked.release))
    found = standing(unit.value, offers, asked.release)
    if found.newest is None:
        lacks = "no version of it" if asked.release else f"neither version {found.pinned} nor a newer one"
        raise LeafrootError(
            f"Debian {', '.join(offers)} has {lacks}",
            path,
            "'scons outdated' lists what other releases have; RELEASE= chooses one of them.",
        )
    if found.newest == unit.value:
        print(f"{path}: {found.pinned} is the newest version in Debian {found.release}")
        return
    text, new = rewritten(unit, found.newest), at_version(unit, found.newest)
    archives = [one.at(new.value.version) for one in parts(new.value, Archive)]
    mirrors = replace(session.mirrors(), instead_of=lambda archive: incomplete(found.release))
    fetch_all(archives, session.cache, mirrors=mirrors, progress=shared_progress())
    check_sources(new, session.checkout, session.store())
    write_text(unit.directory / unit.description, text)
    number = len(new.patches)
    applied = {0: "It has no patches", 1: "Its patch applies"}.get(number, f"All {number} patches apply")
    print(f"{path}: {found.pinned} is now {found.newest_version}, of Debian {found.release}")
    print(f"{applied}. Read the change, build it, and boot it.")
    for reason in _wrong_places(session, archives):
        print(f"Not found at its other place, which may have to be removed: {reason}")
    if unit.locked:
        # The modules must be those that this release builds the new version with.
        release = f" RELEASE={asked.release}" if asked.release else ""
        print(f"Then pin its modules: {_call(session)} lock PACKAGE={unit.name}{release}")


def _wrong_places(session: Session, archives: Sequence[Archive]) -> Iterator[str]:
    """The places outside of Debian that do not have the very bytes of an archive, each with the reason."""
    from leafroot.fetch.fetch import fetch

    for archive in archives:
        for place in archive.places:
            if place.startswith("debian:"):
                continue
            with tempfile.TemporaryDirectory(prefix="leafroot-", dir=session.cache) as folder:
                try:
                    fetch(Archive(place, archive.sha256), Path(folder), progress=shared_progress())
                except (FullError, InterruptedBuildError):
                    raise
                except LeafrootError as error:
                    yield error.hint or str(error)


def lock(session: Session) -> int:
    """Lock what PACKAGE= is built with, or else all build roots for all processors."""
    from leafroot.debian.apt import Apt
    from leafroot.fetch.fetch import fetch_all

    _check_online(session, "lock")
    asked = session.variables
    release = asked.release or RELEASE
    fetch = partial(fetch_all, cache=session.cache, mirrors=session.mirrors(), progress=shared_progress())

    def apt(processor: str) -> Apt:
        found = Apt(session.cache / "apt" / f"{release}-{processor}", release, asked.mirror, [PROCESSORS[processor]])
        found.update()
        return found

    if asked.package:
        _lock_modules(session, apt, release, fetch)
    else:
        _lock_roots(session, apt, release, fetch)
    return 0


def _lock_modules(session: Session, apt: Callable[[str], Apt], release: str, fetch: Fetch) -> None:
    from leafroot.debian.go_modules import lock_modules, lock_of

    machine, name = session.build_machine, session.variables.package
    unit, recipe, tools = find_go(session.catalog.packages, name, machine.processor)
    local = session.executor(os.cpu_count() or 1, str)
    modules = lock_modules(unit, recipe, tools, machine.usr(), apt(machine.processor), local, fetch)
    file = unit.directory / LOCK
    write_text(file, lock_of(modules, recipe, name, release))
    print(f"{file}: {len(modules)} modules locked")


def _lock_roots(session: Session, apt: Callable[[str], Apt], release: str, fetch: Fetch) -> None:
    from leafroot.debian.build_roots import lock_of, lock_roots

    roots = session.catalog.roots
    texts: dict[Path, str] = {}
    for processor in PROCESSORS:
        for name, packages in lock_roots(roots, apt(processor), session.store(), fetch).items():
            texts[roots[name].directory / root_lock(processor)] = lock_of(packages, name, processor, release)
    # Written when all are known: the processors have the same versions.
    for file, text in texts.items():
        write_text(file, text)
        print(f"{file}: locked")


def survey_of(session: Session, named: Sequence[Unit[Any]] = ()) -> Survey:
    """A survey of these units with their lock files; without any, of all units, build roots among them."""
    from leafroot.debian.survey import Survey

    catalog = session.catalog
    pins = named or [*catalog.series.values(), *catalog.packages.values()]
    locks = [unit for unit in (*(() if named else catalog.roots.values()), *pins) if unit.locked]
    return Survey([unit for unit in pins if unit.value.archive], locks, _releases(session), _call(session))


def _named(session: Session) -> list[Unit[Any]]:
    """The units that PACKAGE= and KERNEL= name."""
    catalog, asked = session.catalog, session.variables
    check_known(Word("PACKAGE", asked.package, session.checkout), "package", catalog.packages)
    series = [catalog.series[asked.kernel]] if asked.kernel else []
    return [*series, *([catalog.packages[asked.package]] if asked.package else [])]


def _releases(session: Session) -> Releases:
    from leafroot.debian.releases import Releases

    asked = session.variables
    note = shared_progress().note
    return Releases(session.cache / "apt", asked.release or RELEASE, asked.mirror, note)


def _check_online(session: Session, command: str) -> None:
    if session.variables.offline:
        raise LeafrootError(
            f"{command} needs the network: it asks a Debian mirror", "OFFLINE=1", "Run it without OFFLINE=1."
        )


def _call(session: Session) -> str:
    """How people call scons with the units of this session."""
    external = session.variables.given.get("EXTERNAL", "")
    return shlex.join(["scons", *([f"EXTERNAL={external}"] if external else [])])
