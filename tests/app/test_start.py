# SPDX-License-Identifier: Apache-2.0
"""What a run with nothing to do does not do: it loads no module that only others need, and asks for no compiler."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from scons_calls import Calls

# Each takes 10 to 100 ms, of 300 for the whole run.
UNNEEDED = (
    "license_expression",
    "elftools",
    "statistics",
    "http.client",
    "ssl",
    "debian",
    "leafroot.bench",
    "leafroot.debian",
    "leafroot.fetch",
    "leafroot.guest",
    "leafroot.reproduce",
    "leafroot.host.flash",
    # SCons looks for every compiler, linker and TeX that it knows, unless it is told not to.
    "SCons.Tool.gcc",
    "SCons.Tool.tex",
)
TELL = """\
import atexit, sys
import SCons.Script
atexit.register(lambda: print("loaded:", *sorted(sys.modules)))
SCons.Script.main()
"""


def loaded(calls: Calls, *words: str) -> set[str]:
    said = calls(*words, program=(sys.executable, "-c", TELL))
    assert said.status == 0, said.err
    (line,) = (line for line in said.out.splitlines() if line.startswith("loaded: "))
    return set(line.split()[1:])


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Calls:
    made = Calls(tmp_path_factory.mktemp("start"))
    assert made().status == made("boot-files").status == 0
    return made


@pytest.mark.parametrize("words", [(), ("boot-files",), ("-n",)], ids=["the image", "a command", "a dry run"])
def test_a_run_with_nothing_to_do_loads_what_it_needs(calls: Calls, words: tuple[str, ...]) -> None:
    assert sorted(loaded(calls, *words) & set(UNNEEDED)) == []


def test_the_first_run_reads_the_licences(tmp_path: Path) -> None:
    """The list of modules is right: this is the run that does load one of them."""
    assert "license_expression" in loaded(Calls(tmp_path), "-n")


def test_a_compiler_that_is_known_is_not_read_again(calls: Calls) -> None:
    """Its 30 MB took as long as planning."""
    tell = TELL.replace("SCons.Script.main()", WATCH)
    said = calls(program=(sys.executable, "-c", tell))
    assert said.status == 0, said.err
    assert "read: []" in said.out


WATCH = """\
opened = []
sys.addaudithook(lambda event, what: event == "open" and str(what[0]).endswith("cc1") and opened.append(what[0]))
atexit.register(lambda: print("read:", opened))
SCons.Script.main()
"""
