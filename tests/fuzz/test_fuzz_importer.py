# SPDX-License-Identifier: Apache-2.0
"""Whatever a source's files say, the importer reads them without an error, and writes only what can be loaded."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafroot.importer.build_system import find_build_system, switches
from leafroot.importer.description import Call, description
from leafroot.importer.licensing import find_licence, spdx_expression
from leafroot.importer.menu_entry import sentence
from leafroot.importer.needs import cmake_asks_for_tests, find_needs, meson_asks_for_tests, needs_cxx
from leafroot.units.check import license_fault
from tests.fuzz.conftest import QUICK

WORDS = (
    *("PKG_CHECK_MODULES(", "AC_CHECK_LIB(", "AC_ARG_WITH(", "AS_IF(", "AC_MSG_ERROR(", "dependency(", "find_package("),
    *("if(", "if ", "fi\n", "endif()", "option(", "get_option('a')", "required: ", "REQUIRED", "[", "]", "(", ")", ","),
    *("'", '"', "\n", "\t", " ", "$(CC)", "CC = gcc", "prefix=/usr/local", "install:", "all: test", "-lz", "dnl", "#"),
)
TEXT = st.lists(st.sampled_from(WORDS) | st.text(max_size=5), max_size=30).map("".join)
NAMES = ("GPL-2+", "Expat", "and", "or", "with", ",", "(", ")", "~x", "exception", "BSD-3-clause", "public-domain", "é")
SYNOPSIS = st.lists(st.sampled_from(NAMES) | st.text(max_size=4), max_size=8).map(" ".join)


@pytest.mark.parametrize("name", ["configure.ac", "meson.build", "meson_options.txt", "CMakeLists.txt", "Makefile"])
@QUICK
@given(text=TEXT)
def test_any_build_file_is_read(name: str, text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    tree = tmp_path_factory.mktemp("source")
    (tree / name).write_text(text, errors="replace")
    if name == "meson_options.txt":
        (tree / "meson.build").touch()
    system = find_build_system(tree, text)
    find_needs(system, tree, switches(system.files))
    needs_cxx(system, tree)
    meson_asks_for_tests(tree)
    cmake_asks_for_tests(system)


@QUICK
@given(synopsis=SYNOPSIS)
def test_any_synopsis_becomes_an_expression(synopsis: str) -> None:
    found = spdx_expression(synopsis, [])
    assert not found or not license_fault(found), found


@QUICK
@given(text=TEXT, synopsis=SYNOPSIS)
def test_any_copyright_file_becomes_a_licence(
    text: str, synopsis: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tree = tmp_path_factory.mktemp("source")
    line = " ".join(synopsis.split())
    file = f"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: {line}\n"
    for one in (file, f"{file}\n{text}", text):
        assert not license_fault(find_licence(tree, one).expression)


@QUICK
@given(doc=st.text(max_size=40), value=st.text(max_size=200), comment=st.text(max_size=40))
def test_any_words_become_a_description(doc: str, value: str, comment: str) -> None:
    text = description(sentence(doc) or "x.", {"version": value, "build": Call("Make")}, {"build": [comment]})
    tree = ast.parse(text)
    assert isinstance(tree.body[-1], ast.Assign)
