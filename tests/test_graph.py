# SPDX-License-Identifier: Apache-2.0
"""The resolved graph: which nodes there are, in which order, what each is linked with, and what tells it apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from leafroot.describe.option import Brings, Choice, Dependency, Number, Option, Provider
from leafroot.errors import LeafrootError
from leafroot.graph import Graph, Node, always_selected, check_circles, needs_of, possible_edges
from leafroot.plan.recipes.go import Go
from leafroot.plan.recipes.prebuilt import Files, Prebuilt
from tests.plan.made_up import Units, host, key, noarch, node, resolved, unit, units


def names(nodes: Iterable[Node]) -> list[str]:
    return [one.unit.name for one in nodes]


def test_each_node_comes_after_what_it_is_built_with_and_equals_by_name() -> None:
    packages = units(
        unit("z"),
        unit("a", depends=["m", "z"]),
        unit("m", depends=["z"]),
        unit("b"),
        # In the root as well, but built whenever.
        unit("c", runs_with=["z"]),
    )
    assert names(resolved(packages)) == ["b", "c", "z", "m", "a"]
    assert names(resolved(packages).in_root) == ["b", "c", "z", "m", "a"]


def test_what_a_package_is_linked_with_is_all_that_its_dependencies_are_linked_with() -> None:
    packages = units(
        unit("top", depends=["middle"], runs_with=["beside"], tools=["tool"]),
        unit("middle", depends=["deep"]),
        unit("deep"),
        unit("beside"),
        unit("tool", depends=["toollib"]),
        unit("toollib"),
    )
    graph = resolved(packages, ["top", "middle", "deep", "beside"])
    assert names(graph.linked(node(graph, "top"))) == ["deep", "middle"]
    assert names(graph.linked(node(graph, "deep"))) == []
    assert [one.key for one in graph.tools(node(graph, "top"))] == [host("toollib"), host("tool")]
    assert sorted(names(graph.in_root)) == ["beside", "deep", "middle", "top"]


def test_a_tool_is_built_for_the_building_machine_with_the_defaults_of_its_options() -> None:
    tool = unit(
        "tool",
        options=[Option("fast", "Fast", on=["--fast"], off=["--slow"], tools=["extra"], depends=["liba"])],
        runs_with=["data"],
    )
    packages = units(unit("prog", tools=["tool"]), tool, unit("liba"), unit("extra"), unit("data"))
    graph = resolved(packages, ["prog", "tool", "liba", "data"], options={"tool": {"fast": "y"}})
    for_the_root, for_the_machine = node(graph, "tool"), node(graph, "tool", "host")
    assert (for_the_root.words, for_the_root.depends, for_the_root.tools) == (
        ("--fast",),
        (key("liba"),),
        (host("extra"),),
    )
    assert (for_the_machine.words, for_the_machine.depends, for_the_machine.tools) == (("--slow",), (), ())
    # Nothing of the building machine's is in a root.
    assert for_the_machine.runs_with == ()
    assert for_the_machine not in graph.in_root


def test_a_package_that_no_architecture_changes_has_one_node_for_all() -> None:
    packages = units(unit("fw", Prebuilt([("a", "b")])), unit("own", Files()), unit("prog", depends=["fw"]))
    graph = resolved(packages)
    assert sorted(graph.root) == sorted([noarch("fw"), noarch("own"), key("prog")])
    assert node(graph, "prog").depends == (noarch("fw"),)


SIZE = Choice("size", "Size", {"small": [], "big": []})
# The edge; what is asked for; whether the target has it, and whether the building machine has it.
EDGES: dict[str, tuple[Dependency, dict[str, Any], bool, bool]] = {
    "always": (Dependency("liba"), {}, True, True),
    "this architecture": (Dependency("liba", arch=["arm", "x86_64"]), {}, True, False),
    "another architecture": (Dependency("liba", arch=["arm"]), {}, False, False),
    "for the other board": (Dependency("liba", arch=["arm"]), {"arch": "arm"}, True, False),
    "this C library": (Dependency("liba", libc=["musl"]), {}, True, False),
    "another C library": (Dependency("liba", libc=["glibc"]), {}, False, False),
    "an option that is off": (Dependency("liba", option="tls"), {}, False, False),
    "an option that is on": (Dependency("liba", option="tls"), {"options": {"beta": {"tls": "y"}}}, True, False),
    "while an option is off": (Dependency("liba", option="tls=n"), {}, True, True),
    "a value by default": (Dependency("liba", option="size=small"), {}, True, True),
    "a value that was chosen": (
        Dependency("liba", option="size=big"),
        {"options": {"beta": {"size": "big"}}},
        True,
        False,
    ),
    "architecture and option": (
        Dependency("liba", arch=["x86_64"], option="tls"),
        {"options": {"beta": {"tls": "y"}}},
        True,
        False,
    ),
    "architecture and option that is off": (Dependency("liba", arch=["x86_64"], option="tls"), {}, False, False),
}


@pytest.mark.parametrize("kind", ["depends", "runs_with", "tools"])
@pytest.mark.parametrize(("edge", "asked", "holds", "for_the_machine"), EDGES.values(), ids=EDGES)
def test_when_an_edge_holds(
    kind: str, edge: Dependency, asked: dict[str, Any], holds: bool, for_the_machine: bool
) -> None:
    beta = unit("beta", options=[Option("tls", "TLS"), SIZE], **{kind: [edge]})
    graph = resolved(units(beta, unit("liba"), unit("user", tools=["beta"])), **asked)
    liba = host("liba") if kind == "tools" else key("liba", asked.get("arch", "x86_64"))
    assert getattr(node(graph, "beta"), kind) == ((liba,) if holds else ())
    # What an edge of the target's names need not be there for a program of the building machine.
    expected = (host("liba"),) if for_the_machine and kind != "runs_with" else ()
    assert getattr(node(graph, "beta", "host"), kind) == expected


def test_an_option_brings_words_edges_and_kernel_options() -> None:
    tls = Option("tls", "TLS", on=["--tls"], off=["--no-tls"], depends=["liba"], runs_with=["certs"], kernel=["KEYS"])
    ssh = Provider("ssh", "SSH", {"open-ssh": ["--open"], "none": []}, default="none", edge="runs_with")
    level = Number("level", "Level", words=["--level={value}"], default=3)
    beta = unit("beta", options=[tls, ssh, level], kernel=["NET"])
    packages = units(beta, unit("liba"), unit("certs"), unit("open-ssh"))
    plain = node(resolved(packages), "beta")
    assert (plain.words, plain.kernel, plain.depends, plain.runs_with) == (("--no-tls", "--level=3"), ("NET",), (), ())
    chosen = {"beta": {"tls": "y", "ssh": "open-ssh", "level": "7"}}
    full = node(resolved(packages, options=chosen), "beta")
    assert (full.words, full.kernel) == (("--tls", "--open", "--level=7"), ("NET", "KEYS"))
    assert (full.depends, full.runs_with) == ((key("liba"),), (key("certs"), key("open-ssh")))
    assert full.options == (("tls", "y"), ("ssh", "open-ssh"), ("level", "7"))


def test_an_edge_that_two_options_bring_is_one() -> None:
    options = [Option("one", "1", depends=["liba"], default=True), Option("two", "2", depends=["liba"], default=True)]
    graph = resolved(units(unit("beta", depends=["liba"], options=options), unit("liba")))
    assert node(graph, "beta").depends == (key("liba"),)


@pytest.fixture
def described(tmp_path: Path) -> Path:
    """A folder with a description, for messages that name its line."""
    (tmp_path / "package.py").write_text('"""A."""\n\nx = ["a", "b"]\n')
    return tmp_path


@pytest.mark.parametrize("kind", ["depends", "runs_with"])
def test_what_is_needed_must_be_selected(described: Path, kind: str) -> None:
    packages = units(unit("a", directory=described, **{kind: ["b"]}), unit("b"))
    with pytest.raises(LeafrootError) as caught:
        resolved(packages, ["a"])
    assert str(caught.value) == (
        "package/a/package.py:3: 'a' needs 'b', which is not selected\n"
        "  Its Config.in allows this: add 'select PACKAGE_B' there."
    )


def test_a_boot_loaders_files_are_built_and_not_in_the_root() -> None:
    packages = units(unit("fw", Prebuilt([("a", "b")], boot=True)), unit("prog"))
    graph = resolved(packages, extra=["fw"])
    assert graph.extra == (noarch("fw"),)
    assert names(graph) == ["fw", "prog"] and names(graph.in_root) == ["prog"]


def test_the_library_of_cxx_is_for_what_is_linked_with_something_in_it() -> None:
    packages = units(
        unit("deep", languages=["c++"]),
        unit("middle", depends=["deep"]),
        unit("top", depends=["middle"]),
        unit("beside", runs_with=["deep"]),
        unit("made", tools=["deep"]),
    )
    graph = resolved(packages)
    assert [name for name in packages if graph.in_cxx(node(graph, name))] == ["deep", "middle", "top"]


def test_declared_are_the_direct_edges_alone() -> None:
    packages = units(unit("a"), unit("b", depends=["a"]), unit("c", depends=["b"], runs_with=["a"]))
    assert resolved(packages).declared() == {"a": frozenset(), "b": frozenset({"a"}), "c": frozenset({"b"})}


def test_parts_of_the_toolchain_are_those_of_the_root() -> None:
    packages = units(unit("x", Go({"": "x"}, {"x": "bin/x"})), unit("y"))
    assert resolved(packages).parts() == ("go",)
    assert resolved(packages, ["y"]).parts() == ()


def identities(packages: Units, **asked: Any) -> dict[str, str]:
    graph = resolved(packages, **asked)
    return {one.unit.name: graph.identity(one) for one in graph}


def chain(**fields: Any) -> Units:
    """A library with an option, what is linked with it, what is linked with that, and what is beside them."""
    liba = unit("liba", options=[Option("tls", "TLS")], **fields)
    return units(liba, unit("libb", depends=["liba"]), unit("prog", depends=["libb"]), unit("beside"))


def test_where_nothing_can_differ_a_node_has_no_identity() -> None:
    found = identities(chain())
    assert found["beside"] == ""
    assert all(len(found[name]) == 8 for name in ("liba", "libb", "prog"))


def test_an_option_changes_the_identity_of_all_that_is_built_with_it() -> None:
    before, after = identities(chain()), identities(chain(), options={"liba": {"tls": "y"}})
    assert {name for name in before if before[name] != after[name]} == {"liba", "libb", "prog"}
    assert identities(chain(), options={"liba": {"tls": "n"}}) == before


def test_what_a_package_only_runs_with_does_not_change_its_identity() -> None:
    packages = {**chain(), "user": unit("user", runs_with=["liba"])}
    assert identities(packages)["user"] == identities(packages, options={"liba": {"tls": "y"}})["user"] == ""


def test_a_tools_options_are_the_defaults_whatever_a_root_has() -> None:
    packages = {**chain(), "user": unit("user", tools=["liba"])}
    assert identities(packages)["user"] == identities(packages, options={"liba": {"tls": "y"}})["user"] != ""


def test_another_version_leaves_the_identity() -> None:
    """It is a name that tells boards of one run apart, and not what the cache goes by."""
    assert identities(chain()) == identities(chain(version="2"))


def test_every_edge_that_could_be() -> None:
    options = [
        Option("tls", "TLS", depends=["liba"]),
        Choice("db", "DB", {"none": [], "sql": Brings([], depends=["sql"], tools=["sqlgen"])}),
        Provider("ssh", "SSH", drop=[], edge="runs_with", none=[]),
    ]
    package = unit("beta", depends=["zlib", Dependency("liba", arch=["arm"])], options=options).value
    assert possible_edges(package) == {
        "depends": (
            Dependency("zlib"),
            Dependency("liba", arch=("arm",)),
            Dependency("liba", option="tls"),
            Dependency("sql", option="db=sql"),
        ),
        "tools": (Dependency("sqlgen", option="db=sql"),),
        "runs_with": (Dependency("drop", option="ssh=drop"),),
    }
    # An edge of an architecture's may be of this one; what an option brings may be left out.
    assert always_selected(package) == ("zlib", "liba")


def test_needs_are_those_of_all_that_comes_along_in_any_case() -> None:
    packages = units(
        unit("deep", languages=["c++"]),
        unit("middle", runs_with=["deep"]),
        unit("top", depends=["middle"]),
        unit("perhaps", options=[Option("x", "X", depends=["deep"])]),
        unit("made", tools=["deep"]),
    )
    found = needs_of(packages, lambda package: frozenset(package.languages))
    assert {name for name, needs in found.items() if needs} == {"deep", "middle", "top"}


CIRCLES: dict[str, Mapping[str, dict[str, Any]]] = {
    "depends": {"a": {"depends": ["b"]}, "b": {"depends": ["a"]}},
    "runs with": {"a": {"runs_with": ["b"]}, "b": {"depends": ["a"]}},
    "a tool": {"a": {"tools": ["b"]}, "b": {"depends": ["a"]}},
    "an option": {"a": {"options": [Option("x", "X", depends=["b"])]}, "b": {"depends": ["a"]}},
    "an option of each": {
        "a": {"options": [Provider("x", "X", b=[], none=[])]},
        "b": {"options": [Choice("y", "Y", {"none": [], "a": Brings([], tools=["a"])})]},
    },
    "an architecture": {"a": {"depends": [Dependency("b", arch=["arm"])]}, "b": {"depends": ["a"]}},
}


@pytest.mark.parametrize("packages", CIRCLES.values(), ids=CIRCLES)
def test_a_circle_is_found_whatever_it_goes_through(packages: Mapping[str, dict[str, Any]], described: Path) -> None:
    found = units(*(unit(name, directory=described, **fields) for name, fields in packages.items()))
    with pytest.raises(LeafrootError) as caught:
        check_circles(found)
    first, other = ("a", "b") if "a -> b" in str(caught.value) else ("b", "a")
    assert str(caught.value) == (
        f"package/{first}/package.py:3: packages depend on each other in a circle: {first} -> {other} -> {first}\n"
        f"  package/{first}/package.py:3: {first} depends on {other}\n"
        f"  package/{other}/package.py:3: {other} depends on {first}"
    )
    for name in packages:
        check_circles({**found, name: unit(name)})


def test_a_graph_is_iterated_in_the_order_of_its_nodes() -> None:
    graph: Graph = resolved(chain())
    assert [one.key for one in graph] == list(graph.nodes)
