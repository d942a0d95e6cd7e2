# SPDX-License-Identifier: Apache-2.0
"""ToolchainPart: a part of the toolchain, which is available without being selected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leafroot.describe.archive import Archive
from leafroot.describe.fields import freeze
from leafroot.describe.package import Place, Recipe


@dataclass(frozen=True)
class ToolchainPart(Recipe):
    """A part of the toolchain; leafroot/plan/toolchain/ knows how it is built and in which order.

    `hosts` are prebuilt programs for the build machine: one archive for each processor.
    """

    hosts: Mapping[str, Archive] = field(default_factory=dict)

    takes_words = False
    builds = False

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def place(self) -> Place:
        return "toolchain"
