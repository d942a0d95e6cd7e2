# SPDX-License-Identifier: Apache-2.0
"""Every architecture, both boot modes: the same root, the same checks, on QEMU's machine for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leafroot.errors import LeafrootError
from leafroot.guest.qemu import check_qemu
from tests.boot.conftest import configuration

BOARDS = ("qemu_aarch64", "qemu_riscv64", "qemu_arm")
MODES = ("leaf-tmpfs", "nullfs")


def check(scons: Callable[..., str], board: str, boot: str) -> None:
    """Build the board with the toolchain from source, boot it, and look that its own checks were all made."""
    output = f"output/test/{board}"
    printed = scons(f"BOARD={board}", f"BOOT={boot}", f"OUTPUT={output}-{boot}", "boot-test")
    results = [line for line in printed.splitlines() if line.startswith(("ok ", "not ok "))]
    assert len(results) == 11
    assert not [line for line in results if line.startswith("not ok")]


@pytest.mark.matrix
@pytest.mark.parametrize("boot", MODES)
@pytest.mark.parametrize("board", BOARDS)
def test_an_architecture_boots_and_its_root_can_be_left(scons: Callable[..., str], board: str, boot: str) -> None:
    check(scons, board, boot)


@pytest.mark.parametrize("boot", MODES)
def test_the_raspberry_pi_boots_and_its_root_can_be_left(scons: Callable[..., str], boot: str) -> None:
    """The very kernel that goes onto the card, in QEMU's Raspberry Pi 4."""
    board = configuration("rpi4")
    try:
        check_qemu(board.arch.qemu, board.emulation)
    except LeafrootError as error:
        pytest.skip(str(error))
    check(scons, "rpi4", boot)
