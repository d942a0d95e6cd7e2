# SPDX-License-Identifier: Apache-2.0
"""A person's environment changes no byte: after a build, no other environment makes anything be built again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from scons_calls import ROOT, SCONS, Calls, Said, call

VARIABLES: dict[str, dict[str, str]] = {
    "docstrings left out": {"PYTHONOPTIMIZE": "2"},
    "asserts left out": {"PYTHONOPTIMIZE": "1"},
    "no bytecode": {"PYTHONDONTWRITEBYTECODE": "1"},
    "warnings are errors": {"PYTHONWARNINGS": "error", "PYTHONWARNDEFAULTENCODING": ""},
    "another hash seed": {"PYTHONHASHSEED": "12"},
    "a startup file that is not there": {"PYTHONSTARTUP": "/none"},
    "ASCII": {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
    "another language": {"LANG": "de_DE.UTF-8", "LANGUAGE": "de", "LC_ALL": ""},
    "a locale that is not there": {"LC_ALL": "xx_YY"},
    "no width": {"COLUMNS": "0", "LINES": "x"},
    "no terminal": {"TERM": ""},
    "no temporary folder": {"TMPDIR": "/none"},
    "flags of make": {"MAKEFLAGS": "-j64 -k", "CFLAGS": "-O9", "ARCH": "sparc", "CROSS_COMPILE": "sparc-"},
    "settings of kconfig": {"KCONFIG_CONFIG": "/none", "CONFIG_": "BR2_", "srctree": "/none", "SRCARCH": "x"},
    "another time": {"SOURCE_DATE_EPOCH": "1", "TZ": "Asia/Kolkata"},
    "no home": {"HOME": "/none"},
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Calls:
    calls = Calls(tmp_path_factory.mktemp("environment"))
    assert calls().status == 0
    return calls


def up_to_date(built: Calls) -> str:
    place = built.output / "qemu_x86_64/images/bzImage"
    return f"{place}: {place.stat().st_size} B, up to date\n"


@pytest.mark.parametrize("variables", VARIABLES.values(), ids=VARIABLES)
def test_a_variable_changes_nothing(built: Calls, variables: dict[str, str]) -> None:
    assert built(**variables) == Said(0, up_to_date(built), "")


@pytest.mark.parametrize(
    "prepared", ["umask 0777", "umask 0", "ulimit -n 64", "unset HOME", "exec <&-", "exec 2>&-", "unset TERM PATH"]
)
def test_what_a_shell_sets_changes_nothing(built: Calls, prepared: str) -> None:
    said = built(program=("sh", "-c", f'{prepared}; exec "$@"', "sh", *SCONS))
    assert said == Said(0, up_to_date(built), "")


def test_without_standard_streams_everything_is_built_all_the_same(built: Calls, tmp_path: Path) -> None:
    """Otherwise the files of the run would get the numbers 0 to 2: output went into the lock file, and a run hung."""
    calls = Calls(tmp_path)
    said = calls(program=("sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *SCONS))
    assert said == Said(0, "", "")
    image = "output/qemu_x86_64/images/bzImage"
    assert (tmp_path / image).read_text() == (built.folder / image).read_text()
    assert (tmp_path / "output/.lock").read_text().isdigit()


def test_a_list_that_cannot_be_written_is_an_error_and_one_that_is_not_read_to_its_end_is_none() -> None:
    full = call("sh", "-c", 'exec "$@" >/dev/full', "sh", *SCONS, "list")
    assert full == Said(2, "", "leafroot: standard output: cannot be written: No space left on device\n")
    head = call("sh", "-c", '{ "$@"; echo "status $?" >&2; } | head -n 1', "sh", *SCONS, "list")
    assert (head.out, head.err) == ("Boards\n", "status 0\n")


def test_a_module_of_the_same_name_in_the_callers_path_is_not_taken(tmp_path: Path) -> None:
    """Through bootstrap, as people are told to call it."""
    for name in ("leafroot", "kconfiglib", "SCons", "tarfile"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('another module')\n")
    said = call("./bootstrap", "scons", "list", PYTHONPATH=str(tmp_path))
    assert (said.status, said.err) == (0, "") and said.out.startswith("Boards\n")


def test_descriptors_that_run_out_are_told(tmp_path: Path) -> None:
    """No step is left half done: the next run, with more of them, goes on."""
    calls = Calls(tmp_path)
    # Two steps may fail at once: then SCons's own lines come after both messages.
    said = calls(program=("sh", "-c", 'ulimit -n 9; exec "$@"', "sh", *SCONS))
    assert (said.status, said.out) == (2, "")
    assert re.fullmatch(
        r"(leafroot: .*: Too many open files\n  It .*\n  Let the shell allow .*: ulimit -n 1024.\n(scons: .*\n)*)+",
        said.err,
    )
    assert calls().status == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without a name")
def test_a_user_without_a_name_and_a_home_needs_only_a_cache(tmp_path: Path) -> None:
    script = "import os, sys\nfrom pathlib import Path\nfrom leafroot.app.variables import read_variables\n"
    script += "from leafroot.errors import LeafrootError\nos.environ.pop('HOME', None)\n"
    script += "os.environ.pop('XDG_CACHE_HOME', None)\nos.setuid(54321)\n"
    script += "try:\n    print(read_variables(Path(sys.argv[1]), dict(w.split('=', 1) for w in sys.argv[2:])).cache)\n"
    script += "except LeafrootError as error:\n    print(error)\n"

    def said(*words: str) -> str:
        argv = [sys.executable, "-c", script, str(tmp_path), *words]
        return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert said("CACHE=/c") == "/c\n"
    assert "HOME is not set" in said()


def mounted(prepared: str) -> tuple[str, ...]:
    """A program that calls scons with other mounts than this process has; they end with it."""
    return ("unshare", "-rm", "sh", "-c", f'{prepared} && cd . && exec "$@"', "sh", *SCONS)


def test_a_checkout_that_may_not_be_written_serves_with_output_and_cache_elsewhere(tmp_path: Path) -> None:
    """As a CI job has it: sources mounted read-only, or somebody else's."""
    calls = Calls(tmp_path)
    read_only = f"mount --bind {ROOT} {ROOT} && mount -o remount,ro,bind {ROOT} && cd {ROOT}"
    said = calls(program=mounted(read_only))
    assert (said.status, said.err) == (0, "") and "bzImage: " in said.out
    within = ROOT / "output-of-a-test"
    said = calls(f"OUTPUT={within}", program=mounted(read_only))
    assert said == Said(
        2,
        "",
        f"leafroot: command line: cannot make {within}: Read-only file system\n  OUTPUT=FOLDER names another folder.\n",
    )


@pytest.mark.parametrize("name", ["output", "cache"])
def test_a_folder_on_a_noexec_file_system_is_refused_before_anything_is_built(tmp_path: Path, name: str) -> None:
    calls = Calls(tmp_path)
    folder = tmp_path / name
    folder.mkdir()
    noexec = f"mount -t tmpfs -o noexec tmpfs {folder}"
    said = calls(program=mounted(noexec))
    assert said == Said(
        2,
        "",
        f"leafroot: command line: {folder} is on a file system that is mounted noexec, but steps run programs from "
        f"there\n  {name.upper()}=FOLDER names another folder. Or mount the file system without noexec.\n",
    )
    assert not list(tmp_path.rglob("*.tar.zst"))
    # What builds nothing needs no programs.
    assert calls("olddefconfig", program=mounted(noexec)).status == 0
