# SPDX-License-Identifier: Apache-2.0
"""Writes the config.txt of a Raspberry Pi's boot loader: what follows from the description, then the board's own.

Of two lines with one key the boot loader takes the later one, so the board's file has the last word wherever it may.
"""

from __future__ import annotations

from leafroot.config.config_txt_check import read_settings
from leafroot.config.config_txt_keys import LONGEST_LINE
from leafroot.config.references import CONFIG_TXT
from leafroot.describe.arches import ARCHES
from leafroot.describe.board import Board
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError

# What a product starts from, and may change in its own file: a serial console, no picture before the system's own.
_DEFAULTS = ("enable_uart=1", "disable_splash=1")


def config_txt(board: Unit[Board], own: str = "") -> str:
    """The text of config.txt for a board with a RaspberryPi loader; `own` is that of the board's own config.txt.

    An overlay that the own file loads itself, with parameters or for some models, is left to it. Raises LeafrootError,
    with file and line, for whatever in the own file does not hold.
    """
    loader, kernel = board.value.loader, board.value.kernel
    assert loader is not None, board.name
    settings = read_settings(board, own)
    lines = [
        f"arm_64bit={1 if ARCHES[board.value.arch].elf_class == 64 else 0}",
        f"kernel={loader.kernel}",
    ]
    if kernel.device_tree:
        lines.append(f"device_tree={kernel.device_tree_file}")
    lines += _DEFAULTS
    loaded = {setting.overlay for setting in settings}
    if overlays := [name for name in kernel.overlays if name not in loaded]:
        # The empty one ends the last one's parameters: a dtparam in the own file is not meant for it.
        lines += [f"dtoverlay={name}" for name in (*overlays, "")]
    for line in lines:
        if len(line) > LONGEST_LINE:
            raise LeafrootError(
                f"its config.txt would have a line of {len(line)} characters: {line}",
                board.path("board.py"),
                f"The boot loader reads {LONGEST_LINE} of them. Choose a shorter name.",
            )
    text = "# Written by Leafroot.\n" + "".join(f"{line}\n" for line in lines)
    if own:
        text += f"\n# From {CONFIG_TXT} of the board {board.name}.\n" + "".join(
            f"{line}\n" for line in own.splitlines()
        )
    return text
