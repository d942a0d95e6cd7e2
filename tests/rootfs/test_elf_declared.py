# SPDX-License-Identifier: Apache-2.0
"""A package must declare the packages whose libraries its programs use; others are refused with both names."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from elf_roots import LOADER, Build

from leafroot.errors import LeafrootError
from leafroot.rootfs.elf import ElfTarget, check_elf
from leafroot.rootfs.tree import File, Layer, Node, Symlink, Tree, merge_layers

NOTHING: frozenset[str] = frozenset()


def root(layers: Mapping[str, Mapping[str, Node | bytes]]) -> Tree:
    """A root with a loader and what each package brings; bytes stand for a program's file."""
    found = [Layer("musl", {LOADER[1:]: File(b"the loader", 0o755), "usr/lib/libc.so": File(b"\x7fELF", 0o755)})]
    for owner, nodes in layers.items():
        files = {path: File(node, 0o755) if isinstance(node, bytes) else node for path, node in nodes.items()}
        found.append(Layer(owner, files))
    return merge_layers(found)


def said(tree: Tree, target: ElfTarget, declared: Mapping[str, frozenset[str]]) -> list[str]:
    try:
        check_elf(tree, target, declared=declared)
    except LeafrootError as error:
        return [line for line in error.hint.splitlines() if not line.startswith("/usr/lib/libc.so")]
    return []


FAULT = "/usr/bin/prog (prog): is linked with liba.so of the package 'liba': add 'liba' to depends of 'prog'"


@pytest.mark.parametrize(
    ("declared", "faults"),
    [
        ({"prog": {"liba"}, "liba": NOTHING}, []),
        ({"prog": NOTHING, "liba": NOTHING}, [FAULT]),
        ({"prog": {"libb"}, "libb": {"liba"}, "liba": NOTHING}, [FAULT]),
        # Whoever is no package of the graph declares nothing, and is declared by nobody: the board's own overlay.
        ({"liba": NOTHING}, []),
        ({"prog": NOTHING}, []),
    ],
    ids=["declared", "not declared", "declared by what it is linked with", "not a package", "library of no package"],
)
def test_an_undeclared_library_of_another_package_is_refused(
    program: Build, library: Build, target: ElfTarget, declared: Mapping[str, frozenset[str]], faults: list[str]
) -> None:
    files = {"prog": {"usr/bin/prog": program(needs=("liba.so",))}, "liba": {"usr/lib/liba.so": library()}}
    assert said(root(files), target, {name: frozenset(names) for name, names in declared.items()}) == faults


def test_a_packages_own_library_and_the_c_library_need_no_declaration(
    program: Build, library: Build, target: ElfTarget
) -> None:
    files = {"prog": {"usr/bin/prog": program(needs=("libown.so",)), "usr/lib/libown.so": library()}}
    assert said(root(files), target, {"prog": NOTHING}) == []


def test_a_library_must_declare_the_libraries_it_links_too(program: Build, library: Build, target: ElfTarget) -> None:
    files = {"libb": {"usr/lib/libb.so": program(needs=("liba.so",))}, "liba": {"usr/lib/liba.so": library()}}
    assert said(root(files), target, {"libb": NOTHING, "liba": NOTHING}) == [
        "/usr/lib/libb.so (libb): is linked with liba.so of the package 'liba': add 'liba' to depends of 'libb'"
    ]


def test_the_owner_of_the_file_counts_and_not_that_of_the_link(
    program: Build, library: Build, target: ElfTarget
) -> None:
    files: dict[str, dict[str, Node | bytes]] = {
        "prog": {"usr/bin/prog": program(needs=("liba.so",)), "usr/lib/liba.so": Symlink("liba.so.1")},
        "liba": {"usr/lib/liba.so.1": library()},
    }
    assert said(root(files), target, {"prog": NOTHING, "liba": NOTHING}) == [FAULT]


def test_a_library_in_a_runpath_must_be_declared_too(program: Build, library: Build, target: ElfTarget) -> None:
    """In its RUNPATH, which comes before the usual folders."""
    runpath = "-Wl,--enable-new-dtags,-rpath,/usr/lib/a"
    files = {
        "prog": {"usr/bin/prog": program(runpath, needs=("liba.so",)), "usr/lib/liba.so": library()},
        "liba": {"usr/lib/a/liba.so": library()},
    }
    assert said(root(files), target, {"prog": NOTHING, "liba": NOTHING}) == [FAULT]
