# SPDX-License-Identifier: Apache-2.0
"""Folders that people want, made exactly equal to an artefact and kept so."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from leafroot.archive.unpack import unpack
from leafroot.files import replacing
from leafroot.host.disk import remove
from leafroot.step import SOURCE_DATE_EPOCH


def export(artefact: Path, digest: str, folder: Path, stamp: Path, below: str = "") -> bool:
    """Make `folder` hold what the artefact holds, below the folder `below`, and nothing else; False if it already does.

    `digest` stands for the artefact's bytes. `stamp` remembers it, and how every file looked when it was written, so
    that a folder that nobody touched costs a look at each file. Whatever else is found, an edited, missing or foreign
    file, makes the folder anew: beside the old one, which goes when the new one is whole.
    """
    if _remembered(stamp) == [digest, below, _look(folder)]:
        return False
    stamp.unlink(missing_ok=True)
    fresh, old = (folder.with_name(f".{folder.name}.{word}") for word in ("new", "old"))
    for leftover in (fresh, old):
        remove(leftover)
    unpack(artefact, fresh / below, strip=0, mtime_limit=SOURCE_DATE_EPOCH, exact_modes=True)
    for place in {fresh, (fresh / below)}:
        place.chmod(0o755)
    if os.path.lexists(folder):
        folder.rename(old)
    fresh.rename(folder)
    remove(old)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    with replacing(stamp) as stream:
        stream.write(json.dumps([digest, below, _look(folder)]).encode())
    return True


def _look(folder: Path) -> dict[str, list[int]]:
    """How everything below a folder looks: mode, size, and when content and place in the file system last changed."""
    found: dict[str, list[int]] = {}
    waiting = [""]
    while waiting:
        here = waiting.pop()
        try:
            entries = list(os.scandir(folder / here))
        except (FileNotFoundError, NotADirectoryError):
            continue
        for entry in entries:
            status = entry.stat(follow_symlinks=False)
            name = here + entry.name
            # Folders count by what is in them: their size and times are the file system's own affair.
            if entry.is_dir(follow_symlinks=False):
                found[name] = [status.st_mode]
                waiting.append(name + "/")
            else:
                found[name] = [status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns]
    return found


def _remembered(stamp: Path) -> Any:
    try:
        return json.loads(stamp.read_text())
    except (OSError, ValueError):
        return None
