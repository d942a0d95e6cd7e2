# SPDX-License-Identifier: Apache-2.0
"""Packages as values, the graph that they make, and their steps with a toolchain from source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from leafroot.describe.arches import ARCHES
from leafroot.describe.archive import Archive, DebianPackage
from leafroot.describe.package import Package, Recipe
from leafroot.describe.patch import Patch
from leafroot.describe.unit import Unit
from leafroot.graph import HOST, NOARCH, Asked, Graph, Key, Node, Variant, resolve_graph
from leafroot.plan.build_machine import Machine
from leafroot.plan.packages import plan_packages
from leafroot.plan.recipes.autotools import Autotools
from leafroot.plan.toolchain.compiler import Toolchain
from leafroot.plan.toolchain.from_source import plan_source_toolchain
from leafroot.step import Step, Union
from leafroot.units.catalog import Catalog
from tests.build_machine import MACHINE

ARCHIVE = Archive("debian:pool/a/a_{version}.orig.tar.xz", "0" * 64)

Units = Mapping[str, Unit[Package]]


def unit(name: str, build: Recipe | None = None, **fields: Any) -> Unit[Package]:
    """A package with an archive, built by Autotools, unless fields say otherwise."""
    files: Sequence[str] = fields.pop("files", ("package.py",))
    locked: tuple[DebianPackage, ...] = fields.pop("locked", ())
    directory: Path = fields.pop("directory", Path())
    patches: tuple[Patch, ...] = fields.pop("patches", ())
    package = Package(**{"version": "1", "license": "MIT", "archive": ARCHIVE, "build": build or Autotools(), **fields})
    return Unit(name, f"package/{name}", f"{name}.", package, tuple(files), directory, locked=locked, patches=patches)


def units(*found: Unit[Package]) -> Units:
    """Packages by name, in the order of their names, as a catalog has them."""
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}


def resolved(packages: Units, selected: Iterable[str] | None = None, arch: str = "x86_64", **asked: Any) -> Graph:
    """The graph of the selected packages, by default of all that a root can have."""
    names = [name for name, one in packages.items() if one.value.build.place == "root"]
    return resolve_graph(packages, Asked(list(selected) if selected is not None else names, arch, **asked))


def key(name: str, arch: str = "x86_64") -> Key:
    """The name of a package's node for the target."""
    return Key(name, Variant("target", arch, "musl"))


def host(name: str) -> Key:
    """The name of a package's node for the building machine."""
    return Key(name, HOST)


def noarch(name: str) -> Key:
    """The name of the node of a package for any machine."""
    return Key(name, NOARCH)


def node(graph: Graph, name: str, kind: str = "target") -> Node:
    """The one node of a package, of this kind."""
    (found,) = (one for one in graph if one.unit.name == name and one.variant.kind == kind)
    return found


def toolchain(catalog: Catalog, arch: str = "x86_64", machine: Machine = MACHINE) -> Toolchain:
    return plan_source_toolchain(ARCHES[arch], catalog, machine)


def steps(catalog: Catalog, graph: Graph, arch: str = "x86_64") -> dict[Key, Step]:
    """The steps of a graph's packages, with the parts of the toolchain that are in the catalog."""
    empty = {one.unit.name: tuple(() for _ in one.unit.value.build.configured_from(one.words)) for one in graph}
    return plan_packages(graph, toolchain(catalog, arch), catalog.packages, empty)


def step(catalog: Catalog, one: Unit[Package], *more: Unit[Package], arch: str = "x86_64", **asked: Any) -> Step:
    """The step of a package for the target, with the others beside it."""
    graph = resolved(units(one, *more), arch=arch, **asked)
    (found,) = (each for each in graph if each.unit.name == one.name and each.variant != HOST)
    return steps(catalog, graph, arch)[found.key]


def union(one: Step, at: str) -> list[str]:
    """The files of the artefacts that a step sees united at this place."""
    return [
        output.path for item in one.inputs if isinstance(item, Union) and item.at == at for output in item.artefacts
    ]
