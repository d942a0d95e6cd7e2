# SPDX-License-Identifier: Apache-2.0
"""`bench-bootmodes` with made-up kernels and a stand-in for QEMU."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from leafroot.bench.bootmodes.comparison import TREE, Bench, bench_bootmodes
from leafroot.bench.bootmodes.ways import WAYS
from leafroot.bench.guest_system import BenchSystem
from leafroot.describe.bootmode import BootMode
from leafroot.errors import LeafrootError
from leafroot.rootfs.compress import compress_zstd
from leafroot.rootfs.cpio import write_newc
from leafroot.rootfs.tree import File, Layer, merge_layers
from tests.performing import shared_usr

GUEST = Path(__file__).with_name("fake_guest.py")
SMALLEST = {"rootfs": 100_000, "leaf-tmpfs": 100_200, "nullfs": 104_000}


def build(system: BenchSystem, mode: BootMode) -> Path:
    """Leave what scons would leave."""
    folder = system.outputs(mode)
    (folder / "images").mkdir(parents=True)
    tree = merge_layers([Layer("test", {"bench/programs/piece.000": File(bytes(5000))})])
    with (folder / "rootfs.cpio").open("wb") as out:
        write_newc(tree, out, 0)
    compress_zstd(folder / "rootfs.cpio", folder / "images" / "rootfs.cpio.zst", 1, 1)
    (folder / "linux.config").write_text("# Linux/x86 6.12.107 Kernel Configuration\n")
    (folder / "kernel").write_bytes(bytes(3000))
    return folder / "kernel"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(BenchSystem, "build", build)

    def guest(kernel: Path, archive: Path, words: str) -> list[str]:
        mode = kernel.parent.parent.name
        return [sys.executable, str(GUEST), str(SMALLEST.get(mode, 0)), str(tmp_path / "boots"), words, "-m", "1"]

    system = BenchSystem("bench-bootmodes", tmp_path, TREE, tmp_path / "out", "some_board", {}, shared_usr("images"))
    return Bench(system, guest, "-machine q35", "QEMU emulator version 10.0.1", 256, (6, 12), 1, boots=2)


def test_every_way_is_measured(bench: Bench, tmp_path: Path) -> None:
    printed = bench_bootmodes(bench)
    results = json.loads((bench.folder / "results.json").read_text())
    found = {one["way"]: one for one in results["ways"]}
    assert list(found) == [way.name for way in WAYS]
    assert results["about"]["kernel"] == "6.12.107"
    assert results["about"]["qemu"] == "QEMU emulator version 10.0.1"
    for way in WAYS:
        one = found[way.name]
        assert one["used_bytes"] == 70_000 * 1024
        assert one["seconds_each"] == [2.5, 2.5]
        assert one["seconds_counted"] == 1.25
        assert one["smallest_machine_bytes"] == -(-SMALLEST[way.mode.name] // 256) * 256 * 1024
        assert one["kernel_bytes"] == 3000
    assert "nullfs: smallest machine +4.09% of rootfs's: over 1%" in printed
    assert "leaf-tmpfs: smallest machine +0.26% of rootfs's: at most 1%" in printed
    assert (bench.folder / "table.md").read_text() in printed + "\n"
    assert (bench.folder / "boot-modes.svg").read_text().startswith("<svg")


def test_the_ways_are_booted_in_turn(bench: Bench, tmp_path: Path) -> None:
    bench_bootmodes(bench)
    boots = [line.split(" ") for line in (tmp_path / "boots").read_text().splitlines()]
    first, second = boots[: len(WAYS)], boots[len(WAYS) : 2 * len(WAYS)]
    assert [len(Counter(way for way, *_ in turn)) for turn in (first, second)] == [len({way for way, *_ in first})] * 2
    assert first[1:] + first[:1] == second
    assert {size for _, size, _ in first + second} == {str(256 * 1024)}
    assert sum(counted == "counted" for *_, counted in boots) == len(WAYS)


def test_a_guest_that_does_not_come_up_is_an_error(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SMALLEST, "nullfs", 300 * 1024)
    with pytest.raises(LeafrootError) as caught:
        bench_bootmodes(bench)
    assert str(caught.value).startswith("bench-bootmodes: nullfs: the output of the guest is incomplete")
    assert "Kernel panic" in str(caught.value)
