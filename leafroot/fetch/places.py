# SPDX-License-Identifier: Apache-2.0
"""The places of an archive: asks one after the other, and those that are busy or broke off again.

A pause begins only when no other place is left to ask.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from leafroot.describe.archive import Archive, shown
from leafroot.errors import LeafrootError
from leafroot.fetch.fetch import LostError, Mirrors
from leafroot.fetch.mirror import locate
from leafroot.fetch.transfer import BusyError, GoneError, PlaceError, bring
from leafroot.host.progress import Progress, size, span
from leafroot.host.run import pause

# How often a place is asked without any new byte from it.
TRIES = 5
# How long a place may take without any new byte: its pauses and the requests themselves, in seconds.
LONGEST = 120.0
# The first pause, in seconds, unless the server asks for another one; each further one is twice as long.
FIRST = 1.0
# Pauses are longer by up to this share, so that many machines do not come back at the same moment.
JITTER = 0.25

# Servers that kept this process waiting too long, and when that was. Until one has sent an archive, others come first,
# for every archive: a mirror that is down costs one wait, and not one for each of a hundred archives.
_SILENT: dict[str, float] = {}


def bring_from_any(archive: Archive, part: Path, mirrors: Mirrors, progress: Progress) -> None:
    """Complete `part` from a mirror or a place of the archive; a LeafrootError says for each of them why it failed."""
    places = [*_mirrored(archive, mirrors.first)]
    if mirrors.origins:
        places += _places(archive, mirrors.debian)
    places += _mirrored(archive, mirrors.last)
    while waiting := [place for place in places if place.open]:
        place = min(waiting, key=lambda one: max(one.due, _SILENT.get(one.server, 0.0)))
        pause(place.due - time.monotonic())
        if place.ask(archive, part, progress):
            return
    hints = [f"{place.name}: {place.reason}" for place in places] + [place.hint for place in places if place.hint]
    in_debian = [place for place in places if place.debian]
    lost = bool(in_debian) and all(place.gone for place in in_debian)
    if lost:
        hints += ["The Debian mirror does not have this file.", *filter(None, [mirrors.instead_of(archive)])]
    raise (LostError if lost else LeafrootError)(
        "cannot be fetched from any of its places", where=archive.file_name, hint="\n".join(dict.fromkeys(hints))
    )


@dataclass
class _Place:
    """One URL: `reason` is why it failed, `vain` how often in a row nothing came, `lost` how many seconds that took.

    `debian` if it is on a Debian mirror, `gone` if there is no such file.
    """

    url: str
    name: str
    debian: bool = False
    gone: bool = False
    open: bool = True
    reason: str = ""
    hint: str = ""
    asked: int = 0
    vain: int = 0
    lost: float = 0.0
    reached: int = 0
    due: float = 0.0
    whole: bool = False

    @property
    def server(self) -> str:
        """Host and port; "" for a file of this machine."""
        return urlsplit(self.url).netloc

    def ask(self, archive: Archive, part: Path, progress: Progress) -> bool:
        """Ask once; False if the file is not complete. `due` then says when to ask again, if the place is `open`."""
        begun = time.monotonic()
        self.reached = max(self.reached, part.stat().st_size)
        self.asked += 1
        name = archive.file_name
        try:
            bring(self.url, part, archive.sha256, name, progress, whole=self.whole)
        except BusyError as busy:
            self._note_silence(busy)
            came = part.stat().st_size
            if came > self.reached:
                # The rest may come from a place that was not asked yet: this one may be slow each time.
                self.vain, self.lost, self.due = 0, 0.0, time.monotonic()
                progress.note(f"{name}: {busy}; resuming at {size(came)}")
            else:
                self._wait(busy, begun, name, progress)
        except PlaceError as failure:
            self._note_silence(failure)
            self.open, self.reason, self.gone = False, str(failure), isinstance(failure, GoneError)
        else:
            _SILENT.pop(self.server, None)
            return True
        return False

    def _note_silence(self, failure: PlaceError) -> None:
        if failure.silent:
            _SILENT[self.server] = time.monotonic()

    def _wait(self, busy: BusyError, begun: float, name: str, progress: Progress) -> None:
        self.vain += 1
        wait = FIRST * 2 ** (self.vain - 1) if busy.after is None else busy.after
        wait *= 1 + JITTER * random.random()
        now = time.monotonic()
        self.lost += now - begun + wait
        self.due = now + wait
        # The last request is for the whole file, if those for the rest of it were refused.
        self.whole = self.vain == TRIES - 1 and not busy.sending
        self.open = self.vain < TRIES and self.lost <= LONGEST
        self.reason = str(busy) + (f"; asked {self.asked} times" if self.asked > 1 else "")
        if busy.after is not None and self.lost > LONGEST:
            self.reason += f"; it asks to wait {span(busy.after)}"
        if self.open and self.vain == 1:
            progress.note(f"{name}: {busy} ({urlsplit(self.url).hostname}); asking again in {span(wait)}")


def _mirrored(archive: Archive, bases: Iterable[str]) -> Iterator[_Place]:
    """The archive on mirrors: by checksum and file name, as `fill_mirror` names it, and by its file name alone."""
    names = archive.file_names
    for base in bases:
        for name in (*(f"{archive.sha256}-{name}" for name in names), *names):
            url = f"{base.rstrip('/')}/{quote(name)}"
            yield _Place(url, shown(url))


def _places(archive: Archive, mirror: str) -> Iterator[_Place]:
    for place in archive.places:
        try:
            debian = place.startswith("debian:")
            urls = locate(place, mirror) if debian else [place]
        except LeafrootError as error:
            yield _Place(place, str(error.where), open=False, reason=error.message, hint=error.hint)
        else:
            yield from (_Place(url, shown(url), debian) for url in urls)
