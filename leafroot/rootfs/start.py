# SPDX-License-Identifier: Apache-2.0
"""What a root is started by: process 1, the start scripts and the shell of each login can be executed.

A script's interpreter must be in the root too.

The kernel panics, or starts nothing, if it cannot execute process 1 (kernel_init in init/main.c). How it tells a script
from a program is in fs/binfmt_script.c and fs/binfmt_elf.c.
"""

from __future__ import annotations

from collections.abc import Sequence

from leafroot.errors import LeafrootError, printable
from leafroot.rootfs.tree import NOUNS, Directory, File, HardLink, Symlink, Tree

_ELF = b"\x7fELF"
# binfmt_script.c looks at no more (BINPRM_BUF_SIZE).
_HEAD = 256
_SCRIPTS = "etc/init.d"
_PASSWD = "etc/passwd"
_PASSWD_FIELDS = 7
# Whoever has one of these is not to log in, whether it is there or not.
_NO_SHELLS = frozenset({"false", "nologin", "sync", "shutdown", "halt"})


def check_start(tree: Tree, programs: Sequence[str]) -> None:
    """Raise a LeafrootError if Linux cannot execute one of the programs, the first as process 1, a start script or a
    shell of /etc/passwd.
    """
    for path in programs:
        if path not in tree.entries and tree.resolve(path) is None:
            raise LeafrootError(
                f"the root has no /{path}, and cannot start without it", hint="A package brings it, or an overlay."
            )
        _check_program(tree, path)
    for path, entry in tree:
        node = entry.node
        if path.rpartition("/")[0] != _SCRIPTS or not isinstance(node, File) or not node.mode & 0o111:
            continue
        # A shell itself reads a script without "#!", which the kernel would not execute.
        if (head := _head(node)).startswith(b"#!"):
            _check_content(tree, head, f"{entry.owner}: /{path}")
    _check_shells(tree)


def _check_shells(tree: Tree) -> None:
    """Raise a LeafrootError if somebody could not log in because the shell is not in the root."""
    found = tree.resolve(_PASSWD)
    entry = tree.entries[found] if found else None
    if not entry or not isinstance(entry.node, File):
        return
    for line in entry.node.read().decode("utf-8", "surrogateescape").splitlines():
        parts = line.split(":")
        # passwd(5): no shell is /bin/sh.
        if len(parts) != _PASSWD_FIELDS or not parts[6] or parts[6].rpartition("/")[2] in _NO_SHELLS:
            continue
        if tree.resolve(parts[6]) is None:
            raise LeafrootError(
                f"{printable(parts[0])} cannot log in: the shell {printable(parts[6])} is not in the root",
                f"{entry.owner}: /{_PASSWD}",
                "Select the package that brings it, or write /bin/sh.",
            )
        _check_program(tree, parts[6].lstrip("/"))


def _check_program(tree: Tree, path: str) -> None:
    """Raise a LeafrootError if Linux could not execute a path of the root."""
    found = tree.resolve(path)
    entry = tree.entries.get(path) or tree.entries[found or path]
    where = f"{entry.owner}: /{path}"
    if found is None:
        target = entry.node.target if isinstance(entry.node, Symlink) else path
        raise LeafrootError(f"it must be executable, but is a link to {target}, which is not in the root", where)
    node = tree.entries[found].node
    node = tree.entries[node.target].node if isinstance(node, HardLink) else node
    at = where if found == path else f"{where} (/{found})"
    if not isinstance(node, File):
        raise LeafrootError(f"it must be executable, but is {NOUNS[type(node)]}", at)
    if not node.mode & 0o111:
        raise LeafrootError(
            f"it must be executable, but has the mode {node.mode:04o}",
            at,
            f"Run chmod +x on the file that becomes /{found}.",
        )
    _check_content(tree, _head(node), at)


def _head(node: File) -> bytes:
    return next(node.chunks(), b"")[:_HEAD]


def _check_content(tree: Tree, head: bytes, where: str) -> None:
    if head.startswith(_ELF):
        return
    if not head.startswith(b"#!"):
        begins = printable(head[:12].decode("latin-1")) or "nothing"
        raise LeafrootError(
            f"it is neither a program nor a script: it begins with {begins!r}",
            where,
            "The first two bytes of a script are '#!', with nothing before them, as in: #!/bin/sh",
        )
    line = head.partition(b"\n")[0].decode("utf-8", "surrogateescape")
    if line.endswith("\r"):
        raise LeafrootError("its lines end in CR LF, and so its interpreter is not found", where, "Write them with LF.")
    words = line[2:].split(None, 1)
    interpreter = words[0] if words else ""
    found = tree.resolve(interpreter) if interpreter else None
    there = tree.entries[found].node if found else None
    if there is None or isinstance(there, Directory):
        raise LeafrootError(f"its interpreter {printable(interpreter)!r} is not in the root", where)
