# SPDX-License-Identifier: Apache-2.0
"""The kernel's command line: its content, and how it is built into the kernel.

The object tree is compiled with a placeholder, so another boot mode or another KERNEL_CMDLINE does not rebuild it. The
step that links the kernel sets the real parameters, and make then compiles the few objects that contain them.

Some architectures use CMDLINE only if the boot loader gives no command line. There, the parameters are embedded as a
boot configuration instead (Documentation/admin-guide/bootconfig.rst in the kernel's source). They come before the boot
loader's, which can add to them and change them. Parameters that the kernel needs before it reads the boot configuration
(earlycon and the like) must then come from the boot loader.
"""

from __future__ import annotations

import re
import shlex

from leafroot.errors import LeafrootError
from leafroot.kconfig.config import Config
from leafroot.step import AnyInput, Text

_FILE = "/bootconfig"
_KEY = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


def command_line(config: Config) -> str:
    """The command line that is built into the kernel."""
    mode = config.mode.words(config.series.value.number, config.root_size)
    words = (f"console={config.console}", *mode, config.board.value.cmdline, config.cmdline)
    return " ".join(word for word in words if word)


def cmdline_txt(config: Config) -> str:
    """The text of a Raspberry Pi's cmdline.txt: the same parameters again.

    Without that file, start4.elf passes parameters of its own, including a root on the card. If the kernel has its
    parameters in a boot configuration, this file provides those that are needed before it is read. Parameters that
    appear twice do no harm.
    """
    return f"{command_line(config)}\n"


def placeholder(config: Config) -> str:
    """The command line that the object tree is compiled with.

    It is not empty, because the options of some architectures depend on a command line in Kconfig.
    """
    return f"console={config.console}"


def is_option(config: Config) -> bool:
    """Whether the command line is a kernel option (otherwise, it is a boot configuration)."""
    return bool(config.arch.cmdline_options)


def cmdline_options(config: Config, words: str) -> tuple[str, ...]:
    """The kernel options that build in the command line `words`, as assignments without CONFIG_."""
    if is_option(config):
        quoted = words.replace("\\", "\\\\").replace('"', '\\"')
        return (*(f"{name}=y" for name in config.arch.cmdline_options), f'CMDLINE="{quoted}"')
    return (
        *("BOOT_CONFIG=y", "BOOT_CONFIG_FORCE=y", "BOOT_CONFIG_EMBED=y"),
        f'BOOT_CONFIG_EMBED_FILE="{_FILE}"',
    )


def cmdline_inputs(config: Config, words: str) -> tuple[AnyInput, ...]:
    """The additional inputs of a step that compiles or links the kernel with the command line `words`."""
    if is_option(config):
        return ()
    return (Text(_FILE, boot_configuration(words, config.board.path("board.py"))),)


def boot_configuration(words: str, where: str) -> str:
    """The boot configuration that gives the kernel these parameters; `where` is the place for error messages."""
    values: dict[str, list[str | None]] = {}
    for word in _split(words, where):
        key, equals, value = word.partition("=")
        if not _KEY.fullmatch(key) or ('"' in value and "'" in value):
            raise LeafrootError(f"{word!r} cannot be put into a boot configuration", where)
        values.setdefault(key, []).append(value if equals else None)
    return "".join(f"kernel.{key}{_assigned(key, given, where)}\n" for key, given in values.items())


def _split(words: str, where: str) -> list[str]:
    try:
        return shlex.split(words)
    except ValueError as error:
        raise LeafrootError(
            f"the kernel's command line cannot be split into words: {str(error).lower()}",
            where,
            f"It is: {words}\nIts parts are the board's cmdline= and the option KERNEL_CMDLINE.",
        ) from error


def _assigned(key: str, given: list[str | None], where: str) -> str:
    if None not in given:
        return " = " + ", ".join(_quoted(value) for value in given if value is not None)
    if any(value is not None for value in given):
        raise LeafrootError(f"the kernel's command line has {key!r} both with a value and without", where)
    return ""


def _quoted(value: str) -> str:
    return f"'{value}'" if '"' in value else f'"{value}"'
