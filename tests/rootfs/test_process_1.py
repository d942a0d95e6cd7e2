# SPDX-License-Identifier: Apache-2.0
"""A root that Linux could not start is refused: process 1, what it starts, and the start scripts."""

from __future__ import annotations

import pytest

from leafroot.errors import LeafrootError
from leafroot.rootfs.start import check_start
from leafroot.rootfs.tree import CharDevice, Directory, File, HardLink, Layer, Node, Symlink, merge_layers

SH: dict[str, Node] = {"usr/bin/busybox": File(b"\x7fELF...", 0o755), "bin": Symlink("usr/bin")}
SH |= {"usr/bin/sh": Symlink("busybox"), "sbin/init": Symlink("../bin/busybox")}
SCRIPT = b"#!/bin/sh\nexec /sbin/init\n"


def passwd(line: str) -> dict[str, Node]:
    text = f"root:x:0:0::/root:/bin/sh\n{line}\n"
    return {"init": File(SCRIPT, 0o755), "etc/passwd": File(text.encode())}


STARTS: dict[str, dict[str, Node]] = {
    "script": {"init": File(SCRIPT, 0o755)},
    "script with an argument": {"init": File(b"#! /bin/sh -e\n", 0o755)},
    "only root may run it": {"init": File(SCRIPT, 0o700)},
    "program": {"init": File(b"\x7fELF", 0o755)},
    "link": {"init": Symlink("bin/busybox")},
    "absolute link": {"init": Symlink("/sbin/init")},
    "hard link": {"usr/bin/a": File(SCRIPT, 0o755), "init": HardLink("usr/bin/a")},
    "start script": {"init": File(SCRIPT, 0o755), "etc/init.d/S01x": File(SCRIPT, 0o755)},
    "start script that a shell reads": {"init": File(SCRIPT, 0o755), "etc/init.d/S01x": File(b"echo x\n", 0o755)},
    "start script that is off": {"init": File(SCRIPT, 0o755), "etc/init.d/S01x": File(b"#!/no\n", 0o644)},
    "shell": passwd("acme:x:7:7::/:/usr/bin/sh"),
    "no shell: /bin/sh": passwd("acme:x:7:7::/:"),
    "an account that never logs in": passwd("acme:x:7:7::/:/usr/sbin/nologin"),
}


@pytest.mark.parametrize("nodes", STARTS.values(), ids=STARTS)
def test_what_linux_can_start_is_taken(nodes: dict[str, Node]) -> None:
    check_start(merge_layers([Layer("busybox", SH), Layer("x", nodes)]), ["init", "sbin/init"])


REFUSED: dict[str, tuple[dict[str, Node], str]] = {
    "absent": ({}, "the root has no /init, and cannot start without it\n  A package brings it, or an overlay."),
    "not executable": (
        {"init": File(SCRIPT, 0o644)},
        "x: /init: it must be executable, but has the mode 0644\n  Run chmod +x on the file that becomes /init.",
    ),
    "a link to what is not executable": (
        {"init": Symlink("etc/start"), "etc/start": File(SCRIPT)},
        "x: /init (/etc/start): it must be executable, but has the mode 0644\n"
        "  Run chmod +x on the file that becomes /etc/start.",
    ),
    "folder": ({"init": Directory()}, "x: /init: it must be executable, but is a directory"),
    "device": ({"init": CharDevice(1, 3)}, "x: /init: it must be executable, but is a character device"),
    "dangling": (
        {"init": Symlink("bin/systemd")},
        "x: /init: it must be executable, but is a link to bin/systemd, which is not in the root",
    ),
    "circle": (
        {"init": Symlink("init")},
        "x: /init: it must be executable, but is a link to init, which is not in the root",
    ),
    "empty": (
        {"init": File(b"", 0o755)},
        "x: /init: it is neither a program nor a script: it begins with 'nothing'\n"
        "  The first two bytes of a script are '#!', with nothing before them, as in: #!/bin/sh",
    ),
    "BOM": (
        {"init": File(b"\xef\xbb\xbf#!/bin/sh\n", 0o755)},
        "x: /init: it is neither a program nor a script: it begins with 'ï»¿#!/bin/sh'\n"
        "  The first two bytes of a script are '#!', with nothing before them, as in: #!/bin/sh",
    ),
    "CR LF": (
        {"init": File(b"#!/bin/sh\r\n", 0o755)},
        "x: /init: its lines end in CR LF, and so its interpreter is not found\n  Write them with LF.",
    ),
    "interpreter": (
        {"init": File(b"#!/bin/bash\n", 0o755)},
        "x: /init: its interpreter '/bin/bash' is not in the root",
    ),
    "no interpreter": ({"init": File(b"#!\n", 0o755)}, "x: /init: its interpreter '' is not in the root"),
    "interpreter of a start script": (
        {"init": File(SCRIPT, 0o755), "etc/init.d/S50web": File(b"#!/usr/bin/python3\n", 0o755)},
        "x: /etc/init.d/S50web: its interpreter '/usr/bin/python3' is not in the root",
    ),
    "what it starts": (
        {"init": File(SCRIPT, 0o755), "sbin/init": Symlink("nothing")},
        "x: /sbin/init: it must be executable, but is a link to nothing, which is not in the root",
    ),
    "shell": (
        passwd("acme:x:7:7::/:/bin/bash"),
        "x: /etc/passwd: acme cannot log in: the shell /bin/bash is not in the root\n"
        "  Select the package that brings it, or write /bin/sh.",
    ),
    "shell that is none": (
        passwd("acme:x:7:7::/:/etc/sh") | {"etc/sh": File(SCRIPT)},
        "x: /etc/sh: it must be executable, but has the mode 0644\n  Run chmod +x on the file that becomes /etc/sh.",
    ),
}


@pytest.mark.parametrize(("nodes", "message"), REFUSED.values(), ids=REFUSED)
def test_what_linux_cannot_start_is_refused(nodes: dict[str, Node], message: str) -> None:
    tree = merge_layers([Layer("busybox", SH), Layer("x", nodes, replaces=frozenset({"sbin/init"}))])
    with pytest.raises(LeafrootError) as raised:
        check_start(tree, ["init", "sbin/init"])
    assert str(raised.value) == message
