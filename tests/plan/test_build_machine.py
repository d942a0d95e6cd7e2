# SPDX-License-Identifier: Apache-2.0
"""The /usr of a step: which packages are in it, and which steps are done again when one of them changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leafroot.describe.build_root import PROCESSORS, BuildRoot, with_beside
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.plan.build_machine import Machine
from leafroot.step import Usr
from leafroot.units.catalog import Catalog, load_catalog
from leafroot.units.lock import pinned
from tests.plan import made_up
from tests.plan.conftest import ROOT


def root(name: str, *locked: str, beside: tuple[str, ...] = (), links: dict[str, str] | None = None) -> Unit[BuildRoot]:
    """A build root whose lock file has these packages, written NAME=DIGIT, the digit of their checksum."""
    packages = tuple(
        pinned(one[:-2], f"{one[-1]}-1", f"pool/{one[:-2]}_{one[-1]}-1_amd64.deb", one[-1] * 64) for one in locked
    )
    value = BuildRoot(packages=["x"], beside=beside, links=links or {})
    files = ("root.py", *(["x86_64.lock"] if locked else []))
    return Unit(name, f"buildroots/{name}", f"{name}.", value, files, description="root.py", locked=packages)


def machine(*roots: Unit[BuildRoot]) -> Machine:
    return Machine("x86_64", {one.name: one for one in roots})


COMPILE = root("compile", "make=1", "gcc=2", links={"usr/bin/awk": "gawk"})
MESON = root("meson", "meson=3", "python3=4", beside=("compile",))


def names(usr: Usr) -> list[str]:
    return [archive.file_name.partition("_")[0] for archive in usr.packages]


def test_a_usr_has_the_packages_of_its_roots_and_of_those_beside_them() -> None:
    here = machine(COMPILE, MESON, root("docs", "sphinx=5", beside=("meson",)))
    assert names(here.usr()) == ["gcc", "make"]
    assert names(here.usr("meson")) == ["gcc", "make", "meson", "python3"]
    assert names(here.usr("docs")) == ["gcc", "make", "meson", "python3", "sphinx"]
    assert here.usr("docs").links == (("usr/bin/awk", "gawk"),)
    assert here.usr("docs") is here.usr("docs")


def test_two_roots_may_pin_the_same_package_but_not_two_versions_of_it() -> None:
    images = root("images", "libc6=6", "mtools=7")
    assert names(machine(COMPILE, images, root("fonts", "libc6=6")).usr("images", "fonts")) == [
        *("gcc", "libc6", "make", "mtools")
    ]
    with pytest.raises(LeafrootError) as caught:
        machine(COMPILE, images, root("meson", "libc6=8")).usr("images", "meson")
    assert str(caught.value) == (
        "buildroots/meson: libc6 is 8-1 here, but 6-1 in buildroots/images\n"
        "  Lock all build roots at one time: 'scons lock'."
    )


@pytest.mark.parametrize(
    ("processor", "compile_root"),
    [("x86_64", root("compile")), ("aarch64", COMPILE)],
    ids=["not locked", "locked for another processor"],
)
def test_a_root_that_is_not_locked_for_the_processor_is_refused(processor: str, compile_root: Unit[BuildRoot]) -> None:
    with pytest.raises(LeafrootError) as caught:
        Machine(processor, {"compile": compile_root}).usr()
    assert str(caught.value) == (
        f"buildroots/compile/root.py: its packages are not pinned: there is no {processor}.lock\n"
        "  Make it with 'scons lock'."
    )


def test_an_unknown_root_is_an_error() -> None:
    with pytest.raises(LeafrootError) as caught:
        machine(COMPILE, MESON).usr("mesom")
    assert str(caught.value) == "buildroots/: unknown build root 'mesom'\n  Did you mean meson?"


def test_the_version_of_a_package_is_known() -> None:
    here = machine(COMPILE, MESON)
    assert (here.version_of("gcc"), here.version_of("meson", "meson"), here.version_of("meson")) == ("2-1", "3-1", "")


def test_another_meson_changes_what_is_built_with_meson_and_no_compiler(catalog: Catalog) -> None:
    before, after = machine(COMPILE, MESON), machine(COMPILE, replace(MESON, locked=root("meson", "meson=9").locked))
    built = [made_up.toolchain(catalog, machine=one).steps for one in (before, after)]
    assert [step.description for step in built[0]] == [step.description for step in built[1]]
    assert before.usr("meson").identity() != after.usr("meson").identity()


@pytest.mark.parametrize("processor", PROCESSORS)
def test_every_build_root_is_locked_with_the_packages_that_it_names(processor: str) -> None:
    trees = sorted(folder.parent for folder in (ROOT / "tests").glob("*/*/buildroots"))
    assert trees
    here = Machine(processor, load_catalog(ROOT, trees, processor=processor).roots)
    assert len(names(here.usr())) > 100
    for name, unit in here.roots.items():
        assert f"{processor}.lock" in unit.files, name
        there = {one.name for root in with_beside(here.roots, [name]) for one in here.roots[root].locked}
        assert set(unit.value.packages) <= there, name
        assert set(names(here.usr())) <= set(names(here.usr(name)))
        wrong = [
            one.file_name
            for one in here.usr(name).packages
            if not one.file_name.endswith((f"_{PROCESSORS[processor]}.deb", "_all.deb"))
        ]
        assert not wrong
