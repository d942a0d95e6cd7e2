# SPDX-License-Identifier: Apache-2.0
"""Tables and lists of the pages, held to what the code has."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import get_args

import pytest

import leafroot
from leafroot.app.guests import network_boot
from leafroot.build.sandbox import ENVIRONMENT
from leafroot.describe.arches import ARCHES
from leafroot.describe.bootmode import BOOT_MODES, serves
from leafroot.describe.fields import wrong_fields
from leafroot.describe.option import AnyOption
from leafroot.describe.package import Recipe
from leafroot.describe.qemu import Ipxe, UBoot
from leafroot.errors import LeafrootError
from leafroot.kconfig.config import Config
from leafroot.kconfig.resolve import TOOLCHAINS
from leafroot.plan.board import Plan
from leafroot.plan.cmdline import command_line
from leafroot.plan.root import init_script
from leafroot.plan.toolchain.compiler import TOOLS
from leafroot.units.catalog import Catalog, load_catalog
from tests.boot.test_command_line import WORDS
from tests.docs.page import (
    BOARD_PAGE,
    MODES_PAGE,
    NETBOOT_PAGE,
    PACKAGE_PAGE,
    ROOT,
    ROOTS_PAGE,
    TARGET,
    block,
    code,
    fragment,
    step,
    table,
)


def test_the_architecture_is_shown_as_it_is() -> None:
    file = "leafroot/describe/arches/riscv64.py"
    assert "\n".join(block(BOARD_PAGE, file)) == (ROOT / file).read_text().rstrip()


def test_every_field_of_a_board_is_explained() -> None:
    listed = [name for row in table(BOARD_PAGE, "field") for name in code(row[0])]
    assert listed and set(listed) == {field.name for field in fields(leafroot.Board)}


def test_every_field_of_a_package_is_explained() -> None:
    shown = PACKAGE_PAGE.read_text()
    assert [field.name for field in fields(leafroot.Package) if f"{field.name}=" not in shown] == []


def test_every_build_root_and_every_field_of_one_is_explained() -> None:
    listed = [name for row in table(ROOTS_PAGE, "build root") for name in code(row[0])]
    assert sorted(listed) == sorted(load_catalog(ROOT).roots)
    shown = [code(row[0])[0] for row in table(ROOTS_PAGE, "field")]
    assert [text.partition("=")[0] for text in shown] == [field.name for field in fields(leafroot.BuildRoot)]
    assert not list(wrong_fields(eval(f"BuildRoot({', '.join(shown)})", {"BuildRoot": leafroot.BuildRoot})))


def test_every_toolchain_is_explained() -> None:
    assert [name for row in table(ROOTS_PAGE, "`TOOLCHAIN=`") for name in code(row[0])] == list(TOOLCHAINS)


def test_the_fields_of_a_package_are_written_as_shown() -> None:
    names = {name: getattr(leafroot, name) for name in leafroot.__all__}
    rows = table(PACKAGE_PAGE, "field")
    assert len(rows) > 4
    for row in rows:
        (text,) = code(row[0])
        # What is shown elsewhere on the page.
        written = text.replace("[...]", "[]")
        value = eval(f"Package(version='1', license='MIT', build=Make(), {written})", names)
        assert not list(wrong_fields(value)), text


def vocabulary(*kinds: type) -> list[type]:
    """The classes of these kinds that authors write."""
    found = (getattr(leafroot, name) for name in leafroot.__all__)
    return [one for one in found if issubclass(one, kinds)]


def test_every_recipe_is_explained() -> None:
    listed = {re.split(r"\W", name)[0] for row in table(PACKAGE_PAGE, "recipe") for name in code(row[0])}
    # How the parts of the toolchain are built is no author's business.
    assert listed == {kind.__name__ for kind in vocabulary(Recipe)} - {"ToolchainPart"}


def test_every_kind_of_option_is_explained() -> None:
    listed = {re.split(r"\W", name)[0] for row in table(PACKAGE_PAGE, "option") for name in code(row[0])}
    assert listed == {kind.__name__ for kind in vocabulary(*get_args(AnyOption))}


def test_the_sandbox_is_as_described(planned: Callable[..., Plan], acme: Path) -> None:
    built = step(planned(text=fragment(acme)), f"{TARGET}/rootsize.tar.zst")
    places = {code(row[0])[0] for row in table(PACKAGE_PAGE, "place")}
    used = {item.at for item in built.inputs if not item.at.startswith(("/strip-tree", "/usr"))}
    assert places == used | {"/build", built.result, TOOLS}
    variables = {name for row in table(PACKAGE_PAGE, "variable") for name in code(row[0])}
    steps_own, everyones = {name for name, _ in built.env}, {*ENVIRONMENT, "MAKEFLAGS", "SOURCE_DATE_EPOCH"}
    assert steps_own <= variables <= steps_own | everyones


def test_the_modes_are_served_as_the_table_says(catalog: Catalog, configured: Callable[..., Config]) -> None:
    rows = table(MODES_PAGE, "mode")
    assert [code(row[0])[0] for row in rows] == list(BOOT_MODES)
    for mode, row in zip(BOOT_MODES.values(), rows, strict=True):
        served = [name for name, unit in catalog.series.items() if serves(unit, mode)]
        words = {name: set(command_line(configured(kernel=name, boot=mode.name)).split()) for name in served}
        for name in served:
            asked = mode.cmdline if not mode.is_native(catalog.series[name].value.number) else ""
            assert {word for other in BOOT_MODES.values() if (word := other.cmdline)} & words[name] == ({asked} - {""})
            if asked:
                assert asked in code(row[3]) and name in row[2]
        patched = [name for name, unit in catalog.series.items() if mode.name in unit.value.modes]
        assert all(name in row[2] for name in patched) and bool(patched) == ("our patch" in row[2])
        assert (row[4] == "works") is mode.can_pivot


def test_what_each_word_does_is_what_a_boot_shows() -> None:
    """tests/boot boots one image with the very words of the table."""
    rows = {" ".join(code(row[0])): code(row[1])[0] for row in table(MODES_PAGE, "on the command line of 6.12")}
    assert len(rows) > 4
    assert rows.items() <= dict(WORDS).items()


@pytest.mark.parametrize("name", BOOT_MODES)
def test_mountinfo_is_what_init_looks_for(name: str) -> None:
    """The lines of /proc/self/mountinfo, seen in guests, against the pattern that /init holds them to."""
    lines = block(MODES_PAGE, f"mountinfo of {name}")
    assert lines
    for line in lines:
        _, parent, _, root, point, *_ = line.split()
        assert (root, point) == ("/", "/")
        seen = f"{parent},{line.rpartition(' - ')[2]}"
        pattern = BOOT_MODES[name].mountinfo.replace('"', "")
        assert fnmatch.fnmatchcase(seen, pattern) or fnmatch.fnmatchcase(f"{line.split()[0]} {seen}", pattern)


def test_messages_of_the_boot_are_the_codes_own(catalog: Catalog) -> None:
    (warning,) = block(MODES_PAGE, "warning")
    fixed = re.sub(r"error -\d+", "error %d", warning)
    patches = {
        name: "".join(path.read_text() for path in ROOT.glob(f"linux/{name}/patches/*.patch"))
        for name, unit in catalog.series.items()
        if "leaf-tmpfs" in unit.value.modes
    }
    assert patches and all(f'"{fixed}\\n"' in text for text in patches.values())
    (said,) = block(MODES_PAGE, "init")
    shown = re.sub(r"/ is .*", "/ is ${rest##* - }", said)
    assert f'echo "{shown}" >/dev/console' in init_script(BOOT_MODES["leaf-tmpfs"])


def test_the_list_of_checks_is_rootchecks_own() -> None:
    source = (ROOT / "package/rootcheck/src/rootcheck.c").read_text().replace('\\"', "'")
    left = re.search(r'#define LEFT "(.*)"', source)
    forms = re.findall(r"\{ \"(pivot_root\([^\"]*\)) \" who", source)
    whos = re.findall(r"PIVOT_CHECKS\(\"(.*?)\", ", source)
    assert left and len(forms) == 2 and len(whos) == 4
    checks = [f"{form} {who}: {left[1]}" for who in whos for form in forms]
    (root,) = re.findall(r'\{ "root", ALWAYS\("(.*?)"\)', source)
    (below,) = re.findall(r'\{ "below the root",\s*\{ "(.*?)"', source)
    (live,) = re.findall(r'\{ "live root", ALWAYS\("(.*?)"\)', source)
    checks = [f"root: {root}", *checks, f"below the root: {below}", f"live root: {live}"]
    shown = [line.replace('"', "'") for line in block(MODES_PAGE, "rootcheck nullfs")]
    assert shown == [f"ok {number} - {check}" for number, check in enumerate(checks, 1)]


def test_the_scripts_that_the_pages_speak_of_leave_the_root_alone() -> None:
    """rcK names what it unmounts; no script of a package or board says `umount -a` or `umount /`."""
    scripts = [path for path in ROOT.glob("package/*/files/etc/init.d/*") if path.is_file()]
    assert [path.name for path in scripts].count("rcK") == 1
    for path in scripts:
        code_lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
        assert not re.search(r"umount\s+(-\w*a|/(\s|$))|remount,ro", "\n".join(code_lines)), path


def test_the_ways_over_the_network_are_those_of_the_architectures(
    configured: Callable[..., Config], catalog: Catalog
) -> None:
    rows = {code(row[0])[0]: row for row in table(NETBOOT_PAGE, "architecture")}
    ways = {arch.name: arch.netboot for arch in ARCHES.values() if arch.netboot}
    assert set(rows) == set(ways)
    for name, way in ways.items():
        assert ("iPXE" if isinstance(way, Ipxe) else "U-Boot") in rows[name][1]
        assert ("EFI" in rows[name][2]) is (isinstance(way, UBoot) and way.start.startswith("bootefi"))
        assert code(rows[name][3])[0] in {one.name for one in catalog.roots["guests"].locked}
    shown = block(NETBOOT_PAGE, "refusal")
    refused = re.match(r"BOARD=(\w+)", shown[0])
    assert refused
    with pytest.raises(LeafrootError) as error:
        network_boot(replace(configured(refused[1]), catalog=load_catalog(ROOT, [])))
    assert str(error.value).splitlines() == shown


def test_dnsmasq_offers_the_files_that_the_page_lists() -> None:
    listed = {name for row in table(NETBOOT_PAGE, "machine") for cell in row[2:] for name in code(cell)} - {"ipxe"}
    for name in ("full", "proxy"):
        lines = block(NETBOOT_PAGE, name)
        offered = {
            line.rpartition(",")[2] for line in lines if re.match("dhcp-boot|pxe-service", line) and line[-1] != '"'
        }
        assert offered == listed - {"bzImage"}
        # A tag that is asked for is set; dnsmasq itself would say nothing.
        asked = {tag for line in lines for tag in re.findall(r"tag:!?(\w+)", line)}
        assert asked <= {tag for line in lines for tag in re.findall(r"set:(\w+)", line)}
    assert "kernel bzImage" in block(NETBOOT_PAGE, "boot.ipxe")
