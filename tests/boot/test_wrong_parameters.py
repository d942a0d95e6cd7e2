# SPDX-License-Identifier: Apache-2.0
"""leaf-tmpfs with options that tmpfs refuses: the kernel warns, goes on with rootfs, and the root says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.guest.qemu import Guest
from tests.boot.conftest import Console
from tests.performing import emulators

ROOT = Path(__file__).parents[2]
WRONG = ["nonroot_initramfs=bogus=1", "nonroot_initramfs=size=nonsense"]


@pytest.mark.parametrize("series", ["6.12", pytest.param("7.2", marks=pytest.mark.matrix)])
def test_a_wrong_parameter_leaves_the_kernel_on_rootfs_and_is_reported(
    scons: Callable[..., str], console_of: Callable[..., Console], series: str
) -> None:
    output = f"output/test/{series}-leaf-tmpfs-source"
    scons("BOARD=qemu_x86_64", f"KERNEL={series}", "BOOT=leaf-tmpfs", "TOOLCHAIN=source", f"OUTPUT={output}")
    arch = ARCHES["x86_64"]
    image = ROOT / output / "qemu_x86_64" / "images" / "bzImage"
    for words in WRONG:
        console = console_of(Guest(arch.qemu, arch.emulation, 256, kernel=image, emulators=emulators()), words)
        console.expect("leafroot login: ")
        assert "nonroot_initramfs: cannot change to a tmpfs (error -22), staying on rootfs" in console.seen
        assert "leafroot: boot mode leaf-tmpfs was asked for, but / is " in console.seen
        for trouble in ("BUG:", "WARNING:", "Oops", "Call Trace"):
            assert trouble not in console.seen, console.seen
        # What the attempt left behind is gone: the archive's own /root lies there, and nothing is mounted on it.
        console.type("root")
        console.expect("# ")
        console.type("grep -c ' /root ' /proc/mounts; ls /root | wc -l; touch /here && echo w''ritable")
        console.expect("writable")
        assert "0\r\n0\r\nwritable" in console.seen
        console.type("poweroff")
        assert console.wait() == 0
