# SPDX-License-Identifier: Apache-2.0
"""Exports artefacts as folders, such as images/boot, and keeps them exactly equal to the artefacts."""

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
    """Make `folder` hold what the artefact holds, in its folder `below`, and nothing else; False if it already does.

    `digest` is the artefact's SHA-256. The file `stamp` records it, with the attributes of every exported file; so the
    check of an unchanged folder only looks at these. If a file was edited, removed or added, the whole folder is made
    again: beside the old one, which is removed when the new one is complete.
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
    """The attributes of everything below a folder: mode, size, and the times of the last changes."""
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
            # The size and times of a folder depend on the file system.
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
