# SPDX-License-Identifier: Apache-2.0
"""Removing whatever is there, also folders that a build or a person made unwritable."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from pathlib import Path


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with all in it, if it is there; modes are no obstacle to their owner."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(mode):
        path.unlink(missing_ok=True)
        return
    try:
        shutil.rmtree(path)
    except PermissionError:
        for folder, names, _ in os.walk(path):
            for name in (folder, *(os.path.join(folder, name) for name in names)):  # noqa: PTH118
                if not os.path.islink(name):  # noqa: PTH114
                    with contextlib.suppress(OSError):
                        os.chmod(name, 0o700)  # noqa: PTH101
        shutil.rmtree(path)
