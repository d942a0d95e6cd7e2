# SPDX-License-Identifier: Apache-2.0
"""Whose is what a failed step did not find? A package sees only what it declares, and forgets to declare something.

Looked for among the artefacts for the same target that are there already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from leafroot.errors import LeafrootError
from leafroot.rootfs.layers import layer_from_tar

# What compilers, linkers, pkg-config, configure scripts and Meson say, and the file that was meant.
_SAID = (
    (re.compile(r"fatal error: ([\w./+-]+): No such file or directory"), "usr/include/{}"),
    (re.compile(r"cannot find -l([\w.+-]+)"), "usr/lib/lib{}.so"),
    (re.compile(r"cannot find -l([\w.+-]+)"), "usr/lib/lib{}.a"),
    (re.compile(r"No package '([\w.+-]+)' found"), "usr/lib/pkgconfig/{}.pc"),
    (re.compile(r"Package '?([\w.+-]+?)'?(?:, required by .*,)? (?:was )?not found"), "usr/lib/pkgconfig/{}.pc"),
    (re.compile(r"Dependency \"([\w.+-]+)\" (?:found: NO|not found)"), "usr/lib/pkgconfig/{}.pc"),
    (re.compile(r"Dependency ([\w.+-]+) found: NO"), "usr/lib/pkgconfig/{}.pc"),
)
_ENDING = ".tar.zst"


def owners(log: str, folder: Path, seen: frozenset[str]) -> tuple[str, ...]:
    """Sentences that say which package of `folder` owns what the log misses; `seen` are the artefacts that it had.

    `folder` holds artefacts named after their packages, as the steps for one target make them.
    """
    wanted = dict.fromkeys(form.format(found) for said, form in _SAID for found in said.findall(log))
    return tuple(dict.fromkeys(_owners(tuple(wanted), folder, seen))) if wanted else ()


def _owners(wanted: tuple[str, ...], folder: Path, seen: frozenset[str]) -> Iterator[str]:
    for artefact in sorted(folder.glob(f"*{_ENDING}")):
        if artefact.name in seen:
            continue
        package = artefact.name.removesuffix(_ENDING)
        try:
            paths = layer_from_tar(package, artefact).nodes
        except LeafrootError:
            # It is about another error here; whoever reads this artefact hears of its fault.
            continue
        for path in wanted:
            if path in paths:
                yield f"{path} belongs to the package {package!r}, which is not among its depends=[...]."
