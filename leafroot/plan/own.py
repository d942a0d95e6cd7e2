# SPDX-License-Identifier: Apache-2.0
"""Leafroot's own steps: the modules that do their work are files that they read, as compilers are of other steps.

So a step of which another version of Leafroot makes other bytes is done again, and not taken from a cache, and no other
step is. A test compares these lists with what the modules import; `errors`, which has words alone, is left out.
"""

from __future__ import annotations

# The libraries that the modules call, and which decide on bytes too, are pinned here.
_PINS = "requirements.txt"
_TREE = ("rootfs/layers", "rootfs/tree")
_ASSEMBLE = (
    *("effects/assemble", "rootfs/accounts", "rootfs/compress", "rootfs/cpio", "rootfs/slot"),
    *_TREE,
)

MODULES = {
    "root": _ASSEMBLE,
    "compress": _ASSEMBLE,
    "slot-size": _ASSEMBLE,
    "image": _ASSEMBLE,
    "elf": (*_ASSEMBLE, "effects/elfcheck", "rootfs/elf"),
    "manifest": ("report/manifest", "files", *_TREE),
}
"""The modules of each call, as paths below leafroot/ without their ending."""


def code_files(call: str) -> tuple[str, ...]:
    """The files of the checkout that decide what a call makes."""
    return (*(f"leafroot/{name}.py" for name in sorted(MODULES[call])), _PINS) if call in MODULES else ()
