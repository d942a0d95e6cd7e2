# SPDX-License-Identifier: Apache-2.0
"""The ledger of a run: what is kept of a step, and what is refused before and after one is performed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from leafroot.errors import LeafrootError
from leafroot.record.explain import History, recorded
from leafroot.record.ledger import Ledger, Report, print_error
from leafroot.record.times import Times
from leafroot.step import Action, Actions, Artefact, Output, Step, TreeFile
from leafroot.store.memory import Memory

FIRST = Step("first", Output("x/first"), (TreeFile("/f", "f"),), commands=(("cp", "/f", "/out/x"),))
SECOND = Step("second", Output("x/second"), (Artefact("/first", FIRST.output),), commands=(("cp", "/first", "/out/x"),))


class Writing:
    """An executor that writes a text; `meanwhile` is done while it is at work."""

    def __init__(self, output: Path, text: str) -> None:
        self.output, self.text = output, text
        self.performed: list[str] = []
        self.meanwhile = lambda: None

    def perform(self, action: Action) -> float:
        self.performed.append(action.step.title)
        self.meanwhile()
        place = self.output / action.step.output.path
        place.parent.mkdir(exist_ok=True)
        place.write_text(self.text)
        return 0.5

    def shell(self, step: Step) -> int:
        raise AssertionError


class Run:
    """A run of scons over two steps, in the checkout `place`; another one reads what was remembered."""

    def __init__(self, place: Path) -> None:
        self.place, self.output = place, place / "output"
        self.output.mkdir(exist_ok=True)
        self.kept: list[tuple[str, str]] = []
        self.memory = Memory(self.output / ".sconsign", self.output)
        self.actions = Actions(self.memory.current, lambda path: self.memory.file_digest(place / path))
        self.actions.add(FIRST)
        self.actions.add(SECOND)
        with (place / "lock").open("w") as lock:
            self.report = Report(lock)
        history = History(self.output, self.actions)
        self.executor = Writing(self.output, "made")
        self.ledger = Ledger(
            self.output,
            self.memory,
            self.report,
            history,
            self.actions,
            place.joinpath,
            Times(lambda: 0),
            lambda action, file, digest: self.kept.append((action.digest, digest)),
        )

    def perform(self, step: Step) -> None:
        assert self.ledger.perform(step, self.executor) == 0

    def another(self) -> Run:
        self.memory.sync()
        return Run(self.place)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "f").write_text("1")
    return Run(tmp_path)


def test_an_output_is_kept_and_recorded_under_its_action(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run.perform(FIRST)
    run.perform(SECOND)
    made = hashlib.sha256(b"made").hexdigest()
    assert run.kept == [(run.actions.of(step).digest, made) for step in (FIRST, SECOND)]
    known = recorded(run.output / "explain", SECOND)
    assert known and known.digest == run.actions.of(SECOND).digest
    assert known.facts["artefact x/first"] == made
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["first", "second"]


def test_an_input_that_was_damaged_since_it_was_made_is_refused(run: Run) -> None:
    """With its old size and times, so that no look at it tells: only its bytes do."""
    run.perform(FIRST)
    later = run.another()
    file = run.output / FIRST.output.path
    before = file.stat()
    file.write_text("mad!")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(LeafrootError) as caught:
        later.perform(SECOND)
    known, now = (hashlib.sha256(text).hexdigest() for text in (b"made", b"mad!"))
    assert str(file) in str(caught.value) and known in str(caught.value) and now in str(caught.value)
    assert not later.executor.performed and not later.kept
    # It is gone, so the next run makes it again.
    assert not file.exists() and later.memory.digest(FIRST.output.path) == ""


def test_an_input_that_is_as_it_was_made_is_read(run: Run) -> None:
    run.perform(FIRST)
    later = run.another()
    later.perform(SECOND)
    assert later.executor.performed == ["second"]


@pytest.mark.parametrize("change", ["changed", "deleted"])
def test_nothing_is_kept_of_a_file_that_changes_meanwhile(run: Run, change: str) -> None:
    file = run.place / "f"
    run.executor.meanwhile = file.unlink if change == "deleted" else lambda: file.write_text("2")
    with pytest.raises(LeafrootError) as caught:
        run.perform(FIRST)
    assert str(caught.value).startswith(f"{file}: ") and "first" in str(caught.value)
    assert not run.kept and not (run.output / FIRST.output.path).exists()
    assert recorded(run.output / "explain", FIRST) is None


def test_an_output_that_is_not_to_be_cached_is_not(run: Run) -> None:
    step = Step("large", Output("x/large"), (), commands=(("true",),), cached=False)
    run.actions.add(step)
    run.perform(step)
    assert not run.kept and run.memory.digest("x/large") == hashlib.sha256(b"made").hexdigest()


@pytest.mark.parametrize(("fetched", "words"), [(0, ""), (412_345_678, ", 412.3 MB downloaded")])
def test_the_last_line_counts_steps_and_bytes(
    fetched: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "lock").open("w") as lock:
        Report(lock, lambda: fetched, built={"a", "b"}, cached={"c"}).summary()
    said = capsys.readouterr().out.rpartition(", ")[0]
    assert said == f"2 steps built, 1 from the cache{words}"


def test_an_error_is_printed_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """SCons prints beside it from another thread, and would print between two pieces."""
    pieces: list[str] = []
    monkeypatch.setattr("sys.stderr", SimpleNamespace(write=pieces.append))
    print_error(LeafrootError("it failed", "here", "Mend it."))
    assert pieces == ["leafroot: here: it failed\n  Mend it.\n"]
