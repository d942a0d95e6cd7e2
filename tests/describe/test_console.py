# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (messages stand here as they are printed)
"""Consoles: every form that the kernel's documentation has becomes a login that works, or is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.describe.console import DRIVERS, console_fault, read_console
from leafroot.errors import LeafrootError
from leafroot.kconfig.config import Config
from leafroot.plan.cmdline import command_line, placeholder
from leafroot.plan.root import system_files
from tests.small_tree import SmallTree, board

FORMS = {
    "ttyS0,115200": "-L ttyS0 115200 linux",
    "ttyS0,115200n": "-L ttyS0 115200 linux",
    "ttyS0,115200n8": "-L ttyS0 115200 linux",
    "ttyS0,115200n8r": "-L -h ttyS0 115200 linux",
    "ttyS0,9600e8": "-L ttyS0 9600 linux",
    "ttyS0,57600o8r": "-L -h ttyS0 57600 linux",
    "ttyS0,9600e7": "-L ttyS0 9600 linux",
    "ttyS0,38400n7": "-L ttyS0 38400 linux",
    "ttyS2,1500000": "-L ttyS2 1500000 linux",
    # getty keeps the speed that the kernel has set: the driver's default, or one that termios has no name for.
    "ttyS0": "-L ttyS0 0 linux",
    "ttyS0,250000n8": "-L ttyS0 0 linux",
    "hvc0": "-L hvc0 0 linux",
    "ttymxc10,115200": "-L ttymxc10 115200 linux",
    "tty1": "-L tty1 0 linux",
    # The foreground virtual terminal.
    "tty0": "-L tty1 0 linux",
}


@pytest.mark.parametrize(("text", "words"), FORMS.items())
def test_getty_gets_the_line_as_the_kernel_has_set_it(text: str, words: str) -> None:
    assert console_fault(text, DRIVERS) is None
    console = read_console(text)
    assert console is not None
    assert " ".join(console.getty) == f"/sbin/getty {words}"
    assert console.text == text


FORMAT = "Write it like ttyS0, ttyS0,115200 or ttyS0,115200n8r: the device, its speed, the parity (n, o or e), the data bits (7 or 8), and r for RTS/CTS."
REFUSED = {
    "uart8250,mmio32,0xfe215040": (
        "'uart8250,mmio32,0xfe215040' is an early console, on which nobody can log in",
        "Write the device here, like ttyS0,115200, and earlycon=... in cmdline=.",
    ),
    "uart,io,0x3f8,115200n8": (
        "'uart,io,0x3f8,115200n8' is an early console, on which nobody can log in",
        "Write the device here, like ttyS0,115200, and earlycon=... in cmdline=.",
    ),
    "ttyFOO0,115200": (
        "unknown console 'ttyFOO0,115200': no driver of the kernel has a ttyFOO",
        'Did you mean ttyO or ttyLF or ttyGF? Otherwise, name the option of its driver: console_drivers={"ttyFOO": "SERIAL_..._CONSOLE"}.',
    ),
    **{
        text: (f"{text!r} is not a console", FORMAT)
        for text in (
            *("ttyS", "ttyS00", "ttyS-1", "tty S0", "ttyS0 ttyS1", "/dev/ttyS0", "ttyS0:115200", "0", "null"),
            *("ttyS0,", "ttyS0,0", "ttyS0,0115200", "ttyS0,fast", "ttyS0,115200r", "ttyS0,115200x8", "ttyS0,115200n9"),
            *("ttyS0,115200n8x", "ttyS0,115200n8rr", "ttyS0,115200,n,8", "ttyS0,115200\n", "00:04:0.0,115200"),
        )
    },
}


@pytest.mark.parametrize(("text", "fault"), REFUSED.items())
def test_a_console_that_nobody_could_log_in_on_is_refused(text: str, fault: tuple[str, str]) -> None:
    assert console_fault(text, DRIVERS) == fault


@pytest.mark.parametrize("kind", DRIVERS)
def test_a_board_needs_its_own_folder_only_whatever_its_serial_driver(kind: str, tmp_path: Path) -> None:
    config = SmallTree(tmp_path, {"board/one/board.py": board(console=f"{kind}3,115200n8")}).configure()
    assert command_line(config).startswith(f"console={kind}3,115200n8 ")
    assert inittab(config) == [f"{kind}3::respawn:/sbin/getty -L {kind}3 115200 linux"]


def inittab(config: Config) -> list[str]:
    """The lines of /etc/inittab that start a getty."""
    text = next(text for path, _, text in system_files(config) if path == "etc/inittab")
    return [line for line in text.splitlines() if "getty" in line]


def test_a_board_may_name_the_driver_of_a_console(tmp_path: Path) -> None:
    text = board(console="ttyFOO0,115200", console_drivers={"ttyFOO": "SERIAL_FOO_CONSOLE"})
    config = SmallTree(tmp_path, {"board/one/board.py": text}).configure()
    assert inittab(config) == ["ttyFOO0::respawn:/sbin/getty -L ttyFOO0 115200 linux"]


def test_people_can_log_in_on_each_of_several_consoles(tmp_path: Path) -> None:
    text = board(console=["tty0", "ttyS0,115200n8r"])
    config = SmallTree(tmp_path, {"board/one/board.py": text}).configure()
    assert placeholder(config) == "console=tty0 console=ttyS0,115200n8r"
    assert inittab(config) == [
        "tty1::respawn:/sbin/getty -L tty1 0 linux",
        "ttyS0::respawn:/sbin/getty -L -h ttyS0 115200 linux",
    ]


@pytest.mark.parametrize("second", ["ttyS0,9600", "ttyS1"])
def test_two_consoles_of_one_driver_are_refused(second: str, tmp_path: Path) -> None:
    with pytest.raises(LeafrootError) as caught:
        SmallTree(tmp_path, {"board/one/board.py": board(console=["ttyS0,115200", second])}).configure()
    assert str(caught.value) == (
        f"board/one/board.py:8: consoles 'ttyS0,115200' and '{second}' have the same driver, but the kernel takes one of each\n"
        "  Remove one of them. For a second login, put a line into /etc/inittab by an overlay."
    )


@pytest.mark.parametrize(
    ("console", "drivers", "options"),
    [
        ("ttyS1,9600", {}, ["SERIAL_8250_CONSOLE"]),
        (["ttyS0", "tty0"], {}, ["SERIAL_8250_CONSOLE", "VT_CONSOLE"]),
        ("ttyMSM0,115200", {}, ["SERIAL_QCOM_GENI_CONSOLE"]),
        ("ttyMSM0,115200", {"ttyMSM": "SERIAL_MSM_CONSOLE"}, ["SERIAL_MSM_CONSOLE"]),
    ],
)
def test_the_kernel_is_asked_for_the_consoles_drivers(
    console: str | list[str], drivers: dict[str, str], options: list[str], tmp_path: Path
) -> None:
    from leafroot.plan.kernel import console_drivers

    text = board(console=console, console_drivers=drivers)
    config = SmallTree(tmp_path, {"board/one/board.py": text}).configure()
    assert console_drivers(config) == tuple(f"{option}=y" for option in options)
