# SPDX-License-Identifier: Apache-2.0
"""Programs for other machines and damaged files are refused with their names."""

from __future__ import annotations

import io
import random
import struct

import pytest
from elf_roots import LOADER, Build, faults, root
from elftools.elf.elffile import ELFFile

from leafroot.rootfs.elf import ElfTarget, check_elf


def test_of_an_object_only_the_machine_is_checked(build: Build, target: ElfTarget) -> None:
    data = build("int init(void) { return 0; }", "-c")
    tree = root({"lib/modules/it.ko": data}, loader=b"")
    (report,) = check_elf(tree, target, frozenset({"relro", "pie", "ssp"}))
    assert (report.kind, report.pie) == ("ET_REL", None)
    assert faults(tree, foreign(target)) == [
        f"/lib/modules/it.ko (it): is built for {target.machine}, but this target is EM_S390"
    ]


def foreign(target: ElfTarget) -> ElfTarget:
    return ElfTarget("EM_S390", target.elfclass, target.little, LOADER)


def header(*, wide: bool = True, little: bool = True, machine: int = 0x3E, kind: int = 2, flags: int = 0) -> bytes:
    """An ELF header with a stack that is not executable and nothing else (gABI, chapter 4)."""
    order, word = "<" if little else ">", "Q" if wide else "I"
    size, entry = (64, 56) if wide else (52, 32)
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1 if little else 2, 1]) + bytes(9)
    rest = struct.pack(f"{order}HHI3{word}I6H", kind, machine, 1, 0, size, 0, flags, size, entry, 1, 64, 0, 0)
    stack = struct.pack(f"{order}8I", 0x6474E551, *([6] if wide else [0]), *[0] * 4, *([0] if wide else [6]), 0)
    return ident + rest + stack + bytes(entry - len(stack))


X86_64 = ElfTarget("EM_X86_64", 64, True, LOADER)
RISCV = ElfTarget("EM_RISCV", 64, True, LOADER, flags_mask=0x6, flags=0x4)
OTHER_TARGETS = {
    "right": (X86_64, header(), []),
    "machine": (X86_64, header(machine=183), ["is built for EM_AARCH64, but this target is EM_X86_64"]),
    "unknown machine": (X86_64, header(machine=65000), ["is built for 65000, but this target is EM_X86_64"]),
    "class": (X86_64, header(wide=False), ["has words of 32 bits, but this target has 64"]),
    "byte order": (X86_64, header(little=False), ["is big-endian, but this target is little-endian"]),
    "all of them": (
        X86_64,
        header(wide=False, little=False, machine=8),
        [
            "is built for EM_MIPS, but this target is EM_X86_64",
            "has words of 32 bits, but this target has 64",
            "is big-endian, but this target is little-endian",
        ],
    ),
    "right flags": (RISCV, header(machine=243, flags=0x5), []),
    "flags": (RISCV, header(machine=243, flags=0x1), ["has the flags 0x1, whose bits 0x6 must be 0x4"]),
    "core": (X86_64, header(kind=4), ["is of type ET_CORE, which cannot be run"]),
    "BPF object": (X86_64, header(machine=247, kind=1), []),
}


@pytest.mark.parametrize("case", OTHER_TARGETS)
def test_a_program_for_another_target_is_refused(case: str) -> None:
    target, data, messages = OTHER_TARGETS[case]
    assert faults(root({"bin/it": data}), target) == [f"/bin/it (it): {message}" for message in messages]


@pytest.mark.parametrize("path", ["lib/firmware/dsp.elf", "usr/lib/firmware/vendor/dsp.elf"])
def test_firmware_for_other_processors_is_skipped(path: str) -> None:
    assert faults(root({path: header(machine=183)}), X86_64) == []
    assert len(faults(root({path.replace("firmware", "other"): header(machine=183)}), X86_64)) == 1


def test_a_truncated_file_is_refused_with_its_package(program: Build, target: ElfTarget) -> None:
    data = program(needs=("libc.so",))
    assert faults(root({"bin/it": data}), target) == []
    for size in (5, 40, 64, 200, len(data) // 2, len(data) - 1):
        (fault,) = faults(root({"bin/it": data[:size]}), target)
        assert fault.startswith("/bin/it (it): damaged ELF file (")


def test_a_damaged_file_raises_only_leafroot_errors(program: Build, target: ElfTarget) -> None:
    chance = random.Random(3)
    plain = program(needs=("libc.so",))
    loaded = max(s["p_offset"] + s["p_filesz"] for s in ELFFile(io.BytesIO(plain)).iter_segments())
    refused = 0
    for _ in range(400):
        data = bytearray(plain)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(4, chance.choice((64, 700, loaded)))] = chance.choice((0, 1, 0x7F, 0xFF))
        refused += bool(faults(root({"bin/it": bytes(data)}), target))
    assert 100 < refused < 400
