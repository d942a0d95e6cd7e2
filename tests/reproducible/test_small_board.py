# SPDX-License-Identifier: Apache-2.0
"""`reproduce` on a board that is built in a second: first that it sees what differs, then that nothing does."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import pytest

from tests.reliability.made_up_tools import lay_compiler
from tests.reproducible.small_board import SmallBoard

# What each of these packages writes down, and the condition without which it is the same in both builds.
LEAKS = {
    "second": ("date +%s", "date"),
    "day": ("date +%F", "date in the sandbox"),
    "compiled": ("env -u SOURCE_DATE_EPOCH gcc -E -xc - <<<__DATE__ | tail -n 1", "date in the sandbox"),
    "path": ("grep ' /build ' /proc/self/mountinfo", "path"),
    "order": ("ls -U /src", "directory order"),
    "jobs": ('echo "$MAKEFLAGS"', "jobs"),
    "disk": ("stat -f -c %T /build", "file system"),
}


def script(command: str) -> str:
    return f"mkdir -p /out/etc && bash -c {shlex.quote(command)} >/out/etc/said && echo same >/out/etc/same"


def test_what_differs_is_named(tmp_path: Path) -> None:
    """A package that stamps the time in, and others that tell of their surroundings, are seen, and nobody else."""
    board = SmallBoard(tmp_path, {name: script(command) for name, (command, _) in LEAKS.items()})
    said = board.reproduce(status=2)
    result = board.result()
    expected = {name for name, (_, condition) in LEAKS.items() if result["conditions"][condition]["varied"]}
    assert {"second", "day", "compiled", "path", "jobs"} <= expected
    assert {(one["title"], one["file"]) for one in result["differences"]} == {(name, "etc/said") for name in expected}
    for name in expected:
        assert f"  {name}: etc/said: " in said
    assert f"reproduce: {len(expected)} files differ, in {len(expected)} outputs" in said
    # Both forms are kept: the second build's day is another one.
    days = [board.evidence("day", side) for side in ("first", "second")]
    assert days[0] != days[1]


def test_what_follows_from_a_difference_is_told_apart(tmp_path: Path) -> None:
    board = SmallBoard(tmp_path, {"alpha": script("date +%s%N")})
    said = board.reproduce(status=2)
    result = board.result()
    assert result["origins"] == ["target/alpha.tar.zst"]
    images = ("rootfs.cpio.zst", "image", "manifest.json", "exported/etc/said")
    follow = ", ".join(["one/rootfs.cpio", *(f"one/images/{name}" for name in images)])
    assert f"made from these, and so different too: {follow}" in said


def test_two_builds_under_other_conditions_give_the_same_bytes(tmp_path: Path) -> None:
    """Leafroot's own steps (packing, root, compression, manifest), with trees that lie elsewhere in each build."""
    board = SmallBoard(tmp_path)
    said = board.reproduce("EXTERNAL=acme", "OVERLAY=acme/overlay", "CONFIG=acme/configs/product.config", status=0)
    assert "reproduce: the same bytes" in said
    result = board.result()
    always = {"path", "path's length", "umask", "time zone", "host name", "environment", "jobs", "date"}
    varied = {name for name, one in result["conditions"].items() if one["varied"]}
    assert always | {"date in the sandbox", "user"} <= varied
    for name, one in result["conditions"].items():
        assert one["varied"] or f"NOT varied: {name}: " in said
    # The image, the root and the manifest, and the two files of a folder that is made of an artefact.
    assert result["compared"]["images"] == 5
    # The builds' places are gone.
    assert not [path for path in board.temporary.iterdir() if path.name.startswith("leafroot-reproduce-")]


def test_the_folders_of_a_failing_build_are_kept(tmp_path: Path) -> None:
    board = SmallBoard(tmp_path, {"broken": "false"})
    said = board.reproduce(status=2)
    assert "leafroot: reproduce: the first build failed with status 2" in said
    assert "The two builds are kept in " in said
    for line in said.splitlines():
        if line.startswith("  The two builds are kept in "):
            for word in line.rstrip(".").split()[6::2]:
                shutil.rmtree(word)


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user is told that root is needed")
def test_an_invalid_name_of_a_release_is_refused(tmp_path: Path) -> None:
    said = SmallBoard(tmp_path).reproduce("RELEASE=../etc", status=2)
    assert "leafroot: RELEASE=../etc: this is not the name of a Debian release" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user is told that root is needed")
def test_a_compiler_of_this_machine_is_refused_for_another_release(tmp_path: Path) -> None:
    lay_compiler(tmp_path / "compiler")
    fragment = tmp_path / "compiler.config"
    fragment.write_text(f'CONFIG_TOOLCHAIN_EXTERNAL=y\nCONFIG_TOOLCHAIN_EXTERNAL_PREFIX="{tmp_path}/compiler"\n')
    said = SmallBoard(tmp_path).reproduce("RELEASE=trixie", f"CONFIG={fragment}", status=2)
    assert "RELEASE=trixie: another release does not have the compiler that is in a folder of this machine" in said
