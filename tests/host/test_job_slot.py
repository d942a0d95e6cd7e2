# SPDX-License-Identifier: Apache-2.0
"""Compilers take job slots: never more than there are, and each one is returned."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from leafroot.host.jobserver import Slots

SOURCE = Path(__file__).parents[2] / "leafroot/tools/job-slot/job-slot.c"
# Says how many of its kind run at once, itself among them.
TOOL = """\
#!/bin/sh
mkdir "$1/$$" && sleep 0.2 && ls "$1" | wc -l >>"$1.seen" && rmdir "$1/$$"
exit "${2:-0}"
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("job-slot") / "job-slot"
    subprocess.run(["gcc", "-static", "-O1", "-Wall", "-Wextra", "-Werror", "-o", built, SOURCE], check=True)
    return built


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    file = tmp_path / "tool"
    file.write_text(TOOL)
    file.chmod(0o755)
    (tmp_path / "count").mkdir()
    return file


def at_once(program: Path, tool: Path, slots: Slots, flags: str, count: int, status: int = 0) -> list[int]:
    """Start `count` tools within one step, and give what each saw."""
    seen = tool.parent / "count"
    with slots.one():
        started = [
            subprocess.Popen(
                [program, tool, seen, str(status)],
                env={"PATH": os.environ["PATH"], "MAKEFLAGS": flags},
                pass_fds=slots.descriptors,
            )
            for _ in range(count)
        ]
        assert [one.wait(60) for one in started] == [status] * count
    return [int(line) for line in seen.with_name("count.seen").read_text().split()]


def left(slots: Slots) -> int:
    """How many slots are free now."""
    read, _ = slots.descriptors
    os.set_blocking(read, False)
    return sum(1 for _ in _bytes(read))


def _bytes(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            yield os.read(descriptor, 1)
        except BlockingIOError:
            return


@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_more_tools_run_than_there_are_slots(program: Path, tool: Path, count: int) -> None:
    slots = Slots(count)
    seen = at_once(program, tool, slots, slots.makeflags, 6)
    assert len(seen) == 6
    assert max(seen) == count
    assert left(slots) == count


def test_without_a_job_server_no_tool_waits(program: Path, tool: Path) -> None:
    assert max(at_once(program, tool, Slots(1), "", 6)) > 1


def test_a_tool_that_fails_gives_its_slot_back(program: Path, tool: Path) -> None:
    slots = Slots(2)
    at_once(program, tool, slots, slots.makeflags, 4, status=3)
    assert left(slots) == 2


def test_asking_for_the_version_does_not_wait_for_a_slot(program: Path, tool: Path) -> None:
    slots = Slots(1)
    with slots.one(), program.with_name("job-slot.lock").open("w") as held:
        import fcntl

        fcntl.flock(held, fcntl.LOCK_EX)
        env = {"PATH": os.environ["PATH"], "MAKEFLAGS": slots.makeflags}
        said = subprocess.run(
            [program, "/bin/echo", "-V=full"], env=env, pass_fds=slots.descriptors, capture_output=True, timeout=20
        )
    assert said.stdout == b"-V=full\n"


def test_a_missing_tool_is_an_error_with_status_127(program: Path) -> None:
    slots = Slots(1)
    env = {"PATH": os.environ["PATH"], "MAKEFLAGS": slots.makeflags}
    done = subprocess.run([program, "/nowhere/compile"], env=env, pass_fds=slots.descriptors, capture_output=True)
    assert done.returncode == 127
    assert b"/nowhere/compile: No such file" in done.stderr
