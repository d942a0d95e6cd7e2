# SPDX-License-Identifier: Apache-2.0
"""Devices that flash refuses to write to, made up as lsblk lists them, each with its message."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from leafroot.errors import LeafrootError
from leafroot.host.flash import Device, Listed, block_device, check_device, list_disks, look_at

IMAGE = 256 * 1024 * 1024
CARD_SIZE = 62333952 * 512


def listed(name: str, number: str, kind: str = "disk", *children: Listed, **more: object) -> dict[str, Any]:
    """One device, removable and not in use unless `more` says otherwise."""
    usual = {"path": f"/dev/{name}", "size": CARD_SIZE, "rm": True, "mountpoints": [None]}
    found = {"name": name, "maj:min": number, "type": kind, **usual, **more}
    return {**found, "children": list(children)} if children else found


def card(
    first: Mapping[str, object] | None = None, second: Mapping[str, object] | None = None, **more: object
) -> Listed:
    """A card with two partitions in a reader, /dev/sdb; `first` and `second` change its partitions."""
    parts = [listed("sdb1", "8:17", "part", **(first or {})), listed("sdb2", "8:18", "part", **(second or {}))]
    return listed("sdb", "8:16", "disk", *parts, **more)


def device(disk: Listed, number: str = "8:16", sys: Path = Path("/nowhere")) -> Device:
    root = listed("sda", "8:0", "disk", listed("sda1", "8:1", "part", mountpoints=["/"]), rm=False)
    return block_device(Path("/dev/sdb"), number, [root, disk], sys)


def refusal(device: Device, needed: int = IMAGE) -> str:
    with pytest.raises(LeafrootError) as caught:
        check_device(device, needed)
    return str(caught.value)


def test_a_card_in_a_reader_is_accepted() -> None:
    found = device(card())
    assert found == Device(Path("/dev/sdb"), "disk", CARD_SIZE)
    check_device(found, IMAGE)


@pytest.mark.parametrize(
    ("removable", "files", "accepted"),
    [
        (False, {}, False),
        (False, {"device/type": "SD"}, True),
        (False, {"device/type": "MMC"}, False),
        (False, {"loop/backing_file": __file__}, True),
        (False, {"loop/backing_file": "/dev/null"}, False),
        (None, {}, False),
    ],
    ids=["a disk", "a card in a built-in reader", "a soldered chip", "a loop over a file", "a loop over a device",
         "unknown"],
)  # fmt: skip
def test_only_removable_disks_are_written(
    tmp_path: Path, removable: bool | None, files: Mapping[str, str], accepted: bool
) -> None:
    for name, text in files.items():
        file = tmp_path / "class/block/sdb" / name
        file.parent.mkdir(parents=True)
        file.write_text(f"{text}\n")
    found = device(card(rm=removable), sys=tmp_path)
    if accepted:
        check_device(found, IMAGE)
    else:
        message = "DEV=/dev/sdb: this disk is not removable: this machine may be running from it\n"
        assert refusal(found).startswith(message)


MAPPED = {"children": [listed("dm-0", "253:0", "crypt", path="/dev/mapper/safe", mountpoints=["/safe"])]}


@pytest.mark.parametrize(
    ("disk", "words"),
    [
        (card({"mountpoints": ["/media/boot"]}), "/dev/sdb1 is mounted on /media/boot"),
        (card(mountpoints=["/mnt"]), "/dev/sdb is mounted on /mnt"),
        (card({"mountpoints": ["/a", "/b"]}), "/dev/sdb1 is mounted on /a; /dev/sdb1 is mounted on /b"),
        (card(None, {"mountpoints": ["[SWAP]"]}), "/dev/sdb2 is used as swap"),
        (card(MAPPED), "/dev/sdb1 belongs to /dev/mapper/safe; /dev/mapper/safe is mounted on /safe"),
        (listed("sdb", "8:16", "disk", listed("md0", "9:0", "raid1")), "/dev/sdb belongs to /dev/md0"),
        (
            card({"mountpoints": ["/a"]}, {"mountpoints": ["/b"]}),
            "/dev/sdb1 is mounted on /a; /dev/sdb2 is mounted on /b",
        ),
    ],
    ids=["a partition", "the whole disk", "twice", "swap", "an encrypted partition", "a RAID", "two partitions"],
)
def test_a_device_in_use_is_refused(disk: Listed, words: str) -> None:
    assert refusal(device(disk)) == f"DEV=/dev/sdb: the device is in use: {words}\n  Unmount it first."


def test_the_mount_of_another_device_does_not_count() -> None:
    assert device(card()).used == ()


def test_a_partition_is_refused() -> None:
    message = "DEV=/dev/sdb: this is a partition; the image needs the whole card\n  Use DEV=/dev/sdb."
    assert refusal(device(card(), "8:17")) == message


@pytest.mark.parametrize(
    ("size", "message"),
    [
        (0, "no card is in this reader"),
        (None, "no card is in this reader"),
        (IMAGE - 512, "too small: 268.4 MB, and the image needs 268.4 MB\n"),
        (1 << 20, "too small: 1.0 MB, and the image needs 268.4 MB\n"),
    ],
)
def test_a_card_that_is_too_small_is_refused(size: int | None, message: str) -> None:
    assert refusal(device(card(size=size))).startswith(f"DEV=/dev/sdb: {message}")


def test_a_card_that_is_just_large_enough_is_accepted() -> None:
    check_device(device(card(size=IMAGE)), IMAGE)


@pytest.mark.parametrize(
    ("disks", "hint"),
    [
        ([], "This machine has no removable disk now."),
        (
            [listed("sda", "8:0", rm=False), card(), listed("sdc", "8:32", size=0)],
            "Removable disks of this machine: /dev/sdb.",
        ),
    ],
    ids=["none", "one, and an empty reader"],
)
def test_a_missing_device_is_refused_and_removable_disks_are_named(
    tmp_path: Path, disks: list[Listed], hint: str
) -> None:
    with pytest.raises(LeafrootError) as caught:
        look_at(tmp_path / "absent", disks, tmp_path)
    assert str(caught.value) == f"DEV={tmp_path}/absent: no such device: No such file or directory\n  {hint}"


@pytest.mark.parametrize("path", ["/dev/null", "/tmp"])
def test_a_character_device_and_a_folder_are_refused(path: str) -> None:
    assert refusal(look_at(Path(path))).startswith(f"DEV={path}: not a block device or a regular file\n")


def test_a_regular_file_is_accepted_like_a_card_of_its_size(tmp_path: Path) -> None:
    file = tmp_path / "card"
    file.write_bytes(bytes(1000))
    check_device(look_at(file), 1000)
    assert "too small: 1.0 kB, and the image needs 1.0 kB" in refusal(look_at(file), 1001)


def test_lsblk_lists_this_machines_disks_with_all_fields() -> None:
    for disk in list_disks():
        assert {"name", "path", "maj:min", "type", "size", "rm", "mountpoints"} <= disk.keys()
