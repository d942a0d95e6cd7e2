# SPDX-License-Identifier: Apache-2.0
"""Makes roots with programs to check; each compiled case differs in one thing from a program that passes."""

from __future__ import annotations

from collections.abc import Callable

from leafroot.errors import LeafrootError
from leafroot.rootfs.elf import ElfTarget, check_elf
from leafroot.rootfs.tree import File, Layer, Node, Tree, merge_layers

LOADER = "/lib/ld-musl-test.so.1"
HARDENED = ("-fstack-protector-all", "-Wl,-z,relro,-z,now")
PROGRAM = "int use(void); void _start(void) { volatile char b[64]; b[0] = 0; }"
LIBRARY = "int provided(void) { volatile char b[64]; b[0] = 0; return b[0]; }"
# What programs are linked with: a libc would bring the stack protector's handler.
LINKED = "void __stack_chk_fail(void) {} unsigned long __stack_chk_guard;"

# What the fixtures `build`, `program` and `library` are.
Build = Callable[..., bytes]


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
