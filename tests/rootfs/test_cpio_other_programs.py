# SPDX-License-Identifier: Apache-2.0
"""GNU cpio, bsdcpio and the kernel's gen_init_cpio read our archives, and we read theirs."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cpio_archives import EVERYTHING, MTIME, entries, newc
from made_up_trees import tree

from leafroot.errors import LeafrootError
from leafroot.rootfs.cpio import CpioEntry, tree_from_newc
from leafroot.rootfs.tree import (
    BlockDevice,
    CharDevice,
    Directory,
    Fifo,
    File,
    HardLink,
    Layer,
    Node,
    Symlink,
    Tree,
    merge_layers,
)

Command = Callable[..., bytes]
MINE = {"uid": os.getuid(), "gid": os.getgid()}


def listing(text: bytes) -> list[tuple[str, ...]]:
    """The lines of `cpio -tv`: mode, links, owner, group, size or numbers, name, target."""
    lines = []
    for line in text.decode().splitlines():
        words = re.sub(r", +", ",", line).split()
        name = line.split(" 2026 ")[1]
        lines.append((*words[:5], name.split(" link to ")[0]))
    return lines


EVERYTHING_LISTED = """\
drwxr-xr-x 2 0 0 0 .
drwxr-xr-x 2 0 0 0 bin
-rwsr-xr-x 1 0 0 2 bin/su
drwxr-xr-x 2 0 0 0 dev
crw------- 1 0 0 511,1048575 dev/big
crw------- 1 0 0 5,1 dev/console
brw-rw---- 1 0 6 8,255 dev/sda
drwxr-xr-x 2 0 0 0 etc
-rw-r--r-- 1 0 0 0 etc/empty
-rw-r--r-- 3 0 0 0 etc/five
-rw-r--r-- 1 0 0 4 etc/four
-rw-r--r-- 3 0 0 0 etc/link
-rw------- 2 0 0 0 etc/none
-rw-r----- 1 1 2 3 etc/three
drwxr-xr-x 2 0 0 0 home
drwx------ 2 1000 1000 0 home/me
lrwxrwxrwx 1 0 0 7 lib -> usr/lib
drwxr-xr-x 2 0 0 0 run
prw--w--w- 1 0 0 0 run/pipe
drwxrwxrwt 2 0 0 0 tmp
drwxr-xr-x 2 0 0 0 zz
-rw-r--r-- 3 0 0 5 zz/link
-rw------- 2 0 0 0 zz/none"""


@pytest.mark.parametrize("argv", [["cpio", "-t", "-v", "-n", "--quiet"], ["bsdcpio", "-t", "-v", "-n", "--quiet"]])
def test_other_programs_list_a_written_archive(argv: list[str], command: Command) -> None:
    listed = listing(command(argv, newc(EVERYTHING)))
    assert [" ".join(words) for words in listed] == EVERYTHING_LISTED.splitlines()


# What an ordinary user can make, too.
ORDINARY = tree(
    **{".": Directory(**MINE)},
    bin_a=File(b"many names", 0o755, **MINE),
    bin_b=HardLink("bin/a"),
    zz=HardLink("bin/a"),
    etc_empty=File(b"", 0o640, **MINE),
    etc_one=File(b"", 0o644, **MINE),
    etc_two=HardLink("etc/one"),
    etc_link=Symlink("../bin/a", **MINE),
    tmp=Directory(0o1777, **MINE),
    bin=Directory(0o755, **MINE),
    etc=Directory(0o755, **MINE),
    pipe=Fifo(0o600, **MINE),
)


def on_disk(folder: Path) -> Tree:
    """A folder as a tree: modes, owners and hard links as they are."""
    nodes: dict[str, Node] = {".": Directory(**MINE)}
    first: dict[int, str] = {}
    for item in sorted(folder.rglob("*")):
        path, status = str(item.relative_to(folder)), item.lstat()
        owner = {"uid": status.st_uid, "gid": status.st_gid}
        mode = stat.S_IMODE(status.st_mode)
        if item.is_symlink():
            nodes[path] = Symlink(str(item.readlink()), **owner)
        elif item.is_dir():
            nodes[path] = Directory(mode, **owner)
        elif item.is_fifo():
            nodes[path] = Fifo(mode, **owner)
        elif status.st_ino in first:
            nodes[path] = HardLink(first[status.st_ino])
        else:
            first[status.st_ino] = path
            nodes[path] = File(item.read_bytes(), mode, **owner)
    return merge_layers([Layer("test", nodes)])


@pytest.mark.parametrize("argv", [["cpio", "-i", "-d", "-m", "--quiet"], ["bsdcpio", "-i", "-d", "-m", "--quiet"]])
def test_other_programs_unpack_a_written_archive(argv: list[str], tmp_path: Path, command: Command) -> None:
    command(argv, newc(ORDINARY), cwd=tmp_path)
    assert on_disk(tmp_path) == ORDINARY
    assert (tmp_path / "bin/a").lstat().st_mtime == MTIME


@pytest.mark.parametrize("argv", [["cpio", "-o", "-H", "newc", "--quiet"], ["bsdcpio", "-o", "-H", "newc", "--quiet"]])
def test_archives_of_other_programs_are_read(argv: list[str], tmp_path: Path, command: Command) -> None:
    command(["cpio", "-i", "-d", "-m", "--quiet"], newc(ORDINARY), cwd=tmp_path)
    tmp_path.chmod(0o755)
    names = "\n".join([".", *sorted(f"./{item.relative_to(tmp_path)}" for item in tmp_path.rglob("*"))])
    assert tree_from_newc(entries(command(argv, names.encode(), cwd=tmp_path)), "test") == ORDINARY


def test_the_checksummed_variant_of_gnu_cpio_is_read(tmp_path: Path, command: Command) -> None:
    (tmp_path / "file").write_bytes(bytes(range(256)) * 50)
    data = command(["cpio", "-o", "-H", "crc", "--quiet"], b"file", cwd=tmp_path)
    assert data.startswith(b"070702")
    assert [entry.data for entry in entries(data)] == [bytes(range(256)) * 50]
    broken = data.replace(b"\x10\x11", b"\x10\x12", 1)
    with pytest.raises(LeafrootError, match="the checksum of file is wrong"):
        entries(broken)


def kernel_list(root: Tree, folder: Path) -> str:
    """A tree in the language of gen_init_cpio, whose contents are put into `folder`."""
    lines = []
    links = {path: entry.node.target for path, entry in root if isinstance(entry.node, HardLink)}
    for number, (path, entry) in enumerate(root):
        match entry.node:
            case HardLink():
                pass
            case File() as node:
                (folder / str(number)).write_bytes(node.read())
                others = " ".join(name for name, target in links.items() if target == path)
                lines.append(f"file {path} {folder}/{number} {node.mode:o} {node.uid} {node.gid} {others}")
            case Directory(mode, uid, gid):
                lines.append(f"dir {path} {mode:o} {uid} {gid}")
            case Symlink(target, uid, gid):
                lines.append(f"slink {path} {target} 777 {uid} {gid}")
            case CharDevice(major, minor, mode, uid, gid):
                lines.append(f"nod {path} {mode:o} {uid} {gid} c {major} {minor}")
            case BlockDevice(major, minor, mode, uid, gid):
                lines.append(f"nod {path} {mode:o} {uid} {gid} b {major} {minor}")
            case Fifo(mode, uid, gid):
                lines.append(f"pipe {path} {mode:o} {uid} {gid}")
    return "".join(f"{line}\n" for line in lines)


def test_the_kernels_own_gen_init_cpio_writes_the_same(
    tmp_path: Path, command: Command, kernel_source_file: Callable[[str], Path]
) -> None:
    program = tmp_path / "gen_init_cpio"
    command(["gcc", "-static", "-O1", "-o", program, kernel_source_file("usr/gen_init_cpio.c")])
    (tmp_path / "list").write_text(kernel_list(EVERYTHING, tmp_path))
    theirs = command([str(program), "-t", str(MTIME), tmp_path / "list"])
    assert tree_from_newc(entries(theirs), "test") == EVERYTHING

    def comparable(data: bytes) -> list[CpioEntry]:
        # It numbers from 721, on the device 3:1, ends targets with a NUL, makes a pipe have two links, and
        # writes all names of a file together.
        return sorted(
            (
                replace(
                    entry,
                    inode=0,
                    device=(0, 0),
                    data=entry.data.removesuffix(b"\0") if stat.S_ISLNK(entry.mode) else entry.data,
                    links=1 if stat.S_ISFIFO(entry.mode) else entry.links,
                )
                for entry in entries(data)
            ),
            key=lambda entry: entry.name,
        )

    assert comparable(newc(EVERYTHING)) == comparable(theirs)
