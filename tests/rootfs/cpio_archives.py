# SPDX-License-Identifier: Apache-2.0
"""Makes newc cpio archives in memory, above all one with an entry of each type."""

from __future__ import annotations

import io

from made_up_trees import tree

from leafroot.rootfs.cpio import CpioEntry, read_newc, write_newc
from leafroot.rootfs.tree import BlockDevice, CharDevice, Directory, Fifo, File, HardLink, Symlink, Tree

MTIME = 1767225600


def newc(root: Tree, mtime: int = MTIME) -> bytes:
    """A tree as an archive."""
    out = io.BytesIO()
    assert write_newc(root, out, mtime) == len(out.getvalue())
    return out.getvalue()


def entries(data: bytes) -> list[CpioEntry]:
    """All that is in an archive."""
    return list(read_newc(io.BytesIO(data)))


# One of everything; sizes around the alignment to 4; links whose names lie apart.
EVERYTHING = tree(
    bin_su=File(b"su", 0o4755),
    etc_empty=File(b""),
    etc_three=File(b"abc", 0o640, 1, 2),
    etc_four=File(b"abcd"),
    etc_five=File(b"abcde"),
    etc_link=HardLink("etc/five"),
    zz_link=HardLink("etc/five"),
    etc_none=File(b"", 0o600),
    zz_none=HardLink("etc/none"),
    lib=Symlink("usr/lib"),
    home_me=Directory(0o700, 1000, 1000),
    tmp=Directory(0o1777),
    dev_console=CharDevice(5, 1),
    dev_sda=BlockDevice(8, 255, 0o660, 0, 6),
    dev_big=CharDevice(511, 1048575),
    run_pipe=Fifo(0o622),
)
