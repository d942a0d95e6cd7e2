# SPDX-License-Identifier: Apache-2.0
"""Archives in the cache: found there or fetched from one of their places, and always verified."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import lock_descriptor

from leafroot.describe.archive import Archive
from leafroot.errors import LeafrootError
from leafroot.fetch.mirror import locate
from leafroot.fetch.transfer import PlaceError, bring
from leafroot.files import digest_of
from leafroot.host.disk import FullError, full, is_full, remove
from leafroot.host.progress import Progress
from leafroot.host.run import InterruptedBuildError, check_interrupt

# How long a process that waits for another's download sleeps between two looks, in seconds.
_PAUSE = 0.05


def cached(archive: Archive, cache: Path) -> Path | None:
    """The file in the cache that is said to be this archive, under whichever name; it is not verified yet."""
    path = _path(archive, cache)
    if path.exists():
        return path
    others = sorted(other for other in path.parent.glob(f"{archive.sha256}-*") if other.suffix != ".part")
    return others[0] if others else None


def missing(archives: Iterable[Archive], cache: Path) -> list[Archive]:
    """The archives that are not in the cache, each once."""
    wanted = {archive.sha256: archive for archive in archives}
    return [archive for archive in wanted.values() if cached(archive, cache) is None]


def check_offline(archives: Iterable[Archive], cache: Path) -> None:
    """Raise one LeafrootError that lists every archive that would have to be fetched."""
    absent = missing(archives, cache)
    if absent:
        names = "".join(f"{archive.file_name}  {archive.sha256}\n" for archive in absent)
        raise LeafrootError(
            f"{len(absent)} archive{'s are' if len(absent) > 1 else ' is'} missing from {cache / 'dl'}",
            where="OFFLINE=1",
            hint=f"{names}'scons source' fetches all that is needed while there is a network.",
        )


def fetch(
    archive: Archive,
    cache: Path,
    *,
    offline: bool = False,
    mirror: str = "",
    progress: Progress | None = None,
) -> Path:
    """The archive's verified file below `cache`/dl, fetched first if it is missing or damaged.

    Several processes and threads may ask for the same archive: one fetches it, the others wait for it.
    `mirror` is the option DEBIAN_MIRROR. Raises a LeafrootError that gives every place's own reason.
    """
    progress = progress if progress is not None else Progress()
    found = cached(archive, cache)
    fault = _fault(found, archive) if found is not None else ""
    if found is not None and not fault:
        return found
    if offline:
        check_offline([archive], cache)
        raise LeafrootError(
            f"{found} {fault}",
            where="OFFLINE=1",
            hint="'scons source' fetches it again while there is a network.",
        )
    path = _path(archive, cache)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(error, "cannot be made", path.parent) from error
    with _locked_part(path, progress) as part:
        # Whoever held the lock before us may have brought it; only who holds it may remove what is damaged.
        found = cached(archive, cache)
        if found is not None:
            fault = _fault(found, archive)
            if not fault:
                return found
            progress.note(f"{found} {fault}; fetching it again")
            remove(found)
        _from_places(archive, part, mirror, progress)
        part.replace(path)
        _flush_folder(path.parent)
    return path


def fetch_all(
    archives: Sequence[Archive], cache: Path, *, mirror: str = "", progress: Progress | None = None
) -> list[Path]:
    """Every archive's file, in order; what failed is told in one error, after the rest was fetched."""
    progress = progress if progress is not None else Progress()
    paths: dict[str, Path] = {}
    errors: list[LeafrootError] = []
    for archive in {archive.sha256: archive for archive in archives}.values():
        try:
            paths[archive.sha256] = fetch(archive, cache, mirror=mirror, progress=progress)
        except (FullError, InterruptedBuildError):
            raise
        except LeafrootError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise LeafrootError(f"{len(errors)} archives could not be fetched", hint="\n".join(map(str, errors)))
    return [paths[archive.sha256] for archive in archives]


def _fault(found: Path, archive: Archive) -> str:
    """What is wrong with a file that is said to be this archive; nothing if it is the archive."""
    try:
        digest = digest_of(found)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return "" if digest == archive.sha256 else f"is damaged: its SHA-256 is {digest}, not {archive.sha256}"


def _path(archive: Archive, cache: Path) -> Path:
    # The checksum alone decides what a file is; the name is there for people.
    return cache / "dl" / f"{archive.sha256}-{archive.file_name}"


def _from_places(archive: Archive, part: Path, mirror: str, progress: Progress) -> None:
    reasons: list[str] = []
    hints: list[str] = []
    for place in archive.places:
        try:
            urls = locate(place, mirror) if place.startswith("debian:") else [place]
        except LeafrootError as error:
            reasons.append(f"{error.where}: {error.message}")
            hints.append(error.hint)
            continue
        for url in urls:
            try:
                bring(url, part, archive.sha256, archive.file_name, progress)
            except PlaceError as failure:
                reasons.append(f"{url}: {failure}")
            else:
                return
    raise LeafrootError(
        "no place gave this archive",
        where=archive.file_name,
        hint="\n".join([*reasons, *dict.fromkeys(hints)]),
    )


@contextmanager
def _locked_part(path: Path, progress: Progress) -> Iterator[Path]:
    """The partial file beside `path`, held by us alone; an empty one is not left behind."""
    part = path.with_name(path.name + ".part")
    while True:
        try:
            descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise _unwritable(error, "cannot be written", part) from error
        try:
            if not lock_descriptor(descriptor, blocking=False):
                progress.note(f"waiting for another process that fetches {path.name[65:]}")
                while not lock_descriptor(descriptor, blocking=False):
                    time.sleep(_PAUSE)
                    check_interrupt()
            # The lock counts only if the file still has this name: its last holder may have renamed it.
            if _same(descriptor, part):
                try:
                    yield part
                finally:
                    if _same(descriptor, part) and os.fstat(descriptor).st_size == 0:
                        part.unlink()
                return
        finally:
            os.close(descriptor)


def _unwritable(error: OSError, what: str, place: Path) -> LeafrootError:
    return full("downloads", place) if is_full(error) else LeafrootError(f"{what}: {error.strerror}", where=place)


def _same(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
