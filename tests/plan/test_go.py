# SPDX-License-Identifier: Apache-2.0
"""Packages in Go as steps: where source, compiler and modules are, for which machine, and what cannot be planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.describe.archive import Archive
from leafroot.describe.package import Package
from leafroot.describe.patch import Patch
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.plan.recipes.go import Go, find_go, go_tools, plan_imports
from leafroot.plan.recipes.protocol import Site
from leafroot.plan.toolchain.compiler import LDFLAGS
from leafroot.step import Source, Sources, Step
from leafroot.units.catalog import Catalog
from leafroot.units.lock import LOCK, pinned
from tests.build_machine import MACHINE
from tests.plan import made_up
from tests.plan.conftest import paths

RECIPE = Go(
    paths={"engine": "example.org/x", "cli": "example.org/y"},
    programs={"example.org/x/cmd/xd": "usr/bin/xd", "example.org/y": "usr/bin/y"},
    modules=["src:x"],
    tags=["one", "two"],
    variables={"example.org/x/version.Version": "{version}-leaf"},
)
MODULE = pinned("golang-m-dev", "1", "pool/g/golang-m-dev_1_all.deb", "7" * 64, "MIT")
UNIT = made_up.unit(
    "x",
    RECIPE,
    version="2",
    archive=Archive("debian:pool/x/x_{version}.orig.tar.xz", "0" * 64),
    parts={"cli": Archive("debian:pool/x/x_{version}.orig-cli.tar.xz", "1" * 64)},
    debian=Archive("debian:pool/x/x_{version}-1.debian.tar.xz", "2" * 64),
    files=("go.lock", "package.py"),
    patches=(Patch("package/x/patches/0001.patch"),),
    locked=(MODULE,),
)


def planned(catalog: Catalog, unit: Unit[Package] = UNIT, arch: str = "x86_64") -> Step:
    return made_up.step(catalog, unit, arch=arch)


def parts(catalog: Catalog) -> Mapping[str, Unit[Package]]:
    """The part of the toolchain that a program in Go is built with."""
    return {"go": catalog.packages["go"]}


def test_programs_are_compiled_one_by_one(catalog: Catalog) -> None:
    step = planned(catalog)
    slot, folders, engine, cli, drop, daemon, client, strip = step.commands
    assert slot == ("gcc", "-O1", "-Wall", "-o", "/build/job-slot", "/job-slot.c")
    assert folders == ("mkdir", "-p", "/build/tmp", "/build/go/src/example.org")
    assert engine == ("cp", "-r", "-T", "/src/engine", "/build/go/src/example.org/x")
    assert cli == ("cp", "-r", "-T", "/src/cli", "/build/go/src/example.org/y")
    vendor = "/build/go/src/example.org/{}/vendor/example.org/{}"
    assert drop == ("rm", "-rf", vendor.format("x", "y"), vendor.format("y", "x"))
    assert daemon[:3] == ("/go/usr/lib/go-1.24/bin/go", "build", "-trimpath")
    assert daemon[-3:] == ("-o", "/out/usr/bin/xd", "example.org/x/cmd/xd")
    assert client[-3:] == ("-o", "/out/usr/bin/y", "example.org/y")
    assert daemon[:-3] == client[:-3]
    assert {"-buildmode=pie", "-tags=one,two", "-toolexec=/build/job-slot"} <= set(daemon)
    (link,) = (word for word in daemon if word.startswith("-ldflags="))
    assert f"-buildid= -linkmode=external -extldflags '{LDFLAGS}'" in link
    assert link.endswith("-X example.org/x/version.Version=2-leaf")
    assert strip[0] == "sh"


def test_go_modules_and_compiler_are_the_pinned_archives(catalog: Catalog) -> None:
    step = planned(catalog)
    inputs = {item.at: item for item in step.inputs}
    source, modules, tools = inputs["/src"], inputs["/modules"], inputs["/go"]
    assert isinstance(source, Source) and isinstance(modules, Sources) and isinstance(tools, Sources)
    assert [one.file_name for one in source.archives()] == [
        "x_2.orig.tar.xz",
        "x_2.orig-cli.tar.xz",
        "x_2-1.debian.tar.xz",
    ]
    assert modules.members == (MODULE.archive,)
    assert len(tools.members) == 2
    assert set(step.archives()) == {*source.archives(), *modules.members, *tools.members}


def test_a_go_package_is_built_without_what_it_runs_with(catalog: Catalog) -> None:
    unit = replace(UNIT, value=replace(UNIT.value, depends=["zlib"], runs_with=["runc"]))
    read = paths(made_up.step(catalog, unit, made_up.unit("zlib"), made_up.unit("runc")).reads())
    folder = ARCHES["x86_64"].target
    assert f"{folder}/zlib.tar.zst" in read and f"{folder}/runc.tar.zst" not in read


@pytest.mark.parametrize("name", ARCHES)
def test_go_gets_the_variables_of_each_architecture(catalog: Catalog, name: str) -> None:
    env = dict(planned(catalog, arch=name).env)
    assert dict(ARCHES[name].go).items() <= env.items()
    assert (env["GOOS"], env["CGO_ENABLED"], env["CC"]) == ("linux", "1", f"{ARCHES[name].target}-gcc")
    assert env["GOPATH"] == "/build/go:/modules/usr/share/gocode"
    assert (env["GOPROXY"], env["GO111MODULE"], env["GOTOOLCHAIN"]) == ("off", "off", "local")


def test_the_compiler_is_the_building_machines(catalog: Catalog) -> None:
    tools = [go_tools(parts(catalog), processor) for processor in ("x86_64", "aarch64")]
    assert all(tools) and tools[0] != tools[1]
    assert go_tools(parts(catalog), "m68k") is None


def test_every_archive_counts_and_its_place_does_not(catalog: Catalog) -> None:
    first = planned(catalog).description
    other = Archive("debian:pool/x/x_{version}.orig-cli.tar.xz", "9" * 64)
    package = UNIT.value
    for changed in (
        replace(UNIT, value=replace(package, parts={"cli": other})),
        replace(UNIT, value=replace(package, parts={"client": package.parts["cli"]})),
        replace(UNIT, value=replace(package, debian=other)),
        replace(UNIT, locked=(pinned("golang-m-dev", "1", "pool/g/golang-m-dev_1_all.deb", "8" * 64),)),
    ):
        assert planned(catalog, changed).description != first
    moved = replace(UNIT, locked=(pinned("golang-m-dev", "1", "pool/h/golang-m-dev_1_all.deb", "7" * 64),))
    assert planned(catalog, moved).description == first


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no lock file": (
        {"unit": replace(UNIT, files=("package.py",), locked=())},
        "package/x/package.py: its modules are not pinned: there is no go.lock\n  Make it with 'scons lock PACKAGE=x'.",
    ),
    "no compiler for this machine": (
        {"processor": "m68k"},
        "package/x/package.py: it is written in Go, and there is no Go compiler for this machine\n"
        "  package/go/package.py lists the processors that have one.",
    ),
    "no compiler in the catalog": (
        {"parts": {}},
        "package/x/package.py: it is written in Go, and there is no Go compiler for this machine\n"
        "  package/go/package.py lists the processors that have one.",
    ),
    "no name for the architecture": (
        {"arch": replace(ARCHES["x86_64"], go={})},
        "package/x/package.py: it is written in Go, which has no name for x86_64\n"
        "  If Go can compile for it, set go=... in leafroot/describe/arches/x86_64.py.",
    ),
}


@pytest.mark.parametrize(("changed", "message"), REFUSED.values(), ids=REFUSED)
def test_a_go_package_that_cannot_be_built_is_refused(catalog: Catalog, changed: dict[str, Any], message: str) -> None:
    compiler = made_up.toolchain(catalog)
    if "arch" in changed:
        compiler = replace(compiler, arch=changed["arch"])
    site = Site(
        changed.get("unit", UNIT),
        compiler,
        parts=changed.get("parts", parts(catalog)),
        processor=changed.get("processor", "x86_64"),
    )
    with pytest.raises(LeafrootError) as caught:
        RECIPE.plan(site)
    assert str(caught.value) == message


def test_imports_are_asked_for_each_architecture(catalog: Catalog) -> None:
    tools = go_tools(parts(catalog), "x86_64")
    assert tools is not None
    step = plan_imports(UNIT, RECIPE, (MODULE,), tools, MACHINE.usr(), ARCHES.values())
    asked = [command for command in step.commands if command[0] == "env"]
    assert [command[1 : 1 + len(arch.go)] for command, arch in zip(asked, ARCHES.values(), strict=True)] == [
        tuple(f"{name}={value}" for name, value in arch.go.items()) for arch in ARCHES.values()
    ]
    assert all(command[-2:] == ("example.org/x/cmd/xd", "example.org/y") for command in asked)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "PACKAGE=: which package?\n  Available: containerd, "),
        ("rucn", "PACKAGE=rucn: package 'rucn' is not built by Go()\n  Did you mean runc?"),
        ("busybox", "PACKAGE=busybox: package 'busybox' is not built by Go()"),
    ],
    ids=["none", "typing error", "of another recipe"],
)
def test_lock_refuses_a_package_that_is_not_in_go(catalog: Catalog, name: str, message: str) -> None:
    with pytest.raises(LeafrootError) as caught:
        find_go(catalog.packages, name, "x86_64")
    assert str(caught.value).startswith(message)


def test_every_package_in_go_is_locked(catalog: Catalog) -> None:
    units = [unit for unit in catalog.packages.values() if isinstance(unit.value.build, Go)]
    assert units
    for unit in units:
        assert isinstance(unit.value.build, Go)
        assert not unit.value.build.modules or (LOCK in unit.files and unit.locked)
