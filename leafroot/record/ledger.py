# SPDX-License-Identifier: Apache-2.0
"""The ledger of a run: each output that is made or brought is noted down, and compared before anything reads it."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from leafroot.build.executor import Executor
from leafroot.errors import LeafrootError
from leafroot.files import digest_of
from leafroot.record.explain import History
from leafroot.record.times import Times
from leafroot.step import Action, Actions, Step
from leafroot.store.memory import Memory

_AGAIN = "Run the same command again: it is made anew, or brought from the cache."
_SHOWN = 4


@dataclass(frozen=True)
class Ledger:
    """What becomes of the outputs below `output`, for people and for later runs.

    `tree_file` is where a file that a unit names lies. `keep` puts a new output, with its SHA-256, into the cache
    under the action that made it.
    """

    output: Path
    memory: Memory
    report: Report
    history: History
    actions: Actions
    tree_file: Callable[[str], Path]
    times: Times
    keep: Callable[[Action, Path, str], None]

    def perform(self, step: Step, executor: Executor) -> int:
        """Have a step performed whose inputs are there, and note down what came out; the exit status for SCons."""
        self._begin(step)
        action = self.actions.of(step)
        digest = self._built(step, executor.perform(action))
        if step.cached:
            self.keep(action, self.output / step.output.path, digest)
        return 0

    def brought(self, step: Step, digest: str, begun: float) -> None:
        """The output was not made, but brought from the cache."""
        self._note(step, digest, f"{time.monotonic() - begun:7.1f} s, from the cache", "brought from the cache")
        self.report.cached += 1

    def _begin(self, step: Step) -> None:
        """A step begins; LeafrootError if an output that it reads is not the one that was made."""
        self.times.begin()
        for name in (one.path for one in step.reads()):
            known, now = self.memory.digest(name), self.memory.verified(name)
            if known and known != now:
                self.memory.drop(name)
                raise LeafrootError(f"is damaged: its SHA-256 is {now}, not {known}", self.output / name, _AGAIN)

    def _built(self, step: Step, seconds: float) -> str:
        """The step was performed; the SHA-256 of what came out."""
        self.times.built(step.title, seconds)
        self._check_files(step)
        digest = digest_of(self.output / step.output.path)
        self._note(step, digest, f"{seconds:7.1f} s", f"built in {seconds:.1f} s")
        self.report.built += 1
        return digest

    def _check_files(self, step: Step) -> None:
        """Raise a LeafrootError if a file that the step has read is not the one that the run began with."""
        for path in step.files():
            place = self.tree_file(path)
            if not place.is_file() or digest_of(place) != self.memory.file_digest(place):
                self.memory.drop(step.output.path)
                raise LeafrootError(
                    "was changed while it was being built from",
                    where=place,
                    hint=f"Nothing of it is kept for {step.title}. Run the same command again.",
                )

    def _note(self, step: Step, digest: str, remark: str, how: str) -> None:
        self.memory.made(step.output.path, digest)
        self.report.line(step.title, remark)
        self.history.record(step, how)


def tell_dropped(memory: Memory, names: Sequence[str], say: Callable[[str], None]) -> None:
    """Say once what was found when the outputs were looked at."""
    if memory.damaged:
        say("leafroot: the memory of what was made here is damaged; all is made again, or brought from the cache")
    if names:
        shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
        say(f"leafroot: not as the last finished run left it, so made again or brought from the cache: {shown}")


_TERMINAL = threading.Lock()


def print_error(error: LeafrootError) -> None:
    """An error, whole: steps that run side by side do not print into it."""
    with _TERMINAL:
        print(f"leafroot: {error}", file=sys.stderr)


@dataclass
class Report:
    """What was done in this run; it keeps the output's lock until the end."""

    lock: IO[str]
    images: list[Path] = field(default_factory=list)
    built: int = 0
    cached: int = 0
    begun: float = field(default_factory=time.monotonic)

    def line(self, title: str, remark: str) -> None:
        """One line for one step."""
        with _TERMINAL:
            print(f"  {title:<44} {remark}", flush=True)

    def summary(self, quiet: bool) -> None:
        """The last lines: what there is now, and what it took; with `quiet`, only if something was done."""
        if quiet and not self.built + self.cached:
            return
        for path in self.images:
            if path.exists():
                print(f"{os.path.relpath(path)}: {path.stat().st_size / 1e6:.1f} MB")
        if self.built or self.cached:
            seconds = time.monotonic() - self.begun
            print(f"{self.built} steps built, {self.cached} from the cache, {seconds:.1f} s")
