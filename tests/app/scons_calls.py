# SPDX-License-Identifier: Apache-2.0
"""Calls of scons in this checkout whose steps do nothing but write that they were performed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCONS = (sys.executable, "-m", "SCons")

SCONSTRUCT = f"""\
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, {str(ROOT)!r})

from leafroot.app.scons import build
from leafroot.archive.pack import pack
from leafroot.build.executor import Local
from leafroot.errors import LeafrootError


def perform(self, action):
    output = self.output / action.step.output.path
    output.parent.mkdir(parents=True, exist_ok=True)
    if output.name in os.environ.get("FAILING_STEPS", "").split():
        raise LeafrootError("it failed", action.step.title)
    if output.name.endswith(".tar.zst"):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "digest").write_text(action.digest)
            pack(Path(folder), output, mtime=0, level=1, threads=1)
    else:
        output.write_text(action.digest)
    for gone in os.environ.get("REMOVED_BY_STEPS", "").split():
        Path(gone).unlink(missing_ok=True)
    return 0.0


Local.perform = perform
build()
"""


@dataclass(frozen=True)
class Said:
    """How a call ended, and what it printed."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Calls:
    """Calls with an output folder and a cache of their own, for one board; `more` are words of every call."""

    folder: Path
    more: tuple[str, ...] = ()

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def __call__(self, *words: str, program: tuple[str, ...] = SCONS, **env: str) -> Said:
        script = self.folder / "SConstruct"
        if not script.exists():
            script.write_text(SCONSTRUCT)
            (self.folder / "site_scons").symlink_to(ROOT / "site_scons")
        places = [f"OUTPUT={self.output}", f"CACHE={self.folder}/cache"]
        always = ["BOARD=qemu_x86_64", "TOOLCHAIN=debian", "OFFLINE=1", *places, *self.more]
        return call(*program, "-f", str(script), *always, *words, **env)


def call(*argv: str, **more: str) -> Said:
    """Run a program in the checkout, without what the caller's environment would say to scons."""
    env = {name: value for name, value in os.environ.items() if name != "SCONSFLAGS"}
    done = subprocess.run(argv, cwd=ROOT, env={**env, **more}, capture_output=True, text=True, check=False)
    return Said(done.returncode, done.stdout, done.stderr)
