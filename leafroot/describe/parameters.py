# SPDX-License-Identifier: Apache-2.0
"""Kernel parameters as people write them in a board's cmdline= and in KERNEL_CMDLINE."""

from __future__ import annotations

import re

_NOT_PLAIN = re.compile(r"[^ -~]")
_WORD = re.compile(r'(?:"[^"]*"|[^\s"])+')
# For a root on a disk or a server: prepare_namespace() in init/do_mounts.c, which is not called if there is an /init.
_OF_OTHER_ROOTS = frozenset({"nfsroot", "ro", "root", "rootdelay", "rootflags", "rootfstype", "rootwait"})


def split_parameters(text: str) -> list[str]:
    """The parameters, each as it is written; blanks within double quotes do not split (next_arg in lib/cmdline.c)."""
    return _WORD.findall(text)


def parameters_fault(text: str) -> tuple[str, str] | None:
    """Why the kernel would not take the parameters as they are written: a message, and what to do; None if it would.

    The kernel knows double quotes and nothing else: no backslashes, no apostrophes, no comments.
    """
    if found := _NOT_PLAIN.search(text):
        return (
            f"the kernel's command line has the character {found[0]!r}",
            "Write printable ASCII characters and spaces. The kernel reads bytes, and takes some of them for blanks.",
        )
    if text.count('"') % 2:
        return (
            "the kernel's command line has a double quote without a second one",
            "Whatever follows, the boot loader's parameters too, would belong to one value.",
        )
    if "--" in split_parameters(text):
        return (
            "the kernel's command line has '--', and what follows is for process 1",
            "/init takes no arguments, and the boot loader's parameters may follow. Write parameters of the kernel.",
        )
    for word in split_parameters(text):
        name = word.strip('"').partition("=")[0]
        if name == "init":
            return (
                f"the kernel ignores {word}, because the root has an /init",
                "Write rdinit= to start another program of the root in its place.",
            )
        if name in _OF_OTHER_ROOTS:
            return (
                f"{word} is for a kernel with its root on a disk or a server, but this root is in the image",
                "Remove it. A root= or rootfstype= would also take away the root's limit of size.",
            )
    return None
