# SPDX-License-Identifier: Apache-2.0
"""What Leafroot says about kernels, compared with the source of each series."""

from __future__ import annotations

import re

import pytest

from leafroot.describe.arch import Arch
from leafroot.describe.arches import ARCHES
from leafroot.describe.console import DRIVERS
from tests.kernel.test_patches import SERIES, source

every_series = pytest.mark.parametrize("series", SERIES)


@every_series
@pytest.mark.parametrize("arch", ARCHES.values(), ids=ARCHES)
def test_the_room_for_a_command_line_is_that_of_the_series(series: str, arch: Arch) -> None:
    tree = source(series)
    headers = [tree / f"arch/{arch.kernel_arch}/include/{place}asm/setup.h" for place in ("", "uapi/")]
    text = "".join(header.read_text() for header in headers if header.exists())
    (size,) = re.findall(r"^#define\s+COMMAND_LINE_SIZE\s+(\d+)$", text, re.MULTILINE)
    number = tuple(int(part) for part in series.split("."))
    assert arch.cmdline_size[max(since for since in arch.cmdline_size if since <= number)] == int(size)


@every_series
def test_every_serial_driver_is_known_by_the_name_of_its_devices(series: str) -> None:
    found = set()
    serial = source(series) / "drivers/tty/serial"
    for file in sorted([*serial.glob("*.[ch]"), *serial.glob("8250/8250_core.c"), *serial.glob("jsm/*.c")]):
        text = file.read_text(errors="replace")
        for name in re.findall(r"\bdev_name\s*=\s*([\w\"]+)", text):
            found |= set(re.findall(rf'^#define\s+{name}\s+"(\w+)"', text, re.MULTILINE) or [name.strip('"')])
    names = {name for name in found if name.startswith("tty")}
    assert len(names) > 40
    assert names <= set(DRIVERS)


@every_series
def test_every_console_option_is_in_the_series(series: str) -> None:
    texts = "".join(path.read_text() for path in sorted((source(series) / "drivers").rglob("Kconfig")))
    defined = set(re.findall(r"^(?:menu)?config (\w+)$", texts, re.MULTILINE))
    # Not yet in 6.12.
    later = {"SERIAL_TEGRA_UTC_CONSOLE"} if series == "6.12" else set()
    assert set(DRIVERS.values()) - defined == later
