# SPDX-License-Identifier: Apache-2.0
"""Gets archives into the cache, from one of their places, and verifies them on each use."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import lock_descriptor

from leafroot.describe.archive import Archive, shown
from leafroot.errors import LeafrootError
from leafroot.files import digest_of, link_or_copy, write_text
from leafroot.host.disk import FullError, full, is_full, remove
from leafroot.host.progress import Progress
from leafroot.host.run import InterruptedBuildError, pause

# How often a process that waits for another's download checks again, in seconds.
_PAUSE = 0.05
# The columns of a mirror's index.
_INDEX = ("checksum", "size in bytes", "file name", "first place")


@dataclass(frozen=True)
class Mirrors:
    """Where archives are asked for in addition to their own places.

    `debian` is the URL of a Debian mirror, in place of those that apt knows. `first` and `last` are URLs of folders
    with archives, which are asked before and after the archives' own places. `origins`: whether those are asked at all.
    `instead_of` says what Debian has in place of an archive that its mirrors do not have any more, and how to pin that.
    """

    debian: str = ""
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    origins: bool = True
    instead_of: Callable[[Archive], str] = lambda archive: ""

    @property
    def any(self) -> bool:
        """Whether there is anywhere to ask."""
        return self.origins or bool(self.first or self.last)


ORIGINS = Mirrors()
"""The archives' own places alone."""


class LostError(LeafrootError):
    """No place has an archive, and Debian's mirrors say that they do not have it any more."""


def cached_name(archive: Archive) -> str:
    """The archive's file name in the cache and on a mirror: the checksum identifies it, the name is for people."""
    return f"{archive.sha256}-{archive.file_name}"


def cached(archive: Archive, cache: Path) -> Path | None:
    """The archive's file in the cache, under any name; not verified yet. None if it is missing."""
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
    """Raise one LeafrootError that lists every archive that is missing."""
    absent = missing(archives, cache)
    if absent:
        names = "".join(f"{archive.file_name}  {archive.sha256}\n" for archive in absent)
        raise LeafrootError(
            f"{len(absent)} archive{'s are' if len(absent) > 1 else ' is'} missing from {cache / 'dl'}",
            where="OFFLINE=1",
            hint=f"{names}With a network, 'scons source' fetches all archives that are needed.",
        )


def fetch(
    archive: Archive,
    cache: Path,
    *,
    mirrors: Mirrors = ORIGINS,
    progress: Progress | None = None,
) -> Path:
    """The archive's verified file below `cache`/dl; fetches it first if it is missing or damaged.

    If several processes and threads ask for the same archive, one fetches it, and the others wait. If `mirrors` has
    nowhere to ask, it must be in the cache. Raises a LeafrootError that says for every place why it failed.
    """
    progress = progress if progress is not None else Progress()
    found = cached(archive, cache)
    fault = _fault(found, archive) if found is not None else ""
    if found is not None and not fault:
        return found
    if not mirrors.any:
        check_offline([archive], cache)
        raise LeafrootError(
            f"{found} {fault}",
            where="OFFLINE=1",
            hint="With a network, 'scons source' fetches it again.",
        )
    path = _path(archive, cache)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(error, "cannot be made", path.parent) from error
    with _locked_part(path, progress) as part:
        # The holder before us may have fetched it. Only the holder may remove a damaged file.
        found = cached(archive, cache)
        if found is not None:
            fault = _fault(found, archive)
            if not fault:
                return found
            progress.note(f"{found} {fault}; fetching it again")
            remove(found)
        # Only who fetches something loads what talks to servers: it takes longer than a run with nothing to do.
        from leafroot.fetch.places import bring_from_any

        bring_from_any(archive, part, mirrors, progress)
        part.replace(path)
        _flush_folder(path.parent)
    return path


def fetch_all(
    archives: Sequence[Archive], cache: Path, *, mirrors: Mirrors = ORIGINS, progress: Progress | None = None
) -> list[Path]:
    """The files of all archives, in order; fetches as many as it can, then raises one error for those that failed."""
    progress = progress if progress is not None else Progress()
    paths: dict[str, Path] = {}
    errors: list[LeafrootError] = []
    for archive in {archive.sha256: archive for archive in archives}.values():
        try:
            paths[archive.sha256] = fetch(archive, cache, mirrors=mirrors, progress=progress)
        except (FullError, InterruptedBuildError):
            raise
        except LeafrootError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise LeafrootError(f"{len(errors)} archives could not be fetched", hint="\n".join(map(str, errors)))
    return [paths[archive.sha256] for archive in archives]


def fetch_unpinned(place: str, cache: Path, *, progress: Progress | None = None) -> Archive:
    """Fetch a file that nobody has pinned yet into the cache; the archive with the checksum that the file has now.

    Raises a LeafrootError if the place, a URL, does not have it.
    """
    from leafroot.fetch.transfer import PlaceError, take

    name = Archive(place, "0" * 64).file_name
    folder = cache / "dl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(error, "cannot be made", folder) from error
    with tempfile.TemporaryDirectory(prefix="leafroot-", dir=cache) as scratch:
        part = Path(scratch, "part")
        part.touch()
        try:
            digest = take(place, part, name, progress if progress is not None else Progress())
        except PlaceError as error:
            raise LeafrootError(f"cannot be fetched: {error}", shown(place)) from error
        archive = Archive(place, digest)
        part.replace(_path(archive, cache))
    return archive


def fill_mirror(archives: Iterable[tuple[Archive, Path]], folder: Path) -> int:
    """Add verified files to the folder of a mirror, each once; returns how many files it has then.

    The folder exists. `index.tsv` lists the files: checksum, size in bytes, file name, first place. A file that is
    damaged is replaced, and one that is gone is not listed any more. Whenever this is interrupted, each file is whole
    or not there.
    """
    index = folder / "index.tsv"
    before = index.read_text(errors="replace").splitlines() if index.exists() else []
    known = {columns[0]: columns for line in before if len(columns := line.split("\t")) == len(_INDEX)}
    for archive, file in archives:
        target = folder / cached_name(archive)
        if archive.sha256 in known:
            target = folder / f"{archive.sha256}-{known[archive.sha256][2]}"
        if not target.is_file() or _fault(target, archive):
            fresh = target.with_name(f".{target.name}.new")
            fresh.unlink(missing_ok=True)
            link_or_copy(file, fresh)
            fresh.replace(target)
        size, name = str(target.stat().st_size), target.name.removeprefix(f"{archive.sha256}-")
        known[archive.sha256] = [archive.sha256, size, name, shown(archive.places[0])]
    listed = [known[digest] for digest in sorted(known) if (folder / f"{digest}-{known[digest][2]}").is_file()]
    write_text(index, "".join("\t".join(columns) + "\n" for columns in listed))
    return len(listed)


def _fault(found: Path, archive: Archive) -> str:
    """What is wrong with the archive's file in the cache, in words; "" if nothing is."""
    try:
        digest = digest_of(found)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return "" if digest == archive.sha256 else f"is damaged: its SHA-256 is {digest}, not {archive.sha256}"


def _path(archive: Archive, cache: Path) -> Path:
    return cache / "dl" / cached_name(archive)


@contextmanager
def _locked_part(path: Path, progress: Progress) -> Iterator[Path]:
    """The partial file beside `path`, locked by us; it is removed at the end if it is empty.

    A broken transfer is resumed by a later run, so what has come stays, and is renamed when it is complete.
    """
    part = path.with_name(path.name + ".part")
    while True:
        try:
            descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise _unwritable(error, "cannot be written", part) from error
        try:
            if not lock_descriptor(descriptor, blocking=False):
                progress.note(f"waiting for another process that is fetching {path.name[65:]}")
                while not lock_descriptor(descriptor, blocking=False):
                    pause(_PAUSE)
            # The lock is valid only if the file still has this name: the last holder may have renamed it.
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
