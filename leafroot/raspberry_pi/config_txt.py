# SPDX-License-Identifier: Apache-2.0
"""The config.txt of a Raspberry Pi's boot loader: reads and checks a board's own file, and writes the complete one.

Lines that follow from the description come first, then the board's own lines. If two lines have the same key, the boot
loader takes the later one, so the board's file wins wherever this is allowed. The boot loader does not report unknown
keys, lines that are too long, or values out of range: the board just does not do what the file says, or does not start.
So all of these are errors here.

Keys, their values, and sections are from Raspberry Pi's documentation (www.raspberrypi.com,
documentation/computers/...); the page is named above each group. Each key was also found in the loader itself,
start4.elf of the package raspberrypi-firmware, except start_file, fixup_file, start_debug and uart_2ndstage: the EEPROM
reads these earlier. Options for other models only are left out: here they would silently do nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from leafroot.describe.arches import ARCHES
from leafroot.describe.board import Board, RaspberryPi
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest, printable
from leafroot.raspberry_pi.card import CONFIG_TXT

_ANY = -(2**31)


@dataclass(frozen=True)
class Key:
    """One key: the range of its value, or any text if both are None; `port` if it can be set for one HDMI port."""

    lowest: int | None = None
    highest: int | None = None
    port: bool = False

    @property
    def is_number(self) -> bool:
        """Whether the value is a number, decimal or with 0x."""
        return self.lowest is not None or self.highest is not None


def _keys(names: str, lowest: int | None = None, highest: int | None = None, port: bool = False) -> dict[str, Key]:
    return dict.fromkeys(names.split(), Key(lowest, highest, port))


KEYS: dict[str, Key] = {
    # config_txt.html#common-options; configuration.html#device-trees-overlays-and-parameters
    **_keys("dtoverlay dtparam device_tree_param"),
    **_keys("hdmi_enable_4kp60 camera_auto_detect display_auto_detect arm_boost disable_fw_kms_setup dtdebug", 0, 1),
    **_keys("device_tree_address device_tree_end", 0),
    # config_txt.html#boot-options; legacy_config_txt.html#legacy-boot-options
    **_keys("start_file fixup_file armstub"),
    **_keys("start_x start_debug disable_commandline_tags arm_peri_high kernel_old disable_poe_fan", 0, 1),
    **_keys("disable_splash enable_gic enable_uart force_eeprom_read otg_mode sha256 uart_2ndstage", 0, 1),
    **_keys("kernel_address arm_control init_uart_baud init_uart_clock boot_delay boot_delay_ms", 0),
    # config_txt.html#gpio-control
    **_keys("gpio"),
    **_keys("enable_jtag_gpio", 0, 1),
    # config_txt.html#overclocking-options
    **_keys("arm_freq gpu_freq core_freq h264_freq isp_freq v3d_freq hevc_freq sdram_freq", 0),
    **_keys("arm_freq_min gpu_freq_min core_freq_min h264_freq_min isp_freq_min v3d_freq_min hevc_freq_min", 0),
    **_keys("over_voltage over_voltage_min", -16, 8),
    **_keys("over_voltage_delta", _ANY),
    **_keys("force_turbo", 0, 1),
    **_keys("initial_turbo", 0, 60),
    **_keys("temp_limit", 0, 85),
    # legacy_config_txt.html#memory-options
    **_keys("gpu_mem", 16),
    **_keys("total_mem", 128),
    **_keys("disable_l2cache", 0, 1),
    # legacy_config_txt.html: miscellaneous, camera and codec licence options
    **_keys("avoid_warnings", 0, 2),
    **_keys("logging_level", 0),
    **_keys("disable_camera_led awb_auto_is_greyworld", 0, 1),
    **_keys("decode_MPG2 decode_WVC1"),
    # config_txt.html#onboard-analogue-audio-3-5mm-jack
    **_keys("audio_pwm_mode", 1, 2),
    **_keys("disable_audio_dither enable_audio_dither", 0, 1),
    **_keys("pwm_sample_bits", 8),
    # legacy_config_txt.html#video-options and config_txt.html#video-options: HDMI
    **_keys("hdmi_safe hdmi_edid_file hdmi_force_edid_audio hdmi_ignore_edid_audio hdmi_force_edid_3d", 0, 1, True),
    **_keys("hdmi_ignore_cec_init hdmi_ignore_cec hdmi_force_mode hdmi_force_hotplug", 0, 1, True),
    **_keys("hdmi_ignore_hotplug", 0, 1, True),
    **_keys("hdmi_blanking", 0, 1, True),
    **_keys("hdmi_ignore_edid hdmi_pixel_freq_limit", 0, port=True),
    **_keys("hdmi_pixel_encoding edid_content_type", 0, 4, True),
    **_keys("hdmi_drive", 1, 2, True),
    **_keys("hdmi_group", 0, 2, True),
    **_keys("hdmi_mode", 0, 107, True),
    **_keys("config_hdmi_boost", 0, 11, True),
    **_keys("hdmi_edid_filename hdmi_timings hdmi_cvt cec_osd_name", port=True),
    # The same pages: composite video, panels, frame buffers
    **_keys("enable_tvout sdtv_disable_colourburst display_default_lcd enable_dpi_lcd ignore_lcd", 0, 1),
    **_keys("disable_touchscreen disable_overscan overscan_scale framebuffer_ignore_alpha dispmanx_offline", 0, 1),
    **_keys("sdtv_mode", 0, 18),
    **_keys("sdtv_aspect", 1, 3),
    **_keys("max_framebuffers", 0, 2),
    **_keys("lcd_rotate", 0, 3),
    **_keys("dpi_group dpi_mode dpi_output_format lcd_framerate test_mode", 0),
    **_keys("display_hdmi_rotate display_lcd_rotate display_rotate", 0, port=True),
    **_keys("framebuffer_width framebuffer_height max_framebuffer_width max_framebuffer_height", 0),
    **_keys("framebuffer_depth framebuffer_priority", 0, port=True),
    **_keys("overscan_left overscan_right overscan_top overscan_bottom", _ANY, port=True),
    **_keys("dpi_timings"),
}

# config_txt.html#conditional-filters: filters that are one word, and filters with a value.
SECTIONS = (
    *("all", "none", "tryboot"),
    *("pi0", "pi0w", "pi02", "pi1", "pi2", "pi3", "pi3+", "pi4", "pi400", "cm4", "cm4s", "pi5", "pi500", "cm5"),
)
SECTION = re.compile(
    r"board-type=0x[0-9a-fA-F]+|board-type=\d+|EDID=\S+|0x[0-9a-fA-F]+|gpio\d+=[01]|HDMI:[01]|(boot_)?partition=\d+"
)

# config_txt.html#file-format: the rest of a longer line is ignored.
LONGEST_LINE = 98


_NUMBER = re.compile(r"-?\d+|0[xX][0-9a-fA-F]+")
_IN_THE_KERNEL = "the root is in the kernel itself; no separate initramfs is loaded"
_IN_PLACE = "Leafroot puts kernel, device tree and overlays where the boot loader finds them"
# Keys that Leafroot sets, and what decides their values; {board} is the board's description.
_SET = {
    "kernel": "RaspberryPi(kernel=...) in {board} sets it",
    "arm_64bit": "it follows from the architecture, arch= in {board}",
    "device_tree": "Kernel(device_tree=...) in {board} sets it",
    "cmdline": "Leafroot writes cmdline.txt; Board(cmdline=...) in {board} and KERNEL_CMDLINE add to it",
    "initramfs": _IN_THE_KERNEL,
    "ramfsfile": _IN_THE_KERNEL,
    "ramfsaddr": _IN_THE_KERNEL,
    "followkernel": _IN_THE_KERNEL,
    "auto_initramfs": _IN_THE_KERNEL,
    "boot_ramdisk": "it belongs to boot.img, which Leafroot makes",
    "os_prefix": _IN_PLACE,
    "overlay_prefix": _IN_PLACE,
    "upstream_kernel": _IN_PLACE,
    "include": "write the lines here, where they are checked; no other file is copied to the boot partition",
}
# Keys whose value is a file of the boot partition, and must be among those that the board puts there.
_FILES = ("start_file", "fixup_file", "armstub", "hdmi_edid_filename")
# Settings that make the loader read such files without naming them, unless a line has the key that does name them.
# legacy_config_txt.html#legacy-boot-options and #hdmi_edid_file; configuration.html#start_elf, for the last.
_IMPLIED = {
    ("start_x", "1"): ("", ("start4x.elf", "fixup4x.dat")),
    ("start_debug", "1"): ("", ("start4db.elf", "fixup4db.dat")),
    ("hdmi_edid_file", "1"): ("hdmi_edid_filename", ("edid.dat",)),
    ("gpu_mem", "16"): ("start_file", ("start4cd.elf", "fixup4cd.dat")),
}


# Windows' editors put it before the first line.
_BOM = "\ufeff"
_WITHOUT_BLANK = ("dtoverlay", "dtparam", "gpio")
# raspberrypi.com/documentation, config.txt, "GPIO control": pins, and what they shall do.
_PINS = r"\d{1,2}(-\d{1,2})?"
_DOES = "ip|op|a[0-5]|dh|dl|pu|pd|pn|np"
_GPIO = re.compile(rf"{_PINS}(,{_PINS})*=({_DOES})(,({_DOES}))*")


@dataclass(frozen=True)
class Setting:
    """One line `key=value` or `key:port=value` of the file."""

    key: str
    value: str
    line: int

    @property
    def overlay(self) -> str:
        """The overlay that the line loads; empty if it loads none."""
        return self.value.split(",")[0] if self.key == "dtoverlay" else ""


def read_settings(board: Unit[Board], text: str) -> tuple[Setting, ...]:
    """The settings of the board's own config.txt, each checked; `text` is the file's content.

    Raises LeafrootError with file and line.
    """
    loader = board.value.loader
    assert loader is not None, board.name
    found = [_setting(line, number, board) for number, line in _lines(board, text)]
    keys = frozenset(setting.key for setting in found)
    for setting in found:
        try:
            _check(setting, keys, board, loader)
        except LeafrootError as error:
            raise LeafrootError(error.message, f"{board.path(CONFIG_TXT)}:{setting.line}", error.hint) from None
    return tuple(found)


def _lines(board: Unit[Board], text: str) -> Iterator[tuple[int, str]]:
    """The lines with settings, with their numbers; checks the section lines between them."""
    for number, whole in enumerate(text.removeprefix(_BOM).splitlines(), 1):
        line = whole.strip()
        where = f"{board.path(CONFIG_TXT)}:{number}"
        if not line or line.startswith("#"):
            continue
        if odd := next((one for one in line if not one.isascii() or not (one.isprintable() or one == "\t")), None):
            kind = "control characters" if odd.isascii() else "characters that are not ASCII"
            raise LeafrootError(f"only comments may have {kind}", where, f"Delete {odd!a} from {printable(line)}")
        if len(whole.rstrip()) > LONGEST_LINE:
            raise LeafrootError(
                f"the line has {len(whole.rstrip())} characters: the boot loader ignores everything after the "
                f"{LONGEST_LINE}th",
                where,
            )
        if not line.startswith("["):
            yield number, line
        elif not line.endswith("]"):
            raise LeafrootError(f"not a section: {line}", where, "Write [pi4], or [all] to end a section.")
        elif line[1:-1] not in SECTIONS and not SECTION.fullmatch(line[1:-1]):
            raise LeafrootError(
                f"unknown section {line}",
                where,
                nearest(line[1:-1], (*SECTIONS, "board-type=0x11", "EDID=NAME", "gpio4=1", "HDMI:0", "HDMI:1")),
            )


def _setting(line: str, number: int, board: Unit[Board]) -> Setting:
    where = f"{board.path(CONFIG_TXT)}:{number}"
    left, equals, value = line.partition("=")
    word = re.split(r"[\s:=]", line)[0]
    if word in _SET:
        # Some of these have no equals sign; all of them are refused later.
        return Setting(word, value, number)
    if not equals:
        raise LeafrootError(f"not a setting: {line}", where, "Write key=value, a [section], or # before a comment.")
    if left != left.rstrip() or value != value.lstrip():
        raise LeafrootError(f"there is a space beside '=': {line}", where, f"Write {left.rstrip()}={value.lstrip()}")
    key, colon, port = left.partition(":")
    if key not in KEYS:
        raise LeafrootError(f"unknown key {key!r}", where, nearest(key, KEYS))
    if colon and not KEYS[key].port:
        raise LeafrootError(f"{key!r} cannot be set for one HDMI port", where, f"Write {key}={value}")
    if colon and port not in ("0", "1"):
        raise LeafrootError(f"there is no HDMI port {port!r}", where, f"Write {key}:0={value} or {key}:1={value}")
    return Setting(key, value, number)


def _check(setting: Setting, keys: frozenset[str], board: Unit[Board], loader: RaspberryPi) -> None:
    """Check a setting; `keys` are all that the file sets."""
    key, value = setting.key, setting.value
    description = board.path("board.py")
    if key in _SET:
        raise LeafrootError(f"do not set {key!r} here: {_SET[key].format(board=description)}", hint="Remove the line.")
    _check_value(key, value, KEYS[key])
    overlays = tuple(board.value.kernel.overlays)
    if setting.overlay and setting.overlay not in overlays:
        raise LeafrootError(
            f"overlay {setting.overlay!r} is not on the boot partition",
            hint=f"List it in Kernel(overlays=[...]) in {description}. {nearest(setting.overlay, overlays)}".rstrip(),
        )
    if key in _FILES and not value:
        raise LeafrootError(f"{key}= names no file", hint="Remove the line.")
    named_by, wanted = ("", (value,)) if key in _FILES else _IMPLIED.get((key, _plain_number(value)), ("", ()))
    for name in wanted:
        if name not in loader.firmware and named_by not in keys:
            near = nearest(name, loader.firmware) if name.startswith(("start", "fixup")) else ""
            raise LeafrootError(
                f"{key}={value} needs {name!r}, which is not on the boot partition",
                hint=f"List it in RaspberryPi(firmware=[...]) in {description}; the package {loader.package!r} must "
                f"install it into boot/. {near}".rstrip(),
            )


def _plain_number(value: str) -> str:
    return str(int(value, 0)) if re.fullmatch(r"0[xX][0-9a-fA-F]+|[1-9]\d*", value) else value


def _check_value(key: str, value: str, kind: Key) -> None:
    if re.search(r"\s#", value):
        raise LeafrootError(f"a comment needs a line of its own: {key}={value}")
    if key in _WITHOUT_BLANK and re.search(r"\s", value):
        first, *rest = value.split()
        raise LeafrootError(
            f"{key}={value}: the boot loader takes the space for a part of the value",
            hint=f"Write {key}={first} in a line of its own, and what follows in another: {' '.join(rest)}",
        )
    if key == "gpio" and not _GPIO.fullmatch(value):
        raise LeafrootError(f"gpio={value}: not a setting of pins", hint="Write gpio=17=op,dh or gpio=4,17-19=ip,pu.")
    if not kind.is_number:
        return
    low, high = kind.lowest, kind.highest
    span = f"{low} to {high}" if high is not None else f"{low} or more"
    takes = f"It takes {'0 or 1' if (low, high) == (0, 1) else span}."
    if not _NUMBER.fullmatch(value):
        raise LeafrootError(f"{key}={value}: not a number", hint=takes)
    number = int(value, 0) if value[:2].lower() == "0x" else int(value)
    if (low is not None and number < low) or (high is not None and number > high):
        raise LeafrootError(f"{key}={value} is out of range", hint=takes)


# Defaults that a product may change in its own file: a serial console, and no splash screen before the system starts.
_DEFAULTS = ("enable_uart=1", "disable_splash=1")


def config_txt(board: Unit[Board], own: str = "") -> str:
    """The text of config.txt for a board with a RaspberryPi loader; `own` is the text of the board's own config.txt.

    Overlays that the board's own file loads, with parameters or for some models, are not loaded again. Raises
    LeafrootError, with file and line, for every error in the board's own file.
    """
    loader, kernel = board.value.loader, board.value.kernel
    assert loader is not None, board.name
    settings = read_settings(board, own)
    lines = [
        f"arm_64bit={1 if ARCHES[board.value.arch].elf_class == 64 else 0}",
        f"kernel={loader.kernel}",
    ]
    if kernel.device_tree:
        lines.append(f"device_tree={kernel.device_tree_file}")
    lines += _DEFAULTS
    loaded = {setting.overlay for setting in settings}
    if overlays := [name for name in kernel.overlays if name not in loaded]:
        # The empty one ends the last overlay's parameters, so that a dtparam in the board's own file does not apply to
        # it.
        lines += [f"dtoverlay={name}" for name in (*overlays, "")]
    for line in lines:
        if len(line) > LONGEST_LINE:
            raise LeafrootError(
                f"its config.txt would have a line of {len(line)} characters: {line}",
                board.path("board.py"),
                f"The boot loader reads only {LONGEST_LINE}. Choose a shorter name.",
            )
    text = "# Written by Leafroot.\n" + "".join(f"{line}\n" for line in lines)
    own = own.removeprefix(_BOM)
    if own:
        text += f"\n# From {CONFIG_TXT} of the board {board.name}.\n" + "".join(
            f"{line}\n" for line in own.splitlines()
        )
    return text
