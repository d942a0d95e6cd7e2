# SPDX-License-Identifier: Apache-2.0
"""A library that a program needs is found in the root, or is reported as missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from elf_roots import LOADER, Build, faults, root

from leafroot.errors import LeafrootError
from leafroot.rootfs.elf import ElfTarget, check_elf
from leafroot.rootfs.tree import File, HardLink, Symlink


def test_a_missing_library_is_named_with_its_file_and_package(program: Build, target: ElfTarget) -> None:
    with pytest.raises(LeafrootError) as raised:
        check_elf(root({"usr/bin/it": program(needs=("libz.so.1", "libit.so"))}), target)
    assert str(raised.value) == (
        "2 faults in the programs and libraries of the root\n"
        "  /usr/bin/it (it): needs libz.so.1, which is not in the root\n"
        "  /usr/bin/it (it): needs libit.so, which is not in the root"
    )


def test_a_missing_interpreter_is_named(program: Build, target: ElfTarget) -> None:
    assert faults(root({"bin/it": program()}, loader=b""), target) == [
        f"/bin/it (it): its interpreter {LOADER} is not in the root"
    ]


FOUND = {
    "in /lib": {"lib/libit.so": True},
    "in /usr/lib": {"usr/lib/libit.so": True},
    "in /usr/local/lib": {"usr/local/lib/libit.so": True},
    "by a symbolic link": {"usr/lib/libit.so": Symlink("libit.so.1.2"), "usr/lib/libit.so.1.2": True},
    "by a symbolic link to elsewhere": {"lib/libit.so": Symlink("/opt/libit.so"), "opt/libit.so": True},
    "below a linked folder": {"usr/local/lib": Symlink("/opt"), "opt/libit.so": True},
    "by a hard link": {"usr/lib/libit.so": HardLink("usr/lib/other.so"), "usr/lib/other.so": True},
    "where musl's path file says": {
        "etc/ld-musl-test.path": File(b"/lib\n/opt/a:/opt/b\n"),
        "opt/b/libit.so": True,
    },
}


@pytest.mark.parametrize("case", FOUND)
def test_a_library_is_found(case: str, program: Build, library: Build, target: ElfTarget) -> None:
    nodes = {path: library() if node is True else node for path, node in FOUND[case].items()}
    tree = root({"usr/bin/it": program(needs=("libit.so",)), **nodes})
    assert faults(tree, target) == []
    # The library is what made it pass.
    files = [path for path, node in FOUND[case].items() if node is True]
    without = {path: node for path, node in nodes.items() if path not in files and not isinstance(node, HardLink)}
    assert len(faults(root({"usr/bin/it": program(needs=("libit.so",)), **without}), target)) == 1


NOT_FOUND = {
    "elsewhere": ({"opt/libit.so": True}, "which is not in the root"),
    "a dangling link": ({"usr/lib/libit.so": Symlink("libit.so.1")}, "which is not in the root"),
    "a text": ({"usr/lib/libit.so": File(b"INPUT(libit.a)")}, "but /usr/lib/libit.so is not a shared library"),
    "not where musl's path file says": (
        {"etc/ld-musl-test.path": File(b"/lib"), "usr/lib/libit.so": True},
        "which is not in the root",
    ),
}


@pytest.mark.parametrize("case", NOT_FOUND)
def test_a_library_is_not_found(case: str, program: Build, library: Build, target: ElfTarget) -> None:
    nodes, message = NOT_FOUND[case]
    files = {path: library() if node is True else node for path, node in nodes.items()}
    assert faults(root({"bin/it": program(needs=("libit.so",)), **files}), target) == [
        f"/bin/it (it): needs libit.so, {message}"
    ]


@pytest.mark.parametrize("name", ["libc.so", "libpthread.so.0", "libm.so"])
def test_musls_loader_counts_as_the_libc(name: str, program: Build, target: ElfTarget) -> None:
    tree = root({"bin/it": program(needs=(name,))})
    assert faults(tree, target) == []
    other = ElfTarget(target.machine, target.elfclass, target.little, "/lib/ld-linux.so.2")
    assert faults(tree, other) == [f"/bin/it (it): needs {name}, which is not in the root"]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("/opt/libit.so", None),
        ("/opt/gone.so", "which is not in the root"),
        ("opt/libit.so", "which is relative to the current folder"),
    ],
)
def test_a_library_that_is_needed_by_path_must_be_there(
    name: str, fault: str | None, program: Build, library: Build, target: ElfTarget, tmp_path: Path
) -> None:
    (tmp_path / "by-path.so").write_bytes(library(f"-Wl,-soname,{name}"))
    tree = root({"bin/it": program(str(tmp_path / "by-path.so")), "opt/libit.so": library()})
    assert faults(tree, target) == ([] if fault is None else [f"/bin/it (it): needs {name}, {fault}"])


GOOD_RUNPATHS = ["/opt/it", "$ORIGIN/../../opt/it", "${ORIGIN}/../../opt/it", "/opt/it:/usr/lib", "/opt//it/"]


@pytest.mark.parametrize("runpath", GOOD_RUNPATHS)
@pytest.mark.parametrize("dtags", ["enable", "disable"])
def test_a_runpath_within_the_root_leads_to_libraries(
    runpath: str, dtags: str, program: Build, library: Build, target: ElfTarget
) -> None:
    options = (f"-Wl,--{dtags}-new-dtags", f"-Wl,-rpath,{runpath}")
    tree = root({"usr/bin/it": program(*options, needs=("libit.so",)), "opt/it/libit.so": library()})
    assert faults(tree, target) == []
    unled = root({"usr/bin/it": program(needs=("libit.so",)), "opt/it/libit.so": library()})
    assert len(faults(unled, target)) == 1


BAD_RUNPATHS = {
    "/build/it/.libs": "which is not a folder of the root",
    "/home/me/lib": "which is not a folder of the root",
    "/etc/passwd": "which is not a folder of the root",
    "lib": "which is relative to the current folder",
    ".": "which is relative to the current folder",
    "$ORIGIN/../../../lib": "which is outside the root",
    "/lib/../../lib": "which is outside the root",
    "/usr/$LIB": "with a variable that not all dynamic linkers know",
    "$ORIGINAL/lib": "with a variable that not all dynamic linkers know",
}


@pytest.mark.parametrize("runpath", BAD_RUNPATHS)
@pytest.mark.parametrize(("dtags", "name"), [("enable", "RUNPATH"), ("disable", "RPATH")])
def test_a_runpath_that_leads_out_is_refused(
    runpath: str, dtags: str, name: str, program: Build, target: ElfTarget
) -> None:
    data = program(f"-Wl,--{dtags}-new-dtags", f"-Wl,-rpath,{runpath}")
    assert faults(root({"usr/bin/it": data, "etc/passwd": b""}), target) == [
        f"/usr/bin/it (it): its {name} has {runpath!r}, {BAD_RUNPATHS[runpath]}"
    ]


def test_an_empty_part_of_a_runpath_is_refused(program: Build, target: ElfTarget) -> None:
    assert faults(root({"usr/bin/it": program("-Wl,-rpath,/usr/lib:")}), target) == [
        "/usr/bin/it (it): its RUNPATH has '', an empty folder, which means the current one"
    ]
