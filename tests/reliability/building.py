# SPDX-License-Identifier: Apache-2.0
"""Builds to be disturbed: scons as a process group of its own, what it leaves behind, and the bytes that it made."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.real_builds import hear_interrupts, sha256


@dataclass
class Place:
    """An output folder and a cache of their own, for builds of one checkout with these words."""

    checkout: Path
    folder: Path
    words: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def output(self) -> Path:
        return self.folder / "output"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def argv(self, *words: str) -> list[str]:
        where = [f"OUTPUT={self.output}", f"CACHE={self.cache}"]
        return [sys.executable, "-m", "SCons", "-Q", "-j2", *self.words, *where, *words]

    def start(self, *words: str, prefix: Sequence[str] = ()) -> Run:
        """Begin a build, in a process group of its own."""
        log = self.folder.with_name(f"{self.folder.name}-logs") / str(time.monotonic_ns())
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*prefix, *self.argv(*words)],
                cwd=self.checkout,
                env={**os.environ, **self.env},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=hear_interrupts,
            )
        return Run(self, process, log)

    def build(self, *words: str, status: int = 0) -> str:
        """A build from begin to end; what it printed."""
        return self.start(*words).end(status)

    def clear(self) -> None:
        """Back to nothing."""
        for folder in (self.output, self.cache):
            shutil.rmtree(folder, ignore_errors=True)

    def bytes_made(self) -> dict[str, str]:
        """The SHA-256 of every output that is there under its final name."""
        return {path.relative_to(self.output).as_posix(): sha256(path) for path in self.outputs()}

    def outputs(self) -> list[Path]:
        """The files that steps have made."""
        ours = ("build", "logs", "explain", "kconfig", "exports")
        return sorted(
            path
            for folder in (self.output.iterdir() if self.output.is_dir() else ())
            if folder.is_dir() and folder.name not in ours
            for path in folder.rglob("*")
            if path.is_file() and not path.name.startswith(".")
        )

    def size(self) -> int:
        """How many bytes the outputs are."""
        return sum(path.stat().st_size for path in self.outputs())

    def leftovers(self) -> list[str]:
        """What lies about that is not whole: nothing, after a build that came to its end.

        A killed step's room stays until the step is done again, as a failed one's does: at most one for each step.
        """
        found = [*self.cache.glob("tmp/*/*"), *self.cache.glob("dl/*.part"), *self.output.glob(".own/*")]
        found += [*self.output.glob("*/.*"), *self.output.glob("*/images/.*"), *self.output.rglob("*.new")]
        found += [
            *self.cache.glob("trees/*/.*"),
            *self.cache.glob("trees/*/*.new"),
            *self.cache.glob("artefacts/*/tmp*"),
        ]
        return sorted(path.relative_to(self.folder).as_posix() for path in found if path.name != ".config")


@dataclass
class Run:
    """A build that goes on."""

    place: Place
    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def end(self, status: int = 0, timeout: float = 900.0) -> str:
        """Wait for the end; what it printed."""
        try:
            ended = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"it did not end within {timeout} s:\n{self.said()}") from None
        assert ended == status, f"status {ended}, not {status}:\n{self.said()}"
        assert "Traceback" not in self.said(), self.said()
        return self.said()

    def kill(self) -> bool:
        """SIGKILL to the whole process group; whether it still ran."""
        ran = self.process.poll() is None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        return ran

    def interrupt(self) -> float:
        """SIGINT to the process group, as a terminal sends it for Ctrl-C; seconds until no process of it is left."""
        begun = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)
        while self.process.poll() is None or sandboxed(self.place.output):
            time.sleep(0.02)
            assert time.monotonic() - begun < 60, self.said()
        return time.monotonic() - begun


def sandboxed(output: Path) -> list[int]:
    """The processes that run in a sandbox of this output folder: those that see a folder of it bound into theirs."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                if f"{output.resolve()}/build/" in (entry / "mountinfo").read_text():
                    found.append(int(entry.name))
    return found


@contextlib.contextmanager
def held(lock: Path):  # type: ignore[no-untyped-def]
    """Hold a lock file as another process would."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
