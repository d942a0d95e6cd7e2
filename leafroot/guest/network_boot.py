# SPDX-License-Identifier: Apache-2.0
"""A guest that boots over the network: QEMU's own DHCP and TFTP, and the firmware in the guest that asks them.

QEMU is given no kernel. The one file that the guest is to boot lies in a folder of its own, which TFTP offers.
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
from leafroot.guest.qemu import CHECK_WORDS, Guest, boot_test_of, check_qemu
from leafroot.host.run import capture, run

_SCRIPT = "boot.ipxe"


@dataclass(frozen=True)
class Offer:
    """QEMU's command line for a guest that boots over the network, and what its console says once it has the image."""

    argv: list[str]
    fetched: str


def boot(guest: Guest, way: NetBoot) -> int:
    """Boot over the network with the serial console in this terminal; QEMU's exit status."""
    check_qemu(guest.qemu, guest.machine)
    with offer(guest, way, "") as offered:
        return run(offered.argv, env=dict(os.environ), stdin=None)


def boot_test(guest: Guest, way: NetBoot, log: Path, timeout: float = 180.0) -> str:
    """Boot over the network, let the guest check itself, and give one line that says so; LeafrootError if not."""
    check_qemu(guest.qemu, guest.machine)
    with offer(guest, way, CHECK_WORDS) as offered:
        return boot_test_of(offered.argv, log, timeout, fetched=offered.fetched)


def find_firmware(qemu: str, wanted: Firmware) -> Path:
    """Where the host has this firmware; LeafrootError, with the packages that bring it, if nowhere."""
    _, said = capture([qemu, "-L", "help"])
    places = [Path(folder) / wanted.name for folder in said.splitlines() if folder.startswith("/")]
    places += [Path(place) for place in wanted.places]
    for place in places:
        if place.is_file():
            return place
    looked = "\n".join(f"looked at: {place}" for place in places)
    raise LeafrootError(
        f"the firmware {wanted.name} is not on this machine", "NETBOOT=1", f"Install {wanted.packages}.\n{looked}"
    )


def firmware_of(way: NetBoot) -> Firmware:
    """The file that the host has to bring for this way."""
    return way.rom if isinstance(way, Ipxe) else way.firmware


@contextmanager
def offer(guest: Guest, way: NetBoot, words: str) -> Iterator[Offer]:
    """A folder for TFTP with the image in it, for as long as the guest runs; `words` are added to the kernel's."""
    firmware = find_firmware(guest.qemu, firmware_of(way))
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
    # iPXE stops at the first command that fails, so this is said only of an image that came. (What iPXE says itself has
    # its progress in it.) The kernel resets the serial port, and the last characters that were to be sent are lost.
    here = f"{name} is here"
    (folder / _SCRIPT).write_text(f"#!ipxe\nkernel {name} {words}\necho {here}, and is started now\nboot\n")
    # The ROM that QEMU takes by itself, for only in that one it puts in this card's identity.
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
    """A U-Boot environment as it lies in flash: a CRC-32 (of little-endian machines), then `name=value` strings.

    The strings end with a zero byte each, the last one with two; zeros fill up to `size`.
    """
    text = b"".join(f"{name}={value}\0".encode() for name, value in variables.items() if value) + b"\0"
    if len(text) > size - 4:
        raise LeafrootError(f"{len(text)} bytes do not fit into a U-Boot environment of {size}")
    text = text.ljust(size - 4, b"\0")
    return zlib.crc32(text).to_bytes(4, "little") + text


def _escaped(path: Path) -> str:
    """A path as QEMU's options take it: a comma would begin the next option."""
    return str(path).replace(",", ",,")
