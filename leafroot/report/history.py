# SPDX-License-Identifier: Apache-2.0
"""The history of an output folder: records kept as steps are done, and read again when a person asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from leafroot.plan.step import Step
from leafroot.report.explain import Facts, differences, explain, facts_of, record, recorded


@dataclass(frozen=True)
class History:
    """Records of the steps whose outputs lie below `output`.

    `digest` gives the SHA-256 of an output that is there, `file_digest` that of a file that a unit names.
    """

    output: Path
    digest: Callable[[str], str]
    file_digest: Callable[[str], str]

    def record(self, step: Step, how: str) -> None:
        """Keep what went into the output that was just made; `how` is in words."""
        record(self._folder, step, self._facts(step), how)

    def explain(self, step: Step, steps: Iterable[Step]) -> str:
        """Why the step was done, and whether it would be again; `steps` are all those of the plans."""
        by_output = {one.output: one for one in steps}
        seen: dict[str, bool] = {}
        stale = [name for name in step.artefacts() if self._is_stale(by_output[name], by_output, seen)]
        known = recorded(self._folder, step)
        return explain(step, known, self._facts(step), (self.output / step.output).exists(), stale)

    @property
    def _folder(self) -> Path:
        return self.output / "explain"

    def _facts(self, step: Step) -> Facts:
        return facts_of(step, self._digest_if_there, self.file_digest)

    def _digest_if_there(self, name: str) -> str:
        return self.digest(name) if (self.output / name).exists() else ""

    def _is_stale(self, step: Step, steps: dict[str, Step], seen: dict[str, bool]) -> bool:
        """Whether the next build would do the step, or one that it reads from, again."""
        if step.output not in seen:
            known = recorded(self._folder, step)
            seen[step.output] = (
                not (self.output / step.output).exists()
                or (known is not None and bool(differences(known.facts, self._facts(step))))
                or any(self._is_stale(steps[name], steps, seen) for name in step.artefacts())
            )
        return seen[step.output]
