# SPDX-License-Identifier: Apache-2.0
"""Writes a first test.sh, a row of the table of packages, from the files that a package was seen to install."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import PurePosixPath

from leafroot.rootfs.tree import File, Node

_PROGRAMS = ("usr/bin", "usr/sbin", "bin", "sbin")
_LIBRARY = re.compile(r"usr/lib/(lib[^/]+\.so\.\d+)")
_MOST = 12


def row(name: str, nodes: Mapping[str, Node]) -> str:
    """The text of a test.sh: each library is loaded, each program says its version; "" if there is neither."""
    libraries = sorted({match[1] for path in nodes if (match := _LIBRARY.fullmatch(path))})
    programs = {
        PurePosixPath(path).name: node.read()
        for path, node in sorted(nodes.items())
        # Another name of a program, a link, needs no line of its own.
        if isinstance(node, File) and node.mode & 0o100 and str(PurePosixPath(path).parent) in _PROGRAMS
    }
    if not libraries and not programs:
        return ""
    lines = ["# SPDX-License-Identifier: Apache-2.0", f"# A first row for {name}: nothing of it was run yet."]
    lines += [f"loads {shlex.quote(one)}" for one in libraries]
    asked = [(one, data) for one, data in programs.items() if not re.search(r"(^test|-config$)", one)]
    for one, data in asked[:_MOST]:
        word = shlex.quote(one)
        lines.append(f"{word} --version" if b"version" in data else f"command -v {word}")
    return "\n".join([*lines, ""])
