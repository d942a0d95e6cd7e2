# SPDX-License-Identifier: Apache-2.0
"""The resolved dependency graph: every package that a configuration needs, and the answer to every question about what
depends on what.

It stands between the configuration and the plan. A node is a package in one variant with the values of its options. An
edge says why one node needs another. No other module of Leafroot follows edges.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple

from leafroot.describe.option import Brings, Dependency, Edge, edge
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError

Packages = Mapping[str, Unit[Package]]


class Variant(NamedTuple):
    """What a package is built for: `kind` is "target", "host" (the build machine) or "noarch" (any machine)."""

    kind: str
    arch: str = ""
    libc: str = ""


HOST = Variant("host")
NOARCH = Variant("noarch")


class Key(NamedTuple):
    """A node's name within a graph."""

    package: str
    variant: Variant


@dataclass(frozen=True)
class Node:
    """A package in one variant, with the values of its options and the edges that apply for them.

    `options` are pairs (name, value as Kconfig writes it). `words` go to the recipe. `kernel` are the kernel options
    that the package needs, including those like "X from 6.17".
    """

    unit: Unit[Package]
    variant: Variant
    options: tuple[tuple[str, str], ...] = ()
    depends: tuple[Key, ...] = ()
    tools: tuple[Key, ...] = ()
    runs_with: tuple[Key, ...] = ()
    words: tuple[str, ...] = ()
    kernel: tuple[str, ...] = ()

    @cached_property
    def key(self) -> Key:
        """The node's name."""
        return Key(self.unit.name, self.variant)


@dataclass(frozen=True)
class Asked:
    """What a graph is resolved from: the selected packages, and everything that conditions of edges depend on.

    `options` are the values of the packages' options; an option without a value has its default. `extra` lists packages
    that are built but do not go into the root (a boot loader's files).
    """

    selected: Sequence[str]
    arch: str
    libc: str = "musl"
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    extra: Sequence[str] = ()


@dataclass(frozen=True)
class Graph:
    """Every node that a configuration needs, in an order in which they can be built.

    Each node comes after those that it is built with; nodes that do not depend on each other are sorted by name. `root`
    are the nodes that go into the root.
    """

    nodes: Mapping[Key, Node]
    root: tuple[Key, ...]
    extra: tuple[Key, ...] = ()

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    @property
    def in_root(self) -> tuple[Node, ...]:
        """The nodes that go into the root, in the graph's order."""
        wanted = frozenset(self.root)
        return tuple(node for node in self if node.key in wanted)

    def linked(self, node: Node) -> tuple[Node, ...]:
        """The nodes that this one is linked with, directly or indirectly, in the graph's order: its sysroot."""
        return self._in_order(self._closure(node.depends))

    def tools(self, node: Node) -> tuple[Node, ...]:
        """The nodes whose programs run on the build machine to build this one, and what those are linked with."""
        return self._in_order(self._closure(node.tools))

    def in_cxx(self, node: Node) -> bool:
        """Whether the node needs the C++ library: it is written in C++, or linked with something that is."""
        return bool((self._bit(node.key) | self._closure(node.depends)) & self._cxx)

    def parts(self) -> tuple[str, ...]:
        """The parts of the toolchain, other than the C compiler, whose code ends up in programs of the root."""
        return tuple(dict.fromkeys(part for node in self.in_root for part in node.unit.value.build.parts))

    def declared(self) -> dict[str, frozenset[str]]:
        """For each package in the root, the packages that it declares as linked with: its direct edges."""
        return {node.unit.name: frozenset(key.package for key in node.depends) for node in self.in_root}

    def identity(self, node: Node) -> str:
        """A digest that separates nodes of the same package: of its option values, and of those of all it is built
        from.

        It is empty if there are no such values. Sources do not count: a change of them does not change the name.
        """
        return self._identities[node.key]

    @cached_property
    def _identities(self) -> dict[Key, str]:
        found: dict[Key, str] = {}
        for node in self:
            below = [(key.package, found[key]) for key in (*node.depends, *node.tools) if found[key]]
            if node.options or below:
                text = json.dumps([node.options, below])
                found[node.key] = hashlib.sha256(text.encode()).hexdigest()[:8]
            else:
                found[node.key] = ""
        return found

    # Sets of nodes are whole numbers: bit n is the node at position n. A thousand packages have closures of hundreds of
    # nodes each, and are planned in every run.

    def _closure(self, start: Iterable[Key]) -> int:
        found = 0
        for key in start:
            found |= self._bit(key) | self._linked[key]
        return found

    def _bit(self, key: Key) -> int:
        return 1 << self._positions[key]

    def _in_order(self, bits: int) -> tuple[Node, ...]:
        found = []
        while bits:
            lowest = bits & -bits
            found.append(self._at[lowest.bit_length() - 1])
            bits ^= lowest
        return tuple(found)

    @cached_property
    def _linked(self) -> dict[Key, int]:
        """For each node, those that it is linked with: each node comes after its own."""
        found: dict[Key, int] = {}
        for key, node in self.nodes.items():
            found[key] = 0
            for one in node.depends:
                found[key] |= self._bit(one) | found[one]
        return found

    @cached_property
    def _cxx(self) -> int:
        """The nodes that are written in C++."""
        return sum(self._bit(key) for key, node in self.nodes.items() if "c++" in node.unit.value.languages)

    @cached_property
    def _at(self) -> tuple[Node, ...]:
        return tuple(self.nodes.values())

    @cached_property
    def _positions(self) -> dict[Key, int]:
        return {key: number for number, key in enumerate(self.nodes)}


def resolve_graph(packages: Packages, asked: Asked) -> Graph:
    """The graph of a configuration.

    Raises LeafrootError if an edge leads to a package that is not selected. This happens if a hand-written Config.in
    lets the user switch on an option without selecting the packages that it needs.
    """
    found: dict[Key, Node] = {}
    target = Variant("target", asked.arch, asked.libc)
    root = [_key(packages[name], target) for name in asked.selected]
    extra = [_key(packages[name], target) for name in asked.extra]
    chosen = set(asked.selected)
    ahead = [*root, *extra]
    while ahead:
        key = ahead.pop()
        if key in found:
            continue
        node = _node(packages, key, asked, target)
        found[key] = node
        for missing in (one.package for one in (*node.depends, *node.runs_with) if key.variant is not HOST):
            if missing not in chosen:
                raise LeafrootError(
                    f"{key.package!r} needs {missing!r}, which is not selected",
                    node.unit.at(missing),
                    f"Its Config.in allows this: add 'select {_symbol(missing)}' there.",
                )
        ahead += (*node.depends, *node.tools)
    edges = {key: (*node.depends, *node.tools) for key, node in found.items()}
    return Graph({key: found[key] for key in _sorted(edges)}, tuple(root), tuple(extra))


def _symbol(package: str) -> str:
    return f"PACKAGE_{re.sub('[^A-Z0-9]', '_', package.upper())}"


def _key(unit: Unit[Package], variant: Variant) -> Key:
    return Key(unit.name, NOARCH if unit.value.build.noarch else variant)


def _node(packages: Packages, key: Key, asked: Asked, target: Variant) -> Node:
    unit = packages[key.package]
    # The user's choices are for the root; a program for the build machine has the defaults.
    given = {} if key.variant is HOST else asked.options.get(unit.name, {})
    values = option_values(unit.value, given)
    brought = [option.brings(values[option.name]) for option in unit.value.options]

    def held(edges: Iterable[Edge]) -> Iterator[Dependency]:
        return (one for one in map(edge, edges) if _holds(one, values, asked, key.variant))

    def keys(kind: Callable[[Package | Brings], Sequence[Edge]], variant: Variant) -> tuple[Key, ...]:
        sources: list[Package | Brings] = [unit.value, *brought]
        edges = [one for source in sources for one in held(kind(source))]
        return tuple(dict.fromkeys(_key(packages[one.name], variant) for one in edges))

    here = HOST if key.variant is HOST else target
    return Node(
        unit,
        key.variant,
        options=tuple(values.items()),
        depends=keys(lambda one: one.depends, here),
        tools=keys(lambda one: one.tools, HOST),
        runs_with=() if key.variant is HOST else keys(lambda one: one.runs_with, target),
        words=tuple(word for one in brought for word in one.words if word),
        kernel=tuple(dict.fromkeys([*unit.value.kernel, *(word for one in brought for word in one.kernel)])),
    )


def option_values(package: Package, given: Mapping[str, str]) -> dict[str, str]:
    """The value of each option as Kconfig writes it: the one that was given, or else the default."""
    return {option.name: given.get(option.name, option.preset) for option in package.options}


def _holds(one: Dependency, values: Mapping[str, str], asked: Asked, variant: Variant) -> bool:
    if variant is HOST and (one.arch or one.libc):
        # The build machine has its own C library, and programs for every architecture are built on it.
        return False
    if one.option:
        name, _, value = one.option.partition("=")
        if values.get(name, "n") != (value or "y"):
            return False
    return (not one.arch or asked.arch in one.arch) and (not one.libc or asked.libc in one.libc)


def possible_edges(package: Package) -> dict[str, tuple[Dependency, ...]]:
    """Every edge that a package could have, by kind: depends, tools, runs_with; edges of options have `option` set."""
    found: dict[str, list[Dependency]] = {"depends": [], "tools": [], "runs_with": []}
    for kind, edges in found.items():
        edges += map(edge, getattr(package, kind))
        for option in package.options:
            for value, brings in option.values():
                said = option.name if value == "y" else f"{option.name}={value}"
                for one in map(edge, getattr(brings, kind)):
                    edges.append(Dependency(one.name, one.arch, one.libc, one.option or said))
    return {kind: tuple(edges) for kind, edges in found.items()}


def check_circles(packages: Packages) -> None:
    """Raise a LeafrootError, with every member, if there could be a circular dependency."""
    edges = {name: _needed(unit.value) for name, unit in packages.items()}
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        # graphlib lists each node before the one that needs it; the message has the opposite order.
        raise _circle(error.args[1][::-1], packages) from None


def needs_of(packages: Packages, own: Callable[[Package], frozenset[str]]) -> dict[str, frozenset[str]]:
    """For each package, the needs (by `own`) of the package and of all that it selects unconditionally."""
    selected = {name: always_selected(unit.value) for name, unit in packages.items()}
    found: dict[str, frozenset[str]] = {}
    for name in TopologicalSorter(selected).static_order():
        found[name] = own(packages[name].value).union(*(found[one] for one in selected[name]))
    return found


def arches_of(packages: Packages, known: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each package, the architectures of those known that it is for, and all that it always needs."""
    every = frozenset(known)
    needed = {name: _always(unit.value) for name, unit in packages.items()}
    found: dict[str, frozenset[str]] = {}
    for name in TopologicalSorter({name: [one.name for one in edges] for name, edges in needed.items()}).static_order():
        own = frozenset(packages[name].value.arch) or every
        found[name] = own.intersection(*(arches_of_edge(one, found, every) for one in needed[name]))
    return found


def arches_of_edge(one: Dependency, arches: Mapping[str, frozenset[str]], every: Iterable[str]) -> frozenset[str]:
    """The architectures for which an edge is no obstacle: it does not count there, or its package can be had."""
    return arches[one.name] | (frozenset(every).difference(one.arch) if one.arch else frozenset())


def always_selected(package: Package) -> tuple[str, ...]:
    """The packages that go into a root with this one, whatever its options are."""
    return tuple(dict.fromkeys(one.name for one in _always(package)))


def _always(package: Package) -> tuple[Dependency, ...]:
    """The edges into a root that hang on no option."""
    edges = possible_edges(package)
    return tuple(one for kind in ("depends", "runs_with") for one in edges[kind] if not one.option)


def _needed(package: Package) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for edges in possible_edges(package).values() for one in edges))


def _sorted(edges: Mapping[Key, tuple[Key, ...]]) -> Iterator[Key]:
    sorter = TopologicalSorter(edges)
    sorter.prepare()
    while sorter:
        ready = sorted(sorter.get_ready())
        yield from ready
        sorter.done(*ready)


def _circle(names: list[str], packages: Packages) -> LeafrootError:
    steps = [f"{packages[name].at(needed)}: {name} depends on {needed}" for name, needed in pairwise(names)]
    return LeafrootError(
        f"packages depend on each other in a circle: {' -> '.join(names)}",
        packages[names[0]].at(names[1]),
        "\n".join(steps),
    )
