# SPDX-License-Identifier: Apache-2.0
"""Packages in Go as steps: where source, compiler and modules are, for which machine, and what cannot be planned."""

from __future__ import annotations

from dataclasses import replace

import pytest
from leafroot.describe.recipes import Go

from leafroot.describe.arches import ARCHES
from leafroot.describe.archive import Archive
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.plan.packages import plan_package
from leafroot.plan.recipes.go import check_go, go_tools, plan_imports
from leafroot.plan.toolchain.compiler import LDFLAGS, Toolchain
from leafroot.plan.toolchain.from_source import plan_source_toolchain
from leafroot.step import Source, Sources, Step
from leafroot.units.catalog import Catalog
from leafroot.units.lock import LOCK, module_at

PLATFORM = "x86_64-glibc-2.36"
RECIPE = Go(
    paths=(("engine", "example.org/x"), ("cli", "example.org/y")),
    programs=(("example.org/x/cmd/xd", "usr/bin/xd"), ("example.org/y", "usr/bin/y")),
    modules=("src:x",),
    tags=("one", "two"),
    variables=(("example.org/x/version.Version", "{version}-leaf"),),
)
MODULE = module_at("golang-m-dev", "1", "pool/g/golang-m-dev_1_all.deb", "7" * 64, "MIT")
UNIT = Unit(
    "x",
    "package/x",
    "X.",
    Package(
        version="2",
        license="MIT",
        archive=Archive("debian:pool/x/x_{version}.orig.tar.xz", "0" * 64),
        parts=[("cli", Archive("debian:pool/x/x_{version}.orig-cli.tar.xz", "1" * 64))],
        debian=Archive("debian:pool/x/x_{version}-1.debian.tar.xz", "2" * 64),
        build=RECIPE,
    ),
    ("go.lock", "package.py", "patches/0001.patch"),
    (MODULE,),
)


def toolchain(catalog: Catalog, arch: str = "x86_64", platform: str = PLATFORM) -> Toolchain:
    return replace(
        plan_source_toolchain(ARCHES[arch], catalog, PLATFORM),
        go=go_tools(catalog, platform),
    )


def planned(catalog: Catalog, unit: Unit[Package] = UNIT, arch: str = "x86_64") -> Step:
    return plan_package(unit, toolchain(catalog, arch), {}, {})


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


def test_modules_and_compiler_come_as_pinned(catalog: Catalog) -> None:
    step = planned(catalog)
    inputs = {item.at: item for item in step.inputs}
    source, modules, tools = inputs["/src"], inputs["/modules"], inputs["/go"]
    assert isinstance(source, Source) and isinstance(modules, Sources) and isinstance(tools, Sources)
    assert [one.file_name for one in source.archives()] == [
        "x_2.orig.tar.xz",
        "x_2.orig-cli.tar.xz",
        "x_2-1.debian.tar.xz",
    ]
    assert modules.archives == (MODULE.archive,)
    assert len(tools.archives) == 2
    assert set(step.archives()) == {*source.archives(), *modules.archives, *tools.archives}


def test_what_it_runs_with_is_not_built_before(catalog: Catalog) -> None:
    built = {"zlib": "t/zlib.tar.zst", "runc": "t/runc.tar.zst"}
    unit = replace(UNIT, value=replace(UNIT.value, depends=["zlib"], runs_with=["runc"]))
    read = plan_package(unit, toolchain(catalog), built, {}).artefacts()
    assert "t/zlib.tar.zst" in read and "t/runc.tar.zst" not in read


@pytest.mark.parametrize("name", ARCHES)
def test_each_architecture_is_told_to_go(catalog: Catalog, name: str) -> None:
    env = dict(planned(catalog, arch=name).env)
    assert dict(ARCHES[name].go).items() <= env.items()
    assert (env["GOOS"], env["CGO_ENABLED"], env["CC"]) == ("linux", "1", f"{ARCHES[name].target}-gcc")
    assert env["GOPATH"] == "/build/go:/modules/usr/share/gocode"
    assert (env["GOPROXY"], env["GO111MODULE"], env["GOTOOLCHAIN"]) == ("off", "off", "local")


def test_the_compiler_is_the_building_machines(catalog: Catalog) -> None:
    tools = [go_tools(catalog, f"{machine}-glibc-2.36") for machine in ("x86_64", "aarch64")]
    assert all(tools) and tools[0] != tools[1]
    assert go_tools(catalog, "m68k-glibc-2.36") is None


def test_every_archive_counts_and_its_place_does_not(catalog: Catalog) -> None:
    first = planned(catalog).description
    other = Archive("debian:pool/x/x_{version}.orig-cli.tar.xz", "9" * 64)
    package = UNIT.value
    for changed in (
        replace(UNIT, value=replace(package, parts=[("cli", other)])),
        replace(UNIT, value=replace(package, parts=[("client", package.parts[0][1])])),
        replace(UNIT, value=replace(package, debian=other)),
        replace(UNIT, modules=(module_at("golang-m-dev", "1", "pool/g/golang-m-dev_1_all.deb", "8" * 64),)),
    ):
        assert planned(catalog, changed).description != first
    moved = replace(UNIT, modules=(module_at("golang-m-dev", "1", "pool/h/golang-m-dev_1_all.deb", "7" * 64),))
    assert planned(catalog, moved).description == first


def test_what_cannot_be_planned(catalog: Catalog) -> None:
    chain = toolchain(catalog)
    cases = (
        (
            replace(UNIT, files=("package.py",), modules=()),
            chain,
            "package/x/package.py: its modules are not pinned: there is no go.lock\n"
            "  'scons go-lock PACKAGE=x' makes it.",
        ),
        (
            UNIT,
            replace(chain, go=None),
            "package/x/package.py: it is written in Go, and there is no Go compiler for this machine\n"
            "  package/go/package.py says for which processors there is one.",
        ),
        (
            UNIT,
            replace(chain, arch=replace(chain.arch, go=())),
            "package/x/package.py: it is written in Go, which has no name for x86_64\n"
            "  If Go compiles for it, say go=... in leafroot/describe/arches/x86_64.py.",
        ),
    )
    for unit, tools, message in cases:
        with pytest.raises(LeafrootError) as caught:
            plan_package(unit, tools, {}, {})
        assert str(caught.value) == message


def test_imports_are_asked_for_each_architecture(catalog: Catalog) -> None:
    tools = go_tools(catalog, PLATFORM)
    assert tools is not None
    step = plan_imports(UNIT, RECIPE, (MODULE,), tools, ARCHES.values())
    asked = [command for command in step.commands if command[0] == "env"]
    assert [command[1 : 1 + len(arch.go)] for command, arch in zip(asked, ARCHES.values(), strict=True)] == [
        tuple(f"{name}={value}" for name, value in arch.go) for arch in ARCHES.values()
    ]
    assert all(command[-2:] == ("example.org/x/cmd/xd", "example.org/y") for command in asked)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "PACKAGE=: which package?\n  There is: "),
        ("rucn", "PACKAGE=rucn: 'rucn' is no package that is built by Go()\n  Did you mean runc?"),
        ("busybox", "PACKAGE=busybox: 'busybox' is no package that is built by Go()"),
    ],
    ids=["none", "typing error", "of another recipe"],
)
def test_a_lock_for_no_package_in_go(catalog: Catalog, name: str, message: str) -> None:
    with pytest.raises(LeafrootError) as caught:
        check_go(catalog, name, PLATFORM)
    assert str(caught.value).startswith(message)


def test_every_package_in_go_is_locked(catalog: Catalog) -> None:
    units = [unit for unit in catalog.packages.values() if isinstance(unit.value.build, Go)]
    assert units
    for unit in units:
        assert isinstance(unit.value.build, Go)
        assert not unit.value.build.modules or (LOCK in unit.files and unit.modules)
