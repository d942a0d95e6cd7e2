# SPDX-License-Identifier: Apache-2.0
"""Where OUTPUT and CACHE may be, and what is told of a folder that cannot serve."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from leafroot.app.folders import check_place, make_folder
from leafroot.errors import LeafrootError

ROOT = Path(__file__).parents[2]


def small_checkout(place: Path) -> tuple[Path, Path, Path]:
    """A checkout, an external tree and an overlay."""
    checkout, tree, overlay = place / "checkout", place / "tree", place / "overlay"
    for folder in (checkout / "board/pi", tree / "package/x", overlay / "etc"):
        folder.mkdir(parents=True)
    (place / "link").symlink_to("checkout/board")
    (place / "loop").symlink_to("loop")
    return checkout, tree, overlay


SOURCES = [
    *(f"checkout/{name}" for name in ("board", "package", "configs", "linux", "leafroot", "tests", "docs", ".git")),
    *("checkout/.git/x", "checkout/board/pi/output", "checkout/new/../linux/6.12", ".//checkout//configs/a/b", "link"),
    *("link/x", "tree/package", "tree/board", "tree/configs/out", "tree/linux/6.12", "overlay", "overlay/etc/x"),
]


@pytest.mark.parametrize("variable", ["OUTPUT", "CACHE"])
@pytest.mark.parametrize("name", SOURCES)
def test_a_folder_among_sources_is_refused_and_nothing_is_written(tmp_path: Path, name: str, variable: str) -> None:
    checkout, tree, overlay = small_checkout(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    place = tmp_path / name
    with pytest.raises(LeafrootError) as caught:
        check_place(variable, place, checkout, [tree], [str(overlay)])
    assert caught.value.where == f"{variable}={place}"
    assert caught.value.message.startswith(("this folder holds sources", "this folder lies in "))
    assert caught.value.hint == f"Name a folder of its own: {variable}=FOLDER."
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "name", ["checkout/output", "checkout/boards", "tree/output", "tree/new/board", "elsewhere", "overlays", "a b/$c"]
)
def test_any_other_folder_may_be_named(tmp_path: Path, name: str) -> None:
    checkout, tree, overlay = small_checkout(tmp_path)
    check_place("OUTPUT", tmp_path / name, checkout, [Path("../tree")], ["../overlay"])
    check_place("OUTPUT", checkout / ".." / name, checkout, [tree], [str(overlay)])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("checkout", "this folder is the checkout, or holds it"),
        (".", "this folder is the checkout, or holds it"),
        ("tree", "this folder is an external tree"),
        ("loop", "this is a symbolic link that leads to itself"),
        ("a\tb", "this folder's path has characters that cannot be shown"),
        ("a\udcffb", "this folder's path has characters that cannot be shown"),
    ],
)
def test_a_folder_that_cannot_be_used_as_output_is_refused(tmp_path: Path, name: str, message: str) -> None:
    checkout, tree, _ = small_checkout(tmp_path)
    with pytest.raises(LeafrootError) as caught:
        check_place("OUTPUT", tmp_path / name, checkout, [tree])
    assert caught.value.message == message


def test_every_folder_of_this_checkout_is_known() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    folders = sorted({line.split("/")[0] for line in listed.splitlines() if "/" in line})
    assert folders
    for name in folders:
        with pytest.raises(LeafrootError, match="this folder holds sources"):
            check_place("OUTPUT", ROOT / name, ROOT)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("file", "{place}/file is not a folder"),
        ("file/below/it", "{place}/file is not a folder"),
        ("dangling", "{place}/dangling is a link to nowhere, which does not exist"),
        ("dangling/below", "{place}/dangling is a link to nowhere, which does not exist"),
        ("x" * 300, "File name too long"),
    ],
)
def test_a_folder_that_cannot_be_made_says_what_is_in_its_way(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(LeafrootError) as caught:
        make_folder(tmp_path / name, "OUTPUT")
    assert str(caught.value) == (
        f"command line: cannot make {tmp_path / name}: {why.format(place=tmp_path)}\n"
        "  OUTPUT=FOLDER names another folder."
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling", "file"]


def test_a_home_that_does_not_exist_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian gives /nonexistent to users without a home."""
    home = tmp_path / "nonexistent"
    monkeypatch.setenv("HOME", str(home))
    with pytest.raises(LeafrootError) as caught:
        make_folder(home / ".cache/leafroot", "CACHE")
    assert str(caught.value) == (
        f"command line: cannot make {home}/.cache/leafroot: the home {home} does not exist\n"
        "  CACHE=FOLDER names another folder."
    )
    make_folder(tmp_path / "elsewhere", "CACHE")
    home.mkdir()
    make_folder(home / ".cache/leafroot", "CACHE")
    assert (home / ".cache/leafroot").is_dir()


# Mounts a file system with these options over a folder, and asks for it as OUTPUT is asked for.
MOUNTED = """\
import subprocess, sys
from pathlib import Path
from leafroot.app.folders import make_folder
from leafroot.errors import LeafrootError
folder, options = sys.argv[1:]
subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
try:
    make_folder(Path(folder), "OUTPUT", writes=True, runs=True)
except LeafrootError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("size=1M", ""),
        (
            "noexec",
            "command line: {place} is on a file system that is mounted noexec, but steps run programs from there\n"
            "  OUTPUT=FOLDER names another folder. Or mount the file system without noexec.\n",
        ),
        (
            "ro",
            "command line: cannot write to {place}: its file system is mounted read-only\n"
            "  OUTPUT=FOLDER names another folder.\n",
        ),
    ],
)
def test_a_file_system_that_cannot_serve_is_told(tmp_path: Path, options: str, message: str) -> None:
    argv = ["unshare", "-rm", sys.executable, "-c", MOUNTED, str(tmp_path), options]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (message.format(place=tmp_path), "", 0)


def test_a_folder_of_somebody_else_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_folder(tmp_path, "CACHE", writes=True)
    monkeypatch.setattr("os.access", lambda path, mode: False)
    monkeypatch.setattr("os.geteuid", lambda: tmp_path.stat().st_uid + 54321)
    with pytest.raises(LeafrootError, match=rf"cannot write to {tmp_path}: it belongs to user \d+.*, and this is user"):
        make_folder(tmp_path, "CACHE", writes=True)
