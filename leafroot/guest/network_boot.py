# SPDX-License-Identifier: Apache-2.0
"""Boots a guest over the network: firmware in the guest fetches the image from QEMU's own DHCP and TFTP servers.

QEMU is given no kernel. TFTP offers a folder that holds only the image to boot.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from leafroot.describe.qemu import Firmware, Ipxe, NetBoot, UBoot
from leafroot.errors import LeafrootError
from leafroot.guest.qemu import CHECK_WORDS, Guest, boot_test_of
from leafroot.host.run import run

_SCRIPT = "boot.ipxe"


@dataclass(frozen=True)
class Offer:
    """QEMU's command line for a boot over the network, and what the console prints when the guest has the image."""

    argv: list[str]
    fetched: str


def boot(guest: Guest, way: NetBoot) -> int:
    """Boot over the network with the serial console in this terminal; returns QEMU's exit status."""
    guest.emulators.check(guest.qemu, guest.machine)
    with offer(guest, way, "") as offered:
        return run(offered.argv, env=dict(os.environ), stdin=None)


def boot_test(guest: Guest, way: NetBoot, log: Path, timeout: float = 180.0) -> str:
    """Boot over the network and let the guest check itself; returns a summary, or raises LeafrootError if it fails."""
    guest.emulators.check(guest.qemu, guest.machine)
    with offer(guest, way, CHECK_WORDS) as offered:
        return boot_test_of(offered.argv, log, timeout, fetched=offered.fetched)


def firmware_of(way: NetBoot) -> Firmware:
    """The firmware file that this way of booting needs."""
    return way.rom if isinstance(way, Ipxe) else way.firmware


@contextmanager
def offer(guest: Guest, way: NetBoot, words: str) -> Iterator[Offer]:
    """Offer the image by TFTP while the guest runs; `words` are added to the kernel's command line."""
    firmware = guest.emulators.find(guest.qemu, firmware_of(way))
    with TemporaryDirectory(prefix="leafroot-netboot-") as made:
        folder, image = Path(made, "tftp"), guest.kernel.resolve()
        folder.mkdir()
        (folder / image.name).symlink_to(image)
        if isinstance(way, Ipxe):
            yield _ipxe(guest, way, folder, words)
        else:
            yield _u_boot(guest, way, firmware, folder, words)


def _ipxe(guest: Guest, way: Ipxe, folder: Path, words: str) -> Offer:
    name = guest.kernel.name
    # iPXE stops at the first command that fails, so it prints this only when it has the image. (iPXE's own messages are
    # mixed with its progress.) The kernel resets the serial port, which loses the last characters of the line.
    here = f"{name} is here"
    (folder / _SCRIPT).write_text(f"#!ipxe\nkernel {name} {words}\necho {here}, and is started now\nboot\n")
    # This uses QEMU's default ROM: only in that one does QEMU set the identity of the card.
    argv = [*guest.hardware(f",tftp={_escaped(folder)},bootfile={_SCRIPT}", rom=True), *way.options]
    return Offer(argv, here)


def _u_boot(guest: Guest, way: UBoot, firmware: Path, folder: Path, words: str) -> Offer:
    name, flash = guest.kernel.name, folder.with_name("flash.img")
    environment = {
        "loadaddr": f"{way.load:#x}",
        "bootargs": words,
        "bootcmd": f"dhcp ${{loadaddr}} {name} && {way.start}",
        "bootdelay": "0",
    }
    with flash.open("wb") as file:
        file.write(u_boot_environment(environment, way.environment))
        file.truncate(way.flash)
    argv = [*guest.hardware(f",tftp={_escaped(folder)}"), "-bios", str(firmware)]
    argv += ["-drive", f"if=pflash,unit=1,format=raw,readonly=on,file={_escaped(flash)}"]
    return Offer(argv, f"Bytes transferred = {guest.kernel.stat().st_size} ")


def u_boot_environment(variables: Mapping[str, str], size: int) -> bytes:
    """A U-Boot environment as stored in flash: a CRC-32 (of little-endian machines), then `name=value` strings.

    A zero byte ends each string, two zeros end the last one, and zeros pad all of it to `size`.
    """
    text = b"".join(f"{name}={value}\0".encode() for name, value in variables.items() if value) + b"\0"
    if len(text) > size - 4:
        raise LeafrootError(f"{len(text)} bytes do not fit into a U-Boot environment of {size} bytes")
    text = text.ljust(size - 4, b"\0")
    return zlib.crc32(text).to_bytes(4, "little") + text


def _escaped(path: Path) -> str:
    """A path as an option of QEMU: a comma in it must be doubled."""
    return str(path).replace(",", ",,")
