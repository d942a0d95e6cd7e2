# SPDX-License-Identifier: Apache-2.0
"""What an ELF file says of itself, read with pyelftools.

All but the stack protector is read from program headers and the dynamic segment, which the kernel and the
dynamic linker go by: sections may be stripped. Formats: the System V gABI, and the GNU additions as in
binutils' include/elf/common.h.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from leafroot.errors import LeafrootError

MAGIC = b"\x7fELF"
_PF_X = 1
_DF_TEXTREL, _DF_BIND_NOW = 0x4, 0x8
_DF_1_NOW = 0x1
_STACK_CHECK = "__stack_chk_fail"


@dataclass(frozen=True)
class ElfFacts:
    """One file's facts.

    `kind` is the gABI's name of e_type. `stack` is "executable", "plain", or "unsaid" without PT_GNU_STACK.
    `relro` is "full", "partial" or "none". `ssp` says whether the stack protector's handler is called; None
    where the file does not tell.
    """

    machine: str
    elf_class: int
    little_endian: bool
    flags: int
    kind: str
    interpreter: str | None = None
    needed: tuple[str, ...] = ()
    rpath: str | None = None
    runpath: str | None = None
    stack: str = "unsaid"
    textrel: bool = False
    relro: str = "none"
    ssp: bool | None = None

    @property
    def is_linked(self) -> bool:
        """Whether it is a program or a shared library, not an object to be linked still (a kernel module)."""
        return self.kind in ("ET_EXEC", "ET_DYN")


def read_elf(data: bytes, where: str) -> ElfFacts:
    """Read a file's facts; one that is cut short or senseless is an error."""
    try:
        return _read(data)
    except LeafrootError:
        raise
    # pyelftools does not check: a senseless file surfaces as any of a dozen exceptions, down to KeyError.
    except Exception as error:
        raise LeafrootError(f"not an intact ELF file ({type(error).__name__}: {error})", where) from error


def _read(data: bytes) -> ElfFacts:
    elf: Any = ELFFile(io.BytesIO(data))
    facts: dict[str, Any] = {
        "needed": (),
        "machine": str(elf["e_machine"]),
        "elf_class": int(elf.elfclass),
        "little_endian": bool(elf.little_endian),
        "flags": int(elf["e_flags"]),
        "kind": str(elf["e_type"]),
    }
    dynamic: Any = None
    has_relro = False
    for segment in elf.iter_segments():
        match segment["p_type"]:
            case "PT_LOAD" if segment["p_offset"] + segment["p_filesz"] > len(data):
                raise ValueError("it is cut short")
            case "PT_INTERP":
                facts["interpreter"] = str(segment.get_interp_name())
            case "PT_DYNAMIC":
                dynamic = segment
            case "PT_GNU_STACK":
                facts["stack"] = "executable" if segment["p_flags"] & _PF_X else "plain"
            case "PT_GNU_RELRO":
                has_relro = True
    bind_now = dynamic is None
    if dynamic is not None:
        tags = list(dynamic.iter_tags())
        values = {tag.entry.d_tag: tag.entry.d_val for tag in tags}
        flags, flags_1 = values.get("DT_FLAGS", 0), values.get("DT_FLAGS_1", 0)
        facts["needed"] = tuple(tag.needed for tag in tags if tag.entry.d_tag == "DT_NEEDED")
        facts["rpath"] = next((tag.rpath for tag in tags if tag.entry.d_tag == "DT_RPATH"), None)
        facts["runpath"] = next((tag.runpath for tag in tags if tag.entry.d_tag == "DT_RUNPATH"), None)
        facts["textrel"] = "DT_TEXTREL" in values or bool(flags & _DF_TEXTREL)
        bind_now = "DT_BIND_NOW" in values or bool(flags & _DF_BIND_NOW) or bool(flags_1 & _DF_1_NOW)
    if has_relro:
        facts["relro"] = "full" if bind_now else "partial"
    facts["ssp"] = _ssp(elf, data, bool(facts["needed"] or facts.get("interpreter")))
    return ElfFacts(**facts)


def _ssp(elf: Any, data: bytes, is_dynamic: bool) -> bool | None:
    """Whether the stack protector's handler is called.

    A shared library that offers it to others, a libc, does not tell. A static program has it only if something
    in it, its libc included, calls it: musl's start-up code refers to its set-up weakly. Sections are asked,
    for DT_GNU_HASH counts no symbols that are only referred to; strip leaves .dynsym, and takes .symtab.
    """
    tables = {name: elf.get_section_by_name(name) for name in (".dynsym", ".symtab")}
    known = {name: table for name, table in tables.items() if isinstance(table, SymbolTableSection)}
    # Building the table of names is slow; whoever has the symbol has its name.
    is_named = _STACK_CHECK.encode() + b"\0" in data
    found = {name: is_named and (table.get_symbol_by_name(_STACK_CHECK) or []) for name, table in known.items()}
    if symbols := found.get(".dynsym"):
        return True if symbols[0]["st_shndx"] == "SHN_UNDEF" else None
    if is_dynamic:
        return False if ".dynsym" in known else None
    return bool(found[".symtab"]) if ".symtab" in known else None
