# SPDX-License-Identifier: Apache-2.0
"""Starts and ends all other programs that Leafroot runs.

After an interrupt (Ctrl-C or a signal) all of them are killed, and no thread starts another one.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from leafroot.errors import LeafrootError

_ASKED = threading.Event()
_LOCK = threading.Lock()
_MORTAL: list[object] = []
# The process groups of the running programs whose output is logged: an interrupt kills them all.
_RUNNING: set[int] = set()
# How long Leafroot's own steps may run on after an interrupt, in seconds: compressing a large root takes minutes.
_GRACE = 1.2


class InterruptedBuildError(LeafrootError):
    """The work was interrupted, by Ctrl-C or a signal."""


def interrupt() -> None:
    """Tell every thread to stop."""
    _ASKED.set()


def interrupted() -> bool:
    """Whether the run was interrupted."""
    return _ASKED.is_set()


def check_interrupt() -> None:
    """Raise an InterruptedBuildError if the run was interrupted; long work calls this regularly."""
    if _ASKED.is_set():
        raise InterruptedBuildError("interrupted")


def pause(seconds: float) -> None:
    """Wait; raises an InterruptedBuildError at once if the run is interrupted."""
    if seconds > 0:
        _ASKED.wait(seconds)
    check_interrupt()


@contextmanager
def mortal() -> Iterator[None]:
    """Mark work that may be cut off at any moment: the next run cleans up what it leaves."""
    mark = object()
    with _LOCK:
        _MORTAL.append(mark)
    try:
        yield
    finally:
        with _LOCK:
            _MORTAL.remove(mark)


def cut_off_is_harmless() -> bool:
    """Whether only such work would be cut off."""
    return bool(_MORTAL)


def end_all() -> None:
    """Kill every program that `run` started with a log, and all their children; no other program is started."""
    interrupt()
    for group in list(_RUNNING):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def command_line(argv: Sequence[str]) -> str:
    """The command in a form that can be pasted into a shell."""
    return shlex.join(argv)


@contextmanager
def _installed(program: str) -> Iterator[None]:
    """Turn the error for a missing program into one that says how to install it."""
    try:
        yield
    except FileNotFoundError as error:
        raise LeafrootError(
            f"the program {program} is not installed", hint="Install it with the system's package manager."
        ) from error


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    log: IO[bytes] | None = None,
    titled: bool = True,
    pass_fds: Sequence[int] = (),
    stdin: int | None = subprocess.DEVNULL,
) -> int:
    """Run a program and return its exit status; its output goes to `log`, or else to this terminal.

    The environment is exactly `env`. The log begins with the command if it is `titled`. A program with a log gets umask
    022 and a process group of its own. An interrupt kills that group and raises InterruptedBuildError.
    """
    check_interrupt()
    if log is not None and titled:
        log.write(f"$ {command_line(argv)}\n".encode())
        log.flush()
    with _installed(argv[0]):
        process = subprocess.Popen(
            list(argv),
            env=dict(env),
            stdin=stdin,
            stdout=log,
            stderr=subprocess.STDOUT if log is not None else None,
            pass_fds=tuple(pass_fds),
            start_new_session=log is not None,
            # So files get the same modes for everybody.
            umask=0o022 if log is not None else -1,
        )
    if log is None:
        return process.wait()
    _RUNNING.add(process.pid)
    try:
        if interrupted():
            # This program was started while the others were killed.
            end_all()
        status = process.wait()
    finally:
        _RUNNING.discard(process.pid)
    check_interrupt()
    return status


def capture(argv: Sequence[str], *, env: Mapping[str, str] | None = None, timeout: float = 60.0) -> tuple[int, str]:
    """Run a program; returns its exit status and its output, standard output and error together."""
    with _installed(argv[0]):
        done = subprocess.run(
            list(argv),
            env=dict(env) if env is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
        )
    return done.returncode, done.stdout.decode(errors="replace")


def watch(argv: Sequence[str], *, env: Mapping[str, str], log: Path, timeout: float) -> bool:
    """Run a program with its output in `log`; False if it was killed after `timeout` seconds."""
    with log.open("wb") as out:
        with _installed(argv[0]):
            process = subprocess.Popen(
                list(argv), env=dict(env), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
            )
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    return True


def measure(argv: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path) -> Measured:
    """Run a program, append its output to `log`, and measure it; the memory of its children does not count."""
    begun = time.monotonic()
    peak = 0
    with log.open("ab") as out:
        process = subprocess.Popen(
            list(argv), env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        )
        status = Path(f"/proc/{process.pid}/status")
        while process.poll() is None:
            with contextlib.suppress(OSError):
                found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)
                peak = max(peak, int(found.group(1)) if found else 0)
            time.sleep(0.005)
    return Measured(time.monotonic() - begun, peak / 1000, process.returncode)


@dataclass(frozen=True)
class Measured:
    """What a program used: seconds, the peak of its memory in MB, and its exit status."""

    seconds: float
    megabytes: float
    status: int


def wait_for(argv: Sequence[str], *, env: Mapping[str, str], text: bytes, timeout: float) -> float:
    """Run a program until it writes `text`, then kill it; returns the seconds until then."""
    begun = time.monotonic()
    process = subprocess.Popen(
        list(argv), env=dict(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    seen = b""
    try:
        assert process.stdout is not None
        while text not in seen:
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, begun + timeout - time.monotonic()))
            chunk = os.read(process.stdout.fileno(), 65536) if ready else b""
            if not chunk:
                raise LeafrootError(
                    f"ended or timed out without printing {text.decode()!r}",
                    argv[0],
                    seen.decode(errors="replace")[-2000:],
                )
            seen += chunk
        return time.monotonic() - begun
    finally:
        process.kill()
        process.wait()


def end_on_signals() -> None:
    """Kill the steps' programs at once after an interrupt; SCons itself would wait for them to end.

    Leafroot's own work checks regularly for an interrupt. A step that has not stopped in time is cut off.
    """
    read, write = os.pipe()
    os.set_blocking(write, False)
    # Python writes a byte here for every signal that it handles, whatever the handler is.
    signal.set_wakeup_fd(write)

    def wait() -> None:
        while os.read(read, 1):
            end_all()
            time.sleep(_GRACE)
            if cut_off_is_harmless():
                print(
                    "leafroot: interrupted in the middle of a step; the next run does it again",
                    file=sys.stderr,
                    flush=True,
                )
                os._exit(2)

    threading.Thread(target=wait, daemon=True).start()
