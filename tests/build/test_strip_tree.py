# SPDX-License-Identifier: Apache-2.0
"""Stripping: programs and libraries of the target get smaller, whatever their mode; all else stays, and is told."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.performing import shared_usr

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "leafroot/tools/strip-tree/strip-tree.sh"
SOURCE = "int exported = 1;\nstatic int inner(int x) { return x + exported; }\nint main(void) { return inner(-1); }\n"
# Places of fields in the ELF header (System V gABI).
TYPE, MACHINE = 16, 18
BPF, AARCH64, CORE = 247, 183, 4


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """Compile SOURCE with debug information and these options."""
    folder = tmp_path_factory.mktemp("strip")
    (folder / "x.c").write_text(SOURCE)

    def make(*options: str) -> bytes:
        subprocess.run(["gcc", "-g", "-O1", *options, "-o", folder / "made", folder / "x.c"], check=True)
        return (folder / "made").read_bytes()

    return make


def changed(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + value.to_bytes(2, "little") + data[at + 2 :]


def strip(tree: Path, cc: str = "gcc") -> list[str]:
    """Strip a folder as an ordinary user; return the lines that are printed.

    Root may write to any file; without its capabilities it meets what a mode forbids.
    """
    env = {"PATH": "/usr/bin", "STRIP": "strip", "CC": cc, "LC_ALL": "C"}
    place = ["--dev-bind", "/", "/", "--ro-bind", str(shared_usr()), "/usr", "--cap-drop", "ALL"]
    argv = [str(shutil.which("bwrap")), *place, "--", "sh", str(SCRIPT), str(tree)]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return done.stdout.splitlines()


def put(tree: Path, name: str, data: bytes, mode: int = 0o755) -> Path:
    file = tree / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    file.chmod(mode)
    return file


def symbols(file: Path) -> str:
    return subprocess.run(["readelf", "-sSW", file], capture_output=True, text=True, check=True).stdout


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o7777


@pytest.mark.parametrize("bits", [0o755, 0o555, 0o444, 0o500, 0o4755, 0o6555, 0o111, 0o644])
def test_a_program_is_stripped_and_keeps_its_mode(bits: int, built: Callable[..., bytes], tmp_path: Path) -> None:
    file = put(tmp_path / "out", "usr/bin/x", built(), bits)
    size = file.stat().st_size
    assert strip(tmp_path / "out") == []
    assert mode(file) == bits and file.stat().st_size < size
    file.chmod(0o755)
    assert ".symtab" not in symbols(file) and subprocess.run([file], check=False).returncode == 0


def test_a_folder_that_cannot_be_written_to_is_no_obstacle(built: Callable[..., bytes], tmp_path: Path) -> None:
    file = put(tmp_path / "out", "usr/libexec/x", built(), 0o555)
    size = file.stat().st_size
    file.parent.chmod(0o555)
    assert strip(tmp_path / "out") == []
    assert file.stat().st_size < size and mode(file.parent) == 0o555
    file.parent.chmod(0o755)


def test_a_library_keeps_what_others_link_with(built: Callable[..., bytes], tmp_path: Path) -> None:
    file = put(tmp_path / "out", "usr/lib/libx.so", built("-shared", "-fPIC", "-fno-inline"))
    strip(tmp_path / "out")
    assert "exported" in symbols(file) and "inner" not in symbols(file)


@pytest.mark.parametrize("name", ["lib/modules/6.12/x.ko", "usr/lib/crt1.o"])
def test_an_object_loses_debug_information_alone(name: str, built: Callable[..., bytes], tmp_path: Path) -> None:
    file = put(tmp_path / "out", name, built("-c", "-fno-inline"))
    strip(tmp_path / "out")
    assert "inner" in symbols(file) and ".debug_info" not in symbols(file)


def test_names_of_one_file_stay_names_of_one_file(built: Callable[..., bytes], tmp_path: Path) -> None:
    file = put(tmp_path / "out", "usr/bin/x", built())
    (tmp_path / "out/usr/bin/y").hardlink_to(file)
    strip(tmp_path / "out")
    assert (tmp_path / "out/usr/bin/y").samefile(file) and ".symtab" not in symbols(file)


@pytest.mark.parametrize("name", ["-rf", "a b", "new\nline", "*", "[x]", "$(id)", "back\\slash", "'\"", "é"])
def test_a_program_may_have_any_name(name: str, built: Callable[..., bytes], tmp_path: Path) -> None:
    file = put(tmp_path / "out", f"usr/bin/{name}", built())
    strip(tmp_path / "out")
    assert ".symtab" not in symbols(file)


OTHER = "it is for another machine"
LEFT: dict[str, tuple[str, Callable[[bytes, bytes], bytes], str]] = {
    "BPF": ("usr/lib/bpf/x.o", lambda program, obj: changed(obj, MACHINE, BPF), OTHER),
    "another machine": ("usr/bin/x", lambda program, obj: changed(program, MACHINE, AARCH64), OTHER),
    "another class": ("usr/bin/x", lambda program, obj: program[:4] + b"\1" + program[5:], OTHER),
    "another byte order": ("usr/bin/x", lambda program, obj: program[:5] + b"\2" + program[6:], OTHER),
    "firmware": ("lib/firmware/x.elf", lambda program, obj: program, "it is firmware"),
    "firmware in usr": ("usr/lib/firmware/a/x", lambda program, obj: program, "it is firmware"),
    "a core": (
        "usr/share/core",
        lambda program, obj: changed(program, TYPE, CORE),
        "it is neither a program, a library nor an object",
    ),
    "cut short": ("usr/bin/x", lambda program, obj: program[:200], "strip: "),
    "not even a header": ("usr/bin/x", lambda program, obj: program[:30], "strip: "),
}


@pytest.mark.parametrize(("name", "make", "why"), LEFT.values(), ids=LEFT)
def test_what_is_not_understood_stays_and_is_told(
    name: str, make: Callable[[bytes, bytes], bytes], why: str, built: Callable[..., bytes], tmp_path: Path
) -> None:
    data = make(built(), built("-c"))
    file = put(tmp_path / "out", name, data, 0o444)
    put(tmp_path / "out", "usr/bin/zz", built())
    (said,) = strip(tmp_path / "out")
    assert said.startswith(f"strip-tree: {name} is left as it is: {why}")
    assert (file.read_bytes(), mode(file)) == (data, 0o444)
    assert ".symtab" not in symbols(tmp_path / "out/usr/bin/zz")


def test_what_is_no_elf_file_stays_without_a_word(tmp_path: Path) -> None:
    files = {
        "empty": b"",
        "one": b"x",
        "magic": b"\x7fELF",
        "script": b"#!/bin/sh\n",
        "lib.a": b"!<arch>\n",
        "b": bytes(99),
    }
    for name, data in files.items():
        put(tmp_path / "out", name, data, 0o444)
    (tmp_path / "out/gone").symlink_to("nowhere")
    assert strip(tmp_path / "out") == []
    assert {name: (tmp_path / "out" / name).read_bytes() for name in files} == files


def test_an_empty_folder_and_a_compiler_with_options(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert strip(tmp_path / "out", "gcc -O2 -pipe") == []
