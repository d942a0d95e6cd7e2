# SPDX-License-Identifier: Apache-2.0
"""Steps and their actions: what counts for the one digest, and what does not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, get_args

import pytest

from leafroot.describe.archive import Archive
from leafroot.rootfs.layers import Listing
from leafroot.step import (
    WORKSHOP,
    Actions,
    AnyInput,
    Artefact,
    Digests,
    Folder,
    Given,
    HostFolder,
    Input,
    Output,
    Overlay,
    Own,
    Source,
    Sources,
    Step,
    Text,
    TreeFile,
    Union,
    Unpacked,
)

ONE, TWO = Archive("https://x.example/one.tar", "1" * 64), Archive("https://x.example/two.tar", "2" * 64)
ELSEWHERE = Archive(["debian:pool/one.tar", "https://y.example/1"], "1" * 64)
A, B = Output("t/a.tar.zst"), Output("t/b.tar.zst")


def action(
    step: Step, *others: Step, digests: Mapping[str, str] | None = None, files: Mapping[str, str] | None = None
) -> str:
    """The digest of a step's action; outputs and files have the bytes that their names say, unless told otherwise."""
    actions = Actions(
        lambda path: (digests or {}).get(path, path), lambda path: (files or {}).get(path, Path(path).name)
    )
    for one in (step, *others):
        actions.add(one)
    return actions.of(step).digest


STEP = Step("a", A, (Text("/x", "1"),), commands=(("true",),), env=(("A", "b"),), name="a")

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
    "machine": {"output": Output(A.path, "x86_64-glibc-2.36")},
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_what_work_is_called_does_not_count(change: dict[str, Any]) -> None:
    assert action(replace(STEP, **change)) == action(STEP)


@pytest.mark.parametrize("change", DIFFERENT.values(), ids=DIFFERENT)
def test_what_is_done_counts(change: dict[str, Any]) -> None:
    assert action(replace(STEP, **change)) != action(STEP)


LISTING = Listing("over", (("etc", "/"), ("etc/l", "-> x"), ("etc/x", "0644")))
# An input; what it reads: outputs, files, archives.
READS: dict[str, tuple[AnyInput, list[str], list[str], list[Archive]]] = {
    "Source": (
        Source("/s", ONE, ("p/1.patch",), parts=(("sub", TWO),), debian=ELSEWHERE),
        [],
        ["p/1.patch"],
        [ONE, TWO, ELSEWHERE],
    ),
    "Sources": (Sources("/s", (ONE, TWO)), [], [], [ONE, TWO]),
    "Folder": (Folder("/f", (("a", "x/a", 0o644), ("b", "y/b", 0o755))), [], ["x/a", "y/b"], []),
    "Union": (Union("/u", (A, B)), [A.path, B.path], [], []),
    "Unpacked": (Unpacked("/u", A), [A.path], [], []),
    "Artefact": (Artefact("/u", A), [A.path], [], []),
    "TreeFile": (TreeFile("/t", "x/a"), [], ["x/a"], []),
    "Text": (Text("/t", "x"), [], [], []),
    "HostFolder": (HostFolder("/usr", "/usr", "gcc 12"), [], [], []),
    "Overlay": (Overlay("o", LISTING), [], ["over/etc/x"], []),
    "Digests": (Digests("d", (A, B)), [], [], []),
}


@pytest.mark.parametrize(("item", "outputs", "files", "archives"), READS.values(), ids=READS)
def test_an_input_knows_what_it_reads(
    item: AnyInput, outputs: list[str], files: list[str], archives: list[Archive]
) -> None:
    step = Step("x", Output("x"), (item,))
    assert [one.path for one in step.reads()] == outputs
    assert list(step.files()) == files
    assert list(step.archives()) == archives


def test_every_kind_of_input_is_one_that_steps_may_have() -> None:
    assert set(get_args(AnyInput)) == set(Input.__subclasses__())
    assert {kind.__name__ for kind in get_args(AnyInput)} == set(READS)


def overlay(mode: str, link: str = "-> x") -> Listing:
    return Listing("over", (("etc", "/"), ("etc/l", link), ("etc/x", mode)))


MOVED: dict[str, tuple[AnyInput, AnyInput]] = {
    "where an archive is found": (Source("/s", ONE), Source("/s", ELSEWHERE)),
    "where an archive among others is found": (Sources("/s", (ONE, TWO)), Sources("/s", (ELSEWHERE, TWO))),
    "where a part is found": (Source("/s", TWO, parts=(("p", ONE),)), Source("/s", TWO, parts=(("p", ELSEWHERE),))),
    "where an overlay is": (Overlay("/o", LISTING), Overlay("/o", replace(LISTING, folder="under"))),
    "where a folder of this machine is": (HostFolder("/x", "/usr", "gcc"), HostFolder("/x", "/opt", "gcc")),
}
CHANGED: dict[str, tuple[AnyInput, AnyInput]] = {
    "another archive": (Source("/s", ONE), Source("/s", TWO)),
    "a member of the archive": (Source("/s", ONE), Source("/s", replace(ONE, inner="data.tar.xz"))),
    "another part": (Source("/s", ONE, parts=(("p", ONE),)), Source("/s", ONE, parts=(("p", TWO),))),
    "a part elsewhere": (Source("/s", ONE, parts=(("p", TWO),)), Source("/s", ONE, parts=(("q", TWO),))),
    "a part or Debian's": (Source("/s", ONE, parts=(("debian", TWO),)), Source("/s", ONE, debian=TWO)),
    "order of archives": (Sources("/s", (ONE, TWO)), Sources("/s", (TWO, ONE))),
    "a name in a folder": (Folder("/f", (("a", "x", 0o644),)), Folder("/f", (("b", "x", 0o644),))),
    "a mode in a folder": (Folder("/f", (("a", "x", 0o644),)), Folder("/f", (("a", "x", 0o755),))),
    "a mode in an overlay": (Overlay("/o", LISTING), Overlay("/o", overlay("0600"))),
    "a link in an overlay": (Overlay("/o", LISTING), Overlay("/o", overlay("0644", "-> y"))),
    "a whole artefact or what is in it": (Artefact("/a", A), Unpacked("/a", A)),
    "one artefact more": (Union("/u", (A,)), Union("/u", (A, B))),
    "order of artefacts": (Union("/u", (A, B)), Union("/u", (B, A))),
    "another compiler": (HostFolder("/x", "/usr", "gcc 12"), HostFolder("/x", "/usr", "gcc 13")),
}


@pytest.mark.parametrize(("before", "after"), MOVED.values(), ids=MOVED)
def test_where_inputs_come_from_does_not_count(before: AnyInput, after: AnyInput) -> None:
    assert action(replace(STEP, inputs=(before,))) == action(replace(STEP, inputs=(after,)))


@pytest.mark.parametrize(("before", "after"), CHANGED.values(), ids=CHANGED)
def test_what_inputs_are_counts(before: AnyInput, after: AnyInput) -> None:
    assert action(replace(STEP, inputs=(before,))) != action(replace(STEP, inputs=(after,)))


@pytest.mark.parametrize(
    "inputs",
    [
        (Source("/s", ONE, ("x/a",)),),
        (Folder("/f", (("a", "x/a", 0o644),)),),
        (TreeFile("/f", "x/a"),),
    ],
    ids=["patch", "folder", "file"],
)
def test_the_bytes_of_a_file_count_and_not_its_place(inputs: tuple[AnyInput, ...]) -> None:
    step = replace(STEP, inputs=inputs)
    assert action(step, files={"x/a": "1"}) != action(step, files={"x/a": "2"})
    moved = replace(step, inputs=tuple(_renamed(item) for item in inputs))
    assert action(step, files={"x/a": "1"}) == action(moved, files={"y/b": "1"})


def _renamed(item: AnyInput) -> AnyInput:
    match item:
        case Source():
            return replace(item, patches=("y/b",))
        case Folder():
            return replace(item, entries=(("a", "y/b", 0o644),))
        case TreeFile():
            return replace(item, path="y/b")
    raise AssertionError(item)


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
    here, there = compiler("x86_64-glibc-2.36"), compiler("aarch64-glibc-2.41")
    assert action(here) != action(there)
    assert action(user(here), here) == action(user(there), there)
    # Its bytes do not either: they differ from machine to machine.
    assert action(user(here), here, digests={here.output.path: "1"}) == action(user(here), here)


def test_how_a_compiler_is_built_counts_for_what_it_compiles() -> None:
    plain, other = compiler("x86_64-glibc-2.36"), compiler("x86_64-glibc-2.36", ("make", "all"))
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
    here, there = compiler("x86_64-glibc-2.36"), compiler("aarch64-glibc-2.41")
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
