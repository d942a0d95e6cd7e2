# SPDX-License-Identifier: Apache-2.0
"""Locks between processes: a second process waits, says for whom, and goes on when the holder has ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from leafroot.host import run
from leafroot.host.run import InterruptedBuildError
from leafroot.store.locks import hold_output, locked

ROOT = Path(__file__).parents[2]
# Holds a lock until it is killed.
HOLD = """\
import sys, time
from pathlib import Path
from leafroot.store.locks import locked
with locked(Path(sys.argv[1]), "is unpacking x"):
    print("held", flush=True)
    time.sleep(60)
"""
# Holds an output folder, starts a program that inherits the lock, and waits to be killed.
BUILD = """\
import subprocess, sys, time
from pathlib import Path
from leafroot.store.locks import hold_output
lock = hold_output(Path(sys.argv[1]))
child = subprocess.Popen(["sleep", "60"], pass_fds=[lock.fileno()], stdout=subprocess.DEVNULL)
print(child.pid, flush=True)
time.sleep(60)
"""
# Holds an output folder if nobody else does.
TRY = """\
import fcntl, sys
with open(sys.argv[1]) as file:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
"""


def start(program: str, path: Path) -> tuple[subprocess.Popen[str], str]:
    """A process that runs a program on a path, once it has said its first line; and that line."""
    process = subprocess.Popen([sys.executable, "-c", program, path], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def is_free(path: Path) -> bool:
    return subprocess.run([sys.executable, "-c", TRY, path], stderr=subprocess.DEVNULL, check=False).returncode == 0


def test_a_second_process_waits_and_says_for_whom(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    holder, _ = start(HOLD, tmp_path / "lock")
    timer = threading.Timer(0.3, holder.kill)
    timer.start()
    begun = time.monotonic()
    with locked(tmp_path / "lock", "is unpacking x"):
        waited = time.monotonic() - begun
    holder.communicate()
    assert waited > 0.2
    assert capsys.readouterr().out == f"leafroot: waiting for process {holder.pid}, which is unpacking x\n"


def test_a_second_thread_waits_and_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order: list[str] = []

    def second() -> None:
        with locked(tmp_path / "lock", "is unpacking x"):
            order.append("second")

    thread = threading.Thread(target=second)
    with locked(tmp_path / "lock", "is unpacking x"):
        thread.start()
        time.sleep(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"] and capsys.readouterr().out == ""


def test_an_interrupt_ends_the_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder, _ = start(HOLD, tmp_path / "lock")
    asked = threading.Event()
    monkeypatch.setattr(run, "_ASKED", asked)
    threading.Timer(0.2, asked.set).start()
    try:
        with pytest.raises(InterruptedBuildError), locked(tmp_path / "lock", "is unpacking x"):
            pass
    finally:
        holder.kill()
        holder.communicate()


def test_an_error_while_a_lock_is_held_frees_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError), locked(tmp_path / "lock", "is unpacking x"):
        assert not is_free(tmp_path / "lock")
        raise ValueError
    assert is_free(tmp_path / "lock")


def test_an_output_folder_is_held_until_the_programs_of_a_killed_run_have_ended(tmp_path: Path) -> None:
    first, child = start(BUILD, tmp_path)
    assert (tmp_path / ".lock").read_text() == str(first.pid)
    first.kill()
    first.communicate()
    assert not is_free(tmp_path / ".lock")
    os.kill(int(child), signal.SIGKILL)
    with hold_output(tmp_path):
        assert (tmp_path / ".lock").read_text() == str(os.getpid())
        assert not is_free(tmp_path / ".lock")


def test_a_second_run_waits_for_the_output_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, child = start(BUILD, tmp_path)
    threading.Timer(0.3, lambda: (first.kill(), os.kill(int(child), signal.SIGKILL))).start()
    hold_output(tmp_path).close()
    first.communicate()
    said = f"leafroot: waiting for process {first.pid}, which is building in {tmp_path}\n"
    assert capsys.readouterr().out == said
