# SPDX-License-Identifier: Apache-2.0
"""What the tests of the root take from outside: the kernel's sources, and programs of this machine."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from leafroot.effects.fetch import fetch
from leafroot.effects.store import Store

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def kernel_source_file() -> Callable[[str], Path]:
    """Give a file of the unpatched Linux 6.12, fetched and unpacked into the cache where it is not there."""
    series = runpy.run_path(str(CHECKOUT / "linux/6.12/kernel.py"))["kernel"]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "leafroot"
    store = Store(cache / "trees", lambda archive: fetch(archive, cache))

    def source_file(name: str) -> Path:
        return store.source(series.source(), []) / name

    return source_file


@pytest.fixture(scope="session")
def command() -> Callable[..., bytes]:
    """Run a program with the given input and give its standard output; its failure is the test's."""

    def run(argv: Sequence[str | Path], data: bytes = b"", cwd: Path | None = None) -> bytes:
        program = shutil.which(argv[0])
        assert program, f"{argv[0]} is not installed: run ./bootstrap"
        done = subprocess.run([program, *argv[1:]], input=data, capture_output=True, cwd=cwd, check=False)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout

    return run
