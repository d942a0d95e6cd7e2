# SPDX-License-Identifier: Apache-2.0
"""Lines of configuration files: each is an assignment, an unset option, a comment, blank, or an error."""

from __future__ import annotations

import pytest

from leafroot.errors import LeafrootError
from leafroot.kconfig.fragment import Assignment, check_for_kbuild, parse_fragment, parse_line, quoted, string_in

HONOURED = {
    "CONFIG_TUN=y": ("TUN", "y"),
    "CONFIG_TUN=n": ("TUN", "n"),
    "  CONFIG_TUN=y": ("TUN", "y"),
    "\tCONFIG_TUN=y \t": ("TUN", "y"),
    "CONFIG_TUN=y\r": ("TUN", "y"),
    "CONFIG_NR_CPUS=-4": ("NR_CPUS", "-4"),
    "CONFIG_PHYS=0x80000000": ("PHYS", "0x80000000"),
    "CONFIG_PHYS=ff": ("PHYS", "ff"),
    'CONFIG_CMDLINE="a=\\"b # c\\" \\\\"': ("CMDLINE", '"a=\\"b # c\\" \\\\"'),
    'CONFIG_CMDLINE=""': ("CMDLINE", '""'),
    'CONFIG_CMDLINE=" a "': ("CMDLINE", '" a "'),
    "# CONFIG_TUN is not set": ("TUN", "n"),
    "# CONFIG_TUN is not set ": ("TUN", "n"),
    "  # CONFIG_TUN is not set\t\r": ("TUN", "n"),
    "# CONFIG_64BIT is not set": ("64BIT", "n"),
}
COMMENTS = [
    "",
    " \t\r",
    "#",
    "# CONFIG_SOUND stays as the defconfig has it",
    "# CONFIG_USB is needed by the flashing tool",
    "# CONFIG_USB=y",
    "#CONFIG_USB=y",
    '# CONFIG_CMDLINE="x is not set"',
    "# CONFIG_USB=m is not what we want",
    "# CONFIG_USB is not needed",
    "# CONFIG_USB is not yet needed here",
    "# CONFIG_USB: is it not set?",
    "# This is not set by default.",
    "# It is not set",
    "# Confirm that it is not set before a release",
    "# The options below are not set.",
    "# Sensors, of which none is set",
    "#!/bin/sh",
    "########",
]
GENERIC = "Write CONFIG_NAME=value, or '# CONFIG_NAME is not set'."
NOT_SET = (
    "Write '# CONFIG_{} is not set', without any other text in the line. If it is a comment, word it in another way."
)
# A line, what is said of it, and what is said to do.
REFUSED = {
    "CONFIG_VETH": ("not an assignment", "Write CONFIG_VETH=y, or '# CONFIG_VETH is not set'."),
    "CONFIG_VETH=": (
        "no value",
        "Write CONFIG_VETH=y, '# CONFIG_VETH is not set', or CONFIG_VETH=\"\" for an empty string.",
    ),
    "CONIFG_BRIDGE=y": ("not an assignment", "Write CONFIG_BRIDGE=y."),
    "CONFIG-BRIDGE=y": ("not an assignment", "Write CONFIG_BRIDGE=y."),
    "config_bridge=y": ("not an assignment", "Write CONFIG_BRIDGE=y."),
    "BRIDGE=y": ("not an assignment", "Write CONFIG_BRIDGE=y."),
    "CONFIG_BRIDGE =y": ("not an assignment", "Write CONFIG_BRIDGE=y."),
    "CONFIG_BRIDGE= y": ("not an assignment", "Write CONFIG_BRIDGE=y."),
    "CONFIG_BRIDGE:=y": ("not an assignment", "Write CONFIG_BRIDGE=y."),
    "CONFIG_BRIDGE is not set": ("not an assignment", "Write '# CONFIG_BRIDGE is not set'."),
    "CONFIG BRIDGE": ("not an assignment", GENERIC),
    "\u00a0CONFIG_TUN=y": ("not an assignment", "Write CONFIG_TUN=y."),
    "CONFIG_TUN\u200b=y": ("not an assignment", GENERIC),
    "CONFIG_\u0422UN=y": ("not an assignment", GENERIC),
    "export CONFIG_TUN=y": ("not an assignment", "Write CONFIG_TUN=y."),
    "// CONFIG_TUN=y": ("not an assignment", "Write CONFIG_TUN=y."),
    "<<<<<<< HEAD": ("not an assignment", GENERIC),
    "=y": ("not an assignment", GENERIC),
    "#CONFIG_TUN is not set": ("neither", NOT_SET.format("TUN")),
    "#  CONFIG_TUN is not set": ("neither", NOT_SET.format("TUN")),
    "# CONFIG_TUN is not  set": ("neither", NOT_SET.format("TUN")),
    "#\tCONFIG_TUN is not set": ("neither", NOT_SET.format("TUN")),
    "## CONFIG_TUN is not set": ("neither", NOT_SET.format("TUN")),
    "# CONFIG_TUN is not set.": ("neither", NOT_SET.format("TUN")),
    "# CONFIG_TUN is not set   # saves 30 kB": ("neither", NOT_SET.format("TUN")),
    "# CONFIG_TUN is not set because of the size": ("neither", NOT_SET.format("TUN")),
    "# CONFIG_TUN is not settled": ("neither", NOT_SET.format("TUN")),
    "# CONFIG_TUN=y is not set": ("neither", NOT_SET.format("TUN")),
    "# CONIFG_TUN is not set": ("neither", NOT_SET.format("TUN")),
    "# config_tun is not set": ("neither", NOT_SET.format("TUN")),
    "# TUN is not set": ("neither", NOT_SET.format("TUN")),
    "# CONFIG_TUN is no set": ("neither", NOT_SET.format("TUN")),
    "# CONFIG_TUN isn't set": ("neither", NOT_SET.format("TUN")),
    "# CONFIG_TUN not set": ("neither", NOT_SET.format("TUN")),
    "# CONFIG_TUN is unset": ("neither", NOT_SET.format("TUN")),
    "# CONFIG_TUN is nto set": ("neither", NOT_SET.format("TUN")),
}


@pytest.mark.parametrize(("line", "expected"), HONOURED.items(), ids=HONOURED)
def test_a_line_that_counts(line: str, expected: tuple[str, str]) -> None:
    assert parse_line(line, "x:1") == Assignment(*expected, "x:1")


@pytest.mark.parametrize("line", COMMENTS)
def test_a_line_that_changes_nothing(line: str) -> None:
    assert parse_line(line, "x:1") is None


@pytest.mark.parametrize(("line", "expected"), REFUSED.items(), ids=REFUSED)
def test_a_line_that_is_refused_with_what_to_write(line: str, expected: tuple[str, str]) -> None:
    with pytest.raises(LeafrootError) as caught:
        parse_line(line, "x:7")
    message, hint = str(caught.value).split("\n  ")
    assert message.startswith(f"x:7: {expected[0]}") and hint == expected[1]


# Values that no type of option has, with what is said of them.
VALUES = {
    "yes": "CONFIG_X=yes: this is not a value",
    "Y": "CONFIG_X=Y: this is not a value",
    "y # for tests": "CONFIG_X=y # for tests: this is not a value",
    "y CONFIG_TAP=y": "CONFIG_X=y CONFIG_TAP=y: this is not a value",
    "y;": "CONFIG_X=y;: this is not a value",
    "1_000": "CONFIG_X=1_000: this is not a value",
    "+5": "CONFIG_X=+5: this is not a value",
    "0x": "CONFIG_X=0x: this is not a value",
    "quiet": "CONFIG_X=quiet: this is not a value",
    "'quiet'": "CONFIG_X='quiet': this is not a value",
    '"quiet': 'CONFIG_X="quiet: a string must be in double quotes',
    '"quiet" loglevel=3': 'CONFIG_X="quiet" loglevel=3: a string must be in double quotes',
    '"a"b"': 'CONFIG_X="a"b": a string must be in double quotes',
    '"a\\': 'CONFIG_X="a\\: a string must be in double quotes',
    r'"C:\new"': r'CONFIG_X="C:\new": \n is not an escape of Kconfig',
    "m": "CONFIG_X=m asks for a module, and Leafroot does not build modules",
}


@pytest.mark.parametrize(("value", "message"), VALUES.items(), ids=VALUES)
def test_a_value_that_no_option_of_the_kernel_takes(value: str, message: str) -> None:
    with pytest.raises(LeafrootError) as caught:
        check_for_kbuild(parse_fragment(f"# x\nCONFIG_X={value}\n".encode(), "x.config"))
    assert str(caught.value).startswith(f"x.config:2: {message}\n  "), str(caught.value)


def test_values_of_the_kernel() -> None:
    for value in ("y", "n", "0", "-1", "0x1F", "1f", '""', '"a b"', r'"\\ \""'):
        check_for_kbuild(parse_fragment(f"CONFIG_X={value}".encode(), "x.config"))


def test_strings_are_read_as_they_are_written() -> None:
    for text in ("", "a b", 'say "x"', "\\", '\\"', "\u00e9"):
        assert string_in(Assignment("X", quoted(text), "x")) == text


def test_a_file_may_have_a_byte_order_mark_crlf_line_ends_and_no_final_newline() -> None:
    text = "\ufeffCONFIG_A=y\r\n# CONFIG_B is not set\r\n\r\nCONFIG_C=1".encode()
    assert [one.line for one in parse_fragment(text, "x")] == ["CONFIG_A=y", "# CONFIG_B is not set", "CONFIG_C=1"]


@pytest.mark.parametrize("again", ["CONFIG_A=y", "CONFIG_A=n", "# CONFIG_A is not set"])
def test_an_option_has_one_line_in_a_file(again: str) -> None:
    with pytest.raises(LeafrootError) as caught:
        parse_fragment(f"CONFIG_A=y\n# x\n{again}\n".encode(), "x")
    assert str(caught.value) == ("x:3: CONFIG_A is assigned a second time\n  Line 1 says CONFIG_A=y; keep one of them.")
