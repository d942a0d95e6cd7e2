# SPDX-License-Identifier: Apache-2.0
"""Makes the lock file of a Go package: which of the modules that Debian builds it with its programs import."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from leafroot.build.executor import Local
from leafroot.debian.apt import Apt, licenses_of
from leafroot.describe.arches import ARCHES
from leafroot.describe.archive import Archive, DebianPackage
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.plan.recipes.go import MODULES, Go, GoTools, plan_imports
from leafroot.rootfs.tree import follow
from leafroot.step import Action, Usr
from leafroot.units.lock import lock_text


def lock_modules(
    unit: Unit[Package],
    recipe: Go,
    tools: GoTools,
    usr: Usr,
    apt: Apt,
    local: Local,
    fetch: Callable[[Sequence[Archive]], object],
) -> list[DebianPackage]:
    """The modules that the package's programs import, sorted by name, with their licences."""
    modules = [package for package in apt.closure(recipe.modules) if _is_source_code(package.name)]
    step = plan_imports(unit, recipe, modules, tools, usr, ARCHES.values())
    fetch([*step.archives()])
    # The step reads no outputs, and its result is not kept: it needs no digests.
    local.perform(Action(step, ()))
    listed = (local.output / step.output.path).read_text().splitlines()
    folders = sorted({line.removeprefix(f"{MODULES}/") for line in listed if line.startswith(f"{MODULES}/")})
    trees = {module.name: local.store.alone(module.archive) for module in modules}
    union = local.store.united([module.archive for module in modules]) if modules else Path()
    used = {name for folder in folders for name in owners(folder, trees, union)}
    # The documentation of a package may be a link to that of another package of the same source.
    used |= {name for one in modules if one.name in used for name in owners(one.documentation, trees, union)}
    return [replace(one, license=_license(one, union)) for one in modules if one.name in used]


def lock_of(modules: Sequence[DebianPackage], recipe: Go, name: str, release: str) -> str:
    """The lock file."""
    what = f"What the programs import of {', '.join(recipe.modules)}, in Debian {release}."
    return lock_text(modules, f"scons lock PACKAGE={name} RELEASE={release}", what)


def owners(folder: str, trees: Mapping[str, Path], union: Path) -> Iterator[str]:
    """The names of the packages that bring a folder of their union: its files, or a link on the way to it."""

    def target_of(here: str) -> str | None:
        place = union / here
        return str(place.readlink()) if place.is_symlink() else None

    trail = follow(folder, target_of)
    for name, tree in trees.items():
        if any((tree / link).is_symlink() for link in trail.links) or (trail.end and _has_files(tree / trail.end)):
            yield name


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(path.is_file() for path in folder.iterdir())


def _is_source_code(name: str) -> bool:
    # The names of packages with source code: https://go-team.pages.debian.net/packaging.html
    return name.startswith("golang-") and name.endswith("-dev")


def _license(module: DebianPackage, union: Path) -> str:
    if not (found := licenses_of(module, union)):
        raise LeafrootError(f"has no file {module.copyright}", where=module.archive.file_name)
    return found
