# SPDX-License-Identifier: Apache-2.0
"""A first row for the table of packages, from what a package installs."""

from __future__ import annotations

from leafroot.importer.description import row
from leafroot.rootfs.tree import Directory, File, Node, Symlink

PROGRAM = File(b"\x7fELF ... version ...", 0o755)


def test_libraries_are_loaded_and_programs_say_their_version() -> None:
    nodes: dict[str, Node] = {
        "usr": Directory(),
        "usr/bin/foo": PROGRAM,
        "usr/bin/foo-link": Symlink("foo"),
        "usr/bin/foo-config": PROGRAM,
        "usr/sbin/food": File(b"\x7fELF", 0o755),
        "usr/bin/readme": File(b"version", 0o644),
        "usr/lib/libfoo.so": Symlink("libfoo.so.1"),
        "usr/lib/libfoo.so.1": Symlink("libfoo.so.1.2.3"),
        "usr/lib/libfoo.so.1.2.3": PROGRAM,
        "usr/lib/foo/plugin.so": PROGRAM,
    }
    lines = row("foo", nodes).splitlines()
    assert lines[1] == "# A first row for foo: none of it has been run yet."
    assert lines[2:] == ["loads libfoo.so.1", "foo --version", "command -v food"]


def test_a_package_without_either_has_no_row() -> None:
    assert row("foo", {"etc/foo": File(b"x")}) == ""
