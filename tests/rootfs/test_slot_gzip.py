# SPDX-License-Identifier: Apache-2.0
"""The program that compresses a kernel with a slot: gzip reads its output, and the slot can be filled."""

from __future__ import annotations

import random
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.rootfs.slot import MAGIC, fill_slot, find_slot

TOOLS = Path(__file__).parents[2] / "leafroot" / "tools" / "root-slot"
OPTIONS = ("-n", "-f", "-9")
Pack = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("root-slot")
    subprocess.run(["make", "-s", "-C", folder, "-f", TOOLS / "Makefile", "CC=gcc -static -Werror"], check=True)
    return folder / "slot-gzip"


@pytest.fixture(scope="module")
def pack(program: Path) -> Pack:
    return lambda data: subprocess.run([program, *OPTIONS], input=data, stdout=subprocess.PIPE, check=True).stdout


def unpack(data: bytes) -> bytes:
    return subprocess.run(["gzip", "-d", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def made_slot(tmp_path: Path, size: int) -> bytes:
    (tmp_path / "size").write_text(f"{size}\n")
    subprocess.run(["sh", TOOLS / "make-slot.sh", tmp_path / "size", tmp_path / "slot"], check=True)
    return (tmp_path / "slot").read_bytes()


@pytest.mark.parametrize("size", [64, 65536, 300_000, (1 << 32) + 5])
def test_the_script_makes_a_slot_of_the_described_format(size: int, tmp_path: Path) -> None:
    (tmp_path / "size").write_text(f"{size}\n")
    subprocess.run(["sh", TOOLS / "make-slot.sh", tmp_path / "size", tmp_path / "slot"], check=True)
    with (tmp_path / "slot").open("rb") as file:
        assert file.read(64) == (MAGIC + struct.pack("<QQQ", size, 0, 0)).ljust(64, b"\0")
    assert (tmp_path / "slot").stat().st_size == size


def parts() -> list[tuple[str, bytes]]:
    """What can stand before and after a slot, so that gzip ends it in all its ways."""
    chance = random.Random(7)
    words = [chance.randbytes(chance.randint(2, 30)) for _ in range(200)]
    return [
        ("nothing", b""),
        ("one byte", b"x"),
        ("a fixed code", b"a small text, a small text"),
        ("a dynamic code", b"".join(chance.choices(words, k=30000))),
        ("what cannot be packed", chance.randbytes(100_000)),
        ("zeros", bytes(500_000)),
        *((f"{count} words", b"".join(chance.choices(words, k=count))) for count in range(20, 52)),
    ]


PARTS = parts()


@pytest.mark.parametrize("size", [64, 65535, 65536, 200_000])
def test_gzip_unpacks_a_filled_slot(size: int, pack: Pack, tmp_path: Path) -> None:
    slot = made_slot(tmp_path, size)
    archive = random.Random(1).randbytes(size - 3)
    for number, (_, before) in enumerate(PARTS):
        _, after = PARTS[-number]
        packed = pack(before + slot + after)
        plain = unpack(packed)
        assert plain[: len(before)] == before
        assert plain[len(before) + 64 :] == slot[64:] + after
        for folder in (b"", b"setup code"):
            image = bytearray(folder + packed + folder)
            assert find_slot(image, "x").member == (len(folder), len(folder) + len(packed))
            fill_slot(image, archive, "x")
            assert unpack(image[len(folder) : len(folder) + len(packed)]) == before + archive + b"\0\0\0" + after


def test_outside_the_slot_the_data_is_compressed_as_well_as_by_gzip(pack: Pack, tmp_path: Path) -> None:
    slot = made_slot(tmp_path, 131_070)
    before, after = PARTS[3][1], PARTS[5][1]
    alone = sum(
        len(subprocess.run(["gzip", *OPTIONS], input=one, stdout=subprocess.PIPE).stdout) for one in (before, after)
    )
    assert 0 <= alone - (len(pack(before + slot + after)) - len(slot)) <= 18


def test_without_a_slot_the_program_is_gzip(pack: Pack) -> None:
    for _, part in PARTS[:6]:
        plain = subprocess.run(["gzip", *OPTIONS], input=part, stdout=subprocess.PIPE, check=True).stdout
        assert pack(part) == plain


BAD = {
    "cut off in its head": (MAGIC + b"xxxx", "the slot for the root is cut off"),
    "cut off": (MAGIC + struct.pack("<QQQ", 100, 0, 0), "the slot for the root is cut off"),
    "smaller than its head": (MAGIC + struct.pack("<QQQ", 40, 0, 0), "the slot for the root is cut off"),
    "twice": ((MAGIC + struct.pack("<QQQ", 56, 0, 0)) * 2, "there is more than one slot for a root"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_wrong_slot_is_refused_by_the_program(case: str, program: Path) -> None:
    data, message = BAD[case]
    done = subprocess.run([program, *OPTIONS], input=data, capture_output=True, text=False)
    assert (done.returncode, done.stderr.decode()) == (1, f"slot-gzip: {message}\n")
