# SPDX-License-Identifier: Apache-2.0
"""Every package does its work in a booted system, as its row of the table says (see package_rows.py).

The default run boots one image with packages that products are likely to have. The marker `packages` boots an image for
each group of packages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from leafroot.guest.qemu import Guest
from leafroot.kconfig.config import configure
from leafroot.kconfig.generate import symbol
from leafroot.kconfig.resolve import Request
from leafroot.units.catalog import load_catalog
from tests.boot import package_rows
from tests.boot.conftest import Console, Scons
from tests.performing import emulators

ROOT = Path(__file__).parents[2]
CATALOG = load_catalog(ROOT)
PACKAGES = package_rows.provable(CATALOG)
# What a product is likely to have: the shell over SSH, TLS, the network's programs, a database, buses of devices. All
# recipes but those for Go and prebuilt files are among them.
USUAL = ("can-utils", "curl", "dbus", "dropbear", "i2c-tools", "iproute2", "libgpiod", "network", "sqlite", "tmux")
# Proved elsewhere, by more than a row: tests/boot/test_containers.py and its kin.
ELSEWHERE = {name for name, unit in PACKAGES.items() if unit.value.group == "containers"}
OUTPUT = "output/test/packages"


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_every_package_has_a_row(name: str) -> None:
    assert name in ELSEWHERE or package_rows.ROW in PACKAGES[name].files


def prove(
    names: Sequence[str],
    scons: Scons,
    console_of: Callable[..., Console],
    folder: Path,
    asking: Iterable[str] = (),
    board: str = "qemu_x86_64",
) -> None:
    """Build an image with the packages, boot it, and look that each row has passed.

    The kernel has what the packages `asking` need, too.
    """
    tree, fragment = folder / "tree", folder / "packages.config"
    fragment.write_text("".join(f"CONFIG_{symbol('PACKAGE', name)}=y\n" for name in names))
    config = configure(CATALOG, ROOT, folder / "generated", Request(board, fragments=[fragment]))
    found = [node.unit.name for node in config.graph.in_root]
    rows = sorted(name for name in found if package_rows.ROW in PACKAGES[name].files)
    package_rows.write_tree(CATALOG, rows, tree, sorted({*found, *asking}))
    with fragment.open("a") as lines:
        lines.write("CONFIG_PACKAGE_PACKAGETEST=y\n")
    scons(
        *(f"BOARD={board}", "KERNEL=6.12", "BOOT=nullfs", f"OUTPUT={OUTPUT}", f"EXTERNAL={tree}"),
        *(f"CONFIG={fragment}", "boot-files"),
    )
    made = ROOT / OUTPUT / board
    guest = Guest(
        *(config.arch.qemu, config.emulation, 1024),
        kernel=made / "kernel",
        initrd=made / "images" / "rootfs.cpio.zst",
        emulators=emulators(),
    )
    console = console_of(guest, "leafroot.packagetest")
    console.expect(package_rows.END, timeout=120.0 + 300.0 * len(rows))
    found_verdicts = package_rows.verdicts(console.seen)
    assert sorted(found_verdicts) == rows, console.seen[-3000:]
    failed = [name for name, verdict in found_verdicts.items() if verdict != "ok"]
    assert not failed, console.seen[-20000:]


def test_the_usual_packages_do_their_work(scons: Scons, console_of: Callable[..., Console], tmp_path: Path) -> None:
    prove(USUAL, scons, console_of, tmp_path)


@pytest.mark.packages
@pytest.mark.parametrize("group", sorted({unit.value.group for unit in PACKAGES.values()} - {"containers"}))
def test_the_packages_of_a_group_do_their_work(
    group: str, scons: Scons, console_of: Callable[..., Console], tmp_path: Path
) -> None:
    names = [name for name, unit in PACKAGES.items() if unit.value.group == group]
    # All groups share a kernel.
    prove(names, scons, console_of, tmp_path, asking=PACKAGES)
