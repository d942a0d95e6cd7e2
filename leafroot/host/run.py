# SPDX-License-Identifier: Apache-2.0
"""The one door to other programs: every process that Leafroot starts is started here, and ended here.

When a person or a signal asks for the end, every thread learns of it, and none begins anything more.
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
# The process groups of programs that run now with their output logged, so that an interrupt can end them all.
_RUNNING: set[int] = set()
# How long a step of our own may go on after an interrupt, in seconds: compressing a large root takes minutes.
_GRACE = 1.2


class InterruptedBuildError(LeafrootError):
    """The work was given up because somebody asked for its end; nothing is wrong with it."""


def interrupt() -> None:
    """Ask every thread for its end."""
    _ASKED.set()


def interrupted() -> bool:
    """Whether the end was asked for."""
    return _ASKED.is_set()


def check_interrupt() -> None:
    """Raise an InterruptedBuildError if the end was asked for; long work calls this again and again."""
    if _ASKED.is_set():
        raise InterruptedBuildError("interrupted")


@contextmanager
def mortal() -> Iterator[None]:
    """Mark work that may be cut off at any moment, for the next run makes up for whatever it leaves."""
    mark = object()
    with _LOCK:
        _MORTAL.append(mark)
    try:
        yield
    finally:
        with _LOCK:
            _MORTAL.remove(mark)


def cut_off_is_harmless() -> bool:
    """Whether such work goes on."""
    return bool(_MORTAL)


def end_all() -> None:
    """End every program that `run` has started with a log, and all that those have started; no other is begun."""
    interrupt()
    for group in list(_RUNNING):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def command_line(argv: Sequence[str]) -> str:
    """The command as one can paste it into a shell."""
    return shlex.join(argv)


@contextmanager
def _installed(program: str) -> Iterator[None]:
    """Turn the error of a program that is not there into one that says how to get it."""
    try:
        yield
    except FileNotFoundError as error:
        raise LeafrootError(
            f"the program {program} is not installed", hint="Run ./bootstrap: it installs what is missing."
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
    """Run a program and give its exit status; its output goes to `log`, or to this terminal.

    The environment is exactly `env`. The log begins with the command if it is `titled`. When its output is logged, the
    program gets umask 022 and a process group of its own, and the whole group is ended when we are interrupted;
    InterruptedBuildError says so.
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
            # What is made gets the same modes for everybody.
            umask=0o022 if log is not None else -1,
        )
    if log is None:
        return process.wait()
    _RUNNING.add(process.pid)
    try:
        if interrupted():
            # It was started while the others were ended.
            end_all()
        status = process.wait()
    finally:
        _RUNNING.discard(process.pid)
    check_interrupt()
    return status


def capture(argv: Sequence[str], *, env: Mapping[str, str] | None = None, timeout: float = 60.0) -> tuple[int, str]:
    """Run a program and give its exit status and what it wrote, both streams as one text."""
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
    """Run a program with its output in `log`; False if it had to be stopped after `timeout` seconds."""
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
    """Run a program with its output added to `log`, and measure it; children's memory does not count."""
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
    """What a program took: seconds, the most memory in MB, and its exit status."""

    seconds: float
    megabytes: float
    status: int


def wait_for(argv: Sequence[str], *, env: Mapping[str, str], text: bytes, timeout: float) -> float:
    """Run a program until it writes `text`, end it, and give the seconds that took."""
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
                raise LeafrootError(f"it never wrote {text.decode()!r}", argv[0], seen.decode(errors="replace")[-2000:])
            seen += chunk
        return time.monotonic() - begun
    finally:
        process.kill()
        process.wait()


def end_on_signals() -> None:
    """End the steps' programs at once when we are interrupted; SCons itself would wait for them.

    Leafroot's own work looks now and then whether it is to end. A step that has not done so in time is cut off.
    """
    read, write = os.pipe()
    os.set_blocking(write, False)
    # Python writes a byte here for every signal that it handles, whoever's handler is set at the time.
    signal.set_wakeup_fd(write)

    def wait() -> None:
        while os.read(read, 1):
            end_all()
            time.sleep(_GRACE)
            if cut_off_is_harmless():
                print("leafroot: interrupted in the middle of a step, which is done again", file=sys.stderr, flush=True)
                os._exit(2)

    threading.Thread(target=wait, daemon=True).start()
