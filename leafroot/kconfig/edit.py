# SPDX-License-Identifier: Apache-2.0
"""Commands on a configuration: change it in a menu, update it, make a defconfig of it."""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from leafroot.errors import LeafrootError
from leafroot.files import write_text
from leafroot.kconfig.defconfig import find_board, find_defconfig, header, shown
from leafroot.kconfig.fragment import read_fragment
from leafroot.kconfig.generate import symbol, write_generated
from leafroot.kconfig.menu import deep, environment, load_kconfig
from leafroot.kconfig.resolve import Request, resolve
from leafroot.units.catalog import Catalog

_HEADER = "# SPDX-License-Identifier: Apache-2.0\n"
_MENUS = {
    "menuconfig": "It needs a terminal that curses supports (see TERM).",
    "guiconfig": "It needs Python's tkinter (Debian: python3-tk) and a display; menuconfig needs neither.",
}


def minimal_defconfig(catalog: Catalog, root: Path, generated: Path, request: Request) -> str:
    """The text of a defconfig for the request: the board, and what differs from the defaults.

    The comments at the start of an existing defconfig are kept.
    """
    kconf = resolve(catalog, root, generated, request).kconf
    text = _text_of(kconf.write_min_config)
    board = f"CONFIG_{symbol('BOARD', find_board(catalog, request.name).name)}=y\n"
    existing = find_defconfig(catalog, request.name)
    # Kconfig leaves out the first board, which is its default, but every defconfig must name its board.
    comments = header(existing) if existing else ""
    return (comments or _HEADER) + board + text.replace(board, "")


def update_local(catalog: Catalog, root: Path, generated: Path, request: Request) -> tuple[str, ...]:
    """Write the whole configuration to `request.local`, starting from that file or from the defconfig.

    Returns a message for each assignment that had to be dropped.
    """
    resolved = resolve(catalog, root, generated, request, lenient=True)
    _write_local(resolved.kconf, request)
    return tuple(str(problem) for problem in resolved.dropped)


def edit_local(catalog: Catalog, root: Path, generated: Path, request: Request, menu: str) -> tuple[str, ...]:
    """Let the user change `request.local` in a menu: `menuconfig` (terminal) or `guiconfig` (window).

    A new file starts as the board's defconfig. Fragments and variables are not included, because every build applies
    them on top. Returns kconfiglib's warnings about the file as it was before.
    """
    if request.local is None:
        raise LeafrootError("there is no file to save the configuration to", menu)
    local, existed = request.local, os.path.lexists(request.local)
    if existed:
        _make_plain(local, shown(local, root))
        write_generated(catalog, generated)
    else:
        _write_local(resolve(catalog, root, generated, Request(request.name)).kconf, request)
    before = local.read_bytes()
    kconf = load_kconfig(root, generated)
    kconf.warn_assign_undef = True
    try:
        with environment({"KCONFIG_CONFIG": str(local)}), deep():
            _run(menu, kconf)
    finally:
        if not existed and local.read_bytes() == before:
            local.unlink()
    return tuple(kconf.warnings)


def _make_plain(file: Path, where: str) -> None:
    """Remove indentation and a byte order mark: they do not count, but kconfiglib would ignore such lines.

    Raises LeafrootError for a line that does not belong in a configuration.
    """
    read_fragment(file, where)
    text = file.read_bytes().decode("utf-8-sig")
    plain = "\n".join(line.strip(" \t\r") for line in text.split("\n"))
    if plain.encode() != file.read_bytes():
        write_text(file, plain)


def _run(menu: str, kconf: Any) -> None:
    try:
        importlib.import_module(menu).menuconfig(kconf)
    except Exception as error:
        # curses and tkinter raise their own errors, which cannot be imported if the modules are not installed.
        if type(error).__module__ not in ("_curses", "_tkinter") and not isinstance(error, ImportError):
            raise
        raise LeafrootError(f"cannot start: {error}", menu, _MENUS[menu]) from error


def _write_local(kconf: Any, request: Request) -> None:
    if request.local is None:
        raise LeafrootError("there is no file to save the configuration to", f"BOARD={request.name}")
    request.local.parent.mkdir(parents=True, exist_ok=True)
    write_text(request.local, _text_of(partial(kconf.write_config, save_old=False)))


def _text_of(write: Callable[..., object]) -> str:
    """The text that one of kconfiglib's functions writes; they can only write to files."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "config")
        write(str(file), header="")
        return file.read_text("utf-8")
