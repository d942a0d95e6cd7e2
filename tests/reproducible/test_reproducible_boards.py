# SPDX-License-Identifier: Apache-2.0
"""Real boards built twice, for a release: on this machine, and on it and another distribution.

What could not be varied is printed (`pytest -s`); the conditions that any Debian can vary are required.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# What differs between two builds on every machine on which one can build at all.
ALWAYS = ("path", "path's length", "user", "umask", "time zone", "host name", "environment", "jobs", "date")
ELSEWHERE = ("distribution", "C library and Python", "bubblewrap")


def reproduce(output: Path, *words: str) -> dict[str, dict[str, bool]]:
    """The conditions of a reproduction that gave the same bytes."""
    argv = [sys.executable, "-m", "SCons", "-Q", f"OUTPUT={output}", *words, "reproduce"]
    done = subprocess.run(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout[-5000:]
    (result,) = output.glob("reproduce/*/result.json")
    found = json.loads(result.read_text())
    assert not found["differences"]
    assert found["compared"]["images"] >= 3
    assert isinstance(found["conditions"], dict)
    return found["conditions"]


@pytest.mark.slow
@pytest.mark.parametrize("board", ["qemu_x86_64", "rpi4"])
def test_a_board_is_the_same_twice(board: str, tmp_path: Path) -> None:
    seen = reproduce(tmp_path, f"BOARD={board}", "TOOLCHAIN=debian")
    assert [name for name in ALWAYS if not seen[name]["varied"]] == []
    assert seen["date in the sandbox"]["varied"]


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make and enter another distribution's root")
@pytest.mark.skipif(not shutil.which("debootstrap"), reason="debootstrap is not installed")
@pytest.mark.parametrize(
    ("board", "toolchain"), [("qemu_x86_64", "source"), ("qemu_x86_64", "debian"), ("rpi4", "debian")]
)
def test_a_board_is_the_same_on_another_distribution(board: str, toolchain: str, tmp_path: Path) -> None:
    """Every file: the compiler and the kernel's build tools, too. A program in C++ is in the image."""
    here = Path("/etc/os-release").read_text()
    release = "bookworm" if "trixie" in here else "trixie"
    fragment = tmp_path / "with-cxx.config"
    fragment.write_text("CONFIG_PACKAGE_GUESTTEST=y\n")
    words = [f"EXTERNAL={ROOT}/tests/boot/tree", f"CONFIG={fragment}", f"RELEASE={release}"]
    seen = reproduce(tmp_path, f"BOARD={board}", f"TOOLCHAIN={toolchain}", *words)
    assert [name for name in (*ALWAYS, *ELSEWHERE) if not seen[name]["varied"]] == []
