# SPDX-License-Identifier: Apache-2.0
"""Makes the draft of a package from an unpacked source and what Debian knows of it, and writes it into a tree."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leafroot.debian.source_packages import Binary, SourcePackage
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.host.disk import remove
from leafroot.importer.build_system import BuildSystem, find_build_system, switches
from leafroot.importer.dependencies import (
    HEADERS,
    Dependencies,
    Optional,
    find_dependencies,
    tools_of,
)
from leafroot.importer.description import Call, archive_call, description
from leafroot.importer.licensing import Licence, find_licence
from leafroot.importer.menu_entry import group_of, summary_of
from leafroot.importer.needs import cmake_asks_for_tests, find_needs, includes, meson_asks_for_tests, needs_cxx
from leafroot.units.check import check_licenses
from leafroot.units.load import load_unit


@dataclass(frozen=True)
class Knowledge:
    """What is known of a source: its package in Debian (or one made up for an archive of another place), its unpacked
    tree, Debian's files `rules` and `copyright` ("" for a missing one), the binary packages that it names, the units
    that there are.
    """

    source: SourcePackage
    tree: Path
    rules: str
    copyright: str
    binaries: Mapping[str, Binary]
    packages: Mapping[str, Unit[Package]]


@dataclass(frozen=True)
class Draft:
    """A description, as its parts, and what people should know of it, a sentence each.

    `lacks` are the libraries that the source needs or may need, and that no unit has.
    """

    name: str
    doc: str
    fields: Mapping[str, object]
    comments: Mapping[str, Sequence[str]]
    told: tuple[str, ...]
    lacks: tuple[str, ...]

    @property
    def text(self) -> str:
        """The text of its package.py."""
        return description(self.doc, self.fields, self.comments)


def make_draft(name: str, known: Knowledge) -> Draft:
    """The draft of a package; raises LeafrootError if the source has no build system that a recipe is for."""
    source = known.source
    system = find_build_system(known.tree, known.rules, source.archive.at(source.version).file_name)
    licence = find_licence(known.tree, known.copyright)
    options = switches(system.files) if system.recipe == "Autotools" else frozenset()
    needs = find_needs(system, known.tree, options)
    found = find_dependencies(needs, source.build_depends, known.binaries, known.packages)
    tools = tools_of(source.build_depends, known.binaries, known.packages)
    summary = summary_of(name, source.binaries, known.binaries, known.tree)
    headers = includes(known.tree, tuple(HEADERS))
    fields, comments = _fields(name, known, system, licence, found, headers)
    if tools:
        fields["tools"] = list(tools)
    build = fields.pop("build")
    if needs_cxx(system, known.tree):
        fields["languages"] = ["c++"]
    fields["build"] = build
    if not summary:
        comments[""] = ("check: neither Debian nor the source says what it is: write a summary.",)
    lacks = [*map(str, found.missing), *map(str, found.unsaid), *(one.name for one in found.optional if not one.unit)]
    told = [f"{system.recipe}; {licence.expression}; {_needs_words(fields)}", *_told(found, headers, known.packages)]
    checks = sum(line.startswith("check: ") for lines in comments.values() for line in lines)
    if checks:
        told.append(f"{checks} {'comments begin' if checks > 1 else 'comment begins'} with '# check:'.")
    return Draft(name, summary or f"{name}.", fields, comments, tuple(told), tuple(dict.fromkeys(lacks)))


def write_draft(draft: Draft, folder: Path, shown: str) -> None:
    """Write the draft into a folder, which must not be there: whole, or not at all.

    Raises LeafrootError if the text is no valid description: that is the importer's own fault.
    """
    _check(draft)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise LeafrootError(f"cannot be made: {error.strerror}", shown) from error
    try:
        (fresh / "package.py").write_text(draft.text)
        fresh.chmod(0o755)
        # Fails if the folder has files meanwhile.
        os.rename(fresh, folder)  # noqa: PTH104 (Path.rename would not say so)
    except BaseException as error:
        remove(fresh)
        if isinstance(error, OSError):
            raise LeafrootError(f"cannot be written: {error.strerror}", shown) from error
        raise


def _check(draft: Draft) -> None:
    with tempfile.TemporaryDirectory(prefix="leafroot-") as place:
        file = Path(place, "package", draft.name, "package.py")
        file.parent.mkdir(parents=True)
        file.write_text(draft.text)
        try:
            unit = load_unit(Path(place), f"package/{draft.name}", "package.py", "package", Package)
            unit.value.build.check(unit)
            check_licenses([unit])
        except LeafrootError as error:
            raise LeafrootError(
                f"the draft is not valid: {error.message}",
                f"new-package NAME={draft.name}",
                "This is a fault of the importer. Please report the name and this message.",
            ) from error


def _fields(
    name: str, known: Knowledge, system: BuildSystem, licence: Licence, found: Dependencies, headers: set[str]
) -> tuple[dict[str, object], dict[str, Sequence[str]]]:
    """The fields of the package in their order, and comments above them."""
    source = known.source
    comments: dict[str, Sequence[str]] = {}
    fields: dict[str, object] = {"version": source.version}
    if (group := group_of(source.section)) != "other":
        fields["group"] = group
    fields["archive"] = archive_call(source.archive)
    if source.parts:
        fields["parts"] = {folder: archive_call(one) for folder, one in sorted(source.parts.items())}
    fields["license"] = licence.expression
    comments["license"] = tuple(f"check: {one}" for one in licence.checks)
    if licence.files:
        fields["license_files"] = list(licence.files)
    depends: list[object] = list(found.depends)
    depends += [
        Call("Dependency", {"_name": unit, "libc": ["musl"]})
        for header in sorted(headers)
        if (unit := HEADERS[header]) in known.packages and unit not in found.depends
    ]
    if depends:
        fields["depends"] = depends
    arguments = dict(system.arguments)
    if words := _words(known.tree, system, found.optional):
        arguments["options"] = words
    fields["build"] = Call(system.recipe, arguments)
    missing = (f"needs {one}, which no unit has." for one in found.missing)
    comments["build"] = tuple(f"check: {one}" for one in (*missing, *system.checks))
    comments["options"] = tuple(_optional_words(found.optional))
    return fields, {field: lines for field, lines in comments.items() if lines}


def _words(tree: Path, system: BuildSystem, optional: Sequence[Optional]) -> list[str]:
    """Arguments of the recipe: what is optional is off."""
    words = list(dict.fromkeys(one.off for one in optional if one.off))
    if system.recipe == "Meson":
        words += [one for one in meson_asks_for_tests(tree / system.folder) if one not in words]
    if system.recipe == "CMake":
        words += [one for one in cmake_asks_for_tests(system) if one not in words]
    return words


def _optional_words(optional: Sequence[Optional]) -> Iterator[str]:
    """Comments about what the source can do without: as options where that can be written, or else by name."""
    ready = [one for one in optional if one.unit and one.off]
    others = [f"{one.name}{f' ({one.off})' if one.off else ''}" for one in optional if one not in ready]
    if ready:
        yield "What it can do without, as options that can be written here:"
    for one in ready:
        on, off = _switched_on(one.off), one.off
        yield f'   Option("{one.unit}", "Support for {one.unit}", depends=["{one.unit}"],'
        yield f'          on=["{on}"], off=["{off}"]),'
    if others:
        yield f"It can do without {', '.join(others)}."


def _switched_on(off: str) -> str:
    for before, after in (
        ("--without-", "--with-"),
        ("--disable-", "--enable-"),
        ("=disabled", "=enabled"),
        ("=false", "=true"),
        ("=OFF", "=ON"),
    ):
        if before in off:
            return off.replace(before, after)
    return off


def _needs_words(fields: Mapping[str, object]) -> str:
    depends = fields.get("depends", ())
    assert isinstance(depends, (list, tuple))
    names = [str(one.arguments["_name"]) if isinstance(one, Call) else str(one) for one in depends]
    return f"needs {', '.join(names)}" if names else "needs no other package"


def _told(found: Dependencies, headers: set[str], packages: Mapping[str, Unit[Package]]) -> Iterator[str]:
    for one in found.missing:
        how = f" 'scons new-package NAME={one.source}' drafts it." if one.source else ""
        yield f"It needs {one}, which no unit has.{how}"
    if found.optional:
        yield f"It can do without {', '.join(one.unit or one.name for one in found.optional)}: left out."
    if found.unsaid:
        yield f"Debian builds it with {', '.join(map(str, found.unsaid))} too; its build files do not ask for it."
    for header in sorted(headers):
        if HEADERS[header] not in packages:
            yield f"It includes <{header}>, which musl does not have."
