# SPDX-License-Identifier: Apache-2.0
"""The memory of an output folder: what it finds, and what it does not believe."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.store.memory import Memory

CONTENT = b"what was made"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An output folder with one output, and a memory of it."""
    (tmp_path / "a").write_bytes(CONTENT)
    memory = Memory(tmp_path / ".sconsign", tmp_path)
    memory.made("a", hashlib.sha256(CONTENT).hexdigest())
    memory["folder"] = b"what SCons knows"
    memory.sync()
    return tmp_path


def reopened(output: Path) -> Memory:
    return Memory(output / ".sconsign", output)


def test_what_was_written_is_read(output: Path) -> None:
    memory = reopened(output)
    assert memory["folder"] == b"what SCons knows" and list(memory.keys()) == ["folder"]
    assert memory.digest("a") == hashlib.sha256(CONTENT).hexdigest()
    assert not memory.damaged and memory.check() == []


@pytest.mark.parametrize(
    "content", [b"what was mads", b"longer than what was made", b""], ids=["same size", "longer", "empty"]
)
def test_an_output_with_other_bytes_is_dropped(output: Path, content: bytes) -> None:
    (output / "a").write_bytes(content)
    memory = reopened(output)
    assert memory.check() == ["a"]
    assert not (output / "a").exists() and memory.digest("a") == ""


def test_an_output_that_is_another_file_with_the_same_bytes_stays(output: Path) -> None:
    (output / "b").write_bytes(CONTENT)
    (output / "b").replace(output / "a")
    assert reopened(output).check() == []
    assert (output / "a").exists()


def test_other_bytes_with_the_old_time_are_seen_all_the_same(output: Path) -> None:
    before = (output / "a").stat()
    (output / "a").write_bytes(CONTENT[::-1])
    os.utime(output / "a", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert reopened(output).check() == ["a"]


@pytest.mark.parametrize("place", [0, 30, 90, 100, -1])
def test_a_memory_with_a_flipped_bit_is_none(output: Path, place: int) -> None:
    content = bytearray((output / ".sconsign").read_bytes())
    content[place] ^= 4
    (output / ".sconsign").write_bytes(content)
    memory = reopened(output)
    assert memory.damaged and not list(memory.keys()) and memory.digest("a") == "" and memory.written == 0.0


def test_a_memory_that_cannot_be_written_is_an_error(output: Path) -> None:
    memory = reopened(output)
    memory["more"] = b""
    (output / ".sconsign.new").mkdir()
    with pytest.raises(LeafrootError, match=r"\.sconsign\.new"):
        memory.sync()
    assert not reopened(output).damaged
