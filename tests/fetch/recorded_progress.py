# SPDX-License-Identifier: Apache-2.0
"""A Progress that records its lines."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from leafroot.host.progress import Progress


@dataclass
class Told:
    """A Progress, and what it has told so far."""

    stream: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        self.progress = Progress(self.stream, clock=lambda: 0.0)

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()
