# SPDX-License-Identifier: Apache-2.0
"""Archives are written as GNU cpio, bsdcpio and the kernel's gen_init_cpio have them, and read back."""

from __future__ import annotations

import io
import os
import random
import re
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.rootfs.cpio import HEADER_SIZE, TRAILER, write_newc
from leafroot.rootfs.cpio_reader import CpioEntry, read_newc, tree_from_newc
from leafroot.rootfs.layers import layer_from_directory
from leafroot.rootfs.node import (
    BlockDevice,
    CharDevice,
    Directory,
    Fifo,
    File,
    HardLink,
    Node,
    Slice,
    Symlink,
)
from leafroot.rootfs.tree import Layer, Tree, merge_layers

Command = Callable[..., bytes]

MTIME = 1767225600
MINE = {"uid": os.getuid(), "gid": os.getgid()}


def tree(**nodes: Node) -> Tree:
    """A tree whose paths are keyword names with `_` for `/`."""
    return merge_layers([Layer("test", {name.replace("_", "/"): node for name, node in nodes.items()})])


def newc(root: Tree, mtime: int = MTIME) -> bytes:
    out = io.BytesIO()
    assert write_newc(root, out, mtime) == len(out.getvalue())
    return out.getvalue()


def entries(data: bytes) -> list[CpioEntry]:
    return list(read_newc(io.BytesIO(data)))


# One of everything; sizes around the alignment to 4; links whose names lie apart.
EVERYTHING = tree(
    bin_su=File(b"su", 0o4755),
    etc_empty=File(b""),
    etc_three=File(b"abc", 0o640, 1, 2),
    etc_four=File(b"abcd"),
    etc_five=File(b"abcde"),
    etc_link=HardLink("etc/five"),
    zz_link=HardLink("etc/five"),
    etc_none=File(b"", 0o600),
    zz_none=HardLink("etc/none"),
    lib=Symlink("usr/lib"),
    home_me=Directory(0o700, 1000, 1000),
    tmp=Directory(0o1777),
    dev_console=CharDevice(5, 1),
    dev_sda=BlockDevice(8, 255, 0o660, 0, 6),
    dev_big=CharDevice(511, 1048575),
    run_pipe=Fifo(0o622),
)


def test_what_is_written_is_read_back() -> None:
    again = tree_from_newc(entries(newc(EVERYTHING)), "test")
    assert {path: entry.node for path, entry in again} == {path: entry.node for path, entry in EVERYTHING}


def test_entries_are_sorted_and_numbered_in_order_with_one_time() -> None:
    found = entries(newc(EVERYTHING))
    assert [entry.name for entry in found] == [path for path, _ in EVERYTHING]
    firsts = list(dict.fromkeys(entry.inode for entry in found))
    assert firsts == list(range(1, len(firsts) + 1))
    assert {(entry.mtime, entry.device) for entry in found} == {(MTIME, (0, 0))}


def test_the_last_name_of_a_file_carries_its_data() -> None:
    found = [entry for entry in entries(newc(EVERYTHING)) if entry.links == 3]
    assert [(entry.name, entry.data) for entry in found] == [
        ("etc/five", b""),
        ("etc/link", b""),
        ("zz/link", b"abcde"),
    ]
    assert len({entry.inode for entry in found}) == 1


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
def test_other_programs_list_what_was_written(argv: list[str], command: Command) -> None:
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
def test_other_programs_unpack_what_was_written(argv: list[str], tmp_path: Path, command: Command) -> None:
    command(argv, newc(ORDINARY), cwd=tmp_path)
    assert on_disk(tmp_path) == ORDINARY
    assert (tmp_path / "bin/a").lstat().st_mtime == MTIME


@pytest.mark.parametrize("argv", [["cpio", "-o", "-H", "newc", "--quiet"], ["bsdcpio", "-o", "-H", "newc", "--quiet"]])
def test_what_other_programs_write_is_read(argv: list[str], tmp_path: Path, command: Command) -> None:
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
    command(["gcc", "-O1", "-o", program, kernel_source_file("usr/gen_init_cpio.c")])
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


def checkout(folder: Path, names: list[str], mtime: int, mask: int) -> Path:
    """The same overlay as another person has it: made in another order, at another time, with another umask."""
    folder.mkdir()
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        path.chmod(0o777 & ~mask if name.endswith(".sh") else 0o666 & ~mask)
        os.utime(path, (mtime, mtime))
    return folder


def test_an_archive_is_the_same_from_every_checkout(tmp_path: Path, command: Command) -> None:
    names = [f"etc/{index}/{name}" for index in range(20) for name in ("run.sh", "conf")]
    one = checkout(tmp_path / "one", names, 1000000000, 0o022)
    other = checkout(tmp_path / "other", names[::-1], 1500000000, 0o007)

    def by_gnu_cpio(folder: Path) -> bytes:
        listed = "\n".join(str(item.relative_to(folder)) for item in sorted(folder.rglob("*")))
        return command(["cpio", "-o", "-H", "newc", "--quiet", "--reproducible"], listed.encode(), cwd=folder)

    # The two do differ in what a program sees that goes by the disk: else this test would prove nothing.
    assert by_gnu_cpio(one) != by_gnu_cpio(other)
    ours = [newc(merge_layers([layer_from_directory("overlay", folder)])) for folder in (one, other)]
    assert ours[0] == ours[1]


def test_an_archive_does_not_depend_on_the_order_of_layers() -> None:
    layers = [Layer(f"p{index}", {f"usr/bin/{9 - index}": File(b"x")}) for index in range(9)]
    assert newc(merge_layers(layers)) == newc(merge_layers(layers[::-1]))
    assert newc(merge_layers(layers)) != newc(merge_layers(layers[1:]))


class Sink(io.RawIOBase):
    """Takes any amount, keeps none, and is full after `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self.left = limit

    def write(self, data: object) -> int:
        size = len(data)  # type: ignore[arg-type]
        if size > self.left:
            raise OSError("full")
        self.left -= size
        return size


def greatest_file(folder: Path) -> Tree:
    path, size = folder / "great", (1 << 32) - 1
    path.touch()
    os.truncate(path, size)
    return tree(great=File(Slice(path, 0, size)))


def test_a_file_of_the_greatest_size_is_not_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"):
        write_newc(greatest_file(tmp_path), Sink(2 << 20), MTIME)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_file_of_the_greatest_size_is_written_whole(tmp_path: Path) -> None:
    written = write_newc(greatest_file(tmp_path), Sink(1 << 40), MTIME)  # type: ignore[arg-type]
    assert written % 512 == 0
    assert 0 < written - (1 << 32) < 4096


def test_names_and_targets_of_the_greatest_length_are_written(command: Command) -> None:
    name, target = "/".join(["n" * 254] * 16) + "/" + "n" * 15, "t" * 4095
    assert len(name) == 4095
    data = newc(merge_layers([Layer("test", {name: File(b"deep"), "link": Symlink(target)})]))
    assert tree_from_newc(entries(data), "test").entries[name].node == File(b"deep")
    assert command(["cpio", "-t", "--quiet"], data).decode().splitlines()[-1] == name


GREAT = Slice(Path("/nowhere"), 0, 1 << 32)
LONG = "/".join(["n" * 255] * 15 + ["n" * 256])
UNWRITABLE = {
    "too large": (
        {"var/disk": File(GREAT)},
        "test: /var/disk: it has 4294967296 bytes, and cpio takes files up to 4294967295",
    ),
    "too long a path": (
        {LONG: File(b"")},
        f"{f'test: /{LONG}'[:300]}...: its path has 4096 bytes, and Linux takes 4095",
    ),
    "too long a target": (
        {"a": Symlink("t" * 4096)},
        "test: /a: its target has 4096 bytes, and Linux takes 4095",
    ),
    "the trailer's name": (
        {TRAILER: File(b"")},
        "test: /TRAILER!!!: cpio ends at an entry of this name\n  Give the file another name.",
    ),
}


@pytest.mark.parametrize("case", UNWRITABLE)
def test_what_linux_would_not_unpack_is_refused(case: str) -> None:
    nodes, message = UNWRITABLE[case]
    with pytest.raises(LeafrootError) as raised:
        newc(merge_layers([Layer("test", nodes)]))
    assert str(raised.value) == message


@pytest.mark.parametrize("mtime", [-1, 1 << 32])
def test_a_time_beyond_the_format_is_refused(mtime: int) -> None:
    with pytest.raises(LeafrootError) as raised:
        newc(EVERYTHING, mtime)
    assert str(raised.value) == (f"cpio has no room for the time {mtime}\n  It takes seconds from 1970 until 2106.")


SMALL = newc(tree(a=File(b"abc"), b=Symlink("a")))
# The header of "a" comes after that of the root: 110 bytes of header, "." and NUL.
AT = HEADER_SIZE + 2
FIELD = {"inode": 0, "mode": 1, "links": 4, "size": 6, "name size": 11}


def with_field(field: str, text: bytes, at: int = AT) -> bytes:
    place = at + 6 + 8 * FIELD[field]
    return SMALL[:place] + text + SMALL[place + 8 :]


def patched(at: int, data: bytes) -> bytes:
    return SMALL[:at] + data + SMALL[at + len(data) :]


END = SMALL.index(TRAILER.encode()) - HEADER_SIZE
LINK = SMALL.index(b"070701", AT + 1)
HINT = "\n  Give the uncompressed archive in the format newc (cpio -H newc)."
UNREADABLE = {
    "empty": (b"", "at byte 0: the archive ends within a header, 110 bytes early"),
    "no archive": (b"<html>" * 30, "at byte 0: no cpio header, but b'<html>'"),
    "odc": (b"070707" + b"0" * 200, "at byte 0: it is an archive of the old portable format" + HINT),
    "bin": (b"\xc7\x71" + b"0" * 200, "at byte 0: it is an archive of the old binary format" + HINT),
    "zstd": (b"\x28\xb5\x2f\xfd" + b"0" * 200, "at byte 0: it is compressed with zstd" + HINT),
    "gzip": (b"\x1f\x8b" + b"0" * 200, "at byte 0: it is compressed with gzip" + HINT),
    "xz": (b"\xfd7zXZ\0" + b"0" * 200, "at byte 0: it is compressed with xz" + HINT),
    "bad magic in the middle": (patched(AT, b"070700"), f"at byte {AT}: no cpio header, but b'070700'"),
    "a sign in a field": (
        with_field("size", b"+0000003"),
        f"at byte {AT}: the size is no number of 8 hexadecimal digits, but b'+0000003'",
    ),
    "spaces in a field": (
        with_field("inode", b"       2"),
        f"at byte {AT}: the inode is no number of 8 hexadecimal digits, but b'       2'",
    ),
    "no name": (
        with_field("name size", b"00000001"),
        f"at byte {AT}: a name of 1 bytes, where 2 to 4096 are possible",
    ),
    "oversized name": (
        with_field("name size", b"00001001"),
        f"at byte {AT}: a name of 4097 bytes, where 2 to 4096 are possible",
    ),
    "enormous name": (
        with_field("name size", b"FFFFFFFF"),
        f"at byte {AT}: a name of 4294967295 bytes, where 2 to 4096 are possible",
    ),
    "name without NUL": (
        patched(AT + HEADER_SIZE + 1, b"x"),
        f"at byte {AT}: the name b'ax' does not end at its only NUL",
    ),
    "NUL within a name": (
        patched(AT + HEADER_SIZE, b"\0"),
        f"at byte {AT}: the name b'\\x00\\x00' does not end at its only NUL",
    ),
    "padding": (patched(AT + HEADER_SIZE + 5, b"x"), f"at byte {AT + HEADER_SIZE + 5}: the padding is not zero"),
    "enormous file": (
        with_field("size", b"FFFFFFFF"),
        f"at byte {AT + HEADER_SIZE + 2}: the archive ends within the data of a, "
        f"{0xFFFFFFFF - len(SMALL) + AT + HEADER_SIZE + 2} bytes early",
    ),
    "directory with data": (
        with_field("mode", b"000041ED"),
        f"at byte {AT}: a has data, but is neither a file nor a symbolic link",
    ),
    "empty link": (
        with_field("size", b"00000000", LINK),
        f"at byte {LINK}: b: a link's target of 0 bytes, where 1 to 4095 are possible",
    ),
    "oversized link": (
        with_field("size", b"00001001", LINK),
        f"at byte {LINK}: b: a link's target of 4097 bytes, where 1 to 4095 are possible",
    ),
    "trailer with data": (with_field("size", b"00000001", END), f"at byte {END}: the trailer has data"),
    "no trailer": (SMALL[:END], f"at byte {END}: the archive ends within a header, 110 bytes early"),
    "something after the trailer": (SMALL + b"x", f"at byte {END + 124}: something follows the end of the archive"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_is_no_newc_archive_is_refused(case: str) -> None:
    data, message = UNREADABLE[case]
    with pytest.raises(LeafrootError) as raised:
        list(read_newc(io.BytesIO(data), "root.cpio"))
    assert str(raised.value) == f"root.cpio: {message}"


def entry(name: str, **fields: object) -> CpioEntry:
    plain = CpioEntry(name, 1, stat.S_IFREG | 0o644, 0, 0, 1, 0, (0, 0), (0, 0), b"")
    return replace(plain, **fields)  # type: ignore[arg-type]


NO_TREE = {
    "absolute": ([entry("/etc")], "x: /etc: this would lie outside of the root"),
    "dot dot": ([entry("a/../../b")], "x: a/../../b: this would lie outside of the root"),
    "twice": ([entry("a"), entry("./a")], "x: ./a: it is in the archive twice"),
    "socket": ([entry("a", mode=0o140755)], "x: a: its mode 140755 says no type that a root can hold"),
    "root as a file": ([entry(".")], "x: the root would be a file"),
    "below a file": ([entry("a"), entry("a/b")], "/a/b: x brings it, but x makes /a a file"),
}


@pytest.mark.parametrize("case", NO_TREE)
def test_entries_that_make_no_tree_are_refused(case: str) -> None:
    found, message = NO_TREE[case]
    with pytest.raises(LeafrootError) as raised:
        tree_from_newc(found, "x")
    assert str(raised.value) == message


@pytest.mark.parametrize("carrier", range(3))
def test_any_name_of_a_file_may_carry_its_data(carrier: int) -> None:
    names = [entry(name, links=3, data=b"x" if index == carrier else b"") for index, name in enumerate("abc")]
    assert {path: item.node for path, item in tree_from_newc(names, "x")} == {
        ".": Directory(),
        "a": File(b"x"),
        "b": HardLink("a"),
        "c": HardLink("a"),
    }


def test_every_cut_of_an_archive_is_noticed() -> None:
    end = END + 124
    for size in range(end):
        with pytest.raises(LeafrootError):
            entries(SMALL[:size])
    assert len(entries(SMALL[:end])) == len(entries(SMALL))


def test_a_damaged_archive_raises_nothing_but_our_error() -> None:
    chance = random.Random(6)
    plain = newc(EVERYTHING)
    refused = 0
    for _ in range(2000):
        data = bytearray(plain)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.choice((0, 0x2F, 0x30, 0x46, 0x2E, 0xFF, chance.randrange(256)))
        try:
            tree_from_newc(entries(bytes(data)), "x")
        except LeafrootError:
            refused += 1
    assert 200 < refused < 2000
