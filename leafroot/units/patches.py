# SPDX-License-Identifier: Apache-2.0
"""Finds the patches of a unit: which files of patches/ are applied to its version, in which order.

As in Buildroot, a folder patches/VERSION has the patches of that version alone, and then those beside it do not count;
a file `series` gives the order. A kernel series may have folders of patches for one architecture alone. Every file
counts or is refused; none is passed over because of its name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from leafroot.describe.arches import ARCHES
from leafroot.describe.board import Board, Series
from leafroot.describe.package import Package
from leafroot.describe.patch import LARGEST, Patch, check_patch, read_patch, read_series
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest
from leafroot.files import read_file

_FOLDER = "patches"
_SERIES = "series"
# Folders whose files have other meanings, or are no matter of the unit.
_OTHER_FOLDERS = (_FOLDER, "files", "overlay", "src")
_PATCH = re.compile(r".+\.(patch|diff)(\.(gz|bz2|xz|lzma|lz|zst))?", re.IGNORECASE)
_VERSION = re.compile(r"v?\d.*")
_LEFT_OVER = re.compile(r".+\.(orig|rej|bak|old|sw[a-z])", re.IGNORECASE)
_KERNEL_ARCHES = tuple(sorted(arch.kernel_arch for arch in ARCHES.values()))


def find_patches(unit: Unit[Any]) -> tuple[Patch, ...]:
    """The patches of a unit's version, in order, with their paths as steps use them.

    Raises LeafrootError for a file that is no patch, for a patch that changes nothing or would be applied in part only,
    and for patches of a unit that has no archive.
    """
    if lost := next((name for name in unit.files if _is_lost(name)), None):
        raise LeafrootError(
            f"this patch is never applied: it is not in the folder {_FOLDER}/",
            unit.path(lost),
            "Move it there, or delete it.",
        )
    if _FOLDER in unit.files:
        raise LeafrootError("this must be a folder, and it is a file or a link", unit.path(_FOLDER))
    prefix = f"{_FOLDER}/"
    # git's own files say how it checks out the patches, and keep an empty folder.
    names = [name.removeprefix(prefix) for name in unit.files if name.startswith(prefix)]
    names = [name for name in names if not name.rpartition("/")[2].startswith(".git")]
    if not names:
        return ()
    _check_archive(unit)
    version = f"{unit.value.version}/"
    if any(name.startswith(version) for name in names):
        prefix += version
        names = [name.removeprefix(version) for name in names if name.startswith(version)]
    arches = _KERNEL_ARCHES if isinstance(unit.value, Series) else ()
    of_all = [name for name in names if "/" not in name or name.split("/")[0] not in arches]
    found = _of_folder(unit, prefix, of_all, "")
    for arch in arches:
        below = [name.removeprefix(f"{arch}/") for name in names if name.startswith(f"{arch}/")]
        found += _of_folder(unit, f"{prefix}{arch}/", below, arch)
    return tuple(found)


def _is_lost(name: str) -> bool:
    """Whether a file of a unit is a patch, and lies where only the patches of other build systems do."""
    top, slash, _ = name.partition("/")
    return _PATCH.fullmatch(name.rpartition("/")[2]) is not None and not (slash and top in _OTHER_FOLDERS)


def _of_folder(unit: Unit[Any], prefix: str, names: Sequence[str], arch: str) -> list[Patch]:
    """The patches of one folder, from the names of its files."""
    known = _read_series(unit, prefix) if _SERIES in names else None
    left = [name for name in names if _counts(unit, prefix, name, known)]
    if known is None:
        known = {name: Patch(name) for name in left}
    elif left:
        raise LeafrootError(
            f"{unit.path(prefix + _SERIES)} does not name this patch",
            unit.path(prefix + left[0]),
            "Write its name there, or write it into a comment to leave the patch out.",
        )
    found = []
    for name, patch in known.items():
        shown = unit.path(prefix + name)
        data = read_file(unit.directory / (prefix + name), shown, LARGEST)
        check_patch(read_patch(data, shown), patch.strip, shown)
        found.append(Patch(shown, patch.strip, arch))
    return found


def _check_archive(unit: Unit[Any]) -> None:
    if isinstance(unit.value, Board):
        raise LeafrootError(
            "a board has no source to patch",
            unit.path(_FOLDER),
            "Patches of the kernel are in linux/SERIES/patches, those of a package in package/NAME/patches.",
        )
    if isinstance(unit.value, Package) and unit.value.archive is None:
        raise LeafrootError(
            "the package has no archive to patch",
            unit.path(_FOLDER),
            "The source in src/ is your own: change it there, and delete the patches.",
        )


def _counts(unit: Unit[Any], prefix: str, name: str, known: dict[str, Patch] | None) -> bool:
    """Whether a file is a patch to be applied that no series names; LeafrootError if nobody knows what it is for."""
    shown = unit.path(prefix + name)
    if known is not None and (name in known or name == _SERIES or name in _left_out(unit, prefix)):
        return False
    folder, slash, _ = name.rpartition("/")
    if slash:
        if prefix == f"{_FOLDER}/" and _VERSION.fullmatch(folder.partition("/")[0]):
            return False
        of_arches = f", or after an architecture of the kernel\n({', '.join(_KERNEL_ARCHES)})"
        raise LeafrootError(
            "patches in this folder are never applied",
            unit.path(prefix + folder),
            "Name the folder after the version that its patches are for"
            f"{of_arches if isinstance(unit.value, Series) else ''}, or move them up.",
        )
    if _LEFT_OVER.fullmatch(name):
        raise LeafrootError("this was left behind by an editor or by patch(1)", shown, "Delete it.")
    if not _PATCH.fullmatch(name):
        raise LeafrootError(
            "this is not a patch",
            shown,
            f"In {unit.path(_FOLDER)} are *.patch and *.diff, also compressed (.gz, .bz2, .xz, .zst), and series.",
        )
    return True


def _read_series(unit: Unit[Any], prefix: str) -> dict[str, Patch]:
    """The patches that the series file names, in its order."""
    shown = unit.path(prefix + _SERIES)
    here = [name.removeprefix(prefix) for name in unit.files if name.startswith(prefix)]
    found = {}
    for line, patch in read_series(_text(unit, prefix), shown):
        if patch.path not in here:
            raise LeafrootError(f"there is no patch {patch.path!r}", f"{shown}:{line}", nearest(patch.path, here))
        found[patch.path] = patch
    return found


def _left_out(unit: Unit[Any], prefix: str) -> set[str]:
    """The names in the comments of the series file: patches that somebody left out on purpose."""
    return {word.rstrip(":,") for line in _text(unit, prefix).splitlines() for word in line.partition("#")[2].split()}


def _text(unit: Unit[Any], prefix: str) -> str:
    shown = unit.path(prefix + _SERIES)
    try:
        return read_file(unit.directory / (prefix + _SERIES), shown).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LeafrootError("this is not UTF-8", shown) from error
