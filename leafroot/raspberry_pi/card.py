# SPDX-License-Identifier: Apache-2.0
"""Checks the card that a Raspberry Pi's board describes: the sizes must fit, and the boot loader must read the
names."""

from __future__ import annotations

import re

from leafroot.describe.board import Board
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError

CONFIG_TXT = "config.txt"
"""The file in a board's folder whose lines are added to Leafroot's own."""

CARD_START = 4
"""The start of a card's partition, in MiB: cards erase in blocks of up to this size."""

SMALLEST_FAT32 = 33
"""In MiB: 65525 clusters of one sector, their two tables and the boot sectors are 32.6 MiB."""

LARGEST_CARD = 2**32 // 2048 - 1
"""In MiB: a partition table counts sectors of 512 bytes in 32 bits."""


def check_card(unit: Unit[Board]) -> None:
    """Raise a LeafrootError if the board has a loader whose card is impossible."""
    loader, file = unit.value.loader, unit.at()
    if loader is None:
        return
    part, card = loader.boot_partition, loader.card
    if part < SMALLEST_FAT32:
        raise LeafrootError(
            f"a boot partition of {part} MiB is too small for FAT32, which needs at least 65525 clusters",
            file,
            f"Set boot_partition= to {SMALLEST_FAT32} or more.",
        )
    if card < CARD_START + part:
        raise LeafrootError(
            f"a card of {card} MiB has no room for a boot partition of {part} MiB, which begins at {CARD_START} MiB",
            file,
            f"Set card= to {CARD_START + part} or more.",
        )
    if card > LARGEST_CARD:
        raise LeafrootError(
            f"a partition table cannot describe a card of {card} MiB",
            file,
            f"Set card= to {LARGEST_CARD} or less.",
        )
    if loader.serial and not re.fullmatch("[0-9a-f]{8}", loader.serial):
        raise LeafrootError(
            f"{loader.serial!r} is not a serial number",
            file,
            "It has 8 digits, 0-9 and a-f: the last 8 of 'Serial' in the board's /proc/cpuinfo.",
        )
    for name in (loader.kernel, *loader.firmware):
        if not re.fullmatch(r"[\w.+-]+", name) or name in ("config.txt", "cmdline.txt"):
            raise LeafrootError(f"{name!r} is not a valid name for a boot file", file)
