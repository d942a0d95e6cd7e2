# SPDX-License-Identifier: Apache-2.0
"""A step's processes end with the step, or with the build that is killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from forbidden_place import Place
from probes import SHELL, Words, without


def command_lines() -> Iterator[tuple[int, list[bytes]]]:
    """Each process and the words of its command line."""
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit():
                yield int(entry.name), (entry / "cmdline").read_bytes().split(b"\0")


def processes(word: str) -> list[int]:
    """The processes with this word on their command line."""
    return [number for number, words in command_lines() if word.encode() in words]


def processes_of(place: Place) -> list[int]:
    """The processes with a path of the place on their command line, as each sandbox of it has."""
    start = str(place.folder).encode()
    return [number for number, words in command_lines() if any(word.startswith(start) for word in words)]


def end(numbers: list[int]) -> list[int]:
    for number in numbers:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    return numbers


def becomes(wanted: Callable[[], bool], seconds: float) -> bool:
    """Whether something comes true within some time."""
    last = time.monotonic() + seconds
    while not wanted():
        if time.monotonic() > last:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("opened", [{}, without("pid")], ids=["guarded", "without its guard"])
def test_no_process_outlives_its_step(place: Place, opened: dict[Words, Words]) -> None:
    word = f"60{os.getpid()}.{place.user}"
    step = place.step(SHELL, f"perl -MPOSIX -e 'setsid(); exec @ARGV' sleep {word} >/dev/null 2>&1 &\nsleep 1\n")
    assert place.perform(step, opened) == 0
    left = processes(word)
    end(left)
    assert bool(left) == bool(opened)


@pytest.mark.parametrize("opened", [{}, {("--die-with-parent",): ()}], ids=["guarded", "without its guard"])
def test_a_step_ends_with_the_build_that_is_killed(place: Place, opened: dict[Words, Words]) -> None:
    word = f"61{os.getpid()}.{place.user}"
    build = place.start(place.step(SHELL, f"sleep {word}"), opened)
    try:
        assert becomes(lambda: bool(processes(word)), 60)
    finally:
        os.kill(build, signal.SIGKILL)
        os.waitpid(build, 0)
    gone = becomes(lambda: not processes(word), 0.5 if opened else 10)
    # What is left of the sandbox writes into the place until it has ended.
    assert becomes(lambda: not end(processes_of(place)), 60)
    assert gone == (not opened)
