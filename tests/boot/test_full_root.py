# SPDX-License-Identifier: Apache-2.0
"""A root that is full, and programs that want more memory than there is: the machine lives through both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.describe.bootmode import BOOT_MODES
from leafroot.guest.qemu import Guest
from tests.boot.conftest import Console
from tests.performing import emulators

ROOT = Path(__file__).parents[2]
LIMIT = 40 * 1024


@pytest.mark.parametrize("boot", ["nullfs", "leaf-tmpfs"])
def test_a_full_root_refuses_writes_and_the_system_goes_on(
    scons: Callable[..., str], console_of: Callable[..., Console], boot: str
) -> None:
    output = f"output/test/6.12-{boot}-source"
    scons("BOARD=qemu_x86_64", "KERNEL=6.12", f"BOOT={boot}", "TOOLCHAIN=source", f"OUTPUT={output}")
    arch = ARCHES["x86_64"]
    image = ROOT / output / "qemu_x86_64" / "images" / "bzImage"
    words = BOOT_MODES[boot].words((6, 12), f"{LIMIT}k")
    console = console_of(Guest(arch.qemu, arch.emulation, 192, kernel=image, emulators=emulators()), " ".join(words))
    console.expect("leafroot login: ")
    console.type("root")
    console.expect("# ")

    def said(command: str) -> str:
        console.type(f"{command}; echo e''nd $?")
        console.expect("end ")
        console.expect("# ")
        return console.seen.replace("\r", "")

    assert int(said("df -k / | awk 'END { print \"size\", $2 }'").partition("size ")[2].split()[0]) == LIMIT
    assert "No space left on device" in said("dd if=/dev/zero of=/fill bs=64k")
    # Full, it still runs what is there, and says of every write that it cannot be.
    assert "end 1" in said("echo more >/more")
    assert "end 0" in said("ls / >/dev/null && touch /run/other")
    # A program that takes all that is left is ended; the shell and the system are not.
    assert "end 137" in said("tail /dev/zero")
    assert "end 0" in said("test $(cat /proc/1/comm) = init")
    assert "end 0" in said("rm /fill && echo more >/more && test -s /more")
    console.type("poweroff")
    assert console.wait() == 0
