# SPDX-License-Identifier: Apache-2.0
"""Boards as guests of QEMU: what must be made to boot one, from the kernel and the root or over the network."""

from __future__ import annotations

from collections.abc import Sequence

from leafroot.config.configuration import Config
from leafroot.config.networked import network_boot
from leafroot.guest import network_boot as over_network
from leafroot.guest.qemu import Guest, boot, boot_test, check_qemu
from leafroot.plan.board import Plan
from leafroot.session import Session


def images_of(plan: Plan) -> tuple[str, ...]:
    """The outputs that a boot of the image itself needs."""
    return (*plan.checks, *plan.images, *device_tree_of(plan))


def device_tree_of(plan: Plan) -> tuple[str, ...]:
    """The device tree that QEMU is given, if it is given one."""
    return (plan.device_tree,) if plan.device_tree else ()


def guest_of(session: Session, config: Config, plan: Plan, kernel: str, root: str | None = None) -> Guest:
    """The board's guest, started with these outputs."""
    return Guest(
        qemu=config.arch.qemu,
        machine=config.emulation,
        memory=config.emulation.memory or config.memory,
        kernel=session.output / kernel,
        initrd=session.output / root if root else None,
        device_tree=session.output / plan.device_tree if plan.device_tree else None,
        accelerator=session.variables.get("ACCEL", "tcg"),
    )


def check_boards(session: Session, planned: Sequence[tuple[Config, Plan]]) -> None:
    """Raise a LeafrootError if this machine's QEMU cannot boot the boards."""
    for config, _ in planned:
        check_qemu(config.arch.qemu, config.emulation)
        if session.netboot:
            over_network.find_firmware(config.arch.qemu, over_network.firmware_of(network_boot(config)))


def boot_board(session: Session, config: Config, plan: Plan) -> int:
    """Boot the board with its console in this terminal; QEMU's exit status."""
    if session.netboot:
        return over_network.boot(guest_of(session, config, plan, plan.images[0]), network_boot(config))
    return boot(guest_of(session, config, plan, plan.kernel, plan.root))


def test_boards(session: Session, planned: Sequence[tuple[Config, Plan]]) -> int:
    """Boot each board's image and let it check itself; LeafrootError for the first that does not pass."""
    for config, plan in planned:
        guest, log = guest_of(session, config, plan, plan.images[0]), session.output / config.name / "boot-test.log"
        print(over_network.boot_test(guest, network_boot(config), log) if session.netboot else boot_test(guest, log))
    return 0
