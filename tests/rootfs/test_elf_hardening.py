# SPDX-License-Identifier: Apache-2.0
"""Hardening of programs: what is always required, what a board requires, and what is only reported."""

from __future__ import annotations

import struct

import pytest
from elf_roots import LIBRARY, LINKED, Build, faults, root

from leafroot.errors import LeafrootError
from leafroot.rootfs.elf import ElfReport, ElfTarget, check_elf


def test_a_hardened_program_and_its_library_pass(program: Build, library: Build, target: ElfTarget) -> None:
    tree = root({"usr/bin/it": program(needs=("libit.so",)), "usr/lib/libit.so": library(), "etc/it.conf": b"conf"})
    assert check_elf(tree, target, frozenset({"relro", "pie", "ssp"})) == [
        ElfReport("usr/bin/it", "it", "ET_DYN", ("libit.so",), relro="full", pie=True, ssp=True),
        ElfReport("usr/lib/libit.so", "it", "ET_DYN", (), relro="full", pie=True, ssp=True),
    ]


def without_stack_header(data: bytes) -> bytes:
    """The same file with its PT_GNU_STACK made a PT_NULL, as of an old linker."""
    gnu_stack = struct.pack("<I", 0x6474E551)
    assert data.count(gnu_stack) == 1
    return data.replace(gnu_stack, bytes(4))


def test_an_executable_stack_is_refused(program: Build, library: Build, target: ElfTarget) -> None:
    tree = root({"bin/it": program("-Wl,-z,execstack"), "lib/libit.so": library("-Wl,-z,execstack")})
    assert faults(tree, target) == [
        "/bin/it (it): requests an executable stack",
        "/lib/libit.so (it): requests an executable stack",
    ]


def test_a_file_without_pt_gnu_stack_is_refused(program: Build, target: ElfTarget) -> None:
    assert faults(root({"bin/it": without_stack_header(program())}), target) == [
        "/bin/it (it): has no PT_GNU_STACK, and so gets an executable stack"
    ]


# A word of code that holds an address can only be filled in at run time, by writing into the code.
WRITES_CODE = LIBRARY + ' __asm__(".text\\n.quad provided\\n");'


def test_text_relocations_are_refused(library: Build, target: ElfTarget) -> None:
    data = library("-Wl,-z,notext", source=WRITES_CODE)
    assert faults(root({"lib/libit.so": data}), target) == [
        "/lib/libit.so (it): has text relocations: it would modify its own code"
    ]


SOFT = {
    "relro": [
        (("-Wl,-z,norelro",), "has RELRO none, but the board requires full"),
        (("-Wl,-z,lazy",), "has RELRO partial, but the board requires full"),
    ],
    "pie": [(("-fno-pie", "-no-pie"), "is not position-independent, but the board requires it")],
    "ssp": [(("-fno-stack-protector",), "has no stack protector, but the board requires it")],
}


@pytest.mark.parametrize(
    ("hardening", "options", "fault"),
    [(hardening, options, fault) for hardening, cases in SOFT.items() for options, fault in cases],
)
def test_hardening_is_required_only_if_the_board_asks_for_it(
    hardening: str, options: tuple[str, ...], fault: str, program: Build, target: ElfTarget
) -> None:
    tree = root({"bin/it": program(*options, needs=("libc.so",))})
    assert faults(tree, target, hardening) == [f"/bin/it (it): {fault}"]
    assert faults(tree, target) == []
    assert faults(tree, target, *(SOFT.keys() - {hardening})) == []


def test_the_report_shows_the_hardening_of_each_file(program: Build, target: ElfTarget) -> None:
    soft = program("-fno-pie", "-no-pie", "-Wl,-z,lazy", "-fno-stack-protector", needs=("libc.so",))
    (report,) = check_elf(root({"bin/it": soft}), target)
    assert (report.kind, report.relro, report.pie, report.ssp) == ("ET_EXEC", "partial", False, False)


STATIC = "void _start(void) { volatile char b[64]; b[0] = 0; }"
HANDLER = f"{STATIC} {LINKED}"


@pytest.mark.parametrize(
    ("source", "options", "pie", "ssp"),
    [
        (STATIC, ("-static", "-no-pie"), False, False),
        (STATIC, ("-static-pie", "-fPIE"), True, False),
        (HANDLER, ("-static", "-no-pie"), False, True),
        (STATIC, ("-static", "-no-pie", "-s"), False, None),
    ],
    ids=["static", "static and position-independent", "with a handler", "stripped"],
)
def test_a_static_program_needs_no_interpreter_and_no_library(
    source: str, options: tuple[str, ...], pie: bool, ssp: bool | None, build: Build, target: ElfTarget
) -> None:
    data = build(source, "-fno-stack-protector", *options)
    (report,) = check_elf(root({"bin/it": data}, loader=b""), target)
    assert (report.pie, report.ssp, report.needed) == (pie, ssp, ())


def test_the_stack_protector_is_unknown_for_a_libc_with_the_handler(library: Build, target: ElfTarget) -> None:
    data = library("-fno-stack-protector", source=f"{LIBRARY} {LINKED}")
    (report,) = check_elf(root({"lib/libc.so": data}), target, frozenset({"ssp"}))
    assert report.ssp is None


def test_an_unknown_hardening_is_refused(target: ElfTarget) -> None:
    with pytest.raises(LeafrootError) as raised:
        check_elf(root({}), target, frozenset({"rello"}))
    assert str(raised.value) == "unknown hardening 'rello'\n  Did you mean relro?"
