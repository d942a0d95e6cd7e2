# SPDX-License-Identifier: Apache-2.0
"""A step that fails because a package is not declared says which package that is."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.archive.pack import pack
from leafroot.build.executor import Local
from leafroot.errors import LeafrootError
from leafroot.step import SOURCE_DATE_EPOCH, Output, Step, Text, Union
from tests.performing import local_in, perform


@pytest.fixture
def local(tmp_path: Path) -> Local:
    return local_in(tmp_path)


def artefact(local: Local, name: str, path: str, content: bytes = b"x") -> Output:
    """An artefact with one file, as if a package had been built."""
    folder = local.checkout / f"{name}.d"
    (folder / path).parent.mkdir(parents=True)
    (folder / path).write_bytes(content)
    pack(folder, local.output / name, mtime=SOURCE_DATE_EPOCH, level=1, threads=1)
    return Output(name)


def failing(said: str, *declared: Output) -> Step:
    """A step that says something and fails; it sees what is declared."""
    script = Text("/say.sh", f"cat <<'END' >&2\n{said}\nEND\nexit 1\n")
    seen = (Union("/sysroot", declared),) if declared else ()
    return Step("a step", Output("made.tar.zst"), (script, *seen), commands=(("sh", "/say.sh"),))


def told(local: Local, step: Step) -> list[str]:
    """What the message says of owners."""
    with pytest.raises(LeafrootError) as caught:
        perform(local, step)
    return [line for line in str(caught.value).splitlines() if "belongs to" in line]


def belongs(what: str) -> str:
    return f"  {what} belongs to the package 'answer', which is not among its depends=[...]."


MISSED = {
    "a header": ("x.c:1:10: fatal error: deep/answer.h: No such file or directory", "usr/include/deep/answer.h"),
    "a library": ("ld: cannot find -lanswer: No such file or directory", "usr/lib/libanswer.a"),
    "pkg-config": ("No package 'answer' found", "usr/lib/pkgconfig/answer.pc"),
    "pkg-config, new words": (
        "Package 'answer', required by 'virtual:world', not found",
        "usr/lib/pkgconfig/answer.pc",
    ),
    "Meson": (
        'Run-time dependency answer found: NO\n\nmeson.build:3: ERROR: Dependency "answer" not found',
        "usr/lib/pkgconfig/answer.pc",
    ),
    "configure, a header": (
        "checking for answer.h... no\nconfigure: error: *** Missing libanswer headers",
        "usr/include/answer.h",
    ),
    "configure, a library": (
        "checking for answer in -lanswer... no\nconfigure: error: no libanswer",
        "usr/lib/libanswer.a",
    ),
}


@pytest.mark.parametrize(("said", "path"), MISSED.values(), ids=MISSED)
def test_what_is_missing_is_somebodys(local: Local, said: str, path: str) -> None:
    answer = artefact(local, "answer.tar.zst", path)
    assert belongs(path) in told(local, failing(said))
    # A package that was there all along is not what is missing.
    assert told(local, failing(said, answer)) == []


def test_a_missing_function_is_some_librarys_but_main_is_the_programs_own(local: Local) -> None:
    artefact(local, "answer.tar.zst", "usr/lib/libanswer.a", b"\0answer\0main\0")
    said = "undefined reference to `main'\nundefined reference to `answer'"
    assert told(local, failing(said)) == [belongs("answer(), in usr/lib/libanswer.a,")]


def test_what_is_missing_is_told_by_the_name_of_the_package_whatever_its_options_are(local: Local) -> None:
    """Once, where it was built twice; and not where the package was there, built with other options."""
    for name in ("answer-0123abcd.tar.zst", "answer-deadbeef.tar.zst"):
        artefact(local, name, "usr/include/answer.h")
    other = artefact(local, "answer-00000000.tar.zst", "other")
    said = "x.c:1:10: fatal error: answer.h: No such file or directory"
    assert told(local, failing(said)) == [belongs("usr/include/answer.h")]
    assert told(local, failing(said, other)) == []
