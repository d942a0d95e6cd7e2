# SPDX-License-Identifier: Apache-2.0
"""config.txt: what Leafroot writes for a board, and what of a board's own file it takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leafroot.describe.board import Board, Kernel, RaspberryPi
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.raspberry_pi.config_txt import KEYS, LONGEST_LINE, config_txt

PI = Unit(
    "pi",
    "board/pi",
    "A Pi.",
    Board(
        arch="aarch64",
        kernel=Kernel("6.12", device_tree="broadcom/bcm2711-rpi-4-b", overlays=("disable-bt", "gadget")),
        boot="leaf-tmpfs",
        memory=1024,
        loader=RaspberryPi(firmware=("start4.elf", "fixup4.dat")),
    ),
    ("board.py", "config.txt"),
)
WRITTEN = """\
# Written by Leafroot.
arm_64bit=1
kernel=kernel8.img
device_tree=bcm2711-rpi-4-b.dtb
enable_uart=1
disable_splash=1
dtoverlay=disable-bt
dtoverlay=gadget
dtoverlay=
"""
OWN = """\
# Ours: für die Anlage
gpu_mem=32
arm_boost=1

[HDMI:0]
  hdmi_group=2
  hdmi_mode:0=82
[board-type=0x14]
otg_mode=1
[gpio4=1]
[EDID=VSC-TD2220]
[0x12345678]
total_mem=0x400
[all]
over_voltage_delta=-50000
gpio=3-4,6=op,dh
dtparam=audio=on
enable_uart=0
"""


def test_config_txt_follows_from_the_description() -> None:
    assert config_txt(PI) == WRITTEN


def test_a_board_without_overlays_lets_hats_load_theirs() -> None:
    """An empty dtoverlay before any other keeps the overlay of a HAT from being loaded."""
    kernel = Kernel("6.12", device_tree="broadcom/bcm2711-rpi-4-b")
    assert "dtoverlay" not in config_txt(replace(PI, value=replace(PI.value, kernel=kernel)))


def test_a_32_bit_board_is_started_as_one() -> None:
    """The boot loader of a Pi 4 takes the kernel for a 64-bit one unless told otherwise."""
    text = config_txt(replace(PI, value=replace(PI.value, arch="arm")))
    assert text.splitlines()[1] == "arm_64bit=0"


def test_the_boards_own_lines_come_last_and_as_they_are() -> None:
    assert config_txt(PI, OWN) == f"{WRITTEN}\n# From config.txt of the board pi.\n{OWN}"
    assert config_txt(PI, OWN.replace("\n", "\r\n").removesuffix("\r\n")) == config_txt(PI, OWN)


def test_an_overlay_that_the_own_file_loads_is_not_loaded_twice() -> None:
    own = "[pi4]\ndtoverlay=gadget,dr_mode=peripheral\n"
    text = config_txt(PI, own)
    assert text.count("dtoverlay=gadget") == 1
    assert "dtoverlay=disable-bt\ndtoverlay=\n" in text


def test_other_loader_files_can_be_selected_if_the_board_has_them() -> None:
    loader = RaspberryPi(firmware=("start4.elf", "fixup4.dat", "start4x.elf", "fixup4x.dat"))
    own = "start_x=1\nstart_file=start4x.elf\nfixup_file=fixup4x.dat\nstart_debug=0\n"
    assert own in config_txt(replace(PI, value=replace(PI.value, loader=loader)), own)


@pytest.mark.parametrize(
    ("own", "firmware"),
    [
        ("armstub=bl31.bin", ["bl31.bin"]),
        ("hdmi_edid_file=1", ["edid.dat"]),
        ("hdmi_edid_file:1=1\nhdmi_edid_filename:1=panel.edid", ["panel.edid"]),
        ("hdmi_edid_filename=panels/a.edid\nhdmi_edid_file:0=1", ["panels/a.edid"]),
        ("gpu_mem=16", ["start4cd.elf", "fixup4cd.dat"]),
        ("gpu_mem=16\nstart_file=start4.elf", ["start4.elf"]),
        ("gpu_mem=17", []),
    ],
)
def test_a_file_that_the_loader_reads_may_be_any_of_the_boards(own: str, firmware: list[str]) -> None:
    def board(*names: str) -> Unit[Board]:
        return replace(PI, value=replace(PI.value, loader=RaspberryPi(firmware=names)))

    assert config_txt(board(*firmware), own).endswith(f"{own}\n")
    for name in firmware:
        with pytest.raises(LeafrootError, match=f"needs '{name}', which is not on the boot partition"):
            config_txt(board(*(one for one in firmware if one != name)), own)


@pytest.mark.parametrize("name", [name for name, key in KEYS.items() if key.is_number])
def test_numbers_are_accepted_up_to_their_limits_only(name: str) -> None:
    key = KEYS[name]
    assert key.lowest is not None
    firmware = [f"{name}4{kind}" for kind in ("x", "db", "cd") for name in ("start", "fixup")]
    firmware = [f"{name}.{'elf' if name.startswith('start') else 'dat'}" for name in firmware]
    firmware.append("edid.dat")
    board = replace(PI, value=replace(PI.value, loader=RaspberryPi(firmware=firmware)))
    good = [key.lowest] + ([key.highest] if key.highest is not None else [])
    for value in good:
        assert f"{name}={value}\n" in config_txt(board, f"{name}={value}\n")
    for value in [key.lowest - 1] + ([key.highest + 1] if key.highest is not None else []):
        with pytest.raises(LeafrootError, match=f"^board/pi/config.txt:1: {name}={value} is out of range"):
            config_txt(board, f"{name}={value}\n")


def test_a_line_may_be_as_long_as_the_boot_loader_reads() -> None:
    line = "dtparam=" + "x" * (LONGEST_LINE - len("dtparam="))
    assert f"{line}\n" in config_txt(PI, line)
    with pytest.raises(LeafrootError, match="the line has 99 characters"):
        config_txt(PI, line + "x")


def test_a_line_of_leafroots_own_must_fit_too() -> None:
    name = "k" * LONGEST_LINE
    board = replace(PI, value=replace(PI.value, loader=RaspberryPi(firmware=(), kernel=name)))
    with pytest.raises(LeafrootError) as error:
        config_txt(board)
    assert str(error.value) == (
        f"board/pi/board.py: its config.txt would have a line of 105 characters: kernel={name}\n"
        "  The boot loader reads only 98. Choose a shorter name."
    )


def test_a_byte_order_mark_does_not_count() -> None:
    assert config_txt(PI, "\ufeffgpu_mem=32\n") == config_txt(PI, "gpu_mem=32\n")
