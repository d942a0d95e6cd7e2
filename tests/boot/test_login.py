# SPDX-License-Identifier: Apache-2.0
"""The console as a person meets it: a prompt that says what it asks for, a login, a shell, and power off."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.describe.console import DRIVERS, console_fault, read_console
from leafroot.guest.qemu import Guest
from leafroot.rootfs.cpio import write_newc
from leafroot.rootfs.passwords import hash_fault
from leafroot.rootfs.tree import Directory, File, Layer, merge_layers
from tests.boot.conftest import Scons
from tests.boot.container_guest import Consoles
from tests.performing import emulators

ROOT = Path(__file__).parents[2]
OUTPUT = "output/test/6.12-nullfs-source"

Built = Callable[[str], Path]


@pytest.fixture(scope="session")
def built(scons: Scons) -> Built:
    """Builds kernel and root of an architecture's board; gives its folder."""

    def build(arch: str) -> Path:
        board = f"BOARD=qemu_{arch}"
        scons(board, "KERNEL=6.12", "BOOT=nullfs", "TOOLCHAIN=source", f"OUTPUT={OUTPUT}", "boot-files")
        return ROOT / OUTPUT / f"qemu_{arch}"

    return build


def guest(made: Path, folder: Path, files: Mapping[str, bytes] = {}) -> Guest:
    """The board in the folder `made`, with these files in the place of those in its root."""
    arch = ARCHES[made.name.removeprefix("qemu_")]
    root = made / "images" / "rootfs.cpio.zst"
    if files:
        nodes = {"etc": Directory(), **{path: File(data, 0o600) for path, data in files.items()}}
        initrd = folder / "root"
        with initrd.open("wb") as out:
            # Linux unpacks archives one after another, and passes over zeros between them.
            out.write(root.read_bytes())
            out.write(b"\0" * (-out.tell() % 512))
            write_newc(merge_layers([Layer("test", nodes)]), out, 0)
        root = initrd
    return Guest(arch.qemu, arch.emulation, 256, kernel=made / "kernel", initrd=root, emulators=emulators())


def test_a_person_logs_in_and_powers_off(built: Built, console_of: Consoles, tmp_path: Path) -> None:
    console = console_of(guest(built("x86_64"), tmp_path))
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


# A console= that a board could have, and how stty shows its line.
LINES = {
    "ttyAMA0,9600e7": ("9600", "parenb -parodd", "-crtscts", "cs7"),
    "ttyAMA0,38400n7r": ("38400", "-parenb", "crtscts", "cs7"),
    # The driver keeps the speed that the line has, or takes its default.
    "ttyAMA0": (r"[1-9]\d+", "-parenb", "-crtscts", "cs8"),
    "ttyAMA0,9600n8r": ("9600", "-parenb", "crtscts", "cs8"),
    "ttyAMA0,9600e8": ("9600", "parenb -parodd", "-crtscts", "cs8"),
    "ttyAMA0,57600o8r": ("57600", "parenb parodd", "crtscts", "cs8"),
    # termios has no name for this speed: getty leaves it alone, and stty shows nothing useful.
    "ttyAMA0,250000": (r"\d+", "-parenb", "-crtscts", "cs8"),
}


@pytest.mark.parametrize("text", LINES)
def test_a_person_logs_in_on_a_line_as_the_kernel_has_set_it(
    built: Built, console_of: Consoles, tmp_path: Path, text: str
) -> None:
    """The boot loader's console= comes before the one that is built in, and counts."""
    speed, parity, flow, size = LINES[text]
    assert console_fault(text, DRIVERS) is None
    read = read_console(text)
    assert read is not None
    inittab = f"::sysinit:/etc/init.d/rcS\n{read.device}::respawn:{' '.join(read.getty)}\n::shutdown:/etc/init.d/rcK\n"
    console = console_of(guest(built("aarch64"), tmp_path, {"etc/inittab": inittab.encode()}), f"console={text}")
    console.expect("leafroot login: ")
    console.type("root")
    console.expect("# ")
    console.type("tty; stty -a; echo e''nd")
    console.expect("end\r\n")
    assert "/dev/ttyAMA0" in console.seen
    assert re.search(rf"speed {speed} baud", console.seen), console.seen
    assert re.search(rf"(^|\s){parity}\s", console.seen), console.seen
    assert re.search(rf"(^|\s){flow}\s", console.seen), console.seen
    assert f" {size} " in console.seen
    console.type("poweroff")
    assert console.wait() == 0


@pytest.mark.parametrize("method", ["-6", "-5", "-1"])
def test_a_password_whose_hash_is_accepted_opens_the_login(
    built: Built, console_of: Consoles, tmp_path: Path, method: str
) -> None:
    made = subprocess.run(
        ["openssl", "passwd", method, "-salt", "aB3./xyz", "open sesame"], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert hash_fault(made) == ""
    console = console_of(guest(built("x86_64"), tmp_path, {"etc/shadow": f"root:{made}:::::::\n".encode()}))
    console.expect("leafroot login: ")
    for password, answer in (("open sesam", "Login incorrect"), ("open sesame", "# ")):
        console.type("root")
        console.expect("Password: ")
        console.type(password)
        console.expect(answer)
        if answer != "# ":
            console.expect("leafroot login: ")
    console.type("poweroff")
    assert console.wait() == 0
