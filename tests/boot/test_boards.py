# SPDX-License-Identifier: Apache-2.0
"""Every architecture, both boot modes: the same root, the same checks, on QEMU's machine for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.guest.qemu import Guest, boot_test
from tests.boot.conftest import configuration
from tests.performing import emulators

ROOT = Path(__file__).parents[2]
BOARDS = ("qemu_aarch64", "qemu_riscv64", "qemu_arm")
MODES = ("leaf-tmpfs", "nullfs")


def check(scons: Callable[..., str], board: str, boot: str) -> None:
    """Build the board with the toolchain from source, boot it, and look that its own checks were all made.

    Twice: the image, and what `boot` starts, a kernel of the same mode with the root beside it.
    """
    words = (f"BOARD={board}", f"BOOT={boot}", f"OUTPUT=output/test/{board}-{boot}")
    check_results(scons(*words, "boot-test"))
    scons(*words, "boot-files")
    made, config = ROOT / "output" / "test" / f"{board}-{boot}" / board, configuration(board)
    machine, tree = config.emulation, made / "qemu.dtb"
    guest = Guest(
        config.arch.qemu,
        machine,
        machine.memory or config.memory,
        kernel=made / "kernel",
        initrd=made / "images" / "rootfs.cpio.zst",
        device_tree=tree if machine.overlay else None,
        emulators=emulators(),
    )
    check_results(boot_test(guest, made / "quick-loop.log"))


def check_results(printed: str) -> None:
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
    check(scons, "rpi4", boot)
