# SPDX-License-Identifier: Apache-2.0
"""Moves a pin: writes another version and its checksums into a description, once its patches were seen to apply."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from leafroot.debian.pins import Described
from leafroot.describe.archive import Archive
from leafroot.describe.board import Series
from leafroot.describe.fields import parts
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.files import read_text
from leafroot.host.disk import FullError
from leafroot.host.run import InterruptedBuildError
from leafroot.plan.kernel import series_source
from leafroot.plan.recipes.protocol import unit_source
from leafroot.step import Source
from leafroot.store.trees import Store
from leafroot.units.load import run_description
from leafroot.units.patches import find_patches

_VERSION = "{version}"


def at_version(unit: Unit[Any], new: Described) -> Unit[Any]:
    """The unit with another description; its patches are those that it has for this version."""
    changed = replace(unit, value=new)
    return replace(changed, patches=find_patches(changed))


def check_sources(unit: Unit[Any], checkout: Path, store: Store) -> None:
    """Unpack the unit's source and apply its patches, as a build would; raise a LeafrootError if one does not apply."""
    for item in _sources(unit):
        # Outside of the checkout, in an external tree, a patch has its full path already.
        patches = [replace(patch, path=str(checkout / patch.path)) for patch in item.patches]
        try:
            store.source(item.archive, patches, item.parts, item.debian)
        except (FullError, InterruptedBuildError):
            raise
        except LeafrootError as error:
            where = str(error.where).removeprefix(f"{checkout}/")
            raise LeafrootError(
                f"version {unit.value.version} cannot be used: {where}: {error.message}",
                unit.path(unit.description),
                "\n".join([*filter(None, [error.hint]), "The file is unchanged."]),
            ) from error


def _sources(unit: Unit[Any]) -> Iterator[Source]:
    """What is unpacked of a unit: of a kernel series, the source for each architecture that has patches of its own."""
    if not isinstance(unit.value, Series):
        yield unit_source(unit)
        return
    for arch in sorted({patch.arch for patch in unit.patches} - {""}) or [""]:
        yield series_source(unit, arch)


def rewritten(unit: Unit[Any], new: Described) -> str:
    """The text of the unit's description with another version: nothing else in it changes.

    Raises LeafrootError if that is not possible, because the text does not have version and checksums as they are.
    """
    old = unit.value
    shown = unit.path(unit.description)
    pairs = list(zip(parts(old, Archive), parts(new, Archive), strict=True))
    for text in _with_version(read_text(unit.directory / unit.description, shown), old.version, new.version):
        for before, after in pairs:
            text = text.replace(before.sha256, after.sha256)
            for place, other in zip(before.places, after.places, strict=True):
                if place != other:
                    text = text.replace(place.rpartition(_VERSION)[2], other.rpartition(_VERSION)[2])
        if _describes(text, unit, new):
            return text
    sums = (f"{one.at(new.version).file_name}: sha256={one.sha256}" for _, one in pairs)
    raise LeafrootError(
        "version and checksums are not written as this command can edit them",
        shown,
        "\n".join([f"Edit them by hand: version={new.version}", *sums]),
    )


def _with_version(text: str, old: str, new: str) -> Iterator[str]:
    """The text with another version in place of each value in it that is the old one, one at a time."""
    lines = text.encode().splitlines(keepends=True)
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, (ast.keyword, ast.Assign)) or not isinstance(node.value, ast.Constant):
            continue
        place = node.value
        if place.value == old and place.lineno == place.end_lineno:
            line = lines[place.lineno - 1]
            # Between its quotes.
            written = line[place.col_offset : place.end_col_offset].replace(old.encode(), new.encode())
            changed = line[: place.col_offset] + written + line[place.end_col_offset :]
            yield b"".join([*lines[: place.lineno - 1], changed, *lines[place.lineno :]]).decode()


def _describes(text: str, unit: Unit[Any], new: Described) -> bool:
    """Whether a description of this text has this value."""
    with tempfile.TemporaryDirectory(prefix="leafroot-") as folder:
        file = Path(folder, unit.description)
        file.write_text(text)
        try:
            return new in run_description(file, unit.path(unit.description), unit.name).values()
        except LeafrootError:
            return False
