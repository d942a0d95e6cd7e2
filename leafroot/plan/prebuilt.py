# SPDX-License-Identifier: Apache-2.0
"""Packages with nothing to build: files of the source, put where they belong. No toolchain, no architecture."""

from __future__ import annotations

import glob
from collections.abc import Iterator

from leafroot.describe.package import Package
from leafroot.describe.recipes import Prebuilt
from leafroot.describe.unit import Unit
from leafroot.plan.kbuild import ERRORS
from leafroot.plan.step import Step, TreeFile
from leafroot.plan.toolchain import environment, unit_sources

_INSTALL = "/install-prebuilt"


def plan_prebuilt(unit: Unit[Package], recipe: Prebuilt) -> Step:
    """The step that installs a package's files; it reads the source alone, so boards of any kind share its output."""
    return Step(
        title=f"{unit.name} {unit.value.version}",
        output=f"noarch/{unit.name}.tar.zst",
        inputs=(*unit_sources(unit), TreeFile(_INSTALL, "leafroot/tools/install-prebuilt/install-prebuilt.sh")),
        commands=tuple(("sh", _INSTALL, path, place) for path, place in recipe.install),
        env=environment({"ERRORS": ERRORS}),
        drop=tuple(_licences(unit.value, recipe)),
    )


def _licences(package: Package, recipe: Prebuilt) -> Iterator[str]:
    """Where the licence texts in folders that are installed whole would come to lie: they stay out of the root."""
    for text in package.license_files:
        for path, place in recipe.install:
            if path.endswith("/") and text.startswith(path):
                yield glob.escape(place + text.removeprefix(path))
