# SPDX-License-Identifier: Apache-2.0
"""Where the time of a run went: each step that was built, and how many of the job slots were taken meanwhile."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

# How often the slots are looked at, in seconds. The shortest step of interest takes many times as long.
_LOOK = 0.1


@dataclass(frozen=True)
class StepTime:
    """One step: when it began, in seconds from when the first did, how long it took, and slots taken meanwhile.

    `slots` is a mean over that time, and counts the slots of all steps: where it is less than there are, a processor
    had nothing to do.
    """

    title: str
    begun: float
    seconds: float
    slots: float


class Times:
    """The times of a run's steps; `in_use` says how many slots are taken now."""

    def __init__(self, in_use: Callable[[], int], clock: Callable[[], float] = time.monotonic) -> None:
        self._in_use = in_use
        self._clock = clock
        self._lock = threading.Lock()
        self._began: float | None = None
        self._looks: list[tuple[float, int]] = []
        self._steps: list[StepTime] = []

    def begin(self) -> None:
        """A step begins; from the first one on the slots are looked at."""
        with self._lock:
            if self._began is not None:
                return
            self._began = self._clock()
        threading.Thread(target=self._watch, daemon=True).start()

    def look(self) -> None:
        """Note how many slots are taken now."""
        self._looks.append((self._clock(), self._in_use()))

    def built(self, title: str, seconds: float) -> None:
        """A step has ended, and took so long."""
        begun = self._clock() - seconds
        with self._lock:
            self._steps.append(StepTime(title, begun - (self._began or begun), seconds, self._mean(begun)))

    def write(self, file: Path, room: Path) -> None:
        """Keep the times as JSON, unless nothing was built; it is written in `room`, and moved once it is whole.

        A full disk has been told of by then, and ends nothing.
        """
        if not self._steps or self._began is None:
            return
        steps = [asdict(step) for step in sorted(self._steps, key=lambda one: one.begun)]
        text = json.dumps({"slots": self._mean(self._began), "steps": steps}, indent=1) + "\n"
        fresh = room / file.name
        try:
            room.mkdir(exist_ok=True)
            fresh.write_text(text)
            fresh.replace(file)
        except OSError:
            # Nobody is to read the times of another run.
            for path in (fresh, file):
                path.unlink(missing_ok=True)

    def _mean(self, since: float) -> float:
        counts = [count for when, count in self._looks if when >= since]
        return sum(counts) / len(counts) if counts else 0.0

    def _watch(self) -> None:
        while True:
            self.look()
            time.sleep(_LOOK)


def read_times(file: Path) -> tuple[list[StepTime], float]:
    """The steps of the last run that built any, and the mean of the slots that were taken in it."""
    text = json.loads(file.read_text())
    return [StepTime(**step) for step in text["steps"]], text["slots"]


def times_table(steps: Sequence[StepTime], slots: float, least: float = 1.0) -> str:
    """The steps for people, those that took `least` seconds."""
    lines = [f"  {'step':<44} {'begins at':>10} {'takes':>10} {'slots taken':>12}"]
    lines += [
        f"  {step.title:<44} {step.begun:>8.1f} s {step.seconds:>8.1f} s {step.slots:>12.2f}"
        for step in steps
        if step.seconds >= least
    ]
    short = [step.seconds for step in steps if step.seconds < least]
    if short:
        lines.append(f"  {f'{len(short)} shorter ones':<44} {'':>10} {sum(short):>8.1f} s")
    return "\n".join([*lines, f"  slots taken, all in all: {slots:.2f}"])
