# SPDX-License-Identifier: Apache-2.0
"""The console as a person meets it: a prompt that says what it asks for, a login, a shell, and power off."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from leafroot.describe.arch import ARCHES
from leafroot.effects.qemu import Guest

ROOT = Path(__file__).parents[2]


class Console:
    """A guest's serial console, to be read and typed into."""

    def __init__(self, guest: Guest) -> None:
        self._process = subprocess.Popen(
            guest.argv(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.seen = ""

    def expect(self, text: str, timeout: float = 90.0) -> None:
        assert self._process.stdout is not None
        end = time.monotonic() + timeout
        while text not in self.seen:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, end - time.monotonic()))
            chunk = os.read(self._process.stdout.fileno(), 4096) if ready else b""
            assert chunk, f"{text!r} never came:\n{self.seen[-3000:]}"
            self.seen += chunk.decode(errors="replace")

    def type(self, line: str) -> None:
        assert self._process.stdin is not None
        self.seen = ""
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def wait(self) -> int:
        return self._process.wait(60)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


def test_a_person_logs_in_and_powers_off(scons: Callable[..., str]) -> None:
    output = "output/test/6.12-nullfs-source"
    scons("BOARD=qemu_x86_64", "KERNEL=6.12", "BOOT=nullfs", "TOOLCHAIN=source", f"OUTPUT={output}", "boot-files")
    arch = ARCHES["x86_64"]
    made = ROOT / output / "qemu_x86_64"
    console = Console(
        Guest(arch.qemu, arch.qemu_options, 256, kernel=made / "kernel", initrd=made / "images" / "rootfs.cpio.zst")
    )
    try:
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
    finally:
        console.close()
