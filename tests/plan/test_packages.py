# SPDX-License-Identifier: Apache-2.0
"""Packages as steps: every one of the tree for every architecture, and the recipes one by one."""

from __future__ import annotations

import configparser
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.describe.option import AnyOption
from leafroot.describe.package import Package, Recipe
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.graph import Graph, Key
from leafroot.kconfig.config import Config
from leafroot.plan.board import plan_board
from leafroot.plan.recipes.autotools import Autotools
from leafroot.plan.recipes.cmake import CMake
from leafroot.plan.recipes.configure import Configure
from leafroot.plan.recipes.make import Make
from leafroot.plan.recipes.meson import Meson
from leafroot.plan.recipes.prebuilt import Prebuilt
from leafroot.plan.recipes.python_module import PythonModule
from leafroot.step import Step, Text
from leafroot.units.catalog import Catalog, load_catalog
from tests.build_machine import MACHINE
from tests.plan import made_up
from tests.plan.conftest import ROOT, asked_of, step_of
from tests.small_tree import SmallTree, package

REAL = load_catalog(ROOT)
# "CPU families" in the reference tables of Meson's manual: names that an architecture of ours may have.
MESON_FAMILIES = {"aarch64", "arm", "mips", "mips64", "ppc", "ppc64", "riscv32", "riscv64", "s390x", "x86", "x86_64"}


def other_value(option: AnyOption) -> str:
    """A value that the option has not by default."""
    return next((value for value, _ in option.values() if value != option.preset), option.preset)


@cache
def everything(arch: str, changed: bool) -> tuple[Graph, Mapping[Key, Step]]:
    """All packages of the tree, with the values that their options have by default, or with others."""
    options = {
        name: {option.name: other_value(option) for option in unit.value.options}
        for name, unit in REAL.packages.items()
        if changed
    }
    loaders = [name for name, unit in REAL.packages.items() if unit.value.build.place == "loader"]
    graph = made_up.resolved(REAL.packages, arch=arch, options=options, extra=loaders)
    return graph, made_up.steps(REAL, graph, arch)


@pytest.mark.parametrize("changed", [False, True], ids=["defaults", "options changed"])
@pytest.mark.parametrize("arch", ARCHES)
@pytest.mark.parametrize("name", [name for name, unit in REAL.packages.items() if unit.value.build.builds])
def test_every_package_is_planned_and_has_licence_texts(name: str, arch: str, changed: bool) -> None:
    graph, steps = everything(arch, changed)
    package = REAL.packages[name].value
    nodes = [node for node in graph if node.unit.name == name]
    assert nodes
    for node in nodes:
        assert steps[node.key].commands
        needed = {steps[key].output for key in (*node.depends, *node.tools) if key in steps}
        assert needed <= set(steps[node.key].reads())
    assert package.license_files or package.archive is None


def made(catalog: Catalog, recipe: Recipe, arch: str = "x86_64") -> Step:
    return made_up.step(catalog, alpha(recipe), arch=arch)


def alpha(recipe: Recipe) -> Unit[Package]:
    return made_up.unit("alpha", recipe)


@pytest.mark.parametrize("arch", ARCHES)
def test_meson_is_told_of_the_target(catalog: Catalog, arch: str) -> None:
    step = made(catalog, Meson(["-Dtests=false"], env={"LANG": "C"}), arch)
    _, setup, ninja, install, strip = step.commands
    (cross,) = (item for item in step.inputs if isinstance(item, Text))
    assert setup[:3] == ("meson", "setup", f"--cross-file={cross.at}")
    assert {"--wrap-mode=nodownload", "--auto-features=disabled"} < set(setup)
    assert setup[-3:] == ("-Dtests=false", "/build", "/src")
    assert (ninja, install[:2], strip[0]) == (("ninja", "-j16"), ("meson", "install"), "sh")
    said = configparser.ConfigParser()
    said.read_string(cross.text)
    assert said["binaries"]["c"] == f"['/build/job-slot', '/toolchain/bin/{ARCHES[arch].target}-gcc']"
    assert said["host_machine"]["cpu_family"].strip("'") in MESON_FAMILIES
    assert said["host_machine"]["endian"] == "'little'"
    # Flags are the toolchain's own, as for every recipe.
    assert {("LANG", "C"), ("PKG_CONFIG", "pkg-config")} < set(step.env)
    assert dict(step.env)["CFLAGS"] == dict(made(catalog, Make(), arch).env)["CFLAGS"]


def test_meson_finds_no_program_where_a_package_has_no_cxx(catalog: Catalog) -> None:
    """What is there would be asked for its version, and false(1) passes for GCC."""
    compiler = dict(made(catalog, Meson()).env)["CXX"]
    assert shutil.which(compiler) is None
    cxx = made_up.step(catalog, made_up.unit("alpha", Meson(), languages={"c++"}))
    assert dict(cxx.env)["CXX"].endswith("g++")


@pytest.mark.parametrize("recipe", [Make(), Prebuilt([("a", "usr/bin/a")])])
def test_links_are_made_in_what_was_installed(catalog: Catalog, recipe: Recipe) -> None:
    unit = made_up.unit("alpha", recipe, links={"usr/bin/b": "a"}, leave_out=["usr/bin/c"])
    step = made_up.step(catalog, unit)
    assert ("ln", "-s", "a", "/out/usr/bin/b") in step.commands
    assert "usr/bin/c" in step.drop


def test_make_builds_out_of_tree_unless_its_makefile_cannot(catalog: Catalog) -> None:
    build, install = made(catalog, Make({"A": "b"})).commands[:2]
    assert build == ("make", "-f", "/src/Makefile", "SRC=/src", "A=b")
    assert install == (*build, "DESTDIR=/out", "install")
    copy, writable, build, install = made(catalog, Make({"A": "b"}, folder="lib")).commands[:4]
    assert (copy[0], writable[0]) == ("cp", "chmod")
    assert build == ("make", "-C", "lib", "A=b")
    assert install == (*build, "DESTDIR=/out", "install")


def test_make_writes_a_config_of_the_package_with_the_words_of_its_options(catalog: Catalog) -> None:
    step = made(catalog, Make(folder="hostapd", config="hostapd.config"))
    join, build = step.commands[2:4]
    assert join[-3:] == ("/make-config", "/make-config-options", "hostapd/.config")
    assert build == ("make", "-C", "hostapd")
    assert "hostapd.config" in "".join(step.files())


@pytest.mark.parametrize("arch", ARCHES)
def test_cmake_is_told_of_the_target(catalog: Catalog, arch: str) -> None:
    step = made(catalog, CMake(["-DX=ON"], folder="sub"), arch)
    configure, build, install, strip = step.commands
    (machine,) = (item for item in step.inputs if isinstance(item, Text))
    assert configure[:7] == ("cmake", "-G", "Unix Makefiles", "-S", "/src/sub", "-B", "/build")
    assert f"-DCMAKE_TOOLCHAIN_FILE={machine.at}" in configure and configure[-1] == "-DX=ON"
    assert (build, install[:2], strip[0]) == (("make",), ("make", "install"), "sh")
    assert f"set(CMAKE_C_COMPILER /toolchain/bin/{ARCHES[arch].target}-gcc)\n" in machine.text
    assert f"set(CMAKE_SYSTEM_PROCESSOR {arch})\n" in machine.text


def test_autotools_copies_the_source_only_where_it_has_to(catalog: Catalog) -> None:
    configure = made(catalog, Autotools(["--x"])).commands[0]
    assert configure[0] == "/src/configure" and configure[-1] == "--x"
    copied = made(catalog, Autotools(in_tree=True, folder="sub")).commands
    assert copied[2][:4] == ("env", "-C", "/build/sub", "/build/sub/configure")
    again = made(catalog, Autotools(autoreconf=True))
    assert again.commands[2] == ("autoreconf", "--force", "--install")
    assert again.commands[3][0] == "/build/configure"


def test_values_that_configure_cannot_find_by_running_a_program_are_given(catalog: Catalog) -> None:
    step = made(catalog, Autotools())
    (site,) = (item for item in step.inputs if isinstance(item, Text))
    assert ("CONFIG_SITE", site.at) in step.env
    assert "ac_cv_func_malloc_0_nonnull=yes\n" in site.text


def test_configure_gets_its_own_words_and_no_others(catalog: Catalog) -> None:
    recipe = Configure(["--host={target}", "--cpu={arch}"], by_arch={"x86_64": ["linux-x86_64"]}, script="Configure")
    step = made(catalog, recipe)
    assert step.commands[2] == ("./Configure", "linux-x86_64", "--host=x86_64-leafroot-linux-musl", "--cpu=x86_64")
    with pytest.raises(LeafrootError, match="by_arch has no options for arm"):
        made(catalog, recipe, "arm")


@pytest.mark.parametrize("arch", ARCHES)
def test_a_python_module_is_built_with_what_the_targets_python_says_of_itself(catalog: Catalog, arch: str) -> None:
    step = made(catalog, PythonModule(["x=y"]), arch)
    env = dict(step.env)
    assert step.commands[4][-2:] == ("--config-setting=x=y", "/build")
    assert env["_PYTHON_HOST_PLATFORM"] == f"linux-{arch}"
    assert env["CC"] == f"{ARCHES[arch].target}-gcc"
    assert env["CFLAGS"].endswith(" -I/sysroot/usr/include/python3.13")


def test_a_python_module_without_python_is_refused(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, {"package/mod/package.py": package(build="PythonModule()")})
    with pytest.raises(LeafrootError) as caught:
        tree.catalog()
    assert str(caught.value) == (
        "package/mod/package.py:8: a Python module is built against the target's Python, "
        "which is not in its 'depends'\n"
        '  Add depends=["python"].'
    )


@pytest.mark.parametrize(("series", "asked"), [("6.12", False), ("7.2", True)])
def test_an_option_of_newer_kernels_is_asked_of_those(
    configured: Callable[..., Config], tmp_path: Path, series: str, asked: bool
) -> None:
    fragment = tmp_path / "iptables.config"
    fragment.write_text("CONFIG_PACKAGE_IPTABLES=y\n")
    plan = plan_board(configured(kernel=series, fragments=[fragment]), MACHINE)
    step = step_of(plan, "qemu_x86_64/linux.config")
    text = asked_of(step)
    assert "CONFIG_IP_NF_NAT=y\n" in text
    assert ("CONFIG_NETFILTER_XTABLES_LEGACY=y\n" in text) is asked
