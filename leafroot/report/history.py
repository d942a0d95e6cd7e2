# SPDX-License-Identifier: Apache-2.0
"""The history of an output folder: records kept as steps are done, and read again when a person asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from leafroot.report.explain import Record, differences, explain, record, recorded
from leafroot.report.facts import Facts, facts_of
from leafroot.step import Step

# How much of what an output will be made again for is told of those that read it.
_SHOWN = 4


@dataclass(frozen=True)
class History:
    """Records of the steps whose outputs lie below `output`; `room` is a folder for what is not whole yet.

    `digest` gives the SHA-256 of an output that is there, `file_digest` that of a file that a unit names.
    """

    output: Path
    room: Path
    digest: Callable[[str], str]
    file_digest: Callable[[str], str]

    def record(self, step: Step, how: str) -> None:
        """Keep what went into the output that was just made; `how` is in words."""
        record(self._folder, self.room, step, self._facts(step), how)

    def explain(self, step: Step, steps: Iterable[Step]) -> str:
        """Why the step was done, and whether it would be again; `steps` are all those of the plans."""
        by_output = {one.output: one for one in steps}
        seen: dict[str, Sequence[str]] = {}
        for one in _needed(step, list(steps)):
            # In their order, so that no chain of steps is too long for a function that calls itself.
            self._why_stale(one, by_output, seen)
        stale = {name: self._why_stale(by_output[name], by_output, seen) for name in step.artefacts()}
        known = recorded(self._folder, step)
        made = (self.output / step.output).exists()

        def record_of(name: str) -> Record | None:
            return recorded(self._folder, by_output[name]) if name in by_output else None

        stale = {name: why for name, why in stale.items() if why}
        return explain(step, known, self._facts(step), made, stale, record_of)

    @property
    def _folder(self) -> Path:
        return self.output / "explain"

    def _facts(self, step: Step) -> Facts:
        return facts_of(step, self._digest_if_there, self.file_digest)

    def _digest_if_there(self, name: str) -> str:
        return self.digest(name) if (self.output / name).exists() else ""

    def _why_stale(self, step: Step, steps: dict[str, Step], seen: dict[str, Sequence[str]]) -> Sequence[str]:
        """Why the next build would do the step, or one that it reads from, again; nothing if it would not."""
        if step.output not in seen:
            known = recorded(self._folder, step)
            if not (self.output / step.output).exists():
                why = ["it is not there"]
            else:
                why = differences(known.facts, self._facts(step)) if known else []
                for name in step.artefacts():
                    below = self._why_stale(steps[name], steps, seen)
                    why += (
                        [f"artefact {name}: will be made again itself", *(f"  {one}" for one in below)] if below else []
                    )
            seen[step.output] = why[:_SHOWN]
        return seen[step.output]


def _needed(step: Step, steps: Sequence[Step]) -> list[Step]:
    """Of `steps`, each of which comes after those that it reads: all that this one is made from."""
    names = set(step.artefacts())
    found: list[Step] = []
    for one in reversed(steps):
        if one.output in names:
            names.update(one.artefacts())
            found.append(one)
    return found[::-1]
