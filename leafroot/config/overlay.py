# SPDX-License-Identifier: Apache-2.0
"""Folders that are laid over the root, listed: what is in them besides the bytes of their files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from leafroot.rootfs.layers import layer_from_directory
from leafroot.rootfs.node import Directory, File, Symlink


@dataclass(frozen=True)
class Listing:
    """A folder's entries: (path, what), where what is a mode for files, "/" for folders, "-> target" for links."""

    folder: str
    entries: tuple[tuple[str, str], ...]

    def files(self) -> tuple[str, ...]:
        """The regular files, as paths that a step can name."""
        return tuple(f"{self.folder}/{path}" for path, what in self.entries if what[0] == "0")


def read_listing(checkout: Path, folder: str) -> Listing:
    """List a folder of the checkout (or an absolute one); LeafrootError at what a root cannot take from it."""
    entries = []
    for path, node in layer_from_directory(folder, checkout / folder).nodes.items():
        match node:
            case File():
                entries.append((path, f"{node.mode:04o}"))
            case Directory():
                entries.append((path, "/"))
            case Symlink():
                entries.append((path, f"-> {node.target}"))
    return Listing(folder, tuple(sorted(entries)))
