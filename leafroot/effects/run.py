# SPDX-License-Identifier: Apache-2.0
"""The one door to other programs: every process that Leafroot starts is started here."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from leafroot.errors import LeafrootError


def command_line(argv: Sequence[str]) -> str:
    """The command as one can paste it into a shell."""
    return shlex.join(argv)


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    log: IO[bytes] | None = None,
    shown: Sequence[str] = (),
    pass_fds: Sequence[int] = (),
    stdin: int | None = subprocess.DEVNULL,
) -> int:
    """Run a program and give its exit status; its output goes to `log`, or to this terminal.

    The environment is exactly `env`. The log begins with the command, or with `shown` in its place. The program gets a process group of its own when its output is logged,
    and the whole group is ended when we are interrupted.
    """
    if log is not None:
        log.write(f"$ {command_line(shown or argv)}\n".encode())
        log.flush()
    try:
        process = subprocess.Popen(
            list(argv),
            env=dict(env),
            stdin=stdin,
            stdout=log,
            stderr=subprocess.STDOUT if log is not None else None,
            pass_fds=tuple(pass_fds),
            start_new_session=log is not None,
        )
    except FileNotFoundError as error:
        raise LeafrootError(
            f"the program {argv[0]} is not installed", hint="Run ./bootstrap: it installs what is missing."
        ) from error
    try:
        return process.wait()
    except BaseException:
        if log is not None and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def capture(argv: Sequence[str], *, env: Mapping[str, str] | None = None, timeout: float = 60.0) -> tuple[int, str]:
    """Run a program and give its exit status and what it wrote, both streams as one text."""
    try:
        done = subprocess.run(
            list(argv),
            env=dict(env) if env is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError as error:
        raise LeafrootError(
            f"the program {argv[0]} is not installed", hint="Run ./bootstrap: it installs what is missing."
        ) from error
    return done.returncode, done.stdout.decode(errors="replace")


def watch(argv: Sequence[str], *, env: Mapping[str, str], log: Path, timeout: float) -> bool:
    """Run a program with its output in `log`; False if it had to be stopped after `timeout` seconds."""
    with log.open("wb") as out:
        try:
            process = subprocess.Popen(
                list(argv), env=dict(env), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
            )
        except FileNotFoundError as error:
            raise LeafrootError(
                f"the program {argv[0]} is not installed", hint="Run ./bootstrap: it installs what is missing."
            ) from error
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    return True
