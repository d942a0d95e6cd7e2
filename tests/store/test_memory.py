# SPDX-License-Identifier: Apache-2.0
"""The memory of an output folder: it notices changed files, and ignores itself when it is damaged."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.files import digest_of
from leafroot.store.memory import Memory
from tests.test_files import files_up_to

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


def test_a_memory_is_read_back(output: Path) -> None:
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


def test_other_bytes_with_the_old_time_are_noticed(output: Path) -> None:
    before = (output / "a").stat()
    (output / "a").write_bytes(CONTENT[::-1])
    os.utime(output / "a", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert reopened(output).check() == ["a"]


@pytest.mark.parametrize("place", [0, 30, 90, 100, -1])
def test_a_memory_with_a_flipped_bit_is_ignored(output: Path, place: int) -> None:
    content = bytearray((output / ".sconsign").read_bytes())
    content[place] ^= 4
    (output / ".sconsign").write_bytes(content)
    memory = reopened(output)
    assert memory.damaged and not list(memory.keys()) and memory.digest("a") == "" and memory.written == 0.0


def test_a_memory_that_cannot_be_written_is_an_error_and_the_old_one_stays(output: Path) -> None:
    memory = reopened(output)
    memory["more"] = b"x" * 1000
    with files_up_to(200), pytest.raises(LeafrootError, match=r"\.sconsign: .*File too large"):
        memory.sync()
    assert not reopened(output).damaged and list(reopened(output).keys()) == ["folder"]
    assert sorted(path.name for path in output.iterdir()) == [".sconsign", "a"]


def sum_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files whose SHA-256 is taken from now on."""
    found: list[Path] = []

    def digest(path: Path) -> str:
        found.append(path)
        return digest_of(path)

    monkeypatch.setattr("leafroot.store.memory.digest_of", digest)
    return found


def written_long_ago(file: Path, content: bytes) -> None:
    """A file that nobody could have written again within the same tick of the file system's clock."""
    file.write_bytes(content)
    # What tells at a glance whether a file was touched is not set by anybody: it has to grow old.
    time.sleep(0.15)


def test_an_unchanged_file_is_read_once(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written_long_ago(output / "f", b"1")
    read = counted(monkeypatch)
    memory = reopened(output)
    assert [memory.file_digest(output / "f") for _ in range(2)] == [sum_of(b"1")] * 2
    memory.sync()
    assert reopened(output).file_digest(output / "f") == sum_of(b"1")
    assert read == [output / "f"]


@pytest.mark.parametrize("content", [b"2", b"longer"], ids=["same size", "longer"])
def test_a_file_with_other_bytes_and_its_old_time_is_read_again(output: Path, content: bytes) -> None:
    written_long_ago(output / "f", b"1")
    memory = reopened(output)
    memory.file_digest(output / "f")
    memory.sync()
    before = (output / "f").stat()
    (output / "f").write_bytes(content)
    os.utime(output / "f", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (output / "f").stat().st_mtime_ns == before.st_mtime_ns
    assert reopened(output).file_digest(output / "f") == sum_of(content)


def test_another_file_in_its_place_is_read_again(output: Path) -> None:
    for name, content in (("f", b"1"), ("g", b"2")):
        written_long_ago(output / name, content)
        os.utime(output / name, (1, 1))
    memory = reopened(output)
    memory.file_digest(output / "f")
    memory.sync()
    (output / "g").replace(output / "f")
    assert reopened(output).file_digest(output / "f") == sum_of(b"2")


def test_a_file_that_was_just_written_is_read_again_by_the_next_run(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within one tick of its clock, a file system gives a file that is written twice the same times."""
    (output / "f").write_bytes(b"1")
    memory = reopened(output)
    memory.file_digest(output / "f")
    memory.sync()
    read = counted(monkeypatch)
    reopened(output).file_digest(output / "f")
    assert read == [output / "f"]


@pytest.mark.parametrize(("age", "again"), [(1.5, True), (2.5, False)])
def test_a_file_system_that_counts_seconds_is_given_longer(
    output: Path, monkeypatch: pytest.MonkeyPatch, age: float, again: bool
) -> None:
    (output / "f").write_bytes(b"1")
    real = os.stat

    def whole_seconds(path: str, **more: bool) -> os.stat_result:
        found = list(real(path, **more))
        times = {name: int(getattr(real(path), name)) for name in ("st_atime", "st_mtime", "st_ctime")}
        return os.stat_result(found, {**times, **{f"{name}_ns": one * 10**9 for name, one in times.items()}})

    monkeypatch.setattr(os, "stat", whole_seconds)
    monkeypatch.setattr(time, "time", lambda: int(real(output / "f").st_ctime) + age)
    memory = reopened(output)
    memory.file_digest(output / "f")
    memory.sync()
    read = counted(monkeypatch)
    reopened(output).file_digest(output / "f")
    assert bool(read) is again


def test_within_a_run_the_digest_of_a_file_does_not_change(output: Path) -> None:
    (output / "f").write_bytes(b"1")
    memory = reopened(output)
    memory.file_digest(output / "f")
    (output / "f").write_bytes(b"another")
    assert memory.file_digest(output / "f") == sum_of(b"1")


def test_a_file_that_is_gone_is_an_error_with_its_name(output: Path) -> None:
    (output / "f").write_bytes(b"1")
    memory = reopened(output)
    memory.file_digest(output / "f")
    memory.sync()
    (output / "f").unlink()
    with pytest.raises(LeafrootError, match=f"{output}/f: .*No such file or directory"):
        reopened(output).file_digest(output / "f")


def test_the_current_digest_is_empty_for_a_missing_output(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = reopened(output)
    read = counted(monkeypatch)
    assert (memory.current("a"), memory.current("absent")) == (sum_of(CONTENT), "")
    assert not read
    # An output that no memory knows is read, for it may be used all the same.
    (output / "unknown").write_bytes(b"1")
    assert memory.current("unknown") == sum_of(b"1")
    (output / "a").unlink()
    assert memory.current("a") == "" and memory.digest("a") == sum_of(CONTENT)


def test_verifying_reads_the_bytes_once_in_a_run(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (output / "a").stat()
    (output / "a").write_bytes(CONTENT[::-1])
    os.utime(output / "a", ns=(before.st_atime_ns, before.st_mtime_ns))
    memory = reopened(output)
    read = counted(monkeypatch)
    assert [memory.verified("a") for _ in range(2)] == [sum_of(CONTENT[::-1])] * 2
    assert read == [output / "a"]
    # What this run itself has made is known, and need not be read.
    memory.made("a", sum_of(CONTENT))
    assert memory.verified("a") == sum_of(CONTENT)
    assert read == [output / "a"]


def test_a_dropped_output_is_forgotten(output: Path) -> None:
    memory = reopened(output)
    memory.verified("a")
    memory.drop("a")
    assert not (output / "a").exists()
    assert (memory.current("a"), memory.digest("a")) == ("", "")
    (output / "a").write_bytes(b"anew")
    assert memory.verified("a") == sum_of(b"anew")
