# SPDX-License-Identifier: Apache-2.0
"""What this machine has to offer for a second build under other conditions."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leafroot.effects.run import capture
from leafroot.errors import LeafrootError

# What the sources, object trees and outputs of a build from source take, and memory left for its compilers.
_ROOM = 12 * 1024**3
_LOCALES = ("tr_TR.utf8", "de_DE.utf8", "en_US.utf8")


@dataclass(frozen=True)
class Host:
    """The facts that decide which conditions can be varied.

    `disk` is a folder for the first build, `memory` one on a tmpfs for the second, or None if there is no room for it.
    `user` is who calls, and `prefixes` are the folders that his Python needs.
    """

    user: int
    processors: int
    disk: Path
    memory: Path | None
    locale: str
    python: Path
    prefixes: Sequence[Path]


def look_at_host() -> Host:
    """This machine, as it is now."""
    disk = Path(os.environ.get("TMPDIR") or "/var/tmp")
    if not os.access(disk, os.W_OK):
        disk = Path(tempfile.gettempdir())
    return Host(
        user=os.geteuid(),
        processors=os.cpu_count() or 1,
        disk=disk.resolve(),
        memory=_find_memory(disk),
        locale=_find_locale(),
        python=Path(sys.executable),
        prefixes=sorted({Path(sys.prefix), Path(sys.base_prefix)}),
    )


def file_system(path: Path) -> str:
    """The kind of file system that a path is on, as stat(1) calls it; ext4 is an "ext2/ext3" to it."""
    status, said = capture(["stat", "--file-system", "--format=%T", str(path)])
    if status != 0:
        raise LeafrootError(f"its file system cannot be found out: {said.strip()}", where=path)
    return said.strip().replace("ext2/ext3", "ext4")


def _find_memory(disk: Path) -> Path | None:
    """A tmpfs that has room for a build, unless the disk is one itself."""
    found = re.search(r"^MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    available = int(found.group(1)) * 1024 if found else 0
    if available < _ROOM or file_system(disk) == "tmpfs":
        return None
    for folder in map(Path, ("/dev/shm", "/tmp", f"/run/user/{os.geteuid()}")):
        if not folder.is_dir() or not os.access(folder, os.W_OK) or file_system(folder) != "tmpfs":
            continue
        room = os.statvfs(folder)
        if room.f_bavail * room.f_frsize >= _ROOM and not room.f_flag & os.ST_NOEXEC:
            return folder
    return None


def _find_locale() -> str:
    """The locale that is least like C: one in which i and I are no pair, one with a decimal comma, any of UTF-8."""
    status, said = capture(["locale", "-a"])
    known = said.split() if status == 0 else []
    return next((name for name in _LOCALES if name in known), "C.UTF-8")
