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


def test_what_no_process_made_as_scratch_is_never_removed(tmp_path: Path) -> None:
    """CACHE may be a home, or /var, whose tmp holds other people's files."""
    for name in ("work", "123-photos", "1-abc.leafroot.old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    abandoned = tmp_path / "1-abcd_1.leafroot"
    abandoned.mkdir()
    assert sweep(tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1-abc.leafroot.old", "123-photos", "work"]
