# SPDX-License-Identifier: Apache-2.0
"""The kernel's command line: what it says, and how it is built into the kernel.

The object tree is compiled with a placeholder, so that no word costs a kernel: another boot mode or another
KERNEL_CMDLINE leaves the tree as it is. The step that links the kernel sets the real words, and make then compiles
the few objects that read them.

Where the architecture's kernel takes CMDLINE only in place of what the boot loader says, the words are embedded as
a boot configuration instead (Documentation/admin-guide/bootconfig.rst in the kernel's source): they come before the
boot loader's, which can add to them and change them. Parameters that the kernel wants before that (earlycon and the
like) are the boot loader's there.
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
    """The text of a Raspberry Pi's cmdline.txt: the same words once more.

    Without that file start4.elf passes on words of its own, with a root on the card among them. Where the kernel has
    its words as a boot configuration, those that count before it is read are taken from here. Words that come
    twice do no harm.
    """
    return f"{command_line(config)}\n"


def placeholder(config: Config) -> str:
    """The command line that the object tree is compiled with.

    It is not empty, because Kconfig offers the options of some architectures only beside a command line.
    """
    return f"console={config.console}"


def is_option(config: Config) -> bool:
    """Whether the command line is a kernel option, and not a boot configuration."""
    return bool(config.arch.cmdline_options)


def cmdline_options(config: Config, words: str) -> tuple[str, ...]:
    """The kernel options that build the command line `words` in, as assignments without CONFIG_."""
    if is_option(config):
        quoted = words.replace("\\", "\\\\").replace('"', '\\"')
        return (*(f"{name}=y" for name in config.arch.cmdline_options), f'CMDLINE="{quoted}"')
    return (
        *("BOOT_CONFIG=y", "BOOT_CONFIG_FORCE=y", "BOOT_CONFIG_EMBED=y"),
        f'BOOT_CONFIG_EMBED_FILE="{_FILE}"',
    )


def cmdline_inputs(config: Config, words: str) -> tuple[AnyInput, ...]:
    """What a step that compiles or links the kernel with the command line `words` reads beside its options."""
    if is_option(config):
        return ()
    return (Text(_FILE, boot_configuration(words, config.board.path("board.py"))),)


def boot_configuration(words: str, where: str) -> str:
    """The boot configuration that gives the kernel these words; `where` is for the error if it cannot."""
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
