# SPDX-License-Identifier: Apache-2.0
"""QEMU's command line for a boot over the network, and the error for missing firmware."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from leafroot.app.guests import network_boot
from leafroot.app.session import open_session
from leafroot.describe.arches import ARCHES
from leafroot.describe.qemu import Firmware, UBoot
from leafroot.errors import LeafrootError
from leafroot.guest.emulators import Emulators
from leafroot.guest.network_boot import offer, u_boot_environment
from leafroot.guest.qemu import Guest, verdict

ROOT = Path(__file__).parents[2]
WORDS = "leafroot.check panic=-1"
CHECKED = "1..1\nok 1 - root: fine\nleafroot.check: status 0\n"


@pytest.fixture
def qemu(tmp_path: Path) -> str:
    """A program that has the data folder `data`, and nothing else."""
    (tmp_path / "data").mkdir()
    program = tmp_path / "qemu"
    program.write_text(f"#!/bin/sh\necho {tmp_path}/data\n")
    program.chmod(0o755)
    return str(program)


def guest(qemu: str, arch: str, folder: Path) -> Guest:
    image = folder / "image, and more"
    image.write_bytes(b"kernel")
    return Guest(qemu, ARCHES[arch].emulation, 256, image, emulators=Emulators())


def tftp(argv: list[str]) -> Path:
    (net,) = [word for word in argv if word.startswith("user,")]
    return Path(net.split("tftp=")[1].split(",bootfile")[0].replace(",,", ","))


def test_a_pc_gets_a_script_and_the_image_by_tftp(qemu: str, tmp_path: Path) -> None:
    (tmp_path / "data/efi-virtio.rom").touch()
    way = ARCHES["x86_64"].netboot
    assert way is not None
    with offer(guest(qemu, "x86_64", tmp_path), way, WORDS) as offered:
        folder = tftp(offered.argv)
        assert {one.name for one in folder.iterdir()} == {"boot.ipxe", "image, and more"}
        assert (folder / "image, and more").read_bytes() == b"kernel"
        assert (folder / "boot.ipxe").read_text().startswith("#!ipxe\n")
        assert WORDS in (folder / "boot.ipxe").read_text()
        assert "virtio-net-pci,netdev=net0" in offered.argv
        assert not {"-kernel", "-initrd", "-append"} & set(offered.argv)
    assert not folder.exists()


def test_u_boot_gets_its_environment_in_flash_and_the_image_by_tftp(qemu: str, tmp_path: Path) -> None:
    way = UBoot(Firmware("u-boot.bin"), "bootefi ${loadaddr}", environment=256, flash=4096)
    (tmp_path / "data/u-boot.bin").touch()
    with offer(guest(qemu, "aarch64", tmp_path), way, WORDS) as offered:
        assert [one.name for one in tftp(offered.argv).iterdir()] == ["image, and more"]
        flash = (tftp(offered.argv).parent / "flash.img").read_bytes()
        assert not {"-kernel", "-initrd", "-append"} & set(offered.argv)
    assert (len(flash), int.from_bytes(flash[:4], "little")) == (4096, zlib.crc32(flash[4:256]))
    variables = dict(one.split("=", 1) for one in flash[4:256].rstrip(b"\0").decode().split("\0"))
    assert variables == {
        "loadaddr": "0x40400000",
        "bootargs": WORDS,
        "bootcmd": "dhcp ${loadaddr} image, and more && bootefi ${loadaddr}",
        "bootdelay": "0",
    }


def test_an_environment_that_does_not_fit_is_refused() -> None:
    assert len(u_boot_environment({"a": "b" * 8}, 16)) == 16
    with pytest.raises(LeafrootError, match="do not fit"):
        u_boot_environment({"a": "b" * 9}, 16)


def test_missing_firmware_is_an_error_with_searched_places(qemu: str, tmp_path: Path) -> None:
    wanted = Firmware("card.rom", ("/nowhere/card.rom",))
    with pytest.raises(LeafrootError) as caught:
        Emulators().find(qemu, wanted)
    assert str(caught.value) == (
        "NETBOOT=1: QEMU's firmware card.rom was not found\n"
        "  Leave out QEMU=host: Leafroot has a QEMU of its own.\n"
        f"  searched: {tmp_path}/data/card.rom\n"
        "  searched: /nowhere/card.rom"
    )
    (tmp_path / "data/card.rom").touch()
    assert Emulators().find(qemu, wanted) == tmp_path / "data/card.rom"


@pytest.mark.parametrize(
    ("board", "lack"),
    [
        ("qemu_riscv64", "Leafroot knows no firmware for riscv64 that can"),
        ("rpi4", "the machine that QEMU gives it has no virtio network card"),
    ],
)
def test_a_board_without_network_boot_is_refused_and_others_are_named(board: str, lack: str, tmp_path: Path) -> None:
    session = open_session(ROOT, {"BOARD": board, "OUTPUT": str(tmp_path)}, board_needed=True)
    session.configure()
    with pytest.raises(LeafrootError) as caught:
        network_boot(session.configs[0])
    assert str(caught.value) == (
        f"BOARD={board}: it cannot boot over the network: {lack}\n"
        "  Boards that can: qemu_aarch64, qemu_arm, qemu_x86_64."
    )


@pytest.mark.parametrize("console", ["", CHECKED, f"{CHECKED}image... ok\n"], ids=["nothing", "no fetch", "too late"])
def test_checks_without_a_fetch_before_them_do_not_pass(console: str) -> None:
    assert verdict(console, "image... ok").startswith("the image was not fetched over the network")
    assert verdict(f"image... ok\n{CHECKED}", "image... ok") == ""
