# SPDX-License-Identifier: Apache-2.0
"""Leafroot's own steps for the image: compute the size of the slot for the root, and write the root into it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from leafroot.rootfs.slot import fill_slot, slot_size
from leafroot.step import Given, Own

_CODE = ("own/image", "rootfs/slot")


@dataclass(frozen=True, kw_only=True)
class SizeSlot(Own):
    """Writes the size of the slot for this root; the kernel is linked with a slot of this size."""

    code: ClassVar[tuple[str, ...]] = _CODE

    def perform(self, given: Given, output: Path) -> None:
        output.write_text(f"{slot_size(given.paths['root'].stat().st_size)}\n")


@dataclass(frozen=True, kw_only=True)
class WriteImage(Own):
    """Writes the root into the slot of the kernel that was linked for it; `where` is the place for error messages."""

    where: str

    code: ClassVar[tuple[str, ...]] = _CODE

    def perform(self, given: Given, output: Path) -> None:
        image = bytearray(given.paths["kernel"].read_bytes())
        fill_slot(image, given.paths["root"].read_bytes(), self.where)
        output.write_bytes(image)
