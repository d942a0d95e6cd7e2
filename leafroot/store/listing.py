# SPDX-License-Identifier: Apache-2.0
"""Notices changes in an unpacked tree: by a digest of path, type, mode, size, time and link target of everything in it.

The bytes of files are left out: reading them would take longer than many steps. So it is noticed when somebody edits,
truncates, deletes or adds a file. Changed bytes with the same size and time, as a failing disk leaves them, are not.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from leafroot.errors import LeafrootError
from leafroot.files import replacing
from leafroot.host.run import check_interrupt


def listing_of(tree: Path) -> str:
    """The digest of the attributes of everything in the tree; "" if they cannot all be read."""
    try:
        return hashlib.sha256(b"\0".join(sorted([*_attributes(os.fsencode(tree)), b""]))).hexdigest()
    except OSError:
        return ""


def _attributes(tree: bytes) -> Iterator[bytes]:
    """A line for each path. The size and time of a folder depend on the file system, and do not count."""
    yield b" %o" % stat.S_IMODE(os.lstat(tree).st_mode)
    waiting = [(tree, b"")]
    while waiting:
        check_interrupt()
        folder, prefix = waiting.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                status, name = entry.stat(follow_symlinks=False), prefix + entry.name
                mode = stat.S_IMODE(status.st_mode)
                if stat.S_ISDIR(status.st_mode):
                    waiting.append((entry.path, name + b"/"))
                    yield b"%b %o" % (name, mode)
                elif stat.S_ISLNK(status.st_mode):
                    yield b"%b l %b" % (name, os.readlink(entry.path))  # noqa: PTH115 - paths are bytes
                else:
                    kind = b"f" if stat.S_ISREG(status.st_mode) else b"%o" % stat.S_IFMT(status.st_mode)
                    # The time as `find -printf %T@` prints it, with ten digits after the point. Another form would not
                    # match the records in existing caches.
                    seconds, rest = divmod(status.st_mtime_ns, 10**9)
                    yield b"%b %b %o %d %d.%09d0" % (name, kind, mode, status.st_size, seconds, rest)


def record_listing(fresh: Path, tree: Path) -> None:
    """Record the digest of `fresh`, which is about to be renamed to `tree`; LeafrootError if it cannot be listed.

    A tree without a record would be unpacked again.
    """
    if not (listing := listing_of(fresh)):
        raise LeafrootError("its unpacked files cannot be listed", fresh, "Run the same command again.")
    tree.parent.mkdir(parents=True, exist_ok=True)
    with replacing(_record(tree)) as stream:
        stream.write(f"{listing}\n".encode())


def is_as_recorded(tree: Path) -> bool:
    """Whether the tree exists and has the recorded digest."""
    try:
        known = _record(tree).read_text().strip()
    except (OSError, ValueError):
        return False
    return bool(known) and known == listing_of(tree)


def _record(tree: Path) -> Path:
    return tree.with_name(f"{tree.name}.look")
