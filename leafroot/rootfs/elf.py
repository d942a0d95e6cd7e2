# SPDX-License-Identifier: Apache-2.0
"""Reads ELF files, and checks that they can run on their board and are hardened as it requires.

All facts but the stack protector are read from program headers and the dynamic segment, as the kernel and the dynamic
linker do: sections may be stripped. Formats: the System V gABI, with the GNU additions of binutils'
include/elf/common.h.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from leafroot.errors import LeafrootError, nearest
from leafroot.rootfs.tree import Directory, Entry, File, HardLink, Tree

MAGIC = b"\x7fELF"
_PF_X = 1
_DF_TEXTREL, _DF_BIND_NOW = 0x4, 0x8
_DF_1_NOW = 0x1
_STACK_CHECK = "__stack_chk_fail"
HARDENING = frozenset({"relro", "pie", "ssp"})
"""What a board may require of all its programs and libraries."""
# Firmware runs on other processors than the board's own.
FIRMWARE = ("lib/firmware/", "usr/lib/firmware/")
# Where musl's dynamic linker looks, unless /etc/ld-musl-$ARCH.path sets other folders (ldso/dynlink.c).
LIBRARY_FOLDERS = ("/lib", "/usr/local/lib", "/usr/lib")
# musl's dynamic linker itself provides these libraries, even if there are no such files (ldso/dynlink.c).
_MUSL_ITSELF = re.compile(r"lib(c|pthread|rt|m|dl|util|xnet)\.")


@dataclass(frozen=True)
class ElfFacts:
    """The facts of one file.

    `kind` is the gABI's name of e_type. `stack` is "executable", "plain", or "unsaid" without PT_GNU_STACK.
    `relro` is "full", "partial" or "none". `ssp` says whether the file calls the stack protector's handler; it is None
    if that cannot be told.
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
        """Whether it is a program or a shared library, and not an object that is linked later (a kernel module)."""
        return self.kind in ("ET_EXEC", "ET_DYN")


def read_elf(data: bytes, where: str) -> ElfFacts:
    """Read the facts of a file; raises LeafrootError if it is damaged."""
    try:
        return _read(data)
    except LeafrootError:
        raise
    # pyelftools does not check its input: a damaged file causes any of a dozen exceptions, even KeyError.
    except Exception as error:
        raise LeafrootError(f"damaged ELF file ({type(error).__name__}: {error})", where) from error


def _read(data: bytes) -> ElfFacts:
    # Only a run that checks a root needs it, and every run imports HARDENING.
    from elftools.elf.elffile import ELFFile

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
                raise ValueError("it ends before its last segment does")
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
    """Whether the file calls the stack protector's handler; None if that cannot be told.

    It cannot be told of a libc, which provides the handler. A static program has the handler only if it or its libc
    calls it: musl's start-up code has only a weak reference to its setup. This reads sections, since
    DT_GNU_HASH does not count undefined symbols; strip keeps .dynsym and removes .symtab.
    """
    from elftools.elf.sections import SymbolTableSection

    tables = {name: elf.get_section_by_name(name) for name in (".dynsym", ".symtab")}
    known = {name: table for name, table in tables.items() if isinstance(table, SymbolTableSection)}
    # Building the table of names is slow, so first look for the name in the file.
    is_named = _STACK_CHECK.encode() + b"\0" in data
    found = {name: is_named and (table.get_symbol_by_name(_STACK_CHECK) or []) for name, table in known.items()}
    if symbols := found.get(".dynsym"):
        return True if symbols[0]["st_shndx"] == "SHN_UNDEF" else None
    if is_dynamic:
        return False if ".dynsym" in known else None
    return bool(found[".symtab"]) if ".symtab" in known else None


@dataclass(frozen=True)
class ElfTarget:
    """What programs must be built for: `machine` is the gABI's name of e_machine, `elfclass` the bits of a word.

    The bits of e_flags in `flags_mask` must be those of `flags`. `interpreter` is the path of the dynamic linker.
    """

    machine: str
    elfclass: int
    little: bool
    interpreter: str
    flags_mask: int = 0
    flags: int = 0


@dataclass(frozen=True)
class ElfReport:
    """What one file is, and how it is hardened; `pie` and `ssp` are None where they do not apply."""

    path: str
    owner: str
    kind: str
    needed: tuple[str, ...]
    relro: str
    pie: bool | None
    ssp: bool | None


def check_elf(
    tree: Tree,
    target: ElfTarget,
    require: frozenset[str] = frozenset(),
    declared: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> list[ElfReport]:
    """Check every ELF file of a root; returns a report of each, by path, or raises one LeafrootError with all faults.

    `require` names the hardening that every program and library must have: relro (full), pie, ssp. Firmware is skipped.
    For objects that are linked later, such as kernel modules, only the machine is checked. `declared` gives for each
    package the packages that it declares as linked: using a library of any other package is a fault.
    """
    for name in sorted(require - HARDENING):
        raise LeafrootError(f"unknown hardening {name!r}", hint=nearest(name, HARDENING))
    reports: list[ElfReport] = []
    faults: list[str] = []
    search = _library_folders(tree, target)
    for path, entry in tree:
        if not isinstance(entry.node, File) or path.startswith(FIRMWARE) or not _is_elf(entry.node):
            continue
        try:
            facts = read_elf(entry.node.read(), f"/{path}")
        except LeafrootError as error:
            faults.append(f"/{path} ({entry.owner}): {error.message}")
            continue
        found = [*_target_faults(facts, target)]
        if facts.is_linked:
            found += _run_faults(facts, path, tree, target, search)
            found += _undeclared(facts, path, entry.owner, tree, search, declared)
            found += _hardening_faults(facts, require)
        faults += [f"/{path} ({entry.owner}): {fault}" for fault in found]
        reports.append(_report(path, entry, facts))
    if faults:
        count = "a fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise LeafrootError(f"{count} in the programs and libraries of the root", hint="\n".join(faults))
    return reports


def _is_elf(node: File) -> bool:
    return next(node.chunks(), b"").startswith(MAGIC)


def _report(path: str, entry: Entry, facts: ElfFacts) -> ElfReport:
    return ElfReport(
        path=path,
        owner=entry.owner,
        kind=facts.kind,
        needed=facts.needed,
        relro=facts.relro,
        pie=facts.kind == "ET_DYN" if facts.is_linked else None,
        ssp=facts.ssp,
    )


def _target_faults(facts: ElfFacts, target: ElfTarget) -> Iterator[str]:
    # A BPF program is loaded into the kernel of any machine.
    if facts.machine == "EM_BPF" and facts.kind == "ET_REL":
        return
    if facts.kind not in ("ET_EXEC", "ET_DYN", "ET_REL"):
        yield f"is of type {facts.kind}, which cannot be run"
    if facts.machine != target.machine:
        yield f"is built for {facts.machine}, but this target is {target.machine}"
    if facts.elf_class != target.elfclass:
        yield f"has words of {facts.elf_class} bits, but this target has {target.elfclass}"
    if facts.little_endian != target.little:
        yield f"is {_order(facts.little_endian)}-endian, but this target is {_order(target.little)}-endian"
    if facts.flags & target.flags_mask != target.flags:
        yield f"has the flags {facts.flags:#x}, whose bits {target.flags_mask:#x} must be {target.flags:#x}"


def _order(little: bool) -> str:
    return "little" if little else "big"


def _run_faults(facts: ElfFacts, path: str, tree: Tree, target: ElfTarget, search: Sequence[str]) -> Iterator[str]:
    if facts.interpreter is not None and not _is_file(tree, facts.interpreter):
        yield f"its interpreter {facts.interpreter} is not in the root"
    folders, wrong = _own_folders(facts, path, tree)
    yield from wrong
    for library in facts.needed:
        fault = _library_fault(library, [*folders, *search], tree, target)
        if fault:
            yield f"needs {library}, {fault}"
    if facts.stack == "executable":
        yield "requests an executable stack"
    elif facts.stack == "unsaid":
        yield "has no PT_GNU_STACK, and so gets an executable stack"
    if facts.textrel:
        yield "has text relocations: it would modify its own code"


def _own_folders(facts: ElfFacts, path: str, tree: Tree) -> tuple[list[str], list[str]]:
    """The folders in which a file has its libraries looked for before others, and what is wrong with them."""
    # If there is a RUNPATH, dynamic linkers ignore the RPATH.
    own = facts.rpath if facts.runpath is None else facts.runpath
    name = "RPATH" if facts.runpath is None else "RUNPATH"
    folders: list[str] = []
    faults: list[str] = []
    for item in [] if own is None else own.split(":"):
        folder, fault = _expand(item, path, tree)
        if fault:
            faults.append(f"its {name} has {item!r}, {fault}")
        else:
            folders.append(folder)
    return folders, faults


def _hardening_faults(facts: ElfFacts, require: frozenset[str]) -> Iterator[str]:
    if "relro" in require and facts.relro != "full":
        yield f"has RELRO {facts.relro}, but the board requires full"
    if "pie" in require and facts.kind == "ET_EXEC":
        yield "is not position-independent, but the board requires it"
    if "ssp" in require and facts.ssp is False:
        yield "has no stack protector, but the board requires it"


def _expand(item: str, path: str, tree: Tree) -> tuple[str, str]:
    """A folder of a RUNPATH as an absolute path, and what is wrong with it."""
    origin = f"/{PurePosixPath(path).parent}"
    folder = re.sub(r"^\$(ORIGIN|\{ORIGIN\})(?=/|$)", origin, item)
    if not folder:
        return "", "an empty folder, which means the current one"
    if "$" in folder:
        return "", "with a variable that not all dynamic linkers know"
    if not folder.startswith("/"):
        return "", "which is relative to the current folder"
    depth = 0
    for part in folder.split("/"):
        depth += -1 if part == ".." else part not in ("", ".")
        if depth < 0:
            return "", "which is outside the root"
    resolved = tree.resolve(folder)
    if folder.rstrip("/") in LIBRARY_FOLDERS or (resolved and isinstance(tree.entries[resolved].node, Directory)):
        return folder, ""
    return "", "which is not a folder of the root"


def _undeclared(
    facts: ElfFacts, path: str, owner: str, tree: Tree, search: Sequence[str], declared: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    """The libraries of packages that the file's own package does not declare.

    They were in its sysroot because a package that it does declare is linked with them.
    """
    if owner not in declared:
        return
    folders = [*_own_folders(facts, path, tree)[0], *search]
    for library in facts.needed:
        paths = [library] if library.startswith("/") else [f"{folder}/{library}" for folder in folders]
        found = next((one for one in map(tree.resolve, paths) if one is not None), None)
        other = tree.entries[found].owner if found is not None else owner
        if other != owner and other in declared and other not in declared[owner]:
            yield f"is linked with {library} of the package {other!r}: add {other!r} to depends of {owner!r}"


def _library_fault(library: str, folders: Sequence[str], tree: Tree, target: ElfTarget) -> str:
    if "/" in library:
        if not library.startswith("/"):
            return "which is relative to the current folder"
        return "" if _is_file(tree, library) else "which is not in the root"
    for folder in folders:
        found = tree.resolve(f"{folder}/{library}")
        if found is not None:
            return "" if _is_library(tree, found) else f"but /{found} is not a shared library"
    is_musl = PurePosixPath(target.interpreter).name.startswith("ld-musl-")
    if is_musl and _MUSL_ITSELF.match(library) and _is_file(tree, target.interpreter):
        return ""
    return "which is not in the root"


def _is_file(tree: Tree, path: str) -> bool:
    found = tree.resolve(path)
    return found is not None and isinstance(tree.entries[found].node, (File, HardLink))


def _is_library(tree: Tree, path: str) -> bool:
    node = tree.entries[path].node
    if isinstance(node, HardLink):
        node = tree.entries[node.target].node
    return isinstance(node, File) and _is_elf(node)


def _library_folders(tree: Tree, target: ElfTarget) -> tuple[str, ...]:
    """The dynamic linker's search path in this root, which musl's path file may set."""
    match = re.fullmatch(r"ld-musl-(.+)\.so\.1", PurePosixPath(target.interpreter).name)
    found = tree.resolve(f"etc/ld-musl-{match[1]}.path") if match else None
    node = tree.entries[found].node if found is not None else None
    if not isinstance(node, File):
        return LIBRARY_FOLDERS
    return tuple(folder for folder in re.split(r"[:\n]", node.read().decode(errors="replace")) if folder)
