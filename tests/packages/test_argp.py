# SPDX-License-Identifier: Apache-2.0
"""Our argp against the C library's: the same program with each, the same command lines, the same calls."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "package/argp/src"
PROBE = Path(__file__).with_name("argp_probe.c")
FLAGS = ("-static", "-std=gnu11", "-D_GNU_SOURCE", "-O1", "-Wall", "-Wextra", "-Werror")

# Flags for the probe, and a command line.
LINES = [
    "i",
    "i -b here name command -d",
    "i -dbhere name",
    "i --bundle=here --detach -- -d name",
    "i --bundle here --det name",
    "i --debug --level --level=3 -l4 -l -L5 -L --verbosity=6 name",
    "i3 a -d b --debug c",
    "i1 a -d b --debug c",
    "ig -d took -b here name",
    "ig3 -d took a --detach took b",
    "ia a -d b",
    "in -d a -b here",
    "n -d a -b here",
    "n -d",
    "9 a -d b -- -c",
    "9 a -d b -b here c",
    "9g a -d took b -b here c",
    "1 a b -d",
    "a a b -d",
    "i -s name",
    "i - name",
    "9 - -d",
    "i -b wrong name",
    "ix -b wrong name",
    "ixe --none name",
    "ixe --bundle",
    "xe --de name",
    "xe9 -b refused name",
    "i --version",
    "i -V",
    "ih name --version",
]
# How the program ends and what the parser hears must agree; the words for people need not.
REFUSED = [
    "i --none",
    "i -z",
    "i -b",
    "i --bundle",
    "i --detach=3",
    "i --de",
    "i -b refused",
    "i -b failure",
    "ix -b failure",
    "ih --help",
]


@pytest.fixture(scope="module")
def probes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The probe with the C library's argp, and with ours."""
    folder = tmp_path_factory.mktemp("argp")
    found = [folder / "libc", folder / "ours"]
    for program, sources in zip(found, ([], sorted(SOURCE.glob("*.c"))), strict=True):
        include = [f"-I{SOURCE}"] if sources else []
        subprocess.run(["gcc", *FLAGS, *include, "-o", program, PROBE, *sources], check=True)
    return found


def run(program: Path, line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *line.split(" ")], capture_output=True, text=True, check=False, timeout=20)


@pytest.mark.parametrize("line", LINES + REFUSED)
def test_the_parser_hears_the_same(probes: list[Path], line: str) -> None:
    theirs, ours = (run(program, line) for program in probes)
    assert (ours.stdout, ours.returncode) == (theirs.stdout, theirs.returncode)
    assert bool(ours.stderr) == bool(theirs.stderr)
    assert (line in REFUSED) == (theirs.returncode != 0 or bool(theirs.stderr))


@pytest.mark.parametrize("line", ["i -b failure", "i -b refused", "i9"])
def test_what_is_said_is_the_same(probes: list[Path], line: str) -> None:
    """Where the C library words it itself, and not by way of getopt."""
    theirs, ours = (run(program, line) for program in probes)
    assert ours.stderr.replace("'", "`") == theirs.stderr.replace("'", "`")


def test_arguments_that_nobody_takes_are_an_error_without_an_index(probes: list[Path], tmp_path: Path) -> None:
    copies = [shutil.copy(program, tmp_path / f"w{program.name[0]}") for program in probes]
    theirs, ours = (run(Path(program), "1 a b") for program in copies)
    assert ours.returncode == theirs.returncode == 64
    assert ours.stdout == theirs.stdout


def test_the_help_names_every_option_but_hidden_ones(probes: list[Path]) -> None:
    for line in ("i --help", "i --usage"):
        theirs, ours = (run(program, line) for program in probes)
        assert ours.returncode == theirs.returncode == 0
        for word in ("--bundle=DIR", "--level[=N]", "NAME [COMMAND...]"):
            assert word in ours.stdout and word in theirs.stdout
        assert "secret" not in ours.stdout
    text = run(probes[1], "i --help").stdout
    assert "\n      --help                 Give this help list\n      --usage " in text
    for words in ("What it does.", "And why.", "-l, -L, --level[=N], --verbosity[=N]", "where it is", "--version"):
        assert words in text
