# SPDX-License-Identifier: Apache-2.0
"""Real builds, run as people run them: scons as a program, its output kept for the message of a failure."""

from __future__ import annotations

import functools
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from leafroot.guest.qemu import NO_TIMER_CHECK, Guest
from leafroot.kconfig.config import Config, configure
from leafroot.kconfig.resolve import Request
from leafroot.units.catalog import load_catalog
from tests import real_builds

ROOT = Path(__file__).parents[2]

Scons = Callable[..., str]


def configuration(board: str) -> Config:
    """A board's configuration, as its defconfig says."""
    with tempfile.TemporaryDirectory() as folder:
        return configure(load_catalog(ROOT), ROOT, Path(folder), Request(board))


class Console:
    """A guest's serial console, to be read and typed into; what was read of it is in the file `log`, too."""

    def __init__(self, argv: Sequence[str], log: Path) -> None:
        self._log = log
        self._process = subprocess.Popen(
            list(argv), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.seen = ""

    def expect(self, text: str, timeout: float = 90.0) -> None:
        assert self._process.stdout is not None
        end = time.monotonic() + timeout
        while text not in self.seen:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, end - time.monotonic()))
            chunk = os.read(self._process.stdout.fileno(), 4096) if ready else b""
            assert chunk, f"{text!r} never came:\n{self.seen[-3000:]}"
            self.seen += chunk.decode(errors="replace")
            with self._log.open("ab") as log:
                log.write(chunk)

    def type(self, line: str) -> None:
        self.press(f"{line}\n")

    def press(self, keys: str) -> None:
        assert self._process.stdin is not None
        self.seen = ""
        self._process.stdin.write(keys.encode())
        self._process.stdin.flush()

    def wait(self) -> int:
        return self._process.wait(60)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


@pytest.fixture
def console_of(tmp_path: Path) -> Iterator[Callable[..., Console]]:
    """Boot a guest, with these words added to its kernel's command line, or QEMU as told; it ends with the test.

    pytest keeps the folder of the last runs, so that a guest can be looked at while it is at work, and afterwards.

    One word more is added, without which a PC's kernel dies where other work leaves the emulator no processor.
    """
    consoles: list[Console] = []

    def start(guest: Guest | Sequence[str], words: str = "") -> Console:
        argv = guest.argv(f"{NO_TIMER_CHECK} {words}".strip()) if isinstance(guest, Guest) else guest
        consoles.append(Console(argv, tmp_path / f"console-{len(consoles) + 1}.log"))
        return consoles[-1]

    yield start
    for console in consoles:
        console.close()


@pytest.fixture(scope="session")
def scons() -> Scons:
    """Call scons in this checkout, as people do."""
    return functools.partial(real_builds.scons, ROOT)
