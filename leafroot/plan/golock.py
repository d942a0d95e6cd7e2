# SPDX-License-Identifier: Apache-2.0
"""The step that finds out which of the modules that a package could be built with it really is built with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from leafroot.config.catalog import Catalog
from leafroot.describe.arch import Arch
from leafroot.describe.module import Module
from leafroot.describe.package import Package
from leafroot.describe.recipes import Go
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest
from leafroot.plan.go import go_environment, go_inputs, go_tools, lay_out
from leafroot.plan.step import Step, TreeFile
from leafroot.plan.toolchain import GoTools, environment, unit_sources

_IMPORTS = "/imports.sh"
_RESULT = "/out/imports"


def check_go(catalog: Catalog, name: str, platform: str) -> tuple[Unit[Package], Go, GoTools]:
    """The package of this name, its recipe, and Go for this machine; LeafrootError if it is not written in Go."""
    written_in_go = [unit.name for unit in catalog.packages.values() if isinstance(unit.value.build, Go)]
    unit = catalog.packages.get(name)
    if unit is None or not isinstance(unit.value.build, Go):
        raise LeafrootError(
            f"{name!r} is no package that is built by Go()" if name else "which package?",
            where=f"PACKAGE={name}",
            hint=nearest(name, written_in_go) or f"There is: {', '.join(sorted(written_in_go)) or 'none'}.",
        )
    if not unit.value.build.modules:
        raise LeafrootError("it names no modules to pin", unit.path("package.py"), "Name them in Go(modules=...).")
    tools = go_tools(catalog, platform)
    if tools is None:
        raise LeafrootError(f"there is no Go compiler for {platform}", "package/go/package.py")
    return unit, unit.value.build, tools


def plan_imports(
    unit: Unit[Package], recipe: Go, modules: Iterable[Module], tools: GoTools, arches: Iterable[Arch]
) -> Step:
    """A step whose output lists the folders of all source that the programs are made of, on any of `arches`.

    `modules` are all that might be among them.
    """
    candidate = replace(unit, modules=tuple(modules))
    known = [arch for arch in arches if arch.go]
    variables = {**go_environment(tools, known[0]), "GO": f"{tools.root}/bin/go", "TAGS": ",".join(recipe.tags)}
    ask = ("sh", _IMPORTS, _RESULT, *(package for package, _ in recipe.programs))
    return Step(
        title=f"imports of {unit.name}",
        output=f"go-lock/{unit.name}.imports",
        inputs=(
            *unit_sources(unit),
            *go_inputs(candidate, tools),
            TreeFile(_IMPORTS, "leafroot/tools/go-imports/imports.sh"),
        ),
        commands=(
            *lay_out(recipe),
            *(("env", *(f"{name}={value}" for name, value in arch.go), *ask) for arch in known),
        ),
        env=environment(variables),
        result=_RESULT,
        cached=False,
    )
