# SPDX-License-Identifier: Apache-2.0
"""Needs of a source become units of the catalog, through Debian's Build-Depends."""

from __future__ import annotations

import pytest

from leafroot.importer.dependencies import Dependencies, Missing, Optional, find_dependencies, is_library, tools_of
from leafroot.importer.needs import Need
from tests.importer.made_up_source import binaries, units

CAP, ZLIB = "pool/main/libc/libcap2", "pool/main/z/zlib"
KNOWN = binaries(libcap_dev=CAP, zlib1g_dev=ZLIB, libpopt_dev="pool/main/p/popt")
UNITS = units(libcap=CAP, zlib=ZLIB)


def found(*needs: Need, built_with: tuple[str, ...] = tuple(KNOWN)) -> Dependencies:
    return find_dependencies(needs, built_with, KNOWN, UNITS)


def test_a_unit_is_found_by_the_folder_of_its_archive() -> None:
    assert found(Need(("cap",), True), Need(("z",), True)).depends == ("libcap", "zlib")


def test_what_no_unit_has_is_told_with_its_source() -> None:
    (one,) = found(Need(("popt",), True)).missing
    assert str(one) == "libpopt-dev (Debian's source package popt)"


def test_what_it_can_do_without_is_no_dependency() -> None:
    result = found(Need(("libcap",), False, "--without-cap"), Need(("popt",), False))
    assert result.depends == ()
    assert result.optional == (Optional("libcap-dev", "libcap", "--without-cap"), Optional("libpopt-dev", "", ""))


def test_what_build_files_do_not_ask_for_is_told_apart() -> None:
    result = found(Need(("cap",), True))
    assert result.unsaid == (Missing("zlib1g-dev", "zlib"), Missing("libpopt-dev", "popt"))


def test_what_debian_builds_it_without_is_not_needed() -> None:
    assert found(Need(("winsock2",), True)).missing == ()


def test_without_debian_a_unit_is_found_by_its_name() -> None:
    result = found(Need(("libcap",), True), Need(("popt",), True), Need(("sys/x.h",), True), built_with=())
    assert result.depends == ("libcap",)
    assert result.missing == (Missing("popt", ""),)


@pytest.mark.parametrize(
    ("asked", "package"),
    [
        ("libusb-1.0", "libusb-1.0-0-dev"),
        ("glib-2.0", "libglib2.0-dev"),
        ("ZLIB", "zlib1g-dev"),
        ("libxml-2.0", "libxml2-dev"),
        ("libcurl", "libcurl4-openssl-dev"),
        ("libnl-genl-3.0", "libnl-genl-3-dev"),
        ("libcrypto", "libssl-dev"),
        ("Curses", "libncurses-dev"),
        ("readline/readline.h", "libreadline-dev"),
        ("EXPAT", "libexpat1-dev"),
    ],
)
def test_a_library_has_another_name_in_debian(asked: str, package: str) -> None:
    names = ("libnl-3-dev", "libcap-dev", package)
    known = binaries(**{name.replace("-", "_"): f"pool/main/x/{name}" for name in names})
    result = find_dependencies([Need((asked,), True)], known, known, {})
    assert [one.name for one in result.missing] == [package]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("libcap-dev", True), ("debhelper", False), ("libc6-dev", False), ("libglib2.0-dev", True), ("check", False)],
)
def test_which_build_dependencies_are_libraries(name: str, expected: bool) -> None:
    assert is_library(name) is expected


def test_a_compiler_of_protocols_is_a_tool() -> None:
    pool = "pool/main/p/protobuf"
    known = binaries(protobuf_compiler=pool, bison="pool/main/b/bison")
    assert tools_of(known, known, units(protobuf=pool)) == ("protobuf",)


def test_debian_knows_that_nothing_is_needed() -> None:
    assert find_dependencies([Need(("odd",), True)], ["debhelper"], {}, {}).missing == ()
