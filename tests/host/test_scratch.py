# SPDX-License-Identifier: Apache-2.0
"""Scratch folders: each process has its own, which is removed after the process has ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from leafroot.host.disk import Scratch, sweep

ROOT = Path(__file__).parents[2]
OTHER = """\
import sys, time
from pathlib import Path
from leafroot.host.disk import Scratch
place = Scratch(Path(sys.argv[1])).place("theirs")
(place / "deep").mkdir(parents=True)
(place / "deep").chmod(0o555)
print(place, flush=True)
time.sleep(60)
"""


def test_scratch_paths_differ_and_share_a_folder(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "tmp")
    first, second = scratch.place("a"), scratch.place("a")
    assert first != second and first.parent == second.parent and not first.exists()


def test_the_folders_of_killed_processes_are_removed_and_others_stay(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", OTHER, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert other.stdout is not None
    theirs = Path(other.stdout.readline().strip())
    assert sweep(tmp_path) == 0 and theirs.is_dir()
    os.kill(other.pid, signal.SIGKILL)
    other.communicate()
    mine = Scratch(tmp_path).place("mine")
    assert not theirs.exists() and not theirs.parent.exists() and mine.parent.is_dir()
