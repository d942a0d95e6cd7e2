# SPDX-License-Identifier: Apache-2.0
"""QEMU's machines as architectures and boards describe them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Emulation:
    """A machine of QEMU's: `options` name it, and what it has beyond the usual.

    `since` is the first version of QEMU that has it. `overlay` is a file of the board's folder: a device tree
    overlay (.dtso) that takes out of the board's device tree what QEMU does not emulate. `virtio` says whether the
    machine has a PCI bus for QEMU's own network card and random numbers. `memory` is its RAM in MiB, where it can
    have no other.
    """

    options: Sequence[str]
    since: tuple[int, int] = (7, 2)
    overlay: str = ""
    virtio: bool = True
    memory: int = 0
