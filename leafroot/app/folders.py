# SPDX-License-Identifier: Apache-2.0
"""The folders that Leafroot makes, OUTPUT, CACHE and DIR: where they may be, and what their file systems must allow."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from leafroot.errors import LeafrootError
from leafroot.host.disk import user_words

# What is below the checkout or an external tree, and is loaded, copied or compared from there.
_TREE = ("board", "buildroots", "configs", "linux", "package")
_CHECKOUT = (*_TREE, ".ci", ".git", ".venv", "LICENSES", "bench", "docs", "leafroot", "site_scons", "tests")


def check_place(
    variable: str, folder: Path, checkout: Path, external: Sequence[Path] = (), overlays: Sequence[str] = ()
) -> None:
    """Raise a LeafrootError if outputs or the cache in `folder` would get among sources; nothing is written.

    External trees and overlays may be named relative to the checkout.
    """
    where = f"{variable}={folder}"
    own = f"Name a folder of its own: {variable}=FOLDER."
    if not str(folder).isprintable():
        raise LeafrootError(
            "this folder's path has characters that cannot be shown",
            where,
            "Name a folder without newlines and the like, in UTF-8.",
        )
    try:
        place = folder.resolve()
    except (OSError, RuntimeError):
        raise LeafrootError("this is a symbolic link that leads to itself", where, own) from None
    if checkout.resolve().is_relative_to(place):
        raise LeafrootError("this folder is the checkout, or holds it", where, own)
    for tree in external:
        if Path(checkout, tree).resolve() == place:
            raise LeafrootError("this folder is an external tree", where, own)
    for source in _sources(checkout, external, overlays):
        if place.is_relative_to(source.resolve()):
            what = "holds sources" if place == source.resolve() else f"lies in {source}, which holds sources"
            raise LeafrootError(f"this folder {what}", where, own)


def _sources(checkout: Path, external: Sequence[Path], overlays: Sequence[str]) -> Iterator[Path]:
    yield from (checkout / name for name in _CHECKOUT)
    for tree in external:
        yield from (Path(checkout, tree, name) for name in _TREE)
    yield from (Path(checkout, overlay) for overlay in overlays)


def make_folder(folder: Path, variable: str, *, writes: bool = False, runs: bool = False) -> None:
    """Make the folder that a variable names.

    Raises a LeafrootError if that is not possible; with `writes`, also if this user cannot write to the folder; with
    `runs`, also if no program can be run from it.
    """
    another = f"{variable}=FOLDER names another folder."
    home = os.environ.get("HOME", "")
    if home and folder.is_relative_to(home) and not os.path.lexists(home):
        # Users without a home have one that is not to be made: /nonexistent.
        raise LeafrootError(f"cannot make {folder}: the home {home} does not exist", "command line", another)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f": {error.strerror}"
        if isinstance(error, (FileExistsError, NotADirectoryError)):
            why = _in_the_way(folder)
        raise LeafrootError(f"cannot make {folder}{why}", "command line", another) from error
    if writes and not os.access(folder, os.W_OK | os.X_OK):
        owner, mine = folder.stat().st_uid, os.geteuid()
        why = "its file system is mounted read-only"
        if not os.statvfs(folder).f_flag & os.ST_RDONLY:
            why = "it may not be written to"
            if owner != mine:
                why = f"it belongs to {user_words(owner)}, and this is {user_words(mine)}"
        raise LeafrootError(f"cannot write to {folder}: {why}", "command line", another)
    if runs and os.statvfs(folder).f_flag & os.ST_NOEXEC:
        raise LeafrootError(
            f"{folder} is on a file system that is mounted noexec, but steps run programs from there",
            "command line",
            f"{another} Or mount the file system without noexec.",
        )


def _in_the_way(folder: Path) -> str:
    """What there is in place of a folder, in words that follow "cannot make FOLDER"."""
    for one in (folder, *folder.parents):
        if os.path.lexists(one) and not one.is_dir():
            if one.is_symlink() and not one.exists():
                return f": {one} is a link to {one.readlink()}, which does not exist"
            return f": {one} is not a folder"
    return ": something that is not a folder has this name"
