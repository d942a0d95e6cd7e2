# SPDX-License-Identifier: Apache-2.0
"""What is recorded of an unpacked tree, so that a change in it does not go unseen.

The digest is over path, kind, mode, size, time and link text of everything in the tree, and not over the bytes of
files: reading those would take longer than many steps do. So what somebody edits, cuts off, deletes or adds is seen;
what alters bytes and leaves size and time as they are (a failing disk) is not.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from leafroot.effects.run import capture

# find(1) takes a third of the time that Python would. Of a folder, size and time are the file system's own affair.
_FIND = (
    *("-type", "d", "-printf", r"%P %m\0", "-o"),
    *("-type", "l", "-printf", r"%P l %l\0", "-o"),
    *("-printf", r"%P %y %m %s %T@\0"),
)


def listing_of(tree: Path) -> str:
    """The digest of how everything in the tree looks; nothing if not all of it can be looked at."""
    status, found = capture(["find", str(tree), *_FIND], env={"PATH": os.defpath, "LC_ALL": "C"}, timeout=600.0)
    if status != 0:
        return ""
    return hashlib.sha256("\0".join(sorted(found.split("\0"))).encode()).hexdigest()


def record_listing(fresh: Path, tree: Path) -> None:
    """Record how the tree `fresh` looks, which is about to be renamed to `tree`."""
    tree.parent.mkdir(parents=True, exist_ok=True)
    beside = fresh.with_name(f"{fresh.name}.look.new")
    beside.write_text(f"{listing_of(fresh)}\n")
    beside.replace(_record(tree))


def is_as_recorded(tree: Path) -> bool:
    """Whether the tree is there, and looks as it was recorded."""
    try:
        known = _record(tree).read_text().strip()
    except (OSError, ValueError):
        return False
    return bool(known) and known == listing_of(tree)


def _record(tree: Path) -> Path:
    return tree.with_name(f"{tree.name}.look")
