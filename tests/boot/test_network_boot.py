# SPDX-License-Identifier: Apache-2.0
"""The scene that the boot modes exist for: a machine without a disk, whose one file comes over the network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.describe.qemu import NetBoot
from leafroot.guest.network_boot import offer
from leafroot.guest.qemu import CHECK_WORDS, Guest, verdict
from tests.boot.conftest import Console
from tests.performing import emulators

ROOT = Path(__file__).parents[2]
PC = ("BOARD=qemu_x86_64", "KERNEL=6.12", "BOOT=nullfs", "TOOLCHAIN=source")
# The image that test_boot_modes.py boots, as it is.
PC_OUTPUT = "output/test/6.12-nullfs-source"
ARM = ("BOARD=qemu_aarch64", "BOOT=nullfs")
# As in test_boards.py.
ARM_OUTPUT = "output/test/qemu_aarch64-nullfs"


def console(output: str, board: str) -> str:
    return (ROOT / output / board / "boot-test.log").read_text(errors="replace").replace("\r", "")


def in_order(text: str, *parts: str) -> bool:
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def guest(output: str, board: str, arch: str, image: str) -> Guest:
    described = ARCHES[arch]
    return Guest(
        described.qemu, described.emulation, 256, ROOT / output / board / "images" / image, emulators=emulators()
    )


def way(arch: str) -> NetBoot:
    found = ARCHES[arch].netboot
    assert found is not None
    return found


def test_a_pc_boots_over_the_network(scons: Callable[..., str]) -> None:
    printed = scons(*PC, f"OUTPUT={PC_OUTPUT}", "NETBOOT=1", "boot-test")
    results = [line for line in printed.splitlines() if line.startswith(("ok ", "not ok "))]
    assert len(results) == 11
    assert not [line for line in results if line.startswith("not ok")]
    said = console(PC_OUTPUT, "qemu_x86_64")
    assert in_order(
        said, "iPXE (http", "/boot.ipxe... ok", "bzImage is here", "Linux version", "TAP version", "status 0"
    )
    # The words of the check came with iPXE's script; the image has its own.
    assert f"Command line: {CHECK_WORDS}\n" in said
    assert f"# cmdline: console=ttyS0,115200 nullfs_rootfs {CHECK_WORDS}\n" in said


def test_without_the_image_on_the_server_there_is_no_pass(
    scons: Callable[..., str], console_of: Callable[..., Console]
) -> None:
    scons(*PC, f"OUTPUT={PC_OUTPUT}")
    with offer(guest(PC_OUTPUT, "qemu_x86_64", "x86_64", "bzImage"), way("x86_64"), CHECK_WORDS) as offered:
        (network,) = [word for word in offered.argv if word.startswith("user,")]
        Path(network.split("tftp=")[1].split(",")[0], "bzImage").unlink()
        said = console_of(offered.argv)
        said.expect("No bootable device")
    assert in_order(said.seen, "/boot.ipxe... ok", "bzImage...", "No bootable device")
    assert verdict(said.seen, offered.fetched).startswith("the image was not fetched over the network")


def test_without_the_cards_rom_there_is_no_pass(scons: Callable[..., str], console_of: Callable[..., Console]) -> None:
    scons(*PC, f"OUTPUT={PC_OUTPUT}")
    with offer(guest(PC_OUTPUT, "qemu_x86_64", "x86_64", "bzImage"), way("x86_64"), CHECK_WORDS) as offered:
        argv = [f"{word},romfile=" if word.startswith("virtio-net-pci") else word for word in offered.argv]
        assert argv != offered.argv
        said = console_of(argv)
        said.expect("No bootable device")
    assert "SeaBIOS" in said.seen and "iPXE" not in said.seen
    assert verdict(said.seen, offered.fetched).startswith("the image was not fetched over the network")


@pytest.mark.matrix
def test_aarch64_boots_over_the_network_as_an_efi_application(scons: Callable[..., str]) -> None:
    scons(*ARM, f"OUTPUT={ARM_OUTPUT}", "NETBOOT=1", "boot-test")
    said = console(ARM_OUTPUT, "qemu_aarch64")
    size = (ROOT / ARM_OUTPUT / "qemu_aarch64/images/Image").stat().st_size
    assert in_order(
        said, "U-Boot", "TFTP from server", f"Bytes transferred = {size} ", "EFI stub", "Linux version", "status 0"
    )


@pytest.mark.matrix
def test_a_uefi_firmware_fetches_and_starts_the_image_as_it_is(
    scons: Callable[..., str], console_of: Callable[..., Console]
) -> None:
    """EDK2's own PXE client, no script and no boot loader: docs/netboot.md says that the image is enough."""
    scons(*ARM, f"OUTPUT={ARM_OUTPUT}")
    machine = guest(ARM_OUTPUT, "qemu_aarch64", "aarch64", "Image")
    uefi = "share/qemu-efi-aarch64/QEMU_EFI.fd"
    usr = emulators().usr
    assert usr is not None and (usr / uefi).is_file()
    argv = machine.hardware(f",tftp={machine.kernel.parent},bootfile=Image")
    said = console_of([*argv, "-machine", "acpi=off", "-bios", f"/usr/{uefi}"])
    said.expect("leafroot login: ", timeout=120)
    assert in_order(said.seen, "Start PXE over IPv4", "NBP file downloaded successfully", "EFI stub", "Linux version")
