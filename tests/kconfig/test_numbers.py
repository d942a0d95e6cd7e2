# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (messages stand here as they are printed)
"""Numbers, ranges and tristates of an external tree's own Kconfig, as Kconfig has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.kconfig.fragment import parse_fragment
from leafroot.kconfig.resolve import resolve
from tests.small_tree import SmallTree

KCONFIG = """\
config P_INT
	int "A number"

config P_RANGE
	int "A number"
	range -5 100
	default 0

config P_HEX
	hex "An address"
	range 0x10 0xff
	default 0x10

config P_SWITCH
	bool "Advanced"

config P_MAX
	int "Most"
	depends on P_SWITCH

config P_UP_TO
	int "A number"
	range 0 P_MAX
	default 0

config P_EMPTY
	hex

config P_UP_TO_NOTHING
	hex "An address"
	range 0x0 P_EMPTY
	default 0x0

config P_TRI
	tristate "A driver"

config P_OTHER
	tristate "Another"
	depends on P_TRI
"""
MODULES = 'config MODULES\n\tbool "Modules"\n\toption modules\n\n'

HELD = {
    "int": "CONFIG_P_INT=7",
    "int below zero": "CONFIG_P_INT=-7",
    "zero": "CONFIG_P_INT=0",
    "least": "CONFIG_P_RANGE=-5",
    "most": "CONFIG_P_RANGE=100",
    "hex": "CONFIG_P_HEX=0x1F",
    "hex without 0x": "CONFIG_P_HEX=1f",
    "hex of digits": "CONFIG_P_HEX=10",
    "hex in capitals": "CONFIG_P_HEX=0XFF",
    "a bound with a value": "CONFIG_P_SWITCH=y\nCONFIG_P_MAX=9\nCONFIG_P_UP_TO=9",
    "tristate on": "CONFIG_P_TRI=y",
    "tristate off": "# CONFIG_P_TRI is not set",
    "tristates, one on the other": "CONFIG_P_TRI=y\nCONFIG_P_OTHER=y",
}
HELD_WITH_MODULES = {
    "module": "CONFIG_MODULES=y\nCONFIG_P_TRI=m",
    "module below a module": "CONFIG_MODULES=y\nCONFIG_P_TRI=m\nCONFIG_P_OTHER=m",
    "module below what is built in": "CONFIG_MODULES=y\nCONFIG_P_TRI=y\nCONFIG_P_OTHER=m",
}


def resolved(folder: Path, lines: str, kconfig: str = KCONFIG) -> dict[str, str]:
    """The values of the tree's options with a fragment of these lines."""
    tree = SmallTree(folder, {"product/configs/Kconfig": kconfig, "x.config": f"{lines}\n"})
    _, *arguments = tree.arguments(fragments=[Path("x.config")])
    kconf = resolve(tree.catalog("product"), *arguments).kconf
    return {
        option.name: option.str_value
        for option in kconf.unique_defined_syms
        if option.name.startswith(("P_", "MODULES"))
    }


def assigned(lines: str) -> dict[str, str]:
    return {one.symbol: one.value for one in parse_fragment(lines.encode(), "x.config")}


@pytest.mark.parametrize("lines", HELD.values(), ids=HELD)
def test_a_value_is_as_it_was_written(lines: str, tmp_path: Path) -> None:
    assert assigned(lines).items() <= resolved(tmp_path, lines).items()


@pytest.mark.parametrize("lines", HELD_WITH_MODULES.values(), ids=HELD_WITH_MODULES)
def test_a_tristate_can_be_a_module_where_there_are_modules(lines: str, tmp_path: Path) -> None:
    assert assigned(lines).items() <= resolved(tmp_path, lines, MODULES + KCONFIG).items()


# Lines, and what is said of the last of them.
REFUSED: dict[str, tuple[str, str]] = {
    "hex for an int": ("CONFIG_P_INT=0x10", "CONFIG_P_INT=0x10: the option takes a number"),
    "plus": ("CONFIG_P_INT=+7", "CONFIG_P_INT=+7: the option takes a number"),
    "zero in front": ("CONFIG_P_INT=007", "CONFIG_P_INT=007: the option takes a number"),
    "groups of digits": ("CONFIG_P_RANGE=1_0", "CONFIG_P_RANGE=1_0: the option takes a number\n  It takes -5 to 100."),
    "in quotes": ('CONFIG_P_INT="7"', 'CONFIG_P_INT="7": the option takes a number'),
    "not set": ("# CONFIG_P_INT is not set", "CONFIG_P_INT=n: the option takes a number"),
    "more than 64 bits": (f"CONFIG_P_INT={'9' * 21}", f"CONFIG_P_INT={'9' * 21} is out of range\n  It has 64 bits."),
    "below": ("CONFIG_P_RANGE=-6", "CONFIG_P_RANGE=-6 is out of range\n  It takes -5 to 100."),
    "above": ("CONFIG_P_RANGE=101", "CONFIG_P_RANGE=101 is out of range\n  It takes -5 to 100."),
    "hex below zero": (
        "CONFIG_P_HEX=-1",
        "CONFIG_P_HEX=-1: the option takes a hexadecimal number\n  It takes 0x10 to 0xff.",
    ),
    "hex above": ("CONFIG_P_HEX=100", "CONFIG_P_HEX=100 is out of range\n  It takes 0x10 to 0xff."),
    "no hex": (
        "CONFIG_P_HEX=0xgg",
        "CONFIG_P_HEX=0xgg: the option takes a hexadecimal number\n  It takes 0x10 to 0xff.",
    ),
    "a bound without a value": (
        "CONFIG_P_UP_TO=5",
        "CONFIG_P_UP_TO=5 cannot be checked against its range, 0 to CONFIG_P_MAX: CONFIG_P_MAX has no value\n"
        "  CONFIG_P_MAX depends on P_SWITCH (=n). Set that, or change the range of CONFIG_P_UP_TO (product/configs/Kconfig:21).",
    ),
    "no number, and a bound without a value": (
        "CONFIG_P_UP_TO=some",
        "CONFIG_P_UP_TO=some: the option takes a number\n  It takes 0 to CONFIG_P_MAX.",
    ),
    "a bound that nobody can give a value": (
        "CONFIG_P_UP_TO_NOTHING=5",
        "CONFIG_P_UP_TO_NOTHING=5 cannot be checked against its range, 0x0 to CONFIG_P_EMPTY: CONFIG_P_EMPTY has no value\n"
        "  Give CONFIG_P_EMPTY a value, or change the range of CONFIG_P_UP_TO_NOTHING (product/configs/Kconfig:29).",
    ),
    "a module without modules": (
        "CONFIG_P_TRI=m",
        "CONFIG_P_TRI=m: a module needs CONFIG_MODULES, which does not exist\n  Write y or n.",
    ),
    "a tristate of another kind": (
        "CONFIG_P_TRI=1",
        "CONFIG_P_TRI=1: the option is on, off or a module\n  Write y, m or n.",
    ),
}
REFUSED_WITH_MODULES: dict[str, tuple[str, str]] = {
    "modules are off": (
        "CONFIG_P_TRI=m",
        "CONFIG_P_TRI=m: a module needs CONFIG_MODULES, which is off\n  Write y or n.",
    ),
    "on over a module": (
        "CONFIG_MODULES=y\nCONFIG_P_TRI=m\nCONFIG_P_OTHER=y",
        "CONFIG_P_OTHER=y has no effect: CONFIG_P_OTHER can be a module only: it depends on P_TRI (=m)\n"
        "  Write m, or set that to y.",
    ),
}


def assert_refused(folder: Path, lines: str, message: str, kconfig: str) -> None:
    with pytest.raises(LeafrootError) as caught:
        resolved(folder, lines, kconfig)
    assert str(caught.value) == f"x.config:{len(lines.splitlines())}: {message}"


@pytest.mark.parametrize(("lines", "message"), REFUSED.values(), ids=REFUSED)
def test_a_value_that_the_option_does_not_take(lines: str, message: str, tmp_path: Path) -> None:
    assert_refused(tmp_path, lines, message, KCONFIG)


@pytest.mark.parametrize(("lines", "message"), REFUSED_WITH_MODULES.values(), ids=REFUSED_WITH_MODULES)
def test_a_tristate_that_cannot_be_so(lines: str, message: str, tmp_path: Path) -> None:
    assert_refused(tmp_path, lines, message, MODULES + KCONFIG)
