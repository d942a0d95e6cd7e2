# SPDX-License-Identifier: Apache-2.0
"""The ledger of a run: records each output that is built or taken from the cache, and checks it before it is read."""

from __future__ import annotations

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
from leafroot.host.progress import size
from leafroot.record.explain import History
from leafroot.record.times import Times
from leafroot.step import Action, Actions, Step
from leafroot.store.memory import Memory

_AGAIN = "Run the same command again: it builds the output again, or takes it from the cache."
_AGAIN_OR_CACHE = "built again or taken from the cache"
_SHOWN = 4


@dataclass(frozen=True)
class Ledger:
    """Records what happens to the outputs below `output`, for people and for later runs.

    `tree_file` gives the place of a file that a unit names. `keep` puts a new output, with its SHA-256, into the cache
    under the action that built it.
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
        """Have the executor perform a step whose inputs exist, and record the output; the exit status for SCons."""
        self._begin(step)
        action = self.actions.of(step)
        digest = self._built(step, executor.perform(action))
        if step.cached:
            self.keep(action, self.output / step.output.path, digest)
        return 0

    def brought(self, step: Step, digest: str, begun: float) -> None:
        """Record an output that was taken from the cache; `begun` is when that began."""
        self._note(step, digest, f"{time.monotonic() - begun:7.1f} s, from the cache", "taken from the cache")
        self.report.cached.add(step.output.path)

    def _begin(self, step: Step) -> None:
        """Record that a step begins; LeafrootError if an output that it reads is not the one that was built."""
        self.times.begin()
        for name in (one.path for one in step.reads()):
            known, now = self.memory.digest(name), self.memory.verified(name)
            if known and known != now:
                self.memory.drop(name)
                raise LeafrootError(
                    f"this output is damaged: its SHA-256 is {now}, and was {known} when it was built",
                    self.output / name,
                    _AGAIN,
                )

    def _built(self, step: Step, seconds: float) -> str:
        """Record a step that was performed, and give the SHA-256 of its output."""
        self.times.built(step.title, seconds)
        self._check_files(step)
        digest = digest_of(self.output / step.output.path)
        self._note(step, digest, f"{seconds:7.1f} s", f"built in {seconds:.1f} s")
        self.report.built.add(step.output.path)
        return digest

    def _check_files(self, step: Step) -> None:
        """Raise a LeafrootError if a file that the step has read changed since the run began."""
        for path in step.files():
            place = self.tree_file(path)
            if not place.is_file() or digest_of(place) != self.memory.file_digest(place):
                self.memory.drop(step.output.path)
                raise LeafrootError(
                    f"this file changed while {step.title} was built from it",
                    where=place,
                    hint="The output is not kept. Run the same command again.",
                )

    def _note(self, step: Step, digest: str, remark: str, how: str) -> None:
        self.memory.made(step.output.path, digest)
        self.report.line(step.title, remark)
        self.history.record(step, how)


def tell_dropped(memory: Memory, names: Sequence[str], say: Callable[[str], None]) -> None:
    """Say what the check of the outputs found: a damaged memory, and outputs that changed since the last run."""
    if memory.damaged:
        say(f"leafroot: the record of what was built is damaged; everything is {_AGAIN_OR_CACHE}")
    if names:
        shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
        say(f"leafroot: changed since the last finished run, and so {_AGAIN_OR_CACHE}: {shown}")


_TERMINAL = threading.Lock()


def print_error(error: LeafrootError) -> None:
    """Print an error as a whole: neither steps that run side by side nor SCons print into it."""
    with _TERMINAL:
        # In one call: print() writes the end of the line in a second one.
        sys.stderr.write(f"leafroot: {error}\n")


@dataclass(frozen=True)
class Result:
    """What a run was asked for: a file or a folder, and the outputs that it consists of (paths below OUTPUT).

    `told` is whether people are told of it even if nothing had to be done.
    """

    place: Path
    outputs: Sequence[str]
    told: bool = True


@dataclass
class Report:
    """What a run did, for people. It holds the lock of the output folder until the end.

    `fetched` gives the number of bytes that were downloaded.
    """

    lock: IO[str]
    fetched: Callable[[], int] = lambda: 0
    results: list[Result] = field(default_factory=list)
    built: set[str] = field(default_factory=set)
    cached: set[str] = field(default_factory=set)
    begun: float = field(default_factory=time.monotonic)

    def line(self, title: str, remark: str) -> None:
        """Print one line for one step."""
        with _TERMINAL:
            print(f"  {title:<44} {remark}", flush=True)

    def summary(self) -> None:
        """Print the last lines: what was asked for, and what it took."""
        fresh = self.built | self.cached
        for result in self.results:
            if (result.told or fresh) and result.place.exists():
                print(f"{_shown(result.place)}: {_extent(result)}{'' if fresh & {*result.outputs} else ', up to date'}")
        if fresh:
            seconds = time.monotonic() - self.begun
            counts = f"{len(self.built)} steps built, {len(self.cached)} from the cache"
            fetched = f", {size(self.fetched())} downloaded" if self.fetched() else ""
            print(f"{counts}{fetched}, {seconds:.1f} s")


def _shown(place: Path) -> Path:
    """A path as people write it: relative if it is in the folder where scons runs."""
    return place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place


def _extent(result: Result) -> str:
    if result.place.is_file():
        return size(result.place.stat().st_size)
    return f"{len(result.outputs)} outputs"
