# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (messages stand here as they are printed)
"""Boards' own config.txt with what a boot loader would pass over in silence, each with its exact message."""

import pytest

from leafroot.errors import LeafrootError
from leafroot.raspberry_pi.config_txt import config_txt
from tests.raspberry_pi.test_config_txt import PI

IN_KERNEL = "the root is in the kernel itself; no separate initramfs is loaded\n  Remove the line."
IN_PLACE = "Leafroot puts kernel, device tree and overlays where the boot loader finds them\n  Remove the line."

# A line of the file, and the message that follows its place.
CASES: dict[str, tuple[str, str]] = {
    "unknown key": ("arm_bost=1", "unknown key 'arm_bost'\n  Did you mean arm_boost?"),
    "capitals": ("Enable_uart=1", "unknown key 'Enable_uart'\n  Did you mean enable_uart?"),
    "nothing like it": ("zzz=1", "unknown key 'zzz'"),
    "no key": ("=1", "unknown key ''"),
    "not a setting": (
        "enable_uart",
        "not a setting: enable_uart\n  Write key=value, a [section], or # before a comment.",
    ),
    "space": ("enable_uart = 1", "there is a space beside '=': enable_uart = 1\n  Write enable_uart=1"),
    "comment behind": (
        "enable_uart=1 # console",
        "a comment needs a line of its own: enable_uart=1 # console",
    ),
    "unknown section": ("[pi44]", "unknown section [pi44]\n  Did you mean pi4?"),
    "section in capitals": (
        "[ALL]",
        "unknown section [ALL]\n  Did you mean all?",
    ),
    "open section": ("[pi4", "not a section: [pi4\n  Write [pi4], or [all] to end a section."),
    "flag": ("arm_boost=2", "arm_boost=2 is out of range\n  It takes 0 or 1."),
    "flag as a word": ("enable_uart=on", "enable_uart=on: not a number\n  It takes 0 or 1."),
    "no value": ("enable_uart=", "enable_uart=: not a number\n  It takes 0 or 1."),
    "quotes": ('gpu_mem="64"', 'gpu_mem="64": not a number\n  It takes 16 or more.'),
    "range": ("over_voltage=9", "over_voltage=9 is out of range\n  It takes -16 to 8."),
    "low": ("gpu_mem=8", "gpu_mem=8 is out of range\n  It takes 16 or more."),
    "hexadecimal": ("hdmi_group=0x10", "hdmi_group=0x10 is out of range\n  It takes 0 to 2."),
    "no such port": ("hdmi_group:2=1", "there is no HDMI port '2'\n  Write hdmi_group:0=1 or hdmi_group:1=1"),
    "no port": ("arm_boost:0=1", "'arm_boost' cannot be set for one HDMI port\n  Write arm_boost=1"),
    "not ASCII": (
        "armstub=stüb.bin",
        r"only comments may have characters that are not ASCII" "\n" r"  Delete '\xfc' from armstub=stüb.bin",
    ),
    "a character that nobody sees": (
        "gpu_mem=64\x00",
        r"only comments may have control characters" "\n" r"  Delete '\x00' from gpu_mem=64\x00",
    ),
    "two settings in a line": (
        "dtparam=spi=on dtparam=audio=on",
        "dtparam=spi=on dtparam=audio=on: the boot loader takes the space for a part of the value\n"
        "  Write dtparam=spi=on in a line of its own, and what follows in another: dtparam=audio=on",
    ),
    "no such thing for pins": (
        "gpio=17=on",
        "gpio=17=on: not a setting of pins\n  Write gpio=17=op,dh or gpio=4,17-19=ip,pu.",
    ),
    "kernel": (
        "kernel=u-boot.bin",
        "do not set 'kernel' here: RaspberryPi(kernel=...) in board/pi/board.py sets it\n  Remove the line.",
    ),
    "kernel, again": (
        "kernel=kernel8.img",
        "do not set 'kernel' here: RaspberryPi(kernel=...) in board/pi/board.py sets it\n  Remove the line.",
    ),
    "64 bit": (
        "arm_64bit=0",
        "do not set 'arm_64bit' here: it follows from the architecture, arch= in board/pi/board.py\n  Remove the line.",
    ),
    "device tree": (
        "device_tree=other.dtb",
        "do not set 'device_tree' here: Kernel(device_tree=...) in board/pi/board.py sets it\n  Remove the line.",
    ),
    "command line": (
        "cmdline=mine.txt",
        "do not set 'cmdline' here: Leafroot writes cmdline.txt; Board(cmdline=...) in board/pi/board.py and KERNEL_CMDLINE add to it\n  Remove the line.",
    ),
    "initramfs": ("initramfs root.cpio followkernel", f"do not set 'initramfs' here: {IN_KERNEL}"),
    "initramfs with =": ("initramfs=root.cpio", f"do not set 'initramfs' here: {IN_KERNEL}"),
    "ramfsfile": ("ramfsfile=root.cpio", f"do not set 'ramfsfile' here: {IN_KERNEL}"),
    "ramfsaddr": ("ramfsaddr=0x00800000", f"do not set 'ramfsaddr' here: {IN_KERNEL}"),
    "followkernel": ("followkernel", f"do not set 'followkernel' here: {IN_KERNEL}"),
    "auto_initramfs": ("auto_initramfs=1", f"do not set 'auto_initramfs' here: {IN_KERNEL}"),
    "boot_ramdisk": (
        "boot_ramdisk=1",
        "do not set 'boot_ramdisk' here: it belongs to boot.img, which Leafroot makes\n  Remove the line.",
    ),
    "os_prefix": ("os_prefix=a/", f"do not set 'os_prefix' here: {IN_PLACE}"),
    "overlay_prefix": ("overlay_prefix=o/", f"do not set 'overlay_prefix' here: {IN_PLACE}"),
    "upstream_kernel": ("upstream_kernel=1", f"do not set 'upstream_kernel' here: {IN_PLACE}"),
    "include": (
        "include extra.txt",
        "do not set 'include' here: write the lines here, where they are checked; no other file is copied to the boot partition\n  Remove the line.",
    ),
    "overlay": (
        "dtoverlay=disable-wifi,x=y",
        "overlay 'disable-wifi' is not on the boot partition\n  List it in Kernel(overlays=[...]) in board/pi/board.py. Did you mean disable-bt?",
    ),
    "start file": (
        "start_file=start4cd.elf",
        "start_file=start4cd.elf needs 'start4cd.elf', which is not on the boot partition\n  List it in RaspberryPi(firmware=[...]) in board/pi/board.py; the package 'raspberrypi-firmware' must install it into boot/. Did you mean start4.elf?",
    ),
    "armstub": (
        "armstub=bl31.bin",
        "armstub=bl31.bin needs 'bl31.bin', which is not on the boot partition\n  List it in RaspberryPi(firmware=[...]) in board/pi/board.py; the package 'raspberrypi-firmware' must install it into boot/.",
    ),
    "armstub without a file": (
        "armstub=",
        "armstub= names no file\n  Remove the line.",
    ),
    "EDID": (
        "hdmi_edid_filename:0=panel.edid",
        "hdmi_edid_filename=panel.edid needs 'panel.edid', which is not on the boot partition\n  List it in RaspberryPi(firmware=[...]) in board/pi/board.py; the package 'raspberrypi-firmware' must install it into boot/.",
    ),
    "EDID, implied": (
        "hdmi_edid_file=1",
        "hdmi_edid_file=1 needs 'edid.dat', which is not on the boot partition\n  List it in RaspberryPi(firmware=[...]) in board/pi/board.py; the package 'raspberrypi-firmware' must install it into boot/.",
    ),
    "memory for the cut-down loader": (
        "gpu_mem=0x10",
        "gpu_mem=0x10 needs 'start4cd.elf', which is not on the boot partition\n  List it in RaspberryPi(firmware=[...]) in board/pi/board.py; the package 'raspberrypi-firmware' must install it into boot/. Did you mean start4.elf?",
    ),
    "start file, implied": (
        "start_x=1",
        "start_x=1 needs 'start4x.elf', which is not on the boot partition\n  List it in RaspberryPi(firmware=[...]) in board/pi/board.py; the package 'raspberrypi-firmware' must install it into boot/. Did you mean start4.elf?",
    ),
}


@pytest.mark.parametrize(("line", "message"), CASES.values(), ids=CASES)
def test_message_about_a_line(line: str, message: str) -> None:
    with pytest.raises(LeafrootError) as error:
        config_txt(PI, f"# Ours.\n[all]\n{line}\narm_boost=1\n")
    assert str(error.value) == f"board/pi/config.txt:3: {message}"


def test_a_section_does_not_hide_what_is_wrong() -> None:
    with pytest.raises(LeafrootError, match=r"^board/pi/config\.txt:2: do not set 'kernel' here"):
        config_txt(PI, "[pi3]\nkernel=kernel7.img\n")
