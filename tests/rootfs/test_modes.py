# SPDX-License-Identifier: Apache-2.0
"""A table of modes is applied to a tree, or refused where it does not fit."""

from __future__ import annotations

import pytest
from made_up_trees import layer, owners

from leafroot.errors import LeafrootError
from leafroot.rootfs.modes import Mode, apply_modes
from leafroot.rootfs.node import CharDevice, Directory, Fifo, File, HardLink, Node, Symlink
from leafroot.rootfs.tree import merge_layers

ROOT_TREE = merge_layers(
    [
        layer(
            "skeleton",
            tmp=Directory(),
            bin_su=File(b"su", 0o755),
            bin_sudo=HardLink("bin/su"),
            dev_null=CharDevice(1, 3),
            link=Symlink("tmp"),
            pipe=Fifo(),
        )
    ]
)


@pytest.mark.parametrize(
    ("row", "path", "node"),
    [
        (Mode("tmp", 0o1777), "tmp", Directory(0o1777)),
        (Mode("bin/su", 0o4755), "bin/su", File(b"su", 0o4755)),
        (Mode("bin/sudo", 0o4755), "bin/su", File(b"su", 0o4755)),
        (Mode("dev/null", 0o666, group="tty"), "dev/null", CharDevice(1, 3, 0o666, 0, 5)),
        (Mode("pipe", user="www", group=7), "pipe", Fifo(0o600, 33, 7)),
        (Mode("link", user="www"), "link", Symlink("tmp", 33)),
        (Mode(".", 0o711), ".", Directory(0o711)),
    ],
    ids=lambda value: value.path if isinstance(value, Mode) else "",
)
def test_a_mode_is_applied_and_the_owner_of_the_content_stays(row: Mode, path: str, node: Node) -> None:
    tree = apply_modes(ROOT_TREE, [row], "board", {"root": 0, "www": 33}, {"root": 0, "tty": 5})
    assert tree.entries[path].node == node
    assert owners(tree) == owners(ROOT_TREE)
    assert {p for p, entry in tree if entry != ROOT_TREE.entries[p]} == {path}


BAD_MODES = {
    "unknown path": (
        [Mode("bin/sodu", 0o755)],
        "board: /bin/sodu: nothing in the root has this path\n  Did you mean bin/su or bin/sudo?",
    ),
    "absolute path": (
        [Mode("/tmp", 0o755)],
        "board: '/tmp' is not a path below the root\n  Write it like usr/bin/env.",
    ),
    "unknown user": (
        [Mode("tmp", 0o755, "ww")],
        "board: /tmp: there is no user 'ww'\n  Did you mean www?",
    ),
    "unknown group": (
        [Mode("tmp", 0o755, "www", "x")],
        "board: /tmp: there is no group 'x'\n  There is: root.",
    ),
    "twice": ([Mode("tmp", 0o755), Mode("tmp", 0o700)], "board: /tmp: its mode is said twice"),
    "twice at two names of one file": (
        [Mode("bin/su", 0o755), Mode("bin/sudo", 0o700)],
        "board: /bin/sudo: its mode is said twice",
    ),
    "mode of a link": ([Mode("link", 0o755)], "board: /link: a symbolic link has no mode\n  Say it of tmp."),
    "impossible mode": ([Mode("tmp", 0o17777)], "board: /tmp: mode 17777 has more than permission bits"),
}


@pytest.mark.parametrize("case", BAD_MODES)
def test_a_table_of_modes_that_does_not_fit_is_refused(case: str) -> None:
    table, message = BAD_MODES[case]
    with pytest.raises(LeafrootError) as raised:
        apply_modes(ROOT_TREE, table, "board", {"root": 0, "www": 33})
    assert str(raised.value) == message
