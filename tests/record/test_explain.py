# SPDX-License-Identifier: Apache-2.0
"""What is said of a step: why it was done, whether it will be again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest

from leafroot.record.explain import History, differences
from leafroot.step import Actions, Artefact, Given, Output, Own, Step, Text, TreeFile

FIRST = Step("first", Output("x/first.tar.zst"), (TreeFile("/f", "package/f"),), commands=(("cp", "/f", "/out"),))
SECOND = Step(
    "second",
    Output("x/second"),
    (Artefact("/first", FIRST.output), Text("/t", "some text")),
    commands=(("make", "-C", "/src"), ("make", "install")),
    env=(("CFLAGS", "-O2"),),
)


@pytest.fixture
def history(tmp_path: Path) -> History:
    (tmp_path / "package").mkdir()
    (tmp_path / "package/f").write_text("1")

    def digest(name: str) -> str:
        return (tmp_path / name).read_text() * 64 if (tmp_path / name).exists() else ""

    return History(tmp_path, Actions(digest, digest))


def make(history: History, step: Step, content: str) -> None:
    file = history.output / step.output.path
    file.parent.mkdir(exist_ok=True)
    file.write_text(content)
    another_run(history).record(step, "built in 1.0 s")


def another_run(history: History) -> History:
    """An action is computed once in a run: what is made again here is made in another."""
    digest = history.actions._digest
    return replace(history, actions=Actions(digest, digest))


def said(history: History, step: Step = SECOND) -> list[str]:
    lines = another_run(history).explain(step, (FIRST, step)).splitlines()
    # When it was is the one thing that no test can know.
    return [line.split(", 20")[0] for line in lines]


def test_what_was_never_made(history: History) -> None:
    assert said(history) == [
        "second: x/second",
        "  It was never made here.",
        "  It will be made by the next build: it is not there.",
    ]


def test_the_first_time_and_nothing_changed(history: History) -> None:
    make(history, FIRST, "a")
    make(history, SECOND, "b")
    assert said(history) == [
        "second: x/second",
        "  built in 1.0 s",
        "  That was the first time here.",
        "  The next build leaves it as it is: nothing that goes into it has changed since.",
    ]


def test_why_it_was_made_again_names_what_changed_with_old_and_new(history: History) -> None:
    make(history, FIRST, "a")
    make(history, SECOND, "b")
    make(history, FIRST, "c")
    make(history, SECOND, "d")
    assert said(history)[2:4] == ["  That was because of:", f"    artefact x/first.tar.zst: {'a' * 12} -> {'c' * 12}"]


def test_a_file_that_changes_since_reaches_who_reads_what_is_made_of_it(history: History) -> None:
    make(history, FIRST, "a")
    make(history, SECOND, "b")
    (history.output / "package/f").write_text("2")
    assert said(history, FIRST)[3:] == [
        "  The next build looks at it again, because of:",
        f"    file package/f: {'1' * 12} -> {'2' * 12}",
    ]
    assert said(history)[3:] == [
        "  The next build looks at it again, because of:",
        "    artefact x/first.tar.zst: will be made again itself, perhaps with the same bytes",
        f"      file package/f: {'1' * 12} -> {'2' * 12}",
    ]


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        (replace(SECOND, env=(("CFLAGS", "-O3"),)), "variable CFLAGS: -O2 -> -O3"),
        (replace(SECOND, env=()), "variable CFLAGS: -O2 -> gone"),
        (replace(SECOND, commands=(*SECOND.commands, ("true",))), "command 3: new, true"),
        (replace(SECOND, commands=(("make",), SECOND.commands[1])), "command 1: make -C /src -> make"),
        (
            replace(SECOND, inputs=(SECOND.inputs[0], Text("/t", "another text"))),
            "input /t: Text some text -> Text another text",
        ),
        (replace(SECOND, title="other words", cached=False), None),
    ],
    ids=["variable", "variable gone", "command more", "command", "text", "nothing that counts"],
)
def test_a_change_of_the_step_itself(history: History, changed: Step, line: str | None) -> None:
    make(history, FIRST, "a")
    make(history, SECOND, "b")
    told = said(history, changed)[4:]
    assert told == ([f"    {line}"] if line else [])


@dataclass(frozen=True)
class Layer:
    owner: str
    at: str


@dataclass(frozen=True)
class Tables(Own):
    """Work of Leafroot's own that is told of tables."""

    layers: Sequence[Layer]
    accounts: Sequence[tuple[str, int, str]]

    code: ClassVar[tuple[str, ...]] = ()

    def perform(self, given: Given, output: Path) -> None:
        raise AssertionError


def tables(layers: Sequence[Layer], accounts: Sequence[tuple[str, int, str]]) -> Step:
    return Step("a table", Output("x/table"), (), own=Tables(layers, accounts))


LAYERS = (Layer("a", "a"), Layer("b", "b"))
ACCOUNTS = (("meter", 300, "/"), ("watch", 301, "/"))


@pytest.mark.parametrize(
    ("now", "line"),
    [
        (tables(layers=LAYERS[:1], accounts=ACCOUNTS), 'parameter layers b: {"at":"b","owner":"b"} -> gone'),
        (tables(layers=LAYERS[::-1], accounts=ACCOUNTS), "parameter layers order: a b -> b a"),
        (
            tables(layers=LAYERS, accounts=[ACCOUNTS[0], ("watch", 302, "/")]),
            'parameter accounts watch: [301,"/"] -> [302,"/"]',
        ),
    ],
    ids=["an entry gone", "another order", "an entry changed"],
)
def test_entries_of_a_table_are_told_by_their_names(history: History, now: Step, line: str) -> None:
    make(history, tables(layers=LAYERS, accounts=ACCOUNTS), "a")
    assert said(history, now)[4:] == [f"    {line}"]


def test_of_a_text_the_first_line_that_differs_is_told() -> None:
    (line,) = differences({"input /t": "Text a\nb\nc\n"}, {"input /t": "Text a\nB\nc\n"})
    assert line == "input /t: line 2, 'b' -> 'B'"
    (line,) = differences({"input /t": "Text a\n"}, {"input /t": "Text a\nB\n"})
    assert line == "input /t: line 2, '' -> 'B'"


def test_what_an_artefact_had_changed_by_stands_below_it(history: History) -> None:
    make(history, FIRST, "a")
    make(history, SECOND, "b")
    (history.output / "package/f").write_text("2")
    make(history, FIRST, "c")
    make(history, SECOND, "d")
    assert said(history)[2:5] == [
        "  That was because of:",
        f"    artefact x/first.tar.zst: {'a' * 12} -> {'c' * 12}",
        f"      file package/f: {'1' * 12} -> {'2' * 12}",
    ]


def test_a_record_of_another_form_is_none(history: History) -> None:
    make(history, FIRST, "a")
    (file,) = (history.output / "explain").iterdir()
    file.write_text(file.read_text().replace('"form": 3', '"form": 2'))
    assert said(history, FIRST)[1:] == ["  It is there, and nothing is known of what it was made from."]


def test_a_record_that_cannot_be_read_is_none(history: History) -> None:
    make(history, FIRST, "a")
    for file in (history.output / "explain").iterdir():
        file.write_text("{")
    assert said(history, FIRST)[1:] == ["  It is there, and nothing is known of what it was made from."]


def test_many_differences_are_one_screen(history: History) -> None:
    make(history, FIRST, "a")
    make(history, SECOND, "b")
    told = said(history, replace(SECOND, env=tuple((f"V{number:02}", "x") for number in range(40))))
    assert len(told) < 24
    assert told[-1] == "    and 27 more"


def test_long_values_are_cut_around_the_first_difference() -> None:
    old, new = {"parameter x": "a" * 500 + "old" + "b" * 500}, {"parameter x": "a" * 500 + "new" + "b" * 500}
    (line,) = differences(old, new)
    assert len(line) < 160
    assert "aaaold" in line and "aaanew" in line


def test_a_record_that_is_cut_off_leaves_nothing_beside_the_others(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that was killed right then does not do the step again, so nobody would take the half away."""

    def killed(path: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        history.record(FIRST, "built in 1.0 s")
    assert list((history.output / "explain").iterdir()) == []
