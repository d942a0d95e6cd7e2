# SPDX-License-Identifier: Apache-2.0
"""The ledger of a run: each output that is made or brought is noted down, and compared before anything reads it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from leafroot.errors import LeafrootError
from leafroot.files import digest_of
from leafroot.report.history import History
from leafroot.report.times import Times
from leafroot.report.work import Report
from leafroot.step import Step
from leafroot.store.memory import Memory

_AGAIN = "Run the same command again: it is made anew, or brought from the cache."
_SHOWN = 4


@dataclass(frozen=True)
class Ledger:
    """What becomes of the outputs below `output`, for people and for later runs.

    `digest` gives the SHA-256 of an output as it is now, `file_digest` a digest of a file that a unit names, as it was
    when the run began. `tree_file` is where such a file lies.
    """

    output: Path
    memory: Memory
    report: Report
    history: History
    digest: Callable[[str], str]
    file_digest: Callable[[str], str]
    tree_file: Callable[[str], Path]
    times: Times

    def begin(self, step: Step) -> None:
        """A step begins; LeafrootError if an output that it reads is not the one that was made."""
        self.times.begin()
        for name in step.artefacts():
            known, now = self.memory.digest(name), self.digest(name)
            if known and known != now:
                self.memory.drop(name)
                raise LeafrootError(f"is damaged: its SHA-256 is {now}, not {known}", self.output / name, _AGAIN)

    def check_sources(self, step: Step) -> None:
        """Raise a LeafrootError if a file that the step has read is not the one that the run began with."""
        for path in step.tree_files():
            place = self.tree_file(path)
            if not place.is_file() or digest_of(place) != self.file_digest(path):
                self.memory.drop(step.output)
                raise LeafrootError(
                    "was changed while it was being built from",
                    where=place,
                    hint=f"Nothing of it is kept for {step.title}. Run the same command again.",
                )

    def built(self, step: Step, seconds: float) -> str:
        """The step was performed; the SHA-256 of what came out."""
        self.times.built(step.title, seconds)
        self.check_sources(step)
        digest = digest_of(self.output / step.output)
        self._note(step, digest, f"{seconds:7.1f} s", f"built in {seconds:.1f} s")
        self.report.built += 1
        return digest

    def brought(self, step: Step, digest: str, begun: float) -> None:
        """The output was not made, but brought from the cache."""
        self._note(step, digest, f"{time.monotonic() - begun:7.1f} s, from the cache", "brought from the cache")
        self.report.cached += 1

    def _note(self, step: Step, digest: str, remark: str, how: str) -> None:
        self.memory.made(step.output, digest)
        self.report.line(step.title, remark)
        self.history.record(step, how)


def tell_dropped(memory: Memory, names: Sequence[str], say: Callable[[str], None]) -> None:
    """Say once what was found when the outputs were looked at."""
    if memory.damaged:
        say("leafroot: the memory of what was made here is damaged; all is made again, or brought from the cache")
    if names:
        shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
        say(f"leafroot: not as the last finished run left it, so made again or brought from the cache: {shown}")
