# SPDX-License-Identifier: Apache-2.0
"""Packages: one step for each node of the graph that has something to build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.graph import HOST, NOARCH, Graph, Key, Node
from leafroot.kconfig.fragment import Fragment
from leafroot.plan.recipes.protocol import Builder, Site, Work, unit_sources
from leafroot.plan.toolchain.compiler import TOOLS, HostCompiler, Toolchain, with_tools
from leafroot.step import AnyInput, Commands, Output, Step, TreeFile, Union

_STRIP = "/strip-tree"
# Installed files for people or compilers, not for the running system.
_NOT_INSTALLED = ("usr/share/man", "usr/share/doc", "usr/share/info", "usr/lib/*.la")


def plan_packages(
    graph: Graph,
    toolchain: Toolchain,
    catalog: Mapping[str, Unit[Package]],
    fragments: Mapping[str, tuple[Fragment, ...]],
) -> dict[Key, Step]:
    """The step of each node that has something to build, in the graph's order.

    `catalog` has the parts of the toolchain that recipes need, `fragments` the content of those that recipes name, by
    package.
    """
    host = HostCompiler(toolchain.machine)
    found: dict[Key, Step] = {}
    for node in graph:
        recipe = node.unit.value.build
        if recipe.builds:
            assert isinstance(recipe, Builder), node.unit.name
            parts = {name: catalog[name] for name in recipe.parts if name in catalog}
            compiler = host if node.variant == HOST else toolchain
            site = Site(
                node.unit,
                compiler,
                node.words,
                parts,
                toolchain.machine.processor,
                fragments.get(node.unit.name, ()),
            )
            found[node.key] = _plan(graph, node, recipe, site, toolchain, host, found)
    return found


def _plan(
    graph: Graph,
    node: Node,
    recipe: Builder,
    site: Site,
    toolchain: Toolchain,
    host: HostCompiler,
    built: Mapping[Key, Step],
) -> Step:
    unit = node.unit
    if site.compiler is toolchain:
        _check_languages(unit, toolchain)
    work = recipe.plan(site)
    folder = "noarch" if node.variant == NOARCH else (host if node.variant == HOST else toolchain).folder
    identity = graph.identity(node)
    step = Step(
        title=f"{unit.name} {unit.value.version}",
        output=Output(f"{folder}/{unit.name}{f'-{identity}' if identity else ''}.tar.zst"),
        inputs=(site.compiler.usr(*recipe.roots, *unit.value.build_roots), *unit_sources(unit), *work.inputs),
        commands=work.commands if node.variant == HOST else (*work.commands, *_links(unit.value.links, work.result)),
        env=work.env,
        drop=(*work.drop, *unit.value.leave_out),
        name=unit.name,
    )
    if not work.compiles:
        return step
    linked = _outputs(graph.linked(node), built)
    tools = _outputs(graph.tools(node), built)
    if node.variant == HOST:
        # Libraries of the build machine's programs are in the same folder as the programs.
        output = Output(step.output.path, host.machine.processor)
        step = replace(step, title=f"{step.title}, a tool", output=output, name=f"host/{unit.name}")
        return _compiled(step, work, host, (), (*linked, *tools))
    sysroot = (toolchain.with_libstdcxx() if graph.in_cxx(node) else toolchain).with_sysroot(linked)
    return _compiled(step, work, toolchain, sysroot, tools)


def _compiled(
    step: Step,
    work: Work,
    compiler: Toolchain | HostCompiler,
    sysroot: tuple[AnyInput, ...],
    tools: tuple[Output, ...],
) -> Step:
    """The step with sysroot and tools as inputs; at its end, the target's ELF files are stripped."""
    united = (Union(TOOLS, tuple(dict.fromkeys(tools))),) if tools else ()
    result = work.result or compiler.result
    strip = TreeFile(_STRIP, "leafroot/tools/strip-tree/strip-tree.sh")
    return replace(
        step,
        inputs=(*step.inputs, *sysroot, *united, strip),
        commands=(*step.commands, ("sh", _STRIP, result)),
        env=with_tools(work.env) if tools else work.env,
        result=result,
        drop=(*_NOT_INSTALLED, *step.drop),
    )


def _links(links: Mapping[str, str], result: str) -> Commands:
    result = result or Toolchain.result
    folders = sorted({f"{result}/{path}".rpartition("/")[0] for path in links})
    made = (("ln", "-s", target, f"{result}/{path}") for path, target in sorted(links.items()))
    return ((("mkdir", "-p", *folders),) if folders else ()) + tuple(made)


def _outputs(nodes: tuple[Node, ...], built: Mapping[Key, Step]) -> tuple[Output, ...]:
    return tuple(built[node.key].output for node in nodes if node.key in built)


def _check_languages(unit: Unit[Package], toolchain: Toolchain) -> None:
    if missing := sorted(set(unit.value.languages) - toolchain.languages):
        raise LeafrootError(
            f"it needs a compiler for {' and '.join(missing)}, but the toolchain has none: {toolchain.label}",
            where=unit.path("package.py"),
            hint="An external compiler's C++ library needs the compiler's own C library, which Leafroot does not use.\n"
            "Build with TOOLCHAIN=source.",
        )
