# SPDX-License-Identifier: Apache-2.0
"""Real builds, run as people run them: scons as a program, its output kept for the message of a failure."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

Scons = Callable[..., str]


@pytest.fixture(scope="session")
def scons() -> Scons:
    def run(*words: str, status: int = 0) -> str:
        done = subprocess.run(
            [str(Path(sys.executable).with_name("scons")), "-Q", *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == status, f"scons {' '.join(words)}\n{done.stdout}"
        return done.stdout

    return run
