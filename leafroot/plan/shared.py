# SPDX-License-Identifier: Apache-2.0
"""What boards of one call share: a package or a compiler lies in one place, and must be the same for all of them."""

from __future__ import annotations

from collections.abc import Iterable

from leafroot.config.configuration import Config
from leafroot.errors import LeafrootError
from leafroot.plan.board import Plan
from leafroot.plan.step import Step


def check_shared(planned: Iterable[tuple[Config, Plan]]) -> None:
    """LeafrootError if two boards have different steps for one output."""
    first: dict[str, tuple[str, Step]] = {}
    for config, plan in planned:
        for step in plan.steps:
            name, known = first.setdefault(step.output, (config.name, step))
            if (known.description, known.tree_files()) != (step.description, step.tree_files()):
                raise LeafrootError(
                    f"{step.title} is to be another one for {config.name} than for {name}",
                    where="BOARD",
                    hint="Boards that are built together share packages and toolchain, and so the options of both.\n"
                    f"Build them one after the other: scons BOARD={name}, then scons BOARD={config.name}.",
                )
