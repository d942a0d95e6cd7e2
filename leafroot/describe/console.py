# SPDX-License-Identifier: Apache-2.0
"""Kernel consoles: the devices that a board can have its console on, and the kernel option that each needs.

The names and options come from the drivers in drivers/tty of the kernel's source.
"""

from __future__ import annotations

import re

CONSOLES: dict[str, str] = {
    "hvc": "VIRTIO_CONSOLE",
    "tty": "VT_CONSOLE",
    "ttyAMA": "SERIAL_AMBA_PL011_CONSOLE",
    "ttyLP": "SERIAL_FSL_LPUART_CONSOLE",
    "ttyMV": "SERIAL_MVEBU_CONSOLE",
    "ttyPS": "SERIAL_XILINX_PS_UART_CONSOLE",
    "ttyS": "SERIAL_8250_CONSOLE",
    "ttySAC": "SERIAL_SAMSUNG_CONSOLE",
    "ttySC": "SERIAL_SH_SCI_CONSOLE",
    "ttySIF": "SERIAL_SIFIVE_CONSOLE",
    "ttySTM": "SERIAL_STM32_CONSOLE",
    "ttyUL": "SERIAL_UARTLITE_CONSOLE",
    "ttymxc": "SERIAL_IMX_CONSOLE",
}
"""Device names without their numbers, and kernel options without CONFIG_."""

_CONSOLE = re.compile(r"([a-zA-Z]+)[0-9]+(?:,[0-9]+[noe]?[78]?r?)?")


def console_kind(console: str) -> str:
    """The device's name without its number; "" if the console is not written as the kernel wants it."""
    found = _CONSOLE.fullmatch(console)
    return found.group(1) if found else ""
