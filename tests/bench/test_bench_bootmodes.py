# SPDX-License-Identifier: Apache-2.0
"""`bench-bootmodes` without a guest: bisection, consoles, archives, table, chart, refusals."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
import zstandard

from leafroot.bench.bootmodes.archives import DISK_START, Archives, first_size, make_archives
from leafroot.bench.bootmodes.comparison import smallest
from leafroot.bench.bootmodes.results import (
    MEASURES,
    Boot,
    Row,
    as_json,
    came_up,
    chart,
    held,
    read_boot,
    read_seconds,
    table,
)
from leafroot.bench.bootmodes.ways import WAYS, Form, check_ways
from leafroot.errors import LeafrootError
from leafroot.kconfig.config import configure
from leafroot.kconfig.resolve import Request
from leafroot.rootfs.compress import compress_zstd
from leafroot.rootfs.cpio import read_newc, tree_from_newc, write_newc
from leafroot.rootfs.tree import CharDevice, Directory, File, HardLink, Layer, Node, Symlink, merge_layers
from leafroot.step import SOURCE_DATE_EPOCH
from leafroot.units.catalog import load_catalog
from tests.performing import shared_usr

ROOT = Path(__file__).parents[2]
CONSOLE = """\
[    0.9] something of the kernel's own\r
bench: up=2.35 free=170000 available=168000 root=2,1,rootfs\r
bench: intact=yes\r
bench: pivot_root=works dotdot=no chroot=no umount=found device=no\r
"""


@pytest.mark.parametrize("limit", [1, 255, 256, 257, 83_000, 262_144])
def test_the_smallest_machine_is_found(limit: int) -> None:
    tried: list[int] = []

    def works(kib: int) -> bool:
        tried.append(kib)
        return kib >= limit

    assert smallest(works, 262_144, 256) == -(-limit // 256) * 256
    assert len(tried) <= 2 + 10 + 2


def test_a_size_that_works_only_sometimes_is_not_accepted() -> None:
    tried: dict[int, int] = {}

    def works(kib: int) -> bool:
        tried[kib] = tried.get(kib, 0) + 1
        return kib >= 1024 or (kib == 768 and tried[kib] == 1)

    assert smallest(works, 4096, 256) == 1024


def test_a_way_that_never_boots_is_an_error() -> None:
    with pytest.raises(LeafrootError, match="does not work with 1024 KiB either"):
        smallest(lambda kib: False, 1024, 256)


def test_a_boot_is_read_from_the_console() -> None:
    boot = read_boot(CONSOLE, "test")
    assert (boot.seconds, boot.free, boot.available, boot.root) == (2.35, 170000, 168000, (2, 1, "rootfs"))
    assert (boot.pivot_root, boot.breaks_out) == ("works", ("umount",))
    assert came_up(CONSOLE)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("bench: intact=yes", "damaged"), "test: the guest's root is damaged"),
        (("pivot_root=works", "pivot_root=broken"), "test: the guest could not try pivot_root"),
        (("umount=found", "umount=broken"), "test: the guest could not try umount"),
        (("up=2.35", "up="), "test: the output of the guest is incomplete"),
        (("bench: pivot_root", "Kernel panic"), "test: the output of the guest is incomplete ('pivot_root')"),
    ],
    ids=["damaged", "no pivot_root", "no try", "no number", "cut off"],
)
def test_an_incomplete_boot_is_an_error(change: tuple[str, str], message: str) -> None:
    with pytest.raises(LeafrootError) as caught:
        read_boot(CONSOLE.replace(*change), "test")
    assert str(caught.value).startswith(message)
    assert "| [    0.9] something" in str(caught.value)


def test_the_time_is_read_from_half_a_boot() -> None:
    assert read_seconds(CONSOLE.replace("bench: pivot_root", ""), "test") == 2.35
    with pytest.raises(LeafrootError, match="test: the guest did not reach its shell"):
        read_seconds(CONSOLE.replace("bench: up=", "up="), "test")


@pytest.mark.parametrize("missing", ["bench: up=", "bench: intact=yes"])
def test_half_a_boot_counts_as_failed(missing: str) -> None:
    """Whether a guest comes up does not hang on what it tries afterwards."""
    assert came_up(CONSOLE.replace("bench: pivot_root", ""))
    assert not came_up(CONSOLE.replace(missing, ""))


NODES: dict[str, Node] = {
    "bench/programs/piece.000": File(bytes(range(256)) * 512, 0o644),
    "bench/programs/piece.001": HardLink("bench/programs/piece.000"),
    "bench/nested.sh": File(b"#!/bin/sh\n", 0o755),
    "bin/busybox": File(b"busybox" * 1000, 0o755),
    "bin/sh": Symlink("busybox"),
    "dev/console": CharDevice(5, 1),
    "tmp": Directory(0o1777),
}


@pytest.fixture
def system(tmp_path: Path) -> Path:
    path = tmp_path / "rootfs.cpio"
    with path.open("wb") as out:
        write_newc(merge_layers([Layer("test", NODES)]), out, 0)
    return path


def read_archive(content: bytes) -> set[str]:
    return {path for path, _ in tree_from_newc(read_newc(io.BytesIO(content)), "test") if path != "."}


def make(system: Path, folder: Path) -> Archives:
    packed = folder / "rootfs.cpio.zst"
    compress_zstd(system, packed, 3, 1)
    return make_archives(system, packed, folder, 3, shared_usr("images"))


def unpack(path: Path) -> bytes:
    return unpack_bytes(path.read_bytes())


def unpack_bytes(content: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompress(content)


def test_every_way_gets_the_same_system(system: Path, tmp_path: Path) -> None:
    made = make(system, tmp_path)
    every = {*NODES, "bench", "bench/programs", "bin", "dev"}
    archive = made.files[Form.ARCHIVE]
    assert read_archive(unpack(archive)) == every
    assert (made.unpacked, made.count) == (256 * 512 + 10 + 7000, 3)

    # Two archives in a row, as the kernel takes them: the first is not compressed, the second begins with zstd's magic.
    nested = made.files[Form.NESTED].read_bytes()
    border = nested.index(b"\x28\xb5\x2f\xfd", nested.index(b"TRAILER!!!"))
    (inner,) = [entry.data for entry in read_newc(io.BytesIO(nested[:border])) if entry.name != "."]
    assert inner == archive.read_bytes()
    assert read_archive(unpack_bytes(nested[border:])) == {path for path in every if "programs" not in path}


def test_the_ram_disk_holds_the_same_system(system: Path, tmp_path: Path) -> None:
    made = make(system, tmp_path)
    image = tmp_path / "image"
    file = made.files[Form.DISK].read_bytes()
    image.write_bytes(unpack_bytes(file[DISK_START * 1024 :]))
    assert read_archive(file[: DISK_START * 1024]) == {"dev", "dev/console", "root"}
    assert image.stat().st_size == made.disk_kib * 1024

    def ask(words: str) -> bytes:
        return subprocess.run(["debugfs", "-R", words, image], capture_output=True, check=True).stdout

    for name in ("piece.000", "piece.001"):
        assert ask(f"cat /bench/programs/{name}") == bytes(range(256)) * 512
    assert re.search(rb"Mode: +0755.*?User: +0 +Group: +0 ", ask("stat /bin/busybox"), re.DOTALL)
    assert b'Fast link dest: "busybox"' in ask("stat /bin/sh")
    assert b"Mode:  01777" in ask("stat /tmp")
    # The superblock's s_mkfs_time (Documentation/filesystems/ext4/super.rst): no clock of the machine's gets in.
    assert int.from_bytes(image.read_bytes()[1024 + 0x108 :][:4], "little") == SOURCE_DATE_EPOCH


def test_the_smallest_image_that_fits_is_made() -> None:
    assert first_size(1000, lambda size: size >= 1035) == 1040
    with pytest.raises(LeafrootError, match="1000 blocks"):
        first_size(1000, lambda size: False)


def row(way: str, used: int = 80_000, smallest_machine: int = 100_000, seconds: float = 2.0, found: str = "") -> Row:
    escapes = {name: "found" if name == found else "no" for name in ("dotdot", "chroot", "umount", "device")}
    boots = [
        Boot(seconds + late, 262_144 - used - 2 * late, 170_000, (2, 1, "tmpfs"), "works", escapes)
        for late in (1, 0, 9)
    ]
    return Row(way, f"way {way}", boots, seconds / 2, 262_144, smallest_machine, 4_000_000, 18_000_000)


def rows(**changed: Row) -> list[Row]:
    return [changed.get(way.name.replace("-", "_"), row(way.name)) for way in WAYS]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_table_has_medians_and_ratios() -> None:
    told = table(rows(keepinitrd=row("keepinitrd", 160_002, 150_000, 5.0, "umount"))).splitlines()
    assert [cells(line)[0] for line in told[2:]] == [f"`{way.name}`" for way in WAYS]
    assert cells(told[2])[3:] == [
        "78.1 MiB, 1.00",
        "97.66 MiB, 1.00",
        "3.00 s (2.00-11.00), 1.00",
        "1.00 s, 1.00",
        "20.98 MiB, 1.00",
    ]
    (kept,) = [cells(line) for line in told if "`keepinitrd`" in line]
    assert kept[2] == "umount of its own root"
    assert kept[3:] == [
        "156.3 MiB, 2.00",
        "146.48 MiB, 1.50",
        "6.00 s (5.00-14.00), 2.00",
        "2.50 s, 2.50",
        "20.98 MiB, 1.00",
    ]
    assert len({len(line) for line in told}) == 1


def test_the_json_has_every_boot() -> None:
    found = as_json(rows(nullfs=row("nullfs", seconds=7.0)), {"board": "x"})
    (nullfs,) = [one for one in found["ways"] if one["way"] == "nullfs"]
    assert found["about"] == {"board": "x"}
    assert nullfs["seconds_each"] == [8.0, 7.0, 16.0]
    assert nullfs["used_bytes"] == 80_002 * 1024
    assert nullfs["smallest_machine_bytes"] == 100_000 * 1024


@pytest.mark.parametrize(
    ("changed", "over"),
    [
        (row("nullfs", 80_500, 100_900), []),
        (row("nullfs", 81_000), ["nullfs: memory in use +1.25% of rootfs's: over 1%"]),
        (row("nullfs", 70_000, 101_100), ["nullfs: smallest machine +1.10% of rootfs's: over 1%"]),
    ],
    ids=["within", "more in use", "larger machine"],
)
def test_a_mode_that_needs_more_than_plain_rootfs_is_reported(changed: Row, over: list[str]) -> None:
    told = held(rows(nullfs=changed))
    assert len(told) == 4
    assert [line for line, good in told if not good] == over


def test_the_chart_is_drawn_to_scale() -> None:
    drawn = ElementTree.fromstring(chart(rows(nested=row("nested", 160_002, 200_000, 5.0))))
    space = "{http://www.w3.org/2000/svg}"
    bars = [float(bar.attrib["width"]) for bar in drawn.iter(f"{space}rect")]
    assert len(bars) == 5 * len(WAYS)
    nested = [way.name for way in WAYS].index("nested")
    for measure in range(3):
        panel = bars[measure * len(WAYS) : (measure + 1) * len(WAYS)]
        assert panel[nested] == pytest.approx(2 * panel[0], rel=0.01)
        assert max(panel) == panel[nested]
    names = {text.text for text in drawn.iter(f"{space}text")}
    assert {way.name for way in WAYS} <= names
    assert {name for name, _ in MEASURES} <= names
    assert {"195.3 MiB", "6.00 s", "2.50 s", "21.0 MiB"} <= names


def test_the_scripts_of_all_ways_exist() -> None:
    files = ROOT / "bench/bootmodes/package/bench-bootmodes/files"
    for way in WAYS:
        (script,) = re.findall(r"\br?d?init=(\S+)", way.words)
        assert (files / script.lstrip("/")).stat().st_mode & 0o100


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., None]:
    def of(board: str, kernel: str = "", boards: int = 1) -> None:
        check_ways(configure(load_catalog(ROOT), ROOT, tmp_path, Request(board, kernel=kernel)), boards)

    return of


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("qemu_x86_64", "7.2"), "series 7.2 has no boot mode rootfs to compare with\n  Choose KERNEL=6.12."),
        (("rpi4",), "QEMU's rpi4 always has 2048 MiB of memory, so the smallest machine that boots cannot be found"),
        (("qemu_x86_64", "", 2), "this compares the ways on one board at a time"),
    ],
    ids=["no plain rootfs", "a machine of one size", "two boards"],
)
def test_a_board_that_cannot_be_compared_is_refused(
    check: Callable[..., None], arguments: tuple[str, ...], message: str
) -> None:
    with pytest.raises(LeafrootError) as caught:
        check(*arguments)
    assert str(caught.value).startswith(f"bench-bootmodes: {message}")


def test_the_usual_board_is_accepted(check: Callable[..., None]) -> None:
    check("qemu_x86_64")
