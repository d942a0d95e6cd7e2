# SPDX-License-Identifier: Apache-2.0
"""Edges as steps: what lies in a package's sysroot, which tools come first in PATH, what comes before what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.describe.option import Option, Provider
from leafroot.describe.package import Recipe
from leafroot.errors import LeafrootError
from leafroot.graph import Key
from leafroot.kconfig.config import configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import Plan, plan_board
from leafroot.plan.recipes.autotools import Autotools
from leafroot.plan.recipes.go import Go
from leafroot.plan.recipes.kbuild import Kbuild
from leafroot.plan.recipes.make import Make
from leafroot.plan.recipes.meson import Meson
from leafroot.plan.recipes.prebuilt import Prebuilt
from leafroot.step import Output, Step, Text
from leafroot.units.catalog import Catalog, load_catalog
from tests.build_machine import MACHINE
from tests.plan.conftest import ROOT, asked_of
from tests.plan.made_up import Units, host, key, resolved, steps, union, unit, units

TARGET = ARCHES["x86_64"].target
TLS = Option("tls", "TLS", on=["--with-a"], off=["--without-a"], depends=["liba"])


def packages() -> Units:
    """A program with an option that brings liba, one that needs libb, which is linked with liba, and more."""
    return units(
        unit("liba"),
        unit("libb", depends=["liba"]),
        unit("prog", options=[TLS]),
        unit("useb", depends=["libb"], runs_with=["beside"]),
        unit("beside"),
    )


def sysroot(step: Step) -> list[str]:
    """The packages in a step's sysroot, beside the C library and the kernel's headers."""
    always = {"musl", "linux-headers"}
    found = [path.removeprefix(f"{TARGET}/").removesuffix(".tar.zst") for path in union(step, "/sysroot")]
    return [name for name in found if name not in always]


def test_an_option_that_brings_a_library_has_it_in_the_sysroot_and_before_it(catalog: Catalog) -> None:
    graph = resolved(packages(), options={"prog": {"tls": "y"}})
    found = steps(catalog, graph)
    prog = found[key("prog")]
    assert "--with-a" in prog.commands[0]
    assert sysroot(prog) == ["liba"]
    assert list(found).index(key("liba")) < list(found).index(key("prog"))


def test_an_option_that_is_off_brings_nothing(catalog: Catalog) -> None:
    prog = steps(catalog, resolved(packages()))[key("prog")]
    assert "--without-a" in prog.commands[0] and "--with-a" not in prog.commands[0]
    assert sysroot(prog) == []


def test_a_sysroot_has_what_a_dependency_is_linked_with_itself(catalog: Catalog) -> None:
    found = steps(catalog, resolved(packages()))
    assert sysroot(found[key("libb")]) == ["liba"]
    assert sysroot(found[key("useb")]) == ["liba", "libb"]


def test_what_a_package_runs_with_is_neither_in_its_sysroot_nor_before_it(catalog: Catalog) -> None:
    useb = steps(catalog, resolved(packages()))[key("useb")]
    assert "beside" not in sysroot(useb)
    assert f"{TARGET}/beside.tar.zst" not in [output.path for output in useb.follows()]


@pytest.mark.parametrize(("chosen", "there"), [("liba", ["liba"]), ("libb", ["liba", "libb"]), ("none", [])])
def test_a_provider_is_in_the_sysroot(catalog: Catalog, chosen: str, there: list[str]) -> None:
    provider = Provider("db", "DB", liba=["--a"], libb=["--b"], none=["--no"])
    graph = resolved({**packages(), "prog": unit("prog", options=[provider])}, options={"prog": {"db": chosen}})
    assert sysroot(steps(catalog, graph)[key("prog")]) == there


def test_a_provider_that_is_only_needed_in_the_root_is_in_no_sysroot(catalog: Catalog) -> None:
    provider = Provider("db", "DB", liba=["--a"], none=["--no"], edge="runs_with")
    graph = resolved({**packages(), "prog": unit("prog", options=[provider])}, options={"prog": {"db": "liba"}})
    prog = steps(catalog, graph)[key("prog")]
    assert sysroot(prog) == [] and "--a" in prog.commands[0]
    assert key("liba") in graph.root


# How options' words reach each recipe.
WORDS: dict[str, tuple[Recipe, Callable[[Step], object]]] = {
    "Autotools": (Autotools(["--first"]), lambda step: step.commands[0][-2:] == ("--first", "--with-a")),
    "Make": (Make({"A": "1"}), lambda step: all(c[4:6] == ("A=1", "--with-a") for c in step.commands[:2])),
    "Meson": (Meson(["-Dx=1"]), lambda step: step.commands[1][-4:] == ("-Dx=1", "--with-a", "/build", "/src")),
    "Go": (
        Go({"": "x"}, {"x": "usr/bin/x"}, tags=["first"]),
        lambda step: any("-tags=first,--with-a" in command for command in step.commands),
    ),
    "Kbuild": (
        Kbuild(["a.config"]),
        lambda step: asked_of(step) == "# at package/prog/package.py\nCONFIG_A=y\n",
    ),
}


@pytest.mark.parametrize(("recipe", "has_the_word"), WORDS.values(), ids=WORDS)
def test_words_of_options_reach_the_recipe_after_its_own(
    catalog: Catalog, recipe: Recipe, has_the_word: Callable[[Step], object]
) -> None:
    words = Option("tls", "TLS", on=["CONFIG_A=y"], depends=["liba"]) if isinstance(recipe, Kbuild) else TLS
    prog = unit("prog", recipe, options=[words], files=("a.config", "package.py"))
    graph = resolved({**packages(), "prog": prog}, options={"prog": {"tls": "y"}})
    step = steps(catalog, graph)[key("prog")]
    assert has_the_word(step), step.commands


def test_a_word_that_is_no_line_of_a_configuration_is_refused(catalog: Catalog) -> None:
    prog = unit("prog", Kbuild(["a.config"]), options=[TLS], files=("a.config", "package.py"))
    with pytest.raises(LeafrootError) as caught:
        steps(catalog, resolved({**packages(), "prog": prog}, options={"prog": {"tls": "y"}}))
    assert str(caught.value) == (
        "package/prog/package.py: not an assignment: --with-a\n"
        "  Write CONFIG_NAME=value, or '# CONFIG_NAME is not set'."
    )


TOOLS: dict[str, Recipe] = {"Make": Make(), "Autotools": Autotools(), "Meson": Meson()}


def with_tool(recipe: Recipe) -> Units:
    return units(
        unit("gen", recipe, depends=["liba"], tools=["gengen"]),
        unit("gengen"),
        unit("liba", Make()),
        unit("prog", tools=["gen"]),
    )


@pytest.mark.parametrize("recipe", TOOLS.values(), ids=TOOLS)
def test_a_tool_is_built_for_this_machine_with_its_libraries_beside_it(catalog: Catalog, recipe: Recipe) -> None:
    found = steps(catalog, resolved(with_tool(recipe), ["prog"]))
    gen, prog = found[host("gen")], found[key("prog")]
    assert gen.output == Output("host/gen.tar.zst", "x86_64")
    assert gen.name == "host/gen"
    # Nothing of the target's: neither its compiler nor its sysroot.
    assert not union(gen, "/sysroot") and not union(gen, "/toolchain")
    assert TARGET not in str(gen.commands) + str(gen.env)
    assert dict(gen.env)["CC"] == "gcc"
    # What it is linked with, and what it was itself built by.
    assert union(gen, "/tools") == ["host/liba.tar.zst", "host/gengen.tar.zst"]
    assert union(prog, "/tools") == ["host/liba.tar.zst", "host/gen.tar.zst"]
    assert dict(prog.env)["PATH"].startswith("/tools/bin:/tools/sbin:/toolchain/bin:")
    assert sysroot(prog) == []


PREFIXED: dict[str, Callable[[Step], object]] = {
    "Autotools": lambda step: "--prefix=/tools" in step.commands[0] and step.result == "/out/tools",
    "Meson": lambda step: "--prefix=/tools" in step.commands[1] and step.result == "/out/tools",
    # A Makefile installs where it always does, and that is what becomes /tools.
    "Make": lambda step: step.result == "/out/usr",
}


@pytest.mark.parametrize("name", PREFIXED)
def test_a_tool_is_installed_into_tools(catalog: Catalog, name: str) -> None:
    gen = steps(catalog, resolved(with_tool(TOOLS[name]), ["prog"]))[host("gen")]
    assert PREFIXED[name](gen), (gen.commands, gen.result)
    assert gen.commands[-1] == ("sh", "/strip-tree", gen.result)


def test_a_meson_tool_is_told_of_this_machine(catalog: Catalog) -> None:
    gen = steps(catalog, resolved(with_tool(Meson()), ["prog"]))[host("gen")]
    (native,) = (item for item in gen.inputs if isinstance(item, Text))
    assert f"--native-file={native.at}" in gen.commands[1]
    assert "needs_exe_wrapper" not in native.text


def test_a_package_without_tools_has_the_usual_path(catalog: Catalog) -> None:
    assert "PATH" not in dict(steps(catalog, resolved(packages()))[key("prog")].env)


def test_one_tool_serves_every_architecture(catalog: Catalog) -> None:
    found = [steps(catalog, resolved(with_tool(Make()), ["prog"], arch), arch) for arch in ARCHES]
    assert len({one[host("gen")] for one in found}) == 1


def test_a_package_is_a_tool_and_in_the_root_side_by_side(catalog: Catalog) -> None:
    found = steps(catalog, resolved(with_tool(Make())))
    assert found[host("gen")].output.path == "host/gen.tar.zst"
    assert found[key("gen")].output.path == f"{TARGET}/gen.tar.zst"
    assert sysroot(found[key("gen")]) == ["liba"]
    assert union(found[key("gen")], "/tools") == ["host/gengen.tar.zst"]


def test_files_for_any_machine_are_built_once(catalog: Catalog) -> None:
    found = units(unit("fw", Prebuilt([("a", "b")])), unit("prog", depends=["fw"]))
    each = [steps(catalog, resolved(found, arch=arch), arch) for arch in ("x86_64", "arm")]
    paths = [{one.output.path for one in made.values()} for made in each]
    assert paths[0] & paths[1] == {"noarch/fw.tar.zst"}


BOARDS = ROOT / "tests/edges/tree"


@pytest.fixture
def both(tmp_path: Path) -> Mapping[str, Plan]:
    """Two boards of one run that differ in nothing but an option of the package prog."""
    edges = load_catalog(ROOT, [BOARDS])

    def make(name: str) -> Plan:
        return plan_board(configure(edges, ROOT, tmp_path, Request(name)), MACHINE)

    return {name: make(name) for name in ("one", "two")}


def outputs(plan: Plan, package: str) -> list[Output]:
    return [step.output for step in plan.steps if step.name == package]


def test_two_boards_that_differ_in_an_option_have_two_outputs_for_what_it_reaches(both: Mapping[str, Plan]) -> None:
    for package in ("useb", "libb", "host/gen", "usegen", "busybox"):
        (one,), (two,) = (outputs(plan, package) for plan in both.values())
        assert one == two, package
    (one,), (two,) = (outputs(plan, "prog") for plan in both.values())
    assert one != two


def test_two_boards_never_make_one_output_in_two_ways(both: Mapping[str, Plan]) -> None:
    known: dict[str, str] = {}
    for plan in both.values():
        for step in plan.steps:
            assert known.setdefault(step.output.path, step.description) == step.description, step.output.path


def test_what_is_linked_with_a_package_has_an_output_for_each_of_its_options(catalog: Catalog) -> None:
    """The library's option is told by the names of all that is built with it, and by no others."""
    found = units(
        unit("liba", options=[Option("tls", "TLS", on=["--tls"])]),
        unit("libb", depends=["liba"]),
        unit("prog", depends=["libb"]),
        unit("made", tools=["liba"]),
        unit("beside", runs_with=["liba"]),
    )

    def named(**asked: Any) -> dict[Key, Step]:
        return steps(catalog, resolved(found, **asked))

    off, on = named(), named(options={"liba": {"tls": "y"}})
    differ = {one for one in off if off[one].output != on[one].output}
    assert differ == {key("liba"), key("libb"), key("prog")}
    assert all(off[one].description == on[one].description for one in off if one not in differ)
    assert len({step.output for step in (*off.values(), *on.values())}) == len(off) + len(differ)


CXX_TOOL = """\
\"\"\"A program that writes C, in C++.\"\"\"

from leafroot import Make, Package

package = Package(version="1", license="MIT", build=Make(), languages=["c++"])
"""


def test_a_tool_in_cxx_brings_no_library_of_cxx_into_the_root(tmp_path: Path) -> None:
    """It is linked with the building machine's own, and a toolchain for C only will do."""
    for name, text in {"gencxx/package.py": CXX_TOOL, "gencxx/src/Makefile": "all:\n"}.items():
        file = tmp_path / "tree/package" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    user = tmp_path / "tree/package/user"
    (user / "src").mkdir(parents=True)
    (user / "src/Makefile").write_text("all:\n")
    (user / "package.py").write_text(CXX_TOOL.replace('languages=["c++"]', 'tools=["gencxx"]'))
    catalog = load_catalog(ROOT, [tmp_path / "tree"])
    for words in ("", "CONFIG_TOOLCHAIN_C_ONLY=y\n"):
        (tmp_path / "x.config").write_text(f"CONFIG_PACKAGE_USER=y\n{words}")
        asked = Request("qemu_x86_64", fragments=[tmp_path / "x.config"])
        plan = plan_board(configure(catalog, ROOT, tmp_path / "kconfig", asked), MACHINE)
        assert "host/gencxx.tar.zst" in [step.output.path for step in plan.steps]
        assert "libstdcxx.tar.zst" not in [step.output.name for step in plan.steps]
