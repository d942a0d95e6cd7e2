# SPDX-License-Identifier: Apache-2.0
"""Consoles: what a board writes for the kernel's console=, and the line that people log in on.

The format is that of Documentation/admin-guide/serial-console.rst in the kernel's source: the device, and after a comma
speed, parity, data bits and flow control ("ttyS0,115200n8r").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leafroot.errors import nearest

DRIVERS: dict[str, str] = {
    "hvc": "VIRTIO_CONSOLE",
    "tty": "VT_CONSOLE",
    "ttyA": "SERIAL_ICOM",
    "ttyACM": "USB_ACM",
    "ttyAL": "SERIAL_ALTERA_UART_CONSOLE",
    "ttyAM": "SERIAL_AMBA_PL010_CONSOLE",
    "ttyAMA": "SERIAL_AMBA_PL011_CONSOLE",
    "ttyAML": "SERIAL_MESON_CONSOLE",
    "ttyAPP": "SERIAL_MXS_AUART_CONSOLE",
    "ttyARC": "SERIAL_ARC_CONSOLE",
    "ttyAS": "SERIAL_ST_ASC_CONSOLE",
    "ttyAT": "SERIAL_ATMEL_CONSOLE",
    "ttyATH": "SERIAL_AR933X_CONSOLE",
    "ttyB": "SERIAL_MUX_CONSOLE",
    "ttyCL": "SERIAL_CLPS711X_CONSOLE",
    "ttyCPM": "SERIAL_CPM_CONSOLE",
    "ttyFB": "SERIAL_21285_CONSOLE",
    "ttyGF": "GOLDFISH_TTY",
    "ttyGS": "U_SERIAL_CONSOLE",
    "ttyHS": "SERIAL_QCOM_GENI",
    "ttyHSU": "SERIAL_MEN_Z135",
    "ttyHV": "SERIAL_SUNHV",
    "ttyJ": "SERIAL_ALTERA_JTAGUART_CONSOLE",
    "ttyLF": "SERIAL_FSL_LINFLEXUART_CONSOLE",
    "ttyLP": "SERIAL_FSL_LPUART_CONSOLE",
    "ttyLTQ": "SERIAL_LANTIQ_CONSOLE",
    "ttyLXU": "SERIAL_LITEUART_CONSOLE",
    "ttyMAX": "SERIAL_MAX310X",
    "ttyMPS": "SERIAL_MPS2_UART_CONSOLE",
    "ttyMSM": "SERIAL_QCOM_GENI_CONSOLE",
    "ttyMV": "SERIAL_MVEBU_CONSOLE",
    "ttyNVT": "SERIAL_NUVOTON_MA35D1_CONSOLE",
    "ttyO": "SERIAL_OMAP_CONSOLE",
    "ttyOWL": "SERIAL_OWL_CONSOLE",
    "ttyPCH": "SERIAL_PCH_UART_CONSOLE",
    "ttyPIC": "SERIAL_PIC32_CONSOLE",
    "ttyPS": "SERIAL_XILINX_PS_UART_CONSOLE",
    "ttyPSC": "SERIAL_MPC52xx_CONSOLE",
    "ttyPZ": "SERIAL_PMACZILOG_CONSOLE",
    "ttyQE": "SERIAL_QE",
    "ttyRDA": "SERIAL_RDA_CONSOLE",
    "ttyRP": "SERIAL_RP2",
    "ttyS": "SERIAL_8250_CONSOLE",
    "ttySA": "SERIAL_SA1100_CONSOLE",
    "ttySAC": "SERIAL_SAMSUNG_CONSOLE",
    "ttySC": "SERIAL_SH_SCI_CONSOLE",
    "ttySIF": "SERIAL_SIFIVE_CONSOLE",
    "ttySTM": "SERIAL_STM32_CONSOLE",
    "ttySUP": "SERIAL_SUNPLUS_CONSOLE",
    "ttyTCU": "SERIAL_TEGRA_TCU_CONSOLE",
    "ttyTHS": "SERIAL_TEGRA",
    "ttyTU": "SERIAL_TIMBERDALE",
    "ttyTX": "SERIAL_HS_LPC32XX_CONSOLE",
    "ttyUL": "SERIAL_UARTLITE_CONSOLE",
    "ttyUSB": "USB_SERIAL_CONSOLE",
    "ttyUSI": "SERIAL_MILBEAUT_USIO_CONSOLE",
    "ttyUTC": "SERIAL_TEGRA_UTC_CONSOLE",
    "ttyWMT": "SERIAL_VT8500_CONSOLE",
    "ttymxc": "SERIAL_IMX_CONSOLE",
    "ttyn": "SERIAL_JSM",
}
"""Device names without their numbers, and the kernel option of each without CONFIG_.

An option that does not end in CONSOLE is that of a driver that has no console: people can log in there, but the kernel
prints its messages elsewhere. If drivers share a name, the option is that of the common one.
"""

# Those of termios(3). busybox's getty knows no others, and musl has no way to set them.
_SPEEDS = (
    *(50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400),
    *(57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000),
    *(2000000, 2500000, 3000000, 3500000, 4000000),
)
_CONSOLE = re.compile(
    r"(?P<kind>[a-zA-Z]+)(?P<number>0|[1-9][0-9]{0,3})"
    r"(,(?P<speed>[1-9][0-9]{0,7})([noe]([78](?P<flow>r?))?)?)?"
)
_FORMAT = (
    "Write it like ttyS0, ttyS0,115200 or ttyS0,115200n8r: "
    "the device, its speed, the parity (n, o or e), the data bits (7 or 8), and r for RTS/CTS."
)


@dataclass(frozen=True)
class Console:
    """One console. `text` is what the kernel gets, `kind` the device's name without its number.

    `speed` is 0 if there is none: then the driver has a default, or leaves the line as the boot loader set it.
    """

    text: str
    kind: str
    number: int
    speed: int = 0
    flow: bool = False

    @property
    def device(self) -> str:
        """The device that people log in on: tty0 stands for the virtual terminal in front, which begins as tty1."""
        return "tty1" if (self.kind, self.number) == ("tty", 0) else f"{self.kind}{self.number}"

    @property
    def getty(self) -> tuple[str, ...]:
        """The command that asks for a login there (getty of busybox; loginutils/getty.c in its source).

        It keeps the line's parity and (by our patch) data bits, but not its flow control. With 0, it keeps the speed.
        """
        flow = ("-h",) if self.flow else ()
        speed = self.speed if self.speed in _SPEEDS else 0
        return ("/sbin/getty", "-L", *flow, self.device, str(speed), "linux")


def consoles_of(written: str | Sequence[str]) -> tuple[str, ...]:
    """The consoles that an author writes, one or several; none if it is empty."""
    return ((written,) if written else ()) if isinstance(written, str) else tuple(written)


def read_console(text: str) -> Console | None:
    """The console that is written like this; None if it is not in the kernel's format."""
    found = _CONSOLE.fullmatch(text)
    if not found:
        return None
    return Console(
        text,
        found["kind"],
        int(found["number"]),
        speed=int(found["speed"] or 0),
        flow=bool(found["flow"]),
    )


def console_fault(text: str, drivers: Mapping[str, str]) -> tuple[str, str] | None:
    """Why a board cannot have this console: a message, and what to do; None if it can.

    `drivers` are the kernel options by device name.
    """
    if re.match(r"(uart|earlycon|pl011,|sbi\b)", text):
        return (
            f"{text!r} is an early console, on which nobody can log in",
            "Write the device here, like ttyS0,115200, and earlycon=... in cmdline=.",
        )
    console = read_console(text)
    if console is None:
        return f"{text!r} is not a console", _FORMAT
    if console.kind not in drivers:
        option = f'console_drivers={{"{console.kind}": "SERIAL_..._CONSOLE"}}'
        return (
            f"unknown console {text!r}: no driver of the kernel has a {console.kind}",
            f"{nearest(console.kind, drivers)} Otherwise, name the option of its driver: {option}.".strip(),
        )
    return None
