# SPDX-License-Identifier: Apache-2.0
"""The console as a person meets it: a prompt that says what it asks for, a login, a shell, and power off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from leafroot.describe.arches import ARCHES
from leafroot.guest.qemu import Guest
from tests.boot.conftest import Console

ROOT = Path(__file__).parents[2]


def test_a_person_logs_in_and_powers_off(scons: Callable[..., str], console_of: Callable[..., Console]) -> None:
    output = "output/test/6.12-nullfs-source"
    scons("BOARD=qemu_x86_64", "KERNEL=6.12", "BOOT=nullfs", "TOOLCHAIN=source", f"OUTPUT={output}", "boot-files")
    arch = ARCHES["x86_64"]
    made = ROOT / output / "qemu_x86_64"
    console = console_of(
        Guest(arch.qemu, arch.emulation, 256, kernel=made / "kernel", initrd=made / "images" / "rootfs.cpio.zst")
    )
    console.expect("leafroot login: ")
    assert "no password is asked for on this console" in console.seen
    assert "leafroot: boot mode" not in console.seen, "the boot mode is not the one asked for"
    console.type("root")
    console.expect("# ")
    assert "assword" not in console.seen
    console.type("echo $((6 * 7)) $(id -u) $(cat /etc/leafroot/boot-mode) $(hostname)")
    console.expect("42 0 nullfs leafroot")
    console.type("poweroff")
    assert console.wait() == 0
