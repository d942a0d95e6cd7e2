# SPDX-License-Identifier: Apache-2.0
"""The most that the root may take of the memory, written as tmpfs takes it (Documentation/filesystems/tmpfs.rst)."""

from __future__ import annotations

import re

ROOT_SIZE = re.compile(r"(?P<number>[1-9]\d{0,8})(?P<unit>[%kKmMgG])")
"""A part of the memory (60%) or an amount (96M)."""

DEFAULT_ROOT_SIZE = "50%"
"""What a tmpfs takes unless it is told otherwise (shmem_default_max_blocks in mm/shmem.c)."""

_KIBIBYTES = {"k": 1, "m": 1024, "g": 1024 * 1024}


def root_room(size: str, memory: int) -> int:
    """What a root of this size has room for, in MiB, in a memory of `memory` MiB: never more than that."""
    found = ROOT_SIZE.fullmatch(size)
    assert found, size
    number, unit = int(found["number"]), found["unit"].lower()
    room = memory * number // 100 if unit == "%" else number * _KIBIBYTES[unit] // 1024
    return min(room, memory)
