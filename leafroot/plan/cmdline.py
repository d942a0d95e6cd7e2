# SPDX-License-Identifier: Apache-2.0
"""The kernel's command line: its content, and how it is built into the kernel.

It is a kernel option, which the kernel joins with the boot loader's parameters. The object tree is compiled with a
placeholder, so another boot mode or another KERNEL_CMDLINE does not rebuild it. The step that links the kernel sets the
real parameters, and make then compiles the few objects that contain them.
"""

from __future__ import annotations

import re

from leafroot.describe.console import DRIVERS, console_fault
from leafroot.describe.parameters import split_parameters
from leafroot.errors import LeafrootError
from leafroot.kconfig.config import Config
from leafroot.kconfig.fragment import quoted

# A Raspberry Pi's start4.elf passes the size of each display, two MAC addresses, the memory of the video core and more:
# some 400 characters, beside those of cmdline.txt.
_FIRMWARE = 512
_MENU_OPTION = "CONFIG_KERNEL_CMDLINE"


def command_line(config: Config) -> str:
    """The command line that is built into the kernel; raises LeafrootError if the kernel cannot hold it."""
    parts = _parts(config)
    _check_length(config, parts)
    _check_consoles(config, parts)
    return " ".join(parts.values())


def _parts(config: Config) -> dict[str, str]:
    """The parts of the command line that are not empty, in their order, by what they are."""
    mode = config.mode.words(config.series.value.number, config.root_size)
    parts = {
        "console=": placeholder(config),
        "the boot mode": " ".join(mode),
        "the board's cmdline=": config.board.value.cmdline,
        _MENU_OPTION: config.cmdline,
    }
    return {name: text for name, text in parts.items() if text}


def _where(config: Config, part: str) -> str:
    """The place of a part, for error messages."""
    if part == _MENU_OPTION:
        return config.cmdline_at or part
    return config.board.at("cmdline" if "cmdline" in part else "console")


def _room(config: Config) -> int:
    """How many characters the kernel takes, without those that the board's boot loader adds by itself."""
    sizes, version = config.arch.cmdline_size, config.series.value.number
    size = sizes[max(since for since in sizes if since <= version)]
    # The last one is a NUL. If the boot loader's parameters come first, there is a blank even if there are none.
    room = size - (1 if config.arch.cmdline_leads else 2)
    return room - (_FIRMWARE + len(cmdline_txt(config)) if config.board.value.loader else 0)


def _check_length(config: Config, parts: dict[str, str]) -> None:
    length, room = len(" ".join(parts.values())), _room(config)
    if length <= room:
        return
    longest = max(parts, key=lambda name: len(parts[name]))
    sizes = ", ".join(f"{name} {len(text)}" for name, text in parts.items())
    loader = f" (and {_FIRMWARE} that the boot loader may add)" if config.board.value.loader else ""
    raise LeafrootError(
        f"the kernel's command line has {length} characters, but Linux {config.series.name} has room for {room} "
        f"on {config.arch.name}{loader}",
        _where(config, longest),
        f"Shorten {longest} by {length - room}. The parts: {sizes}.",
    )


def _check_consoles(config: Config, parts: dict[str, str]) -> None:
    """Check the console= of all parts: the kernel ignores an unknown one, and all but the first of each driver."""
    seen: dict[str, str] = {}
    drivers = {**DRIVERS, **config.board.value.console_drivers}
    for name, text in parts.items():
        for word in split_parameters(text):
            key, _, value = word.partition("=")
            if key != "console":
                continue
            # console=0 is ttyS0 (console_setup in kernel/printk/printk.c).
            kind = "ttyS" if value[:1].isdigit() and ":" not in value else re.sub(r"[0-9]*(,.*)?$", "", value)
            if seen.setdefault(kind, value) != value:
                raise LeafrootError(
                    f"{word} has no effect: of each driver, the kernel takes one console, and has console={seen[kind]}",
                    _where(config, name),
                    f"Set console= in {config.board.path('board.py')}, or remove it here.",
                )
            # Of other names there are more than those of serial drivers: console=null, netcon0, 00:04:0.0.
            if re.match(r"tty(?!null$)|hvc", value) and (fault := console_fault(value, drivers)):
                raise LeafrootError(fault[0], _where(config, name), fault[1])


def check_added(config: Config, words: str) -> None:
    """Raise a LeafrootError if the kernel has no room for the parameters `words` of a boot loader."""
    room = _room(config) - len(command_line(config)) - (1 if config.arch.cmdline_leads else 0)
    if len(words) > room:
        raise LeafrootError(
            f"the kernel has no room for the parameters {words!r}",
            f"BOARD={config.name}",
            f"Its command line has {len(command_line(config))} characters: shorten it by {len(words) - room}.",
        )


def cmdline_txt(config: Config) -> str:
    """The text of a Raspberry Pi's cmdline.txt: the consoles.

    Without that file, start4.elf passes parameters of its own, including a root on the card. All others are built into
    the kernel.
    """
    return f"{placeholder(config)}\n"


def placeholder(config: Config) -> str:
    """The command line that the object tree is compiled with: the consoles.

    It is not empty, because the options of some architectures depend on a command line in Kconfig.
    """
    return " ".join(f"console={console.text}" for console in config.consoles)


def cmdline_options(config: Config, words: str) -> tuple[str, ...]:
    """The kernel options that build in the command line `words`, as assignments without CONFIG_."""
    return (*(f"{name}=y" for name in config.arch.cmdline_options), f"CMDLINE={quoted(words)}")
