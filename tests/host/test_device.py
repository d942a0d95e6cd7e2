# SPDX-License-Identifier: Apache-2.0
"""What flash refuses to write to: made-up devices in made-up /sys and /proc, each with its message."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.host.flash import Device, block_device, check_device, look_at

CARD = {
    "sdb/dev": "8:16",
    "sdb/size": "62333952",
    "sdb/removable": "1",
    "sdb/sdb1/partition": "1",
    "sdb/sdb1/dev": "8:17",
    "sdb/sdb2/partition": "2",
    "sdb/sdb2/dev": "8:18",
}
IMAGE = 256 * 1024 * 1024


class Machine:
    """A machine with a card in a reader, /dev/sdb, and what files say beyond that."""

    def __init__(self, root: Path, files: Mapping[str, str | None], mounts: str = "", swaps: str = "") -> None:
        self.sys, self.proc = root / "sys", root / "proc"
        for name, text in {**CARD, **files}.items():
            file = self.sys / "devices/host" / name
            if text is None:
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + "\n")
        for place in sorted((self.sys / "devices/host").rglob("dev")):
            link = self.sys / "dev/block" / place.read_text().strip()
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(place.parent)
        (self.proc / "self").mkdir(parents=True)
        root_mount = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        (self.proc / "self/mountinfo").write_text(root_mount + mounts)
        (self.proc / "swaps").write_text("Filename\tType\tSize\tUsed\tPriority\n" + swaps)

    def device(self, number: str = "8:16") -> Device:
        return block_device(Path("/dev/sdb"), number, self.sys, self.proc)


def refusal(device: Device, needed: int = IMAGE) -> str:
    with pytest.raises(LeafrootError) as caught:
        check_device(device, needed)
    return str(caught.value)


def test_a_card_in_a_reader_is_taken(tmp_path: Path) -> None:
    device = Machine(tmp_path, {}).device()
    assert device == Device(Path("/dev/sdb"), "disk", 62333952 * 512)
    check_device(device, IMAGE)


@pytest.mark.parametrize(
    ("files", "taken"),
    [
        ({"sdb/removable": "0"}, False),
        ({"sdb/removable": "0", "sdb/device/type": "SD"}, True),
        ({"sdb/removable": "0", "sdb/device/type": "MMC"}, False),
        ({"sdb/removable": "0", "sdb/loop/backing_file": __file__}, True),
        ({"sdb/removable": "0", "sdb/loop/backing_file": "/dev/null"}, False),
        ({"sdb/removable": None}, False),
    ],
    ids=["a disk", "a card in a reader of the machine's own", "a soldered chip", "a loop over a file",
         "a loop over a device", "nothing known"],
)  # fmt: skip
def test_only_what_can_be_taken_out_is_written(tmp_path: Path, files: Mapping[str, str | None], taken: bool) -> None:
    device = Machine(tmp_path, files).device()
    if taken:
        check_device(device, IMAGE)
    else:
        assert refusal(device).startswith(
            "DEV=/dev/sdb: this disk is not removable: it may be the one this machine runs from\n"
        )


@pytest.mark.parametrize(
    ("files", "mounts", "swaps", "words"),
    [
        ({}, "30 22 8:17 / /media/boot rw - vfat /dev/sdb1 rw\n", "", "/dev/sdb1 is mounted on /media/boot"),
        ({}, "30 22 8:16 / /mnt rw shared:9 - vfat /dev/sdb rw\n", "", "/dev/sdb is mounted on /mnt"),
        ({}, "30 22 0:45 / /data rw - btrfs /dev/sdb2 rw\n", "", "/dev/sdb2 is mounted on /data"),
        ({}, "", "/dev/sdb2 partition 1000 0 -2\n", "/dev/sdb2 is used as swap"),
        ({"sdb/sdb1/holders/dm-0": ""}, "", "", "/dev/sdb1 belongs to /dev/dm-0"),
        ({"sdb/holders/md0": ""}, "", "", "/dev/sdb belongs to /dev/md0"),
        (
            {},
            "30 22 8:17 / /a rw - vfat /dev/sdb1 rw\n31 22 8:18 / /b rw - ext4 /dev/sdb2 rw\n",
            "",
            "/dev/sdb1 is mounted on /a; /dev/sdb2 is mounted on /b",
        ),
    ],
    ids=["a partition", "the whole", "btrfs", "swap", "a holder of a partition", "a holder", "two partitions"],
)
def test_a_device_in_use_is_refused(
    tmp_path: Path, files: Mapping[str, str], mounts: str, swaps: str, words: str
) -> None:
    device = Machine(tmp_path, files, mounts, swaps).device()
    assert refusal(device) == f"DEV=/dev/sdb: the device is in use: {words}\n  Unmount it first."


def test_another_devices_mount_does_not_count(tmp_path: Path) -> None:
    mounts = "30 22 8:161 / /mnt rw - ext4 /dev/sdb11 rw\n"
    assert Machine(tmp_path, {}, mounts, "/dev/sdc1 partition 1 0 -2\n").device().used == ()


def test_a_partition_is_no_card(tmp_path: Path) -> None:
    device = Machine(tmp_path, {}).device("8:17")
    assert refusal(device) == (
        "DEV=/dev/sdb: this is a partition, and the image is for a whole card\n  Say DEV=/dev/sdb"
    )


@pytest.mark.parametrize(
    ("sectors", "message"),
    [
        ("0", "DEV=/dev/sdb: there is no card in it"),
        ("524287", "DEV=/dev/sdb: it holds 268.4 MB, and the image has 268.4 MB\n  The board's loader sets card=."),
        ("2048", "DEV=/dev/sdb: it holds 1.0 MB, and the image has 268.4 MB\n  The board's loader sets card=."),
    ],
)
def test_a_card_that_is_too_small(tmp_path: Path, sectors: str, message: str) -> None:
    assert refusal(Machine(tmp_path, {"sdb/size": sectors}).device()) == message
    check_device(Machine(tmp_path / "other", {"sdb/size": "524288"}).device(), IMAGE)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LeafrootError) as caught:
        look_at(tmp_path / "absent", sys=tmp_path)
    assert str(caught.value) == (
        f"DEV={tmp_path}/absent: there is no such device: No such file or directory\n"
        "  There is no removable disk here now."
    )


def test_the_removable_disks_are_named(tmp_path: Path) -> None:
    machine = Machine(tmp_path, {"sdc/removable": "1", "sdc/size": "0", "sda/removable": "0", "sda/size": "99"})
    (machine.sys / "block").mkdir()
    for disk in ("sda", "sdb", "sdc"):
        (machine.sys / "block" / disk).symlink_to(machine.sys / "devices/host" / disk)
    with pytest.raises(LeafrootError, match=r"Removable disks here: /dev/sdb\.$"):
        look_at(tmp_path / "absent", machine.sys, machine.proc)


@pytest.mark.parametrize("path", ["/dev/null", "/tmp"])
def test_neither_device_nor_file(path: str) -> None:
    assert refusal(look_at(Path(path))).startswith(f"DEV={path}: this is neither a block device nor a file\n")


def test_a_file_is_as_good_as_a_card_of_its_size(tmp_path: Path) -> None:
    file = tmp_path / "card"
    file.write_bytes(bytes(1000))
    check_device(look_at(file), 1000)
    assert "it holds 1.0 kB, and the image has 1.0 kB" in refusal(look_at(file), 1001)
