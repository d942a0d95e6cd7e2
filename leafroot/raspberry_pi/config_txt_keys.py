# SPDX-License-Identifier: Apache-2.0
"""What a Raspberry Pi 4's boot loader reads from config.txt: keys, the values they take, sections.

The source of each group is the page of Raspberry Pi's documentation that is named above it (www.raspberrypi.com,
documentation/computers/...). Each key was also looked for in the loader itself, start4.elf of the package
raspberrypi-firmware; start_file, fixup_file, start_debug and uart_2ndstage are read before it, by the EEPROM. Options
of other models alone are left out: here they would do nothing, and nobody would be told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ANY = -(2**31)


@dataclass(frozen=True)
class Key:
    """One key: the numbers that it takes, or any text if both are None; `port` where HDMI ports can differ."""

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

# config_txt.html#conditional-filters: those that are one word, and those with a value.
SECTIONS = (
    *("all", "none", "tryboot"),
    *("pi0", "pi0w", "pi02", "pi1", "pi2", "pi3", "pi3+", "pi4", "pi400", "cm4", "cm4s", "pi5", "pi500", "cm5"),
)
SECTION = re.compile(
    r"board-type=0x[0-9a-fA-F]+|board-type=\d+|EDID=\S+|0x[0-9a-fA-F]+|gpio\d+=[01]|HDMI:[01]|(boot_)?partition=\d+"
)

# config_txt.html#file-format: of a longer line, the rest is ignored.
LONGEST_LINE = 98
