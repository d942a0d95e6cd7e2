# SPDX-License-Identifier: Apache-2.0
"""Which boards can boot over the network in QEMU."""

from __future__ import annotations

from leafroot.config.configuration import Config
from leafroot.describe.arches import ARCHES
from leafroot.describe.board import Board
from leafroot.describe.netboot import NetBoot
from leafroot.errors import LeafrootError


def network_boot(config: Config) -> NetBoot:
    """How the board boots over the network in QEMU; LeafrootError, naming the boards that can, if it does not."""
    way = _way(config.board.value)
    if way is not None:
        return way
    lack = (
        f"no firmware for {config.arch.name} is known that would"
        if config.emulation.virtio
        else "the machine that QEMU gives it has no virtio network card"
    )
    able = sorted(name for name, unit in config.catalog.boards.items() if _way(unit.value) is not None)
    raise LeafrootError(f"it cannot boot over the network: {lack}", f"BOARD={config.name}", f"Can: {', '.join(able)}.")


def _way(board: Board) -> NetBoot | None:
    arch = ARCHES[board.arch]
    return arch.netboot if (board.emulation or arch.emulation).virtio else None
