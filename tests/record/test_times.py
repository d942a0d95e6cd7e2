# SPDX-License-Identifier: Apache-2.0
"""Where a run's time went: steps in their order, with the slots that were taken while each ran."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import pytest

from leafroot.host.jobserver import Slots
from leafroot.record.times import StepTime, Times, read_times, times_table


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def no_watcher(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test itself says when the slots are looked at."""
    monkeypatch.setattr(threading.Thread, "start", lambda _: None)


@pytest.mark.usefixtures("no_watcher")
def test_steps_are_told_in_the_order_in_which_they_began(tmp_path: Path) -> None:
    clock, taken = Clock(), 0
    times = Times(lambda: taken, clock)
    times.begin()
    for second in range(1, 9):
        # Two slots are taken from second 3 on.
        taken = 2 if second >= 3 else 1
        clock.now = 100.0 + second
        times.look()
        if second == 4:
            times.built("short", 1.5)
    times.built("long", 8.0)
    times.write(tmp_path / "times.json")
    steps, slots = read_times(tmp_path / "times.json")
    assert steps == [StepTime("long", 0.0, 8.0, 14 / 8), StepTime("short", 2.5, 1.5, 2.0)]
    assert slots == 14 / 8
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["times.json"]


def test_a_run_that_built_nothing_leaves_the_times_of_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "times.json").write_text("before")
    Times(lambda: 0).write(tmp_path / "times.json")
    assert (tmp_path / "times.json").read_text() == "before"


def test_a_full_disk_leaves_no_times_of_another_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = Times(lambda: 0)
    times.begin()
    times.built("one", 0.1)
    (tmp_path / "times.json").write_text("before")

    def full(path: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "replace", full)
    times.write(tmp_path / "times.json")
    assert list(tmp_path.rglob("*")) == []


def test_the_table() -> None:
    steps = [StepTime("gcc", 0, 100.25, 1.5), StepTime("a", 1, 0.5, 2), StepTime("b", 2, 0.25, 2)]
    assert [line.split() for line in times_table(steps, 1.75).splitlines()[1:]] == [
        ["gcc", "0.0", "s", "100.2", "s", "1.50"],
        ["2", "shorter", "steps", "0.8", "s"],
        ["slots", "taken", "on", "average:", "1.75"],
    ]


def test_the_slots_that_are_taken() -> None:
    slots = Slots(3)
    assert slots.in_use() == 0
    with slots.one(), slots.one():
        assert slots.in_use() == 2
    assert slots.in_use() == 0
