# SPDX-License-Identifier: Apache-2.0
"""What people do with a configuration: change it in a menu, bring it up to date, make a defconfig of it."""

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
from leafroot.kconfig.defconfig import find_board, find_defconfig, header
from leafroot.kconfig.generate import symbol
from leafroot.kconfig.menu import deep, environment, load_kconfig
from leafroot.kconfig.resolve import Request, resolve
from leafroot.units.catalog import Catalog

_HEADER = "# SPDX-License-Identifier: Apache-2.0\n"
_MENUS = {
    "menuconfig": "It runs in a terminal, which must be one that curses knows (TERM).",
    "guiconfig": "It needs Python's tkinter (Debian: python3-tk) and a display; menuconfig needs neither.",
}


def minimal_defconfig(catalog: Catalog, root: Path, generated: Path, request: Request) -> str:
    """The text of a defconfig that says what was asked for: the board, and what differs from the defaults.

    The comments at the head of the defconfig that there is are kept."""
    kconf = resolve(catalog, root, generated, request).kconf
    text = _text_of(kconf.write_min_config)
    board = f"CONFIG_{symbol('BOARD', find_board(catalog, request.name).name)}=y\n"
    existing = find_defconfig(catalog, request.name)
    # The first board of all is Kconfig's default; but a defconfig that names none would be anybody's.
    comments = header(existing) if existing else ""
    return (comments or _HEADER) + board + text.replace(board, "")


def update_local(catalog: Catalog, root: Path, generated: Path, request: Request) -> tuple[str, ...]:
    """Write the whole configuration to `request.local`, starting from what that file or the defconfig says.

    Returns what had to be dropped from it, as sentences for people.
    """
    resolved = resolve(catalog, root, generated, request, lenient=True)
    _write_local(resolved.kconf, request)
    return tuple(str(problem) for problem in resolved.dropped)


def edit_local(catalog: Catalog, root: Path, generated: Path, request: Request, menu: str) -> tuple[str, ...]:
    """Let a person change `request.local` in a menu: `menuconfig` (terminal) or `guiconfig` (window).

    The file begins as the board's defconfig. Fragments and variables are left out: they come on top of it in
    every build anyway. Returns kconfiglib's warnings about the file as it was.
    """
    if request.local is None:
        raise LeafrootError("there is no file to save the configuration to", menu)
    local, existed = request.local, os.path.lexists(request.local)
    if not existed:
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


def _run(menu: str, kconf: Any) -> None:
    try:
        importlib.import_module(menu).menuconfig(kconf)
    except Exception as error:
        # curses and tkinter raise errors of their own, which cannot be named where they are not installed.
        if type(error).__module__ not in ("_curses", "_tkinter") and not isinstance(error, ImportError):
            raise
        raise LeafrootError(f"cannot be shown: {error}", menu, _MENUS[menu]) from error


def _write_local(kconf: Any, request: Request) -> None:
    if request.local is None:
        raise LeafrootError("there is no file to save the configuration to", f"BOARD={request.name}")
    request.local.parent.mkdir(parents=True, exist_ok=True)
    write_text(request.local, _text_of(partial(kconf.write_config, save_old=False)))


def _text_of(write: Callable[..., object]) -> str:
    """What one of kconfiglib's functions writes, which know files alone."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "config")
        write(str(file), header="")
        return file.read_text("utf-8")
