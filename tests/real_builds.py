# SPDX-License-Identifier: Apache-2.0
"""What tests that build for real have in common: the call of scons, the caller's cache, the sums of what was made."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

CALLERS_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "leafroot"

DEBIAN_X86_64 = "x86_64-leafroot-linux-musl-debian"
"""The folder below OUTPUT of what Debian's GCC compiles for x86_64 (TOOLCHAIN=debian)."""


def scons(checkout: Path, *words: str, status: int = 0) -> str:
    """Call scons in a checkout as people do, and give what it printed; another exit status is the test's failure."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("scons")), "-Q", *words],
        cwd=checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == status, f"scons {' '.join(words)}\n{done.stdout}"
    return done.stdout


def sha256(file: Path) -> str:
    """The SHA-256 of a file."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def hear_interrupts() -> None:
    """Of a program that is about to be run (`preexec_fn`): SIGINT ends it, or does what it wants that to do.

    A shell without job control lets what it runs in the background ignore that signal, and so does all that is
    started from there.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
