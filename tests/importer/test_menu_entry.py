# SPDX-License-Identifier: Apache-2.0
"""A package's line and group in the menu."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.debian.source_packages import Binary
from leafroot.describe.package import GROUPS
from leafroot.importer import menu_entry
from leafroot.importer.menu_entry import group_of, sentence, summary_of
from tests.importer.made_up_source import source


@pytest.mark.parametrize(
    ("synopsis", "expected"),
    [
        ("a tool for sockets", "Tool for sockets."),
        ("lib for parsing cmdline parameters - development files", "Lib for parsing cmdline parameters."),
        ("data compression library (runtime)", "Data compression library."),
        ("GNU Lightning.", "GNU Lightning."),
        ("eBPF loader", "eBPF loader."),
        ("The  Lua\n language", "Lua language."),
        ("", ""),
        ("word " * 40, f"{('Word ' + 'word ' * 19).strip()}."),
    ],
)
def test_a_synopsis_as_a_sentence(synopsis: str, expected: str) -> None:
    assert sentence(synopsis) == expected


@pytest.mark.parametrize(
    ("section", "group"),
    [("libs", "libraries"), ("net", "network"), ("contrib/sound", "media"), ("science", "other"), ("", "other")],
)
def test_sections_become_groups(section: str, group: str) -> None:
    assert group_of(section) == group


def test_every_group_of_a_section_is_one_of_the_menu() -> None:
    assert set(menu_entry._GROUPS.values()) <= set(GROUPS)


def test_the_package_with_the_programs_says_what_it_is(tmp_path: Path) -> None:
    names = {"libfoo-dev": "headers", "foo-doc": "manual", "foo": "does foo", "libfoo1": "library of foo"}
    known = {name: Binary(name, "foo", "pool/main/f/foo", text) for name, text in names.items()}
    assert summary_of("foo", list(names), known, tmp_path) == "Does foo."
    assert summary_of("bar", ["libfoo-dev", "libfoo1"], known, tmp_path) == "Library of foo."


@pytest.mark.parametrize(
    "files",
    [
        {"PKG-INFO": "Summary: does foo\n"},
        {"src/foo.pc.in": "Name: foo\nDescription: does foo\n"},
        {"CMakeLists.txt": 'project(foo VERSION 1\n  DESCRIPTION "does foo")\n'},
        {"foo.spec": "Summary: does foo\n"},
    ],
)
def test_without_debian_the_source_says_what_it_is(tmp_path: Path, files: dict[str, str]) -> None:
    assert summary_of("foo", [], {}, source(tmp_path, files)) == "Does foo."
