# SPDX-License-Identifier: Apache-2.0
"""What build files ask for: which libraries, whether they must be there, and what does without them."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.importer.build_system import find_build_system, switches
from leafroot.importer.needs import Need, cmake_asks_for_tests, find_needs, includes, meson_asks_for_tests, needs_cxx
from tests.importer.made_up_source import AUTOCONF, source

WITH_Z = "AC_ARG_WITH([zlib], [AS_HELP_STRING([--without-zlib], [no zlib])])\n"
AUTOCONF_CASES = {
    "a module that must be there": ("PKG_CHECK_MODULES([A], [alpha >= 1.2])", Need(("alpha",), True)),
    "two modules": ("PKG_CHECK_MODULES(A, alpha beta)", Need(("alpha",), True)),
    "a module with a way out": ("PKG_CHECK_MODULES([A], [alpha], [have=1], [have=0])", Need(("alpha",), False)),
    "an error is no way out": (
        "PKG_CHECK_MODULES([A], [alpha], [], [AC_MSG_ERROR([no alpha (at all)])])",
        Need(("alpha",), True),
    ),
    "a library that must be there": ("AC_CHECK_LIB([a], [f], [], [AC_MSG_ERROR([no a])])", Need(("a",), True)),
    "a library that is looked for": ("AC_CHECK_LIB(a, f)", Need(("a",), False)),
    "one of two libraries": ("AC_SEARCH_LIBS([f], [a b], [], [AC_MSG_ERROR([x])])", Need(("a", "b"), True)),
    "a header that must be there": ("AC_CHECK_HEADER([a.h], [], [AC_MSG_ERROR([x])])", Need(("a.h",), True)),
    "in a condition": (
        f'{WITH_Z}if test "x$with_zlib" != xno; then\n  PKG_CHECK_MODULES([Z], [zlib])\nfi\n',
        Need(("zlib",), False, "--without-zlib"),
    ),
    "in a macro that is a condition": (
        f'{WITH_Z}AS_IF([test "$with_zlib" = yes], [PKG_CHECK_MODULES([Z], [zlib])])',
        Need(("zlib",), False, "--without-zlib"),
    ),
    "a switch whose name begins like the library's": (
        "AC_ARG_WITH([oniguruma], [x])\nAC_CHECK_LIB([onig], [f])",
        Need(("onig",), False, "--without-oniguruma"),
    ),
    "a switch called as the library is": (
        f"{WITH_Z}AC_CHECK_LIB([zlib], [f], [have=1], [have=0])",
        Need(("zlib",), False, "--without-zlib"),
    ),
}


@pytest.mark.parametrize(("text", "need"), AUTOCONF_CASES.values(), ids=AUTOCONF_CASES)
def test_configure_ac(tmp_path: Path, text: str, need: Need) -> None:
    tree = source(tmp_path, {"configure.ac": text, "configure": AUTOCONF, "Makefile.in": "VPATH"})
    system = find_build_system(tree)
    assert find_needs(system, tree, switches(system.files))[0] == need


@pytest.mark.parametrize(
    "text", ["dnl PKG_CHECK_MODULES([A], [alpha])", "# PKG_CHECK_MODULES([A], [alpha])", "AC_CHECK_LIB([m], [sin])"]
)
def test_comments_and_the_c_library_are_no_needs(tmp_path: Path, text: str) -> None:
    tree = source(tmp_path, {"configure.ac": text})
    assert find_needs(find_build_system(tree), tree, frozenset()) == []


OPTIONS = """\
option('f', type: 'feature', value: 'enabled')
option('auto', type: 'feature', value: 'auto')
option('b', type: 'boolean', value: true)
option('tests', type: 'boolean', value: true)
option('docs', type: 'feature', value: 'enabled')
"""
MESON_CASES = {
    "it must be there": ("dependency('alpha', version: '>= 1')", Need(("alpha",), True)),
    "it may be missing": ("dependency('alpha', required: false)", Need(("alpha",), False)),
    "a feature that is on": ("dependency('alpha', required: get_option('f'))", Need(("alpha",), False, "-Df=disabled")),
    "a feature that is detected": ("dependency('alpha', required: get_option('auto'))", Need(("alpha",), False)),
    "a condition": ("if get_option('b')\n  dependency('alpha')\nendif\n", Need(("alpha",), False, "-Db=false")),
    "a library": ("cc.find_library('alpha')", Need(("alpha",), True)),
}


@pytest.mark.parametrize(("text", "need"), MESON_CASES.values(), ids=MESON_CASES)
def test_meson(tmp_path: Path, text: str, need: Need) -> None:
    tree = source(tmp_path, {"meson.build": f"project('x', 'c')\n{text}\n", "meson_options.txt": OPTIONS})
    assert find_needs(find_build_system(tree), tree, frozenset()) == [need]


def test_meson_builds_no_tests_and_no_documentation(tmp_path: Path) -> None:
    assert meson_asks_for_tests(source(tmp_path, {"meson.options": OPTIONS})) == ["-Ddocs=disabled", "-Dtests=false"]


def test_cmake_builds_no_tests_and_no_documentation(tmp_path: Path) -> None:
    options = {"FOO_TEST": "ON", "Foo_BuildTests": "${X}", "WITH_DOCS": "OFF", "FASTEST": "ON", "BUILD_TESTING": "ON"}
    text = "".join(f'option({name} "words" {default})\n' for name, default in options.items())
    tree = source(tmp_path, {"CMakeLists.txt": text})
    assert cmake_asks_for_tests(find_build_system(tree)) == ["-DFOO_TEST=OFF", "-DFoo_BuildTests=OFF"]


CMAKE_CASES = {
    "it must be there": ("find_package(ALPHA 1.2 REQUIRED)", Need(("ALPHA",), True)),
    "it may be missing": ("find_package(ALPHA)", Need(("ALPHA",), False)),
    "modules": ("pkg_check_modules(A REQUIRED IMPORTED_TARGET alpha>=1)", Need(("alpha",), True)),
    "a condition": ("if(WITH_A)\n  find_package(ALPHA REQUIRED)\nendif()\n", Need(("ALPHA",), False, "-DWITH_A=OFF")),
}


@pytest.mark.parametrize(("text", "need"), CMAKE_CASES.values(), ids=CMAKE_CASES)
def test_cmake(tmp_path: Path, text: str, need: Need) -> None:
    tree = source(tmp_path, {"CMakeLists.txt": f"project(x C)\n{text}\n"})
    assert find_needs(find_build_system(tree), tree, frozenset()) == [need]


def test_makefiles(tmp_path: Path) -> None:
    text = "# -like this\nLIBS = -lalpha -lm\nifdef X\nLIBS += -lbeta\nendif\nx: ; cc `pkg-config --libs gamma`\n"
    tree = source(tmp_path, {"Makefile": text})
    assert find_needs(find_build_system(tree), tree, frozenset()) == [
        Need(("alpha",), True),
        Need(("beta",), False),
        Need(("gamma",), True),
    ]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"meson.build": "project('x', 'c', 'cpp')"}, True),
        ({"meson.build": "project('x', 'c')"}, False),
        ({"meson.build": "project('x', 'c')\nadd_languages('cpp')"}, True),
        ({"CMakeLists.txt": "project(x)", "a.c": ""}, False),
        ({"CMakeLists.txt": "project(x)", "lib/a.cc": ""}, True),
        ({"CMakeLists.txt": "project(x)", "tests/a.cc": ""}, False),
        ({"configure.ac": "AC_PROG_CXX\n"}, True),
        ({"configure.ac": "AC_PROG_CC\n"}, False),
        ({"Makefile": "x: a.cpp\n", "a.cpp": ""}, True),
    ],
)
def test_whether_there_are_programs_in_cxx(tmp_path: Path, files: dict[str, str], expected: bool) -> None:
    tree = source(tmp_path, files)
    assert needs_cxx(find_build_system(tree), tree) is expected


def test_headers_that_the_sources_include(tmp_path: Path) -> None:
    tree = source(tmp_path, {"a.c": "#include <stdio.h>\n # include <argp.h>\n", "tests/b.c": "#include <fts.h>\n"})
    assert includes(tree, ("argp.h", "fts.h")) == {"argp.h"}
