# SPDX-License-Identifier: Apache-2.0
"""Inputs of steps: what each kind reads, and what of it counts for the digest of an action."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from leafroot.describe.archive import Archive
from leafroot.describe.patch import Patch
from leafroot.rootfs.layers import Listing
from leafroot.step import (
    AnyInput,
    Artefact,
    Digests,
    Folder,
    HostFolder,
    Input,
    Output,
    Overlay,
    Source,
    Sources,
    Step,
    Text,
    TreeFile,
    Union,
    Unpacked,
    Usr,
)
from tests.actions import ELSEWHERE, ONE, STEP, TWO, A, B, action

LISTING = Listing("over", (("etc", "/"), ("etc/l", "-> x"), ("etc/x", "0644")))
# An input; what it reads: outputs, files, archives.
READS: dict[str, tuple[AnyInput, list[str], list[str], list[Archive]]] = {
    "Source": (
        Source("/s", ONE, (Patch("p/1.patch"),), parts=(("sub", TWO),), debian=ELSEWHERE),
        [],
        ["p/1.patch"],
        [ONE, TWO, ELSEWHERE],
    ),
    "Usr": (Usr("/usr", "compile", (ONE, TWO), (("usr/bin/awk", "gawk"),)), [], [], [ONE, TWO]),
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
    "where a package of /usr is found": (Usr("/usr", "x", (ONE, TWO)), Usr("/usr", "x", (ELSEWHERE, TWO))),
    "the names of build roots": (Usr("/usr", "x", (ONE, TWO)), Usr("/usr", "y", (ONE, TWO))),
    "where a part is found": (Source("/s", TWO, parts=(("p", ONE),)), Source("/s", TWO, parts=(("p", ELSEWHERE),))),
    "where an overlay is": (Overlay("/o", LISTING), Overlay("/o", replace(LISTING, folder="under"))),
    "where a folder of this machine is": (HostFolder("/x", "/usr", "gcc"), HostFolder("/x", "/opt", "gcc")),
}
CHANGED: dict[str, tuple[AnyInput, AnyInput]] = {
    "another archive": (Source("/s", ONE), Source("/s", TWO)),
    "a member of the archive": (Source("/s", ONE), Source("/s", replace(ONE, inner="data.tar.xz"))),
    "how a patch is stripped": (Source("/s", ONE, (Patch("p"),)), Source("/s", ONE, (Patch("p", 0),))),
    "how it is stripped": (Source("/s", ONE), Source("/s", replace(ONE, strip=0))),
    "another package of /usr": (Usr("/usr", "x", (ONE,)), Usr("/usr", "x", (TWO,))),
    "one package of /usr more": (Usr("/usr", "x", (ONE,)), Usr("/usr", "x", (ONE, TWO))),
    "a link in /usr": (Usr("/usr", "x", (ONE,)), Usr("/usr", "x", (ONE,), (("usr/bin/awk", "gawk"),))),
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
        (Source("/s", ONE, (Patch("x/a"),)),),
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
            return replace(item, patches=(Patch("y/b"),))
        case Folder():
            return replace(item, entries=(("a", "y/b", 0o644),))
        case TreeFile():
            return replace(item, path="y/b")
    raise AssertionError(item)
