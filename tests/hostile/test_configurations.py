# SPDX-License-Identifier: Apache-2.0
"""What people hand over on the command line: configurations, overlays, folders and names, of any bytes and any kind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.rootfs.layers import layer_from_directory
from leafroot.rootfs.tree import merge_layers
from tests.small_tree import CHECKOUT, SmallTree

BY_HAND = "\n  No hand-written file is that large: check which file this is."
BYTES: dict[str, tuple[bytes, str]] = {
    "NUL": (b"CONFIG_BOARD_MEMORY=64\n\0\n", r":2: the character '\x00' is not allowed in a configuration"),
    "NUL in a string": (
        b'CONFIG_SYSTEM_HOSTNAME="a\0b"\n',
        r":1: the character '\x00' is not allowed in a configuration",
    ),
    "escape": (
        b'CONFIG_KERNEL_CMDLINE="a\x1b[2Jb"\n',
        r":1: the character '\x1b' is not allowed in a configuration",
    ),
    "binary": (bytes(range(128, 256)), ":1: not UTF-8 text: invalid start byte at byte 0\n  Save the file as UTF-8."),
    "UTF-16": (
        "CONFIG_X=y\n".encode("utf-16"),
        ":1: not UTF-8 text: invalid start byte at byte 0\n  Save the file as UTF-8.",
    ),
    "Latin-1 in a comment": (
        b"# x\n# Caf\xe9\n",
        ":2: not UTF-8 text: invalid continuation byte at byte 9\n  Save the file as UTF-8.",
    ),
    "another end of line": (
        "# x\u2028CONFIG_BOARD_MEMORY=64\n".encode(),
        r":1: the character '\u2028' is not allowed in a configuration",
    ),
    "end of line of the first Macintosh": (
        b"# x\rCONFIG_BOARD_MEMORY=64\r",
        r":1: the character '\r' is not allowed in a configuration",
    ),
    "text that runs backwards": (
        "# \u202ex\n".encode(),
        r":1: the character '\u202e' is not allowed in a configuration",
    ),
    "a byte order mark within": (
        "# x\n\ufeffCONFIG_BOARD_MEMORY=64\n".encode(),
        r":2: the character '\ufeff' is not allowed in a configuration",
    ),
    "100 MB": (b"# x\n" * (25 << 20), f": larger than 1 MiB{BY_HAND}"),
    "a line": (
        b"x" * 100_000,
        f":1: not an assignment: {'x' * 120}...\n  Write CONFIG_NAME=value, or '# CONFIG_NAME is not set'.",
    ),
    "long number": (
        b"CONFIG_BOARD_MEMORY=" + b"9" * 100_000,
        f":1: CONFIG_BOARD_MEMORY={'9' * 100}... is out of range\n  It takes 8 to 4194304.",
    ),
    "other digits": (
        "CONFIG_BOARD_MEMORY=٦٤\n".encode(),
        ":1: CONFIG_BOARD_MEMORY=٦٤: the option takes a number\n  It takes 8 to 4194304.",
    ),
}


def folder(file: Path) -> None:
    file.mkdir()


def circle(file: Path) -> None:
    file.symlink_to(file.name)


def dangling(file: Path) -> None:
    file.symlink_to("gone")


DANGLING = "cannot be read: No such file or directory"
KINDS: dict[str, tuple[Callable[[Path], None], str]] = {
    "pipe": (os.mkfifo, "not a regular file"),
    "folder": (folder, "not a regular file"),
    "circle": (circle, "cannot be read: Too many levels of symbolic links"),
    "dangling": (dangling, DANGLING),
}


def message(work: Callable[[], object]) -> str:
    with pytest.raises(LeafrootError) as error:
        work()
    return str(error.value)


@pytest.mark.parametrize("name", ["x.config", "configs/one_defconfig"])
@pytest.mark.parametrize(("data", "expected"), BYTES.values(), ids=BYTES)
def test_bytes_of_a_configuration(name: str, data: bytes, expected: str, tmp_path: Path) -> None:
    tree = SmallTree(tmp_path)
    tree.write({name: data})
    fragments = [Path(name)] if name == "x.config" else []
    assert message(lambda: tree.configure(fragments=fragments)) == f"{name}{expected}"


@pytest.mark.parametrize("name", ["x.config", "configs/one_defconfig"])
@pytest.mark.parametrize(("make", "expected"), KINDS.values(), ids=KINDS)
def test_what_is_no_file(name: str, make: Callable[[Path], None], expected: str, tmp_path: Path) -> None:
    tree = SmallTree(tmp_path)
    make(tmp_path / name)
    fragments = [Path(name)] if name == "x.config" else []
    if expected == DANGLING and not fragments:
        # All of configs/ is looked at when the units are loaded.
        expected = "this is a link to gone, which does not exist\n  Correct the link, or remove it."
    assert message(lambda: tree.configure(fragments=fragments)) == f"{name}: {expected}"


NAMES = {
    "newline": ("a\nb", "a\\nb"),
    "NUL": ("a\0b", "a\\x00b"),
    "too long": ("a" * 5000, "a" * 250),
    "not UTF-8": ("\udcff", "\\udcff"),
    "up": ("../../nowhere", "../../nowhere"),
}
WAYS: dict[str, Callable[[SmallTree, str], object]] = {
    "BOARD": lambda tree, name: tree.configure(name),
    "OVERLAY": lambda tree, name: tree.configure(overlays=[name]),
    "EXTERNAL": lambda tree, name: tree.catalog(name),
    "KERNEL": lambda tree, name: tree.configure(kernel=name),
    "BOOT": lambda tree, name: tree.configure(boot=name),
    "TOOLCHAIN": lambda tree, name: tree.configure(toolchain=name),
    "": lambda tree, name: tree.configure(fragments=[Path(name)]),
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way or "CONFIG")
@pytest.mark.parametrize(("name", "shown"), NAMES.values(), ids=NAMES)
def test_names_of_any_kind(way: str, name: str, shown: str, tmp_path: Path) -> None:
    first = message(lambda: WAYS[way](SmallTree(tmp_path), name)).splitlines()[0]
    assert first.startswith(f"{way}={shown}" if way else shown) and len(first) < 6000
    assert first.isprintable()


def a_socket(place: Path) -> None:
    here = Path.cwd()
    os.chdir(place.parent)  # a socket's path has 108 bytes at most
    try:
        socket.socket(socket.AF_UNIX).bind(place.name)
    finally:
        os.chdir(here)


def too_deep(place: Path) -> None:
    Path(place, *["d"] * 250).mkdir(parents=True)


def unreadable(place: Path) -> None:
    place.write_text("secret")
    place.chmod(0)


NODES = "\n  The kernel makes device nodes, in /dev. A start script can make a pipe, and programs make sockets."
OVERLAYS: dict[str, tuple[Callable[[Path], None], str]] = {
    "socket": (a_socket, f"/odd: not a file, a folder or a symbolic link{NODES}"),
    "pipe": (os.mkfifo, f"/odd: not a file, a folder or a symbolic link{NODES}"),
    "too deep": (too_deep, "more than 200 folders deep"),
    "unreadable": (unreadable, "/odd: cannot be read: Permission denied"),
}


@pytest.mark.parametrize(("make", "expected"), OVERLAYS.values(), ids=OVERLAYS)
def test_what_no_overlay_may_hold(
    make: Callable[[Path], None], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() == 0:
        # root may read anything: what the kernel would say to an ordinary user comes from the mode.
        monkeypatch.setattr(os, "access", lambda path, _: bool(Path(path).stat().st_mode & 0o444))
    tree = SmallTree(tmp_path)
    (tmp_path / "laid").mkdir()
    make(tmp_path / "laid" / "odd")
    assert message(lambda: tree.configure(overlays=["laid"])).endswith(expected)


def test_a_path_longer_than_the_kernel_takes(tmp_path: Path) -> None:
    here = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(30):
            os.mkdir("n" * 200)  # noqa: PTH102
            os.chdir("n" * 200)
    finally:
        os.chdir(here)
    said = message(lambda: layer_from_directory("x", tmp_path))
    subprocess.run(["rm", "-rf", tmp_path / ("n" * 200)], check=True)
    assert said.endswith("...: cannot be read: File name too long")


def test_names_that_a_file_system_allows_are_kept(tmp_path: Path) -> None:
    """Newlines, spaces, $, bytes that are not UTF-8, links in a circle: a root may have them all."""
    names = ["new\nline", " ", "$HOME", "#x", "\udcff", "-rf", "a\\b", "'\"", "[x]*", "\x1b[31m"]
    for name in names:
        (tmp_path / name).write_text("x")
    (tmp_path / "loop").symlink_to("loop")
    tree = merge_layers([layer_from_directory("x", tmp_path)])
    assert sorted(tree.entries) == sorted([".", *names, "loop"])


FOLDERS = {
    "space": ("a b", ""),
    "dollar": ("a$b$(id)${HOME}", ""),
    "quotes": ("a'b\"c", ""),
    "number sign": ("#top", ""),
    "colon": ("a:b=c", ""),
    "tilde": ("~/~x", ""),
    "not ASCII": ("übung", ""),
    "brackets": ("[x]*?", ""),
    "not UTF-8": ("a\udcff", "this folder's path has characters that cannot be shown"),
    "newline": ("a\nb", "this folder's path has characters that cannot be shown"),
    "too long": ("a" * 300, "File name too long"),
    "itself": (str(CHECKOUT), "this folder is the checkout, or holds it"),
    "above": ("/", "this folder is the checkout, or holds it"),
    "no folder": ("/dev/null", "cannot make /dev/null: /dev/null is not a folder"),
}


@pytest.mark.parametrize(("name", "expected"), FOLDERS.values(), ids=FOLDERS)
def test_output_folders(name: str, expected: str, tmp_path: Path) -> None:
    """The real scons, with steps that only write down that they were done, twice: the second time nothing is to do."""
    before = sorted(item.name for item in CHECKOUT.iterdir())
    argv = [sys.executable, "-m", "SCons", "-Q", "-f", "tests/scale/SConstruct", "BOARD=qemu_x86_64", "OFFLINE=1"]
    argv += ["TOOLCHAIN=debian", f"OUTPUT={tmp_path / name}", f"CACHE={tmp_path / 'cache'}"]
    first, second = (
        subprocess.run(argv, cwd=CHECKOUT, capture_output=True, check=False, timeout=300) for _ in range(2)
    )
    text = (first.stdout + first.stderr).decode(errors="replace")
    assert "Traceback" not in text and sorted(item.name for item in CHECKOUT.iterdir()) == before
    if expected:
        assert first.returncode == 2 and text.startswith("leafroot: ") and expected in text
        return
    assert first.returncode == second.returncode == 0, text
    assert (tmp_path / name / "qemu_x86_64/images/bzImage").is_file() and "steps built" in text
    assert b"steps built" not in second.stdout
