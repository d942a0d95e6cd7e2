# SPDX-License-Identifier: Apache-2.0
"""Programs and libraries that would not run, or not as hardened as asked for, are found before they boot.

Every case is built by the compiler of this machine and differs in one thing from a program that passes.
"""

from __future__ import annotations

import functools
import io
import random
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from leafroot.errors import LeafrootError
from leafroot.rootfs.elf import ElfReport, ElfTarget, check_elf
from leafroot.rootfs.elf_facts import read_elf
from leafroot.rootfs.node import File, HardLink, Node, Symlink
from leafroot.rootfs.tree import Layer, Tree, merge_layers

LOADER = "/lib/ld-musl-test.so.1"
HARDENED = ("-fstack-protector-all", "-Wl,-z,relro,-z,now")
PROGRAM = "int use(void); void _start(void) { volatile char b[64]; b[0] = 0; }"
LIBRARY = "int provided(void) { volatile char b[64]; b[0] = 0; return b[0]; }"
# What programs are linked with: a libc would bring the stack protector's handler.
LINKED = "void __stack_chk_fail(void) {} unsigned long __stack_chk_guard;"
# A word of code that holds an address can only be filled in at run time, by writing into the code.
WRITES_CODE = LIBRARY + ' __asm__(".text\\n.quad provided\\n");'

Build = Callable[..., bytes]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Compile and link one C text without any libc, the same thing only once."""
    folder = tmp_path_factory.mktemp("elf")

    @functools.cache
    def run(source: str, *options: str) -> bytes:
        (folder / "source.c").write_text(source)
        argv = ["gcc", "-O1", "-ffreestanding", "-nostdlib", "-w", "-o", "result", "source.c", *options]
        done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return (folder / "result").read_bytes()

    return run


@pytest.fixture(scope="session")
def program(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build a program; `needs` are names of libraries that it is linked with."""
    folder = tmp_path_factory.mktemp("needed")

    def run(*options: str, needs: tuple[str, ...] = (), plain: tuple[str, ...] = HARDENED) -> bytes:
        libraries = []
        for name in needs:
            (folder / name).write_bytes(build(LINKED, "-shared", "-fPIC", f"-Wl,-soname,{name}"))
            libraries.append(str(folder / name))
        return build(
            PROGRAM,
            "-fPIE",
            "-pie",
            f"-Wl,--dynamic-linker={LOADER}",
            "-Wl,--unresolved-symbols=ignore-all,--no-as-needed",
            *libraries,
            *plain,
            *options,
        )

    return run


@pytest.fixture(scope="session")
def library(build: Build) -> Build:
    """Build a shared library."""

    def run(*options: str, source: str = LIBRARY) -> bytes:
        return build(source, "-shared", "-fPIC", "-Wl,-soname,libit.so", *HARDENED, *options)

    return run


@pytest.fixture(scope="session")
def target(library: Build) -> ElfTarget:
    """This machine as a target."""
    facts = read_elf(library(), "a library")
    return ElfTarget(facts.machine, facts.elf_class, facts.little_endian, LOADER)


def root(nodes: dict[str, Node | bytes], loader: bytes = b"the loader") -> Tree:
    """A root with a loader and with what package "it" brings; bytes stand for a program's file."""
    files = {path: File(node, 0o755) if isinstance(node, bytes) else node for path, node in nodes.items()}
    return merge_layers([Layer("musl", {LOADER[1:]: File(loader, 0o755)} if loader else {}), Layer("it", files)])


def faults(tree: Tree, target: ElfTarget, *require: str) -> list[str]:
    """What is wrong with the files of a root, one line each."""
    try:
        check_elf(tree, target, frozenset(require))
    except LeafrootError as error:
        lines = error.hint.splitlines()
        count = "a fault" if len(lines) == 1 else f"{len(lines)} faults"
        assert str(error).splitlines()[0] == f"{count} in the programs and libraries of the root"
        return lines
    return []


def test_a_hardened_program_and_its_library_pass(program: Build, library: Build, target: ElfTarget) -> None:
    tree = root({"usr/bin/it": program(needs=("libit.so",)), "usr/lib/libit.so": library(), "etc/it.conf": b"conf"})
    assert check_elf(tree, target, frozenset({"relro", "pie", "ssp"})) == [
        ElfReport("usr/bin/it", "it", "ET_DYN", ("libit.so",), relro="full", pie=True, ssp=True),
        ElfReport("usr/lib/libit.so", "it", "ET_DYN", (), relro="full", pie=True, ssp=True),
    ]


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
    "a text": ({"usr/lib/libit.so": File(b"INPUT(libit.a)")}, "but /usr/lib/libit.so is no shared library"),
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
def test_musls_loader_is_itself_the_libc(name: str, program: Build, target: ElfTarget) -> None:
    tree = root({"bin/it": program(needs=(name,))})
    assert faults(tree, target) == []
    other = ElfTarget(target.machine, target.elfclass, target.little, "/lib/ld-linux.so.2")
    assert faults(tree, other) == [f"/bin/it (it): needs {name}, which is not in the root"]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("/opt/libit.so", None),
        ("/opt/gone.so", "which is not in the root"),
        ("opt/libit.so", "which is relative: it depends on where it is started"),
    ],
)
def test_a_library_needed_by_its_path(
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
    "/build/it/.libs": "which is no folder of the root",
    "/home/me/lib": "which is no folder of the root",
    "/etc/passwd": "which is no folder of the root",
    "lib": "which is relative: it depends on where it is started",
    ".": "which is relative: it depends on where it is started",
    "$ORIGIN/../../../lib": "which leads out of the root",
    "/lib/../../lib": "which leads out of the root",
    "/usr/$LIB": "with a variable that dynamic linkers do not share",
    "$ORIGINAL/lib": "with a variable that dynamic linkers do not share",
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
        "/usr/bin/it (it): its RUNPATH has '', an empty folder: that is wherever it is started"
    ]


def without_stack_header(data: bytes) -> bytes:
    """The same file with its PT_GNU_STACK made a PT_NULL, as of an old linker."""
    gnu_stack = struct.pack("<I", 0x6474E551)
    assert data.count(gnu_stack) == 1
    return data.replace(gnu_stack, bytes(4))


def test_an_executable_stack_is_refused(program: Build, library: Build, target: ElfTarget) -> None:
    tree = root({"bin/it": program("-Wl,-z,execstack"), "lib/libit.so": library("-Wl,-z,execstack")})
    assert faults(tree, target) == [
        "/bin/it (it): asks for an executable stack",
        "/lib/libit.so (it): asks for an executable stack",
    ]


def test_a_stack_of_which_nothing_is_said_is_refused(program: Build, target: ElfTarget) -> None:
    assert faults(root({"bin/it": without_stack_header(program())}), target) == [
        "/bin/it (it): has no PT_GNU_STACK, which means an executable stack"
    ]


def test_text_relocations_are_refused(library: Build, target: ElfTarget) -> None:
    data = library("-Wl,-z,notext", source=WRITES_CODE)
    assert faults(root({"lib/libit.so": data}), target) == [
        "/lib/libit.so (it): has text relocations: it would write into its own code"
    ]


SOFT = {
    "relro": [
        (("-Wl,-z,norelro",), "has RELRO none, and the board asks for full"),
        (("-Wl,-z,lazy",), "has RELRO partial, and the board asks for full"),
    ],
    "pie": [(("-fno-pie", "-no-pie"), "is not position-independent, and the board asks for it")],
    "ssp": [(("-fno-stack-protector",), "has no stack protector, and the board asks for it")],
}


@pytest.mark.parametrize(
    ("hardening", "options", "fault"),
    [(hardening, options, fault) for hardening, cases in SOFT.items() for options, fault in cases],
)
def test_hardening_is_required_only_where_the_board_asks(
    hardening: str, options: tuple[str, ...], fault: str, program: Build, target: ElfTarget
) -> None:
    tree = root({"bin/it": program(*options, needs=("libc.so",))})
    assert faults(tree, target, hardening) == [f"/bin/it (it): {fault}"]
    assert faults(tree, target) == []
    assert faults(tree, target, *(SOFT.keys() - {hardening})) == []


def test_hardening_is_reported(program: Build, target: ElfTarget) -> None:
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
def test_a_static_program_needs_nothing(
    source: str, options: tuple[str, ...], pie: bool, ssp: bool | None, build: Build, target: ElfTarget
) -> None:
    data = build(source, "-fno-stack-protector", *options)
    (report,) = check_elf(root({"bin/it": data}, loader=b""), target)
    assert (report.pie, report.ssp, report.needed) == (pie, ssp, ())


def test_a_libc_that_has_the_handler_itself_does_not_tell(library: Build, target: ElfTarget) -> None:
    data = library("-fno-stack-protector", source=f"{LIBRARY} {LINKED}")
    (report,) = check_elf(root({"lib/libc.so": data}), target, frozenset({"ssp"}))
    assert report.ssp is None


def test_an_object_is_only_checked_for_its_machine(build: Build, target: ElfTarget) -> None:
    data = build("int init(void) { return 0; }", "-c")
    tree = root({"lib/modules/it.ko": data}, loader=b"")
    (report,) = check_elf(tree, target, frozenset({"relro", "pie", "ssp"}))
    assert (report.kind, report.pie) == ("ET_REL", None)
    assert faults(tree, foreign(target)) == [
        f"/lib/modules/it.ko (it): is for {target.machine}, and this target is EM_S390"
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
    "machine": (X86_64, header(machine=183), ["is for EM_AARCH64, and this target is EM_X86_64"]),
    "unknown machine": (X86_64, header(machine=65000), ["is for 65000, and this target is EM_X86_64"]),
    "class": (X86_64, header(wide=False), ["has words of 32 bits, and this target has 64"]),
    "byte order": (X86_64, header(little=False), ["is big-endian, and this target is little-endian"]),
    "all of them": (
        X86_64,
        header(wide=False, little=False, machine=8),
        [
            "is for EM_MIPS, and this target is EM_X86_64",
            "has words of 32 bits, and this target has 64",
            "is big-endian, and this target is little-endian",
        ],
    ),
    "right flags": (RISCV, header(machine=243, flags=0x5), []),
    "flags": (RISCV, header(machine=243, flags=0x1), ["has flags 0x1, of which 0x6 must be 0x4"]),
    "core": (X86_64, header(kind=4), ["is of type ET_CORE, which nothing runs"]),
    "BPF object": (X86_64, header(machine=247, kind=1), []),
}


@pytest.mark.parametrize("case", OTHER_TARGETS)
def test_what_is_made_for_another_target_is_refused(case: str) -> None:
    target, data, messages = OTHER_TARGETS[case]
    assert faults(root({"bin/it": data}), target) == [f"/bin/it (it): {message}" for message in messages]


@pytest.mark.parametrize("path", ["lib/firmware/dsp.elf", "usr/lib/firmware/vendor/dsp.elf"])
def test_firmware_is_for_other_processors(path: str) -> None:
    assert faults(root({path: header(machine=183)}), X86_64) == []
    assert len(faults(root({path.replace("firmware", "other"): header(machine=183)}), X86_64)) == 1


def test_a_file_that_is_cut_short_is_named_with_its_package(program: Build, target: ElfTarget) -> None:
    data = program(needs=("libc.so",))
    assert faults(root({"bin/it": data}), target) == []
    for size in (5, 40, 64, 200, len(data) // 2, len(data) - 1):
        (fault,) = faults(root({"bin/it": data[:size]}), target)
        assert fault.startswith("/bin/it (it): not an intact ELF file (")


def test_a_damaged_file_raises_nothing_but_our_error(program: Build, target: ElfTarget) -> None:
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


def test_hardening_of_an_unknown_name_is_refused(target: ElfTarget) -> None:
    with pytest.raises(LeafrootError) as raised:
        check_elf(root({}), target, frozenset({"rello"}))
    assert str(raised.value) == "no hardening is called 'rello'\n  Did you mean relro?"
