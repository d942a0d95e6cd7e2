# SPDX-License-Identifier: Apache-2.0
"""Finds packages by the files that they install, among artefacts that are built already.

A package sees only what it declares. So a header or library that a failed step missed often belongs to a package that
it should have declared. Of `list`, people ask the same for any file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from leafroot.errors import LeafrootError
from leafroot.rootfs.layers import layer_from_tar
from leafroot.rootfs.tree import File, Node

# The messages of compilers, linkers, pkg-config, configure scripts and Meson, and the file that each one misses.
_SAID = (
    (re.compile(r"fatal error: ([\w./+-]+): No such file or directory"), "usr/include/{}"),
    (re.compile(r"cannot find -l([\w.+-]+)"), "usr/lib/lib{}.so"),
    (re.compile(r"cannot find -l([\w.+-]+)"), "usr/lib/lib{}.a"),
    (re.compile(r"No package '([\w.+-]+)' found"), "usr/lib/pkgconfig/{}.pc"),
    (re.compile(r"Package '?([\w.+-]+?)'?(?:, required by .*,)? (?:was )?not found"), "usr/lib/pkgconfig/{}.pc"),
    (re.compile(r"Dependency \"([\w.+-]+)\" (?:found: NO|not found)"), "usr/lib/pkgconfig/{}.pc"),
    (re.compile(r"Dependency ([\w.+-]+) found: NO"), "usr/lib/pkgconfig/{}.pc"),
    # A configure script checks for much that it can do without: only its last check before it failed counts.
    (re.compile(r"checking for ([\w./+-]+\.h)\.\.\. no\n(?:configure: error|.*\nconfigure: error)"), "usr/include/{}"),
    (re.compile(r"checking for \w+ in -l([\w.+-]+)\.\.\. no\nconfigure: error"), "usr/lib/lib{}.so"),
    (re.compile(r"checking for \w+ in -l([\w.+-]+)\.\.\. no\nconfigure: error"), "usr/lib/lib{}.a"),
)
# The same for functions: these messages name no library.
_FUNCTIONS = (
    re.compile(r"checking for library containing (\w+)\.\.\. no\nconfigure: error"),
    re.compile(r"undefined reference to `(?!main')(\w+)'"),
)
_MOST_FUNCTIONS = 3
_ENDING = ".tar.zst"
# What tells artefacts of one package apart, whose options differ (Graph.identity).
_IDENTITY = re.compile(r"-[0-9a-f]{8}$")


def owners(log: str, folder: Path, seen: frozenset[str]) -> tuple[str, ...]:
    """Sentences that say which package owns what the step missed according to its log.

    `folder` holds the artefacts of the packages for one target, and `seen` are those that the step could read. A
    package that was seen is declared already, so its artefacts with other options do not count.
    """
    wanted = dict.fromkeys(form.format(found) for said, form in _SAID for found in said.findall(log))
    functions = dict.fromkeys(found for said in _FUNCTIONS for found in said.findall(log))
    if not wanted and not functions:
        return ()
    found = _owners(tuple(wanted), tuple(functions)[:_MOST_FUNCTIONS], folder, seen)
    return tuple(dict.fromkeys(found))


def packages_with(word: str, folders: Iterable[Path]) -> dict[str, list[str]]:
    """The packages that install files with a word in their names, by name, with the paths of the files.

    `folders` hold the artefacts of packages.
    """
    found: dict[str, list[str]] = {}
    for artefact in (one for folder in folders for one in sorted(folder.glob(f"*{_ENDING}")) if one.is_file()):
        package = _package(artefact.name)
        try:
            paths = layer_from_tar(package, artefact).nodes
        except LeafrootError:
            # A step that reads this artefact reports its fault.
            continue
        matching = [path for path in paths if word in path.rpartition("/")[2]]
        if matching and package not in found:
            found[package] = matching
    return found


def _owners(wanted: tuple[str, ...], functions: tuple[str, ...], folder: Path, seen: frozenset[str]) -> Iterator[str]:
    declared = {_package(name) for name in seen}
    for artefact in sorted(folder.glob(f"*{_ENDING}")):
        package = _package(artefact.name)
        if package in declared:
            continue
        try:
            paths = layer_from_tar(package, artefact).nodes
        except LeafrootError:
            # The step that reads this artefact reports its fault.
            continue
        found = [path for path in wanted if path in paths]
        found += [f"{name}(), in {path}," for name in functions for path in _libraries(paths, name)]
        for what in found:
            yield f"{what} belongs to the package {package!r}, which is not among its depends=[...]."


def _package(artefact: str) -> str:
    return _IDENTITY.sub("", artefact.removesuffix(_ENDING))


def _libraries(paths: Mapping[str, Node], function: str) -> Iterator[str]:
    """The libraries whose string tables have the function's name; a zero byte ends each name there."""
    named = re.compile(rb"(?<!\w)%s\0" % function.encode())
    for path, node in paths.items():
        if not isinstance(node, File) or not re.fullmatch(r"usr/lib/lib[^/]+\.(a|so[\d.]*)", path):
            continue
        if named.search(node.read()):
            yield path
