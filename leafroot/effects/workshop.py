# SPDX-License-Identifier: Apache-2.0
"""The workshop: all places and services that the steps of one run are performed with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leafroot.host.jobserver import Slots
from leafroot.plan.step import Step
from leafroot.store.trees import Store

Call = Callable[[dict[str, Any], Mapping[str, Path], Path], None]


@dataclass(frozen=True)
class Workshop:
    """Where steps are performed: the checkout, the output folder, the store, the job slots, the step calls.

    `digest` gives the SHA-256 of an output that another step made. `held` is the descriptor of the output folder's
    lock, which programs of steps hold with us, if there is one.
    """

    checkout: Path
    output: Path
    store: Store
    slots: Slots
    calls: Mapping[str, Call]
    digest: Callable[[str], str]
    held: tuple[int, ...] = ()

    def room(self, step: Step) -> Path:
        """The folder in which the step is built, and which stays if it fails."""
        return self.output / "build" / step.output.replace("/", "_")

    @property
    def calls_room(self) -> Path:
        """Where Leafroot's own steps write what is not whole yet; who holds the output folder may remove it."""
        return self.output / ".calls"

    def log(self, step: Step) -> Path:
        """The step's log."""
        return self.output / "logs" / f"{step.output.replace('/', '_')}.log"

    def tree_file(self, path: str) -> Path:
        """A file that a unit names: below the checkout unless it is absolute."""
        return self.checkout / path
