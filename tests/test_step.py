# SPDX-License-Identifier: Apache-2.0
"""Steps and their actions: what counts for the one digest, and what does not."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from leafroot.step import (
    WORKSHOP,
    Actions,
    Artefact,
    Digests,
    Folder,
    Given,
    Output,
    Own,
    Source,
    Step,
    Text,
    TreeFile,
    Union,
)
from tests.actions import ONE, STEP, A, B, action

SAME: dict[str, dict[str, Any]] = {
    "title": {"title": "another"},
    "name": {"name": "another"},
    "place": {"output": B},
    "whether it is kept": {"cached": False},
}
DIFFERENT: dict[str, dict[str, Any]] = {
    "commands": {"commands": (("false",),)},
    "one word of two": {"commands": (("tr", "ue"),)},
    "another command": {"commands": (("true",), ("true",))},
    "environment": {"env": (("A", "c"),)},
    "result": {"result": "/build/x"},
    "what is dropped": {"drop": ("usr/share",)},
    "where an input is": {"inputs": (Text("/y", "1"),)},
    "an input's text": {"inputs": (Text("/x", "2"),)},
    "one more input": {"inputs": (Text("/x", "1"), Text("/y", "1"))},
    "no input": {"inputs": ()},
    "machine": {"output": Output(A.path, "x86_64")},
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_what_work_is_called_does_not_count(change: dict[str, Any]) -> None:
    assert action(replace(STEP, **change)) == action(STEP)


@pytest.mark.parametrize("change", DIFFERENT.values(), ids=DIFFERENT)
def test_what_is_done_counts(change: dict[str, Any]) -> None:
    assert action(replace(STEP, **change)) != action(STEP)


def test_the_bytes_of_an_output_count_and_not_how_they_came() -> None:
    made, reader = Step("a", A, ()), Step("b", B, (Artefact("/a", A),))
    other = replace(made, commands=(("true",),))
    assert action(reader, made, digests={A.path: "1"}) == action(reader, other, digests={A.path: "1"})
    assert action(reader, made, digests={A.path: "1"}) != action(reader, made, digests={A.path: "2"})
    elsewhere = Output("u/a.tar.zst")
    assert action(reader, digests={A.path: "1"}) == action(
        replace(reader, inputs=(Artefact("/a", elsewhere),)), digests={elsewhere.path: "1"}
    )


def compiler(platform: str, *commands: tuple[str, ...]) -> Step:
    return Step("gcc", Output("t/gcc.tar.zst", platform), (), commands=commands or (("make",),))


def user(of: Step) -> Step:
    return Step("prog", B, (Union("/toolchain", (of.output,)),))


def test_a_machine_counts_for_a_compilers_own_action_and_not_for_what_it_compiles() -> None:
    here, there = compiler("x86_64"), compiler("aarch64")
    assert action(here) != action(there)
    assert action(user(here), here) == action(user(there), there)
    # Its bytes do not either: they differ from machine to machine.
    assert action(user(here), here, digests={here.output.path: "1"}) == action(user(here), here)


def test_how_a_compiler_is_built_counts_for_what_it_compiles() -> None:
    plain, other = compiler("x86_64"), compiler("x86_64", ("make", "all"))
    assert action(user(plain), plain) != action(user(other), other)


def test_a_compilers_own_inputs_count_through_all_that_are_built_with_it() -> None:
    """A library that the compiler is linked with, another of this machine's: by actions all the way down."""

    def chain(text: str, platform: str) -> str:
        library = Step("gmp", Output("host/gmp", platform), (Text("/x", text),))
        gcc = replace(compiler(platform), inputs=(Union("/libs", (library.output,)),))
        return action(user(gcc), gcc, library)

    assert chain("1", "a") == chain("1", "b") != chain("2", "a")


@pytest.mark.parametrize("again", ["an output", "a file"])
def test_which_of_two_is_read_once_more_counts(again: str) -> None:
    if again == "an output":
        steps = [replace(STEP, inputs=(Union("/u", (A, B)), Artefact("/a", one))) for one in (A, B)]
    else:
        pair = (("a", "x", 0o644), ("b", "y", 0o644))
        steps = [replace(STEP, inputs=(Folder("/f", pair), TreeFile("/t", one))) for one in ("x", "y")]
    assert action(steps[0]) != action(steps[1])


def test_digests_follow_what_they_name_and_read_none_of_it() -> None:
    first = Step("a", A, (TreeFile("/x", "x"),))
    manifest = Step("manifest", B, (Digests("steps", (A,)),))
    assert manifest.reads() == () and manifest.follows() == (A,)
    assert action(manifest, first, digests={A.path: "1"}) == action(manifest, first, digests={A.path: "2"})
    assert action(manifest, first, files={"x": "1"}) != action(manifest, first, files={"x": "2"})
    assert action(manifest, first) != action(manifest, replace(first, commands=(("true",),)))


def test_digests_leave_the_building_machine_aside() -> None:
    here, there = compiler("x86_64"), compiler("aarch64")
    found = [action(Step("m", B, (Digests("steps", (one.output,)),)), one) for one in (here, there)]
    assert found[0] == found[1]


@dataclass(frozen=True)
class Pair:
    left: str
    right: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Write(Own):
    number: int = 1
    pairs: tuple[Pair, ...] = ()

    code: ClassVar[tuple[str, ...]] = ("own/image", "errors")

    def perform(self, given: Given, output: Path) -> None:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Overwrite(Write):
    code: ClassVar[tuple[str, ...]] = ("own/image", "errors")


OWN: dict[str, tuple[Own, bool]] = {
    "another number": (Write(number=2), True),
    "another pair": (Write(pairs=(Pair("a", frozenset({"b"})),)), True),
    "other work": (Overwrite(), True),
    "the same": (Write(), False),
}


@pytest.mark.parametrize(("own", "differs"), OWN.values(), ids=OWN)
def test_own_work_counts_by_its_kind_and_parameters(own: Own, differs: bool) -> None:
    step = replace(STEP, own=Write(), commands=())
    assert (action(replace(step, own=own)) != action(step)) is differs


def test_own_works_code_and_its_pinned_libraries_are_files_that_it_reads() -> None:
    step = replace(STEP, own=Write(), inputs=())
    assert step.files() == ("leafroot/errors.py", "leafroot/own/image.py", "requirements.txt")
    for name in step.files():
        assert action(step, files={name: "1"}) != action(step, files={name: "2"})


def test_parameters_are_plain_values_in_one_order() -> None:
    pairs = (Pair("a", frozenset({"z", "y"})),)
    assert Write(pairs=pairs).parameters() == {"number": 1, "pairs": [{"left": "a", "right": ["y", "z"]}]}
    assert json.loads(replace(STEP, own=Write(pairs=pairs)).description)["own"] == "Write"


def test_a_description_changes_on_purpose_only() -> None:
    """Whoever changes it raises no WORKSHOP, but knows that everything is built anew."""
    step = Step("a", A, (Union("/sysroot", (A, B)), Source("/src", ONE)), commands=(("make",),), env=(("CC", "gcc"),))
    assert json.loads(step.description) == {
        "commands": [["make"]],
        "drop": [],
        "env": [["CC", "gcc"]],
        "host": "",
        "inputs": [
            {"kind": "Union", "at": "/sysroot", "artefacts": 2},
            {"kind": "Source", "at": "/src", "archive": ["1" * 64, ""], "debian": [], "parts": [], "patches": 0},
        ],
        "result": "/out",
        "workshop": WORKSHOP,
    }


def test_an_action_is_remembered_and_a_look_at_it_is_not() -> None:
    files = {"x": "1"}
    step = Step("a", A, (TreeFile("/x", "x"),))
    actions = Actions(lambda path: path, files.__getitem__)
    actions.add(step)
    first = actions.peek(step)
    files["x"] = "2"
    then = actions.of(step)
    assert first.digest != then.digest
    files["x"] = "3"
    assert actions.of(step) is then
    assert actions.peek(step).digest not in (first.digest, then.digest)


def test_what_an_action_read_is_said_with_its_digests() -> None:
    step = Step("b", B, (Artefact("/a", A), TreeFile("/x", "x"), Digests("d", (A,))))
    actions = Actions({A.path: "1"}.__getitem__, {"x": "2"}.__getitem__)
    for one in (step, Step("a", A, ())):
        actions.add(one)
    found = dict(actions.of(step).inputs)
    assert (found[f"artefact {A.path}"], found["file x"]) == ("1", "2")
    assert list(found) == [f"artefact {A.path}", "file x", f"action {A.path}"]


def test_a_step_answers_to_its_name_and_to_its_output() -> None:
    step = Step("zlib 1.3", Output("t/zlib-0123abcd.tar.zst"), (), name="zlib")
    assert step.names == ("zlib", "t/zlib-0123abcd.tar.zst", "zlib-0123abcd.tar.zst", "zlib-0123abcd")
    assert step.file_stem == "t_zlib-0123abcd.tar.zst"


def test_what_is_read_twice_is_named_once() -> None:
    step = Step("x", B, (Artefact("/a", A), Union("/u", (A,)), TreeFile("/t", "x"), TreeFile("/u", "x")))
    assert step.reads() == (A,) and step.files() == ("x",)
