# SPDX-License-Identifier: Apache-2.0
"""The card's image and the boot ramdisk, made for real: sound, complete, and the same bytes for everybody."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from made_up_pi import OVERLAYS, ROOT, Pi, artefact, noise

from leafroot.describe.board import RaspberryPi
from leafroot.errors import LeafrootError
from leafroot.plan.forms import RAMDISK_LIMIT, Forms, fat32_geometry
from tests.performing import copy_of_usr, local_in, perform

PARTITION = 4 * 1024 * 1024


def checked(*command: str | Path) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def partition_of(card: Path, place: Path) -> Path:
    """The card's partition, found by its table, as a file."""
    image = card.read_bytes()
    assert image[510:512] == b"\x55\xaa"
    kind, start, count = image[450], *struct.unpack_from("<II", image, 454)
    assert (kind, start * 512) == (0x0C, PARTITION)
    assert not any(image[462:510]) and not any(image[:440])
    place.write_bytes(image[start * 512 : (start + count) * 512])
    return place


def files_of(image: Path, place: Path) -> dict[str, bytes]:
    """All files of a FAT file system, read by mtools."""
    place.mkdir()
    checked("mcopy", "-n", "-s", "-i", image, "::/*", place)
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def clusters(image: Path) -> int:
    """How many clusters fsck.fat sees in a file system that it finds nothing wrong with."""
    said = checked("fsck.fat", "-n", image).splitlines()
    found = re.search(r"\d+/(\d+) clusters", said[-1])
    assert found and len(said) == 2, said
    return int(found.group(1))


def images_of(pi: Pi, forms: Forms) -> dict[str, bytes]:
    """The card and the ramdisk, by their paths."""
    return {step.output.path: (pi.output / step.output.path).read_bytes() for step in (forms.card, forms.ramdisk)}


def test_the_card_holds_the_boot_files(pi: Pi, tmp_path: Path) -> None:
    pi.make()
    card = pi.output / "pi/images/sdcard.img"
    assert card.stat().st_size == 256 * 1024 * 1024
    partition = partition_of(card, tmp_path / "partition")
    assert partition.stat().st_size == 128 * 1024 * 1024
    assert clusters(partition) >= fat32_geometry(128)[1] >= 65525
    assert files_of(partition, tmp_path / "read") == pi.boot_files()
    # The number of sectors before the file system is the loader's to use.
    assert struct.unpack_from("<I", partition.read_bytes(), 28)[0] * 512 == PARTITION


def test_the_check_of_the_file_system_can_fail(pi: Pi, tmp_path: Path) -> None:
    pi.make()
    image = bytearray((pi.output / "pi/images/boot.img").read_bytes())
    image[512 + 200] ^= 0xFF
    (tmp_path / "broken").write_bytes(image)
    with pytest.raises(AssertionError):
        clusters(tmp_path / "broken")


@pytest.mark.parametrize(
    ("kernel", "kind"),
    [(100, "FAT16"), (9_000_001, "FAT16"), (30_000_000, "FAT16"), (31_500_000, "FAT32"), (70_000_000, "FAT32")],
)
def test_the_ramdisk_holds_the_boot_files_and_little_else(pi: Pi, tmp_path: Path, kernel: int, kind: str) -> None:
    pi.kernel(kernel)
    pi.make()
    image = pi.output / "pi/images/boot.img"
    seen = clusters(image)
    assert 4085 <= seen < 65525 if kind == "FAT16" else seen >= 65525
    at = 54 if kind == "FAT16" else 82
    assert image.read_bytes()[at : at + 5].decode() == kind
    files = files_of(image, tmp_path / "read")
    assert files == pi.boot_files()
    content = sum(map(len, files.values()))
    smallest = {"FAT16": 2_150_000, "FAT32": 34_200_000}[kind]
    assert image.stat().st_size <= max(smallest, content * 1.02 + 30_000)


def test_it_is_the_same_for_everybody_at_any_time(
    pi: Pi, another_pi: Callable[[str], Pi], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another folder, mask, time zone and mtools configuration, files in another order, and two seconds later."""
    images = images_of(pi, pi.make())
    boot = (pi.output / "pi/boot.tar.zst").read_bytes()
    other = another_pi("else/where")
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    monkeypatch.setenv("MTOOLS_LOWER_CASE", "1")
    monkeypatch.setenv("MTOOLS_NO_VFAT", "1")
    time.sleep(2.1)
    mask = os.umask(0o077)
    try:
        other.make()
    finally:
        os.umask(mask)
    assert (other.output / "pi/boot.tar.zst").read_bytes() == boot
    for name, image in images.items():
        assert (other.output / name).read_bytes() == image, name


def test_the_clock_would_show_without_the_fixed_time(pi: Pi, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test above guards against is there: mtools writes the time of SOURCE_DATE_EPOCH."""
    monkeypatch.setattr("leafroot.build.executor.SOURCE_DATE_EPOCH", 1_600_000_000)
    pi.make()
    early = (pi.output / "pi/images/boot.img").read_bytes()
    monkeypatch.setattr("leafroot.build.executor.SOURCE_DATE_EPOCH", 1_700_000_000)
    perform(pi.local, pi.forms().ramdisk)
    assert (pi.output / "pi/images/boot.img").read_bytes() != early


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_it_is_the_same_for_another_user(pi: Pi, tmp_path: Path) -> None:
    images = images_of(pi, pi.make())
    # The checkout and the tests' folders may be closed to others.
    for path in (tmp_path, *tmp_path.parents[:2]):
        path.chmod(0o755)
    shutil.copytree(ROOT / "leafroot/tools/boot-forms", tmp_path / "leafroot/tools/boot-forms")
    usr = copy_of_usr(tmp_path / "usr", "images")
    theirs = Pi(pi.config, local_in(tmp_path, usr=usr))
    for folder, _, names in os.walk(tmp_path):
        for name in (".", *names):
            os.chown(Path(folder, name), 1234, 1234, follow_symlinks=False)
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(1234)
            os.setuid(1234)
            theirs.make()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    for name, image in images.items():
        assert (pi.output / name).stat().st_uid == 1234
        assert (pi.output / name).read_bytes() == image, name


def names_of(image: bytes, at: int) -> tuple[bytes, bytes]:
    """Serial number and label of a file system; `at` is where its boot sector has them."""
    return image[at : at + 4], image[at + 4 : at + 15]


def test_identity_comes_from_the_content(pi: Pi) -> None:
    pi.make()
    card, ramdisk = (pi.output / f"pi/images/{name}.img" for name in ("sdcard", "boot"))
    before = card.read_bytes()
    serial, label = names_of(before, PARTITION + 67)
    assert label == f"LR-{int.from_bytes(serial, 'little'):08X}".encode()
    assert names_of(ramdisk.read_bytes(), 39) == (serial, label)
    disk = before[440:444]
    assert any(disk)
    pi.kernel(9_000_001, "another")
    pi.make()
    after = card.read_bytes()
    assert names_of(after, PARTITION + 67)[0] != serial
    assert after[440:444] != disk


@pytest.mark.parametrize(
    ("size", "sectors", "least"),
    [(32, 0, 0), (33, 1, 65525), (64, 1, 120_000), (128, 2, 130_000), (256, 4, 130_000), (4096, 8, 1_000_000)],
)
def test_clusters_are_as_large_as_fat32_allows(size: int, sectors: int, least: int) -> None:
    found, clusters = fat32_geometry(size)
    assert found == sectors
    assert least <= clusters < size * 2048 // max(1, sectors)


@pytest.mark.parametrize("size", [33, 34, 65, 66, 129, 131, 260, 264, 512])
def test_mkfs_makes_at_least_the_clusters_that_were_planned(size: int, tmp_path: Path) -> None:
    sectors, least = fat32_geometry(size)
    image = tmp_path / "image"
    with image.open("wb") as file:
        file.truncate(size * 1024 * 1024)
    checked("mkfs.fat", "-F", "32", "-s", str(sectors), image)
    assert clusters(image) >= least >= 65525


def refused(pi: Pi) -> str:
    with pytest.raises(LeafrootError) as caught:
        pi.make()
    assert not (pi.output / "pi/images/sdcard.img").exists()
    return str(caught.value)


def test_a_kernel_larger_than_the_partition(pi: Pi) -> None:
    pi.kernel(40_000_000)
    assert refused(pi.sized(loader=RaspberryPi(("start4.elf",), boot_partition=40, card=64))) == (
        "SD card: board/pi/board.py: the boot files take 40.4 MiB, but a boot partition of 40 MiB "
        "(boot_partition=) has room for 39.4 MiB.\n  Increase boot_partition=, and card= with it."
    )


def test_a_partition_that_is_full_to_the_last_cluster(pi: Pi, tmp_path: Path) -> None:
    """The largest kernel that is not refused does fit."""
    size, capacity = fat32_geometry(33)
    small = pi.sized(loader=RaspberryPi(("fixup4.dat",), boot_partition=33, card=37))
    # Everything else takes this many clusters of 512 bytes: folders, texts, firmware, device trees.
    others = 11 + 102 + 1 + 1 + 2 * 2 + 2
    small.kernel((capacity - others) * 512 * size)
    for step in (small.forms().boot, small.forms().card):
        perform(small.local, step)
    partition = partition_of(pi.output / "pi/images/sdcard.img", tmp_path / "partition")
    assert clusters(partition) >= capacity
    small.kernel((capacity - others + 10) * 512 * size)
    perform(small.local, small.forms().boot)
    with pytest.raises(LeafrootError, match="has room for"):
        perform(small.local, small.forms().card)


def test_a_ramdisk_larger_than_the_loader_takes(pi: Pi) -> None:
    pi.kernel(RAMDISK_LIMIT * 1024 * 1024)
    forms = pi.forms()
    perform(pi.local, forms.boot)
    with pytest.raises(LeafrootError) as caught:
        perform(pi.local, forms.ramdisk)
    assert re.fullmatch(
        r"boot ramdisk: board/pi/board.py: boot.img would be 99\.\d MiB, but the Raspberry Pi's boot loader accepts at "
        r"most 96 MiB.\n  Select fewer packages, or smaller ones.",
        str(caught.value),
    )
    assert not (pi.output / "pi/images/boot.img").exists()


def test_firmware_that_the_package_does_not_have(pi: Pi) -> None:
    assert refused(pi.sized(loader=RaspberryPi(("start5.elf",)))) == (
        "boot files: board/pi/board.py: the boot loader's file 'start5.elf' is not in the package "
        "raspberrypi-firmware.\n  Available: fixup4.dat start4.elf"
    )


def test_the_order_of_files_is_that_of_their_names(pi: Pi) -> None:
    """And not that in which the machine's own file system lists them."""
    artefact(pi, "pi/devicetree", {f"overlays/{name}.dtbo": noise(1_000, name) for name in OVERLAYS})
    pi.make()
    listed = checked("mdir", "-b", "-i", pi.output / "pi/images/boot.img", "::/").split()
    assert listed == ["::/overlays/", *(f"::/{name}" for name in sorted(set(pi.boot_files())) if "/" not in name)]
