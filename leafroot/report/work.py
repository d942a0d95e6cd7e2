# SPDX-License-Identifier: Apache-2.0
"""What people read while a build runs and at its end: a line for each step, errors, and the sum of it."""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from leafroot.errors import LeafrootError

_TERMINAL = threading.Lock()


def print_error(error: LeafrootError) -> None:
    """An error, whole: steps that run side by side do not print into it."""
    with _TERMINAL:
        print(f"leafroot: {error}", file=sys.stderr)


@dataclass
class Report:
    """What was done in this run; it keeps the output's lock until the end."""

    lock: IO[str]
    images: list[Path] = field(default_factory=list)
    built: int = 0
    cached: int = 0
    begun: float = field(default_factory=time.monotonic)

    def line(self, title: str, remark: str) -> None:
        """One line for one step."""
        with _TERMINAL:
            print(f"  {title:<44} {remark}", flush=True)

    def summary(self, quiet: bool) -> None:
        """The last lines: what there is now, and what it took; with `quiet`, only if something was done."""
        if quiet and not self.built + self.cached:
            return
        for path in self.images:
            if path.exists():
                print(f"{os.path.relpath(path)}: {path.stat().st_size / 1e6:.1f} MB")
        if self.built or self.cached:
            seconds = time.monotonic() - self.begun
            print(f"{self.built} steps built, {self.cached} from the cache, {seconds:.1f} s")
