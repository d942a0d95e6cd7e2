# SPDX-License-Identifier: Apache-2.0
"""Steps performed on this machine, as tests do that: what `Local` needs beside the step, in a folder of the test's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from leafroot.build.executor import Local
from leafroot.describe.archive import Archive
from leafroot.host.jobserver import Slots
from leafroot.step import Action, Step
from leafroot.store.trees import Store


def no_fetch(archive: Archive) -> Path:
    """For steps that need no archive."""
    raise AssertionError(archive)


def local_in(
    folder: Path,
    checkout: Path | None = None,
    get: Callable[[Archive], Path] = no_fetch,
    slots: int = 2,
    hint: Callable[[Step], str] = lambda step: "",
) -> Local:
    """What performs steps with outputs and unpacked trees below `folder`, which is the checkout unless another is."""
    output = folder / "output"
    output.mkdir(exist_ok=True)

    def digest(name: str) -> str:
        return hashlib.sha256((output / name).read_bytes()).hexdigest()

    return Local(checkout or folder, output, Store(folder / "trees", get), Slots(slots), digest, hint=hint)


def perform(local: Local, step: Step) -> float:
    """Have a step performed that no cache is asked for: digests of inputs are nobody's concern."""
    return local.perform(Action(step, ()))
