# SPDX-License-Identifier: Apache-2.0
"""Archives are sorted and do not depend on the checkout; entries that cpio cannot store are refused."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cpio_archives import EVERYTHING, MTIME, entries, newc
from made_up_trees import tree

from leafroot.errors import LeafrootError
from leafroot.rootfs.cpio import TRAILER, tree_from_newc, write_newc
from leafroot.rootfs.layers import layer_from_directory
from leafroot.rootfs.tree import File, Layer, Slice, Symlink, Tree, merge_layers

Command = Callable[..., bytes]


def test_a_written_archive_is_read_back() -> None:
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


def checkout(folder: Path, names: list[str], mtime: int, mask: int) -> Path:
    """The same overlay as another person has it: made in another order, at another time, with another umask."""
    folder.mkdir()
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        path.chmod(0o777 & ~mask if name.endswith(".sh") else 0o666 & ~mask)
        os.utime(path, (mtime, mtime))
    for place in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        place.chmod(0o777 & ~mask)
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


def test_a_file_of_the_maximum_size_is_accepted(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"):
        write_newc(greatest_file(tmp_path), Sink(2 << 20), MTIME)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_file_of_the_maximum_size_is_written_completely(tmp_path: Path) -> None:
    written = write_newc(greatest_file(tmp_path), Sink(1 << 40), MTIME)  # type: ignore[arg-type]
    assert written % 512 == 0
    assert 0 < written - (1 << 32) < 4096


def test_names_and_targets_of_the_maximum_length_are_written(command: Command) -> None:
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
        "test: /var/disk: it has 4294967296 bytes, and cpio allows 4294967295\n  Put it on a disk instead.",
    ),
    "too long a path": (
        {LONG: File(b"")},
        f"{f'test: /{LONG}'[:300]}...: its path has 4096 bytes, and Linux allows 4095",
    ),
    "too long a target": (
        {"a": Symlink("t" * 4096)},
        "test: /a: its target has 4096 bytes, and Linux allows 4095",
    ),
    "the trailer's name": (
        {TRAILER: File(b"")},
        "test: /TRAILER!!!: cpio uses this name to mark the end of an archive\n  Give the file another name.",
    ),
}


@pytest.mark.parametrize("case", UNWRITABLE)
def test_entries_that_linux_would_not_unpack_are_refused(case: str) -> None:
    nodes, message = UNWRITABLE[case]
    with pytest.raises(LeafrootError) as raised:
        newc(merge_layers([Layer("test", nodes)]))
    assert str(raised.value) == message


@pytest.mark.parametrize("mtime", [-1, 1 << 32])
def test_a_time_beyond_the_format_is_refused(mtime: int) -> None:
    with pytest.raises(LeafrootError) as raised:
        newc(EVERYTHING, mtime)
    assert str(raised.value) == (f"cpio cannot store the time {mtime}\n  It stores seconds from 1970 until 2106.")
