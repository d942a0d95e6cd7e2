# SPDX-License-Identifier: Apache-2.0
"""The times of a run: how long each step took, and how many of the job slots were taken meanwhile."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from leafroot.files import replacing

# How often the taken slots are counted, in seconds. The shortest step of interest takes many times as long.
_LOOK = 0.1


@dataclass(frozen=True)
class StepTime:
    """One step: when it began, how long it took, both in seconds, and how many slots were taken meanwhile.

    Time begins with the first step. `slots` is an average over the step's time, and counts the slots of all steps: if
    it is below the number of slots, a processor was idle.
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
        """Record that a step begins; the first one starts the counting of slots."""
        with self._lock:
            if self._began is not None:
                return
            self._began = self._clock()
        threading.Thread(target=self._watch, daemon=True).start()

    def look(self) -> None:
        """Count the slots that are taken now."""
        self._looks.append((self._clock(), self._in_use()))

    def built(self, title: str, seconds: float) -> None:
        """Record that a step has ended after so many seconds."""
        begun = self._clock() - seconds
        with self._lock:
            self._steps.append(StepTime(title, begun - (self._began or begun), seconds, self._mean(begun)))

    def write(self, file: Path) -> None:
        """Write the times as JSON, unless nothing was built.

        If the disk is full, nothing is written; the user has been told of the full disk before.
        """
        if not self._steps or self._began is None:
            return
        steps = [asdict(step) for step in sorted(self._steps, key=lambda one: one.begun)]
        text = json.dumps({"slots": self._mean(self._began), "steps": steps}, indent=1) + "\n"
        try:
            with replacing(file) as stream:
                stream.write(text.encode())
        except OSError:
            # The times of another run would be misleading.
            file.unlink(missing_ok=True)

    def _mean(self, since: float) -> float:
        counts = [count for when, count in self._looks if when >= since]
        return sum(counts) / len(counts) if counts else 0.0

    def _watch(self) -> None:
        while True:
            self.look()
            time.sleep(_LOOK)


def read_times(file: Path) -> tuple[list[StepTime], float]:
    """The steps of the last run that built any, and the average of the slots that were taken."""
    text = json.loads(file.read_text())
    return [StepTime(**step) for step in text["steps"]], text["slots"]


def times_table(steps: Sequence[StepTime], slots: float, least: float = 1.0) -> str:
    """A table for people of the steps that took at least `least` seconds."""
    lines = [f"  {'step':<44} {'begins at':>10} {'takes':>10} {'slots taken':>12}"]
    lines += [
        f"  {step.title:<44} {step.begun:>8.1f} s {step.seconds:>8.1f} s {step.slots:>12.2f}"
        for step in steps
        if step.seconds >= least
    ]
    short = [step.seconds for step in steps if step.seconds < least]
    if short:
        lines.append(f"  {f'{len(short)} shorter steps':<44} {'':>10} {sum(short):>8.1f} s")
    return "\n".join([*lines, f"  slots taken on average: {slots:.2f}"])
