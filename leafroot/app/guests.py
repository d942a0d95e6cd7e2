# SPDX-License-Identifier: Apache-2.0
"""Boards as guests of QEMU: the outputs that a boot needs, the guest itself, and booting it from a disk or the network.

What only a boot needs is imported where it is used: most calls of scons boot nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leafroot.app.session import Session
from leafroot.describe.arches import ARCHES
from leafroot.describe.board import Board
from leafroot.describe.qemu import NetBoot
from leafroot.errors import LeafrootError
from leafroot.kconfig.config import Config
from leafroot.plan.board import Plan
from leafroot.plan.cmdline import check_added
from leafroot.step import Output

if TYPE_CHECKING:
    from leafroot.guest.qemu import Guest


def images_of(plan: Plan) -> tuple[Output, ...]:
    """The outputs that a boot of the image needs."""
    return (*plan.checks, *plan.images, *device_tree_of(plan))


def device_tree_of(plan: Plan) -> tuple[Output, ...]:
    """The device tree that QEMU is given, for a machine that needs one."""
    return (plan.device_tree,) if plan.device_tree else ()


def guest_of(session: Session, config: Config, plan: Plan, kernel: Output, root: Output | None = None) -> Guest:
    """The board as a guest that starts these outputs."""
    from leafroot.guest.qemu import Guest

    return Guest(
        qemu=config.arch.qemu,
        machine=config.emulation,
        memory=config.emulation.memory or config.memory,
        kernel=session.output / kernel.path,
        initrd=session.output / root.path if root else None,
        device_tree=session.output / plan.device_tree.path if plan.device_tree else None,
        accelerator=session.variables.accelerator,
        emulators=session.emulators(),
    )


def check_boards(session: Session, planned: Sequence[tuple[Config, Plan]]) -> None:
    """Raise a LeafrootError if the boards cannot be booted as asked, or if this machine's own QEMU cannot do it."""
    from leafroot.guest import network_boot as over_network

    for config, _ in planned:
        check_emulator(session, config)
        if session.variables.netboot:
            firmware = over_network.firmware_of(network_boot(config))
            if session.variables.host_qemu:
                session.emulators().find(config.arch.qemu, firmware)


def check_emulator(session: Session, config: Config) -> None:
    """Raise a LeafrootError if QEMU=host was asked for, and this machine's QEMU is too old for the board."""
    if session.variables.host_qemu:
        session.emulators().check(config.arch.qemu, config.emulation)


def check_tests(session: Session, planned: Sequence[tuple[Config, Plan]]) -> None:
    """Raise a LeafrootError if the boards cannot be booted as asked, or a command line has no room for CHECK_WORDS."""
    from leafroot.guest.qemu import CHECK_WORDS

    check_boards(session, planned)
    for config, _ in planned:
        check_added(config, CHECK_WORDS)


def boot_board(session: Session, config: Config, plan: Plan) -> int:
    """Boot the board with its console in this terminal, and return QEMU's exit status."""
    from leafroot.guest import network_boot as over_network
    from leafroot.guest.qemu import boot

    if session.variables.netboot:
        return over_network.boot(guest_of(session, config, plan, plan.image), network_boot(config))
    return boot(guest_of(session, config, plan, plan.kernel, plan.root))


def test_boards(session: Session, planned: Sequence[tuple[Config, Plan]]) -> int:
    """Boot each board's image and let it check itself; a LeafrootError for the first board that does not pass."""
    from leafroot.guest import network_boot as over_network
    from leafroot.guest.qemu import boot_test

    for config, plan in planned:
        guest, log = guest_of(session, config, plan, plan.image), session.output / config.name / "boot-test.log"
        if session.variables.netboot:
            print(over_network.boot_test(guest, network_boot(config), log))
        else:
            print(boot_test(guest, log))
    return 0


def network_boot(config: Config) -> NetBoot:
    """How QEMU boots the board over the network; a LeafrootError, naming the boards that can, if it cannot."""
    way = _way(config.board.value)
    if way is not None:
        return way
    lack = (
        f"Leafroot knows no firmware for {config.arch.name} that can"
        if config.emulation.virtio
        else "the machine that QEMU gives it has no virtio network card"
    )
    able = sorted(name for name, unit in config.catalog.boards.items() if _way(unit.value) is not None)
    raise LeafrootError(
        f"it cannot boot over the network: {lack}", f"BOARD={config.name}", f"Boards that can: {', '.join(able)}."
    )


def _way(board: Board) -> NetBoot | None:
    arch = ARCHES[board.arch]
    return arch.netboot if (board.emulation or arch.emulation).virtio else None
