# SPDX-License-Identifier: Apache-2.0
"""Cards of a Raspberry Pi that cannot be, each with its exact message: known before anything is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from tests.small_tree import SmallTree, package

FIRMWARE = package(build='Prebuilt((("start4.elf", "boot/"),), boot=True)')

BOARD = '''"""A board."""

from leafroot import Board, Kernel, RaspberryPi

board = Board(
    arch="aarch64",
    kernel=Kernel("6.12", config=[], device_tree="broadcom/pi"),
    boot="leaf-tmpfs",
    memory=64,
    loader=RaspberryPi(
        ["start4.elf"],
        %s
    ),
)
'''


def tree(root: Path, line: str) -> SmallTree:
    return SmallTree(root, {"board/one/board.py": BOARD % line, "package/raspberrypi-firmware/package.py": FIRMWARE})


CASES = {
    "a partition too small for FAT32": (
        "boot_partition=32",
        "board/one/board.py: a boot partition of 32 MiB is too small for FAT32, which needs at least 65525 clusters\n"
        "  Set boot_partition= to 33 or more.",
    ),
    "a card smaller than its partition": (
        "card=131",
        "board/one/board.py: a card of 131 MiB has no room for a boot partition of 128 MiB, which begins at 4 MiB\n"
        "  Set card= to 132 or more.",
    ),
    "a card that no table describes": (
        "card=2097152",
        "board/one/board.py: a partition table cannot describe a card of 2097152 MiB\n  Set card= to 2097151 or less.",
    ),
    "no such package": (
        'package="raspberry-firmware"',
        "board/one/board.py:12: unknown package of boot files 'raspberry-firmware'\n"
        "  Did you mean raspberrypi-firmware?",
    ),
    "no serial number": (
        'serial="10000000ABCDEF01"',
        "board/one/board.py: '10000000ABCDEF01' is not a serial number\n"
        "  It has 8 digits, 0-9 and a-f: the last 8 of 'Serial' in the board's /proc/cpuinfo.",
    ),
    "a kernel in a folder": (
        'kernel="../kernel8.img"',
        "board/one/board.py: '../kernel8.img' is not a valid name for a boot file",
    ),
    "a kernel in a generated file's place": (
        'kernel="config.txt"',
        "board/one/board.py: 'config.txt' is not a valid name for a boot file",
    ),
}


@pytest.mark.parametrize(("line", "message"), CASES.values(), ids=CASES)
def test_message_about_a_card(line: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(LeafrootError) as error:
        tree(tmp_path, line).catalog()
    assert str(error.value) == message


@pytest.mark.parametrize("line", ["boot_partition=33", "card=132", 'serial="1234abcd"', 'kernel="kernel8.img"'])
def test_sizes_and_names_at_the_limits_are_accepted(line: str, tmp_path: Path) -> None:
    tree(tmp_path, line).catalog()
