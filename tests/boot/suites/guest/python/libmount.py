# SPDX-License-Identifier: Apache-2.0
"""What crun's tests use of util-linux's Python module, which Debian does not have: the options of mounts.

The format of the file is proc_pid_mountinfo(5)'s.
"""

from __future__ import annotations

from pathlib import Path


class Mount:
    """A mount: its target, its own options, and those of its file system."""

    def __init__(self, line: str) -> None:
        fields = line.split()
        self.target = fields[4]
        self.vfs_options = fields[5]
        self.fs_options = fields[fields.index("-") + 3]


class Table:
    """The mounts that a file lists."""

    def __init__(self, path: str) -> None:
        self._mounts = [Mount(line) for line in Path(path).read_text().splitlines() if line]

    def find_target(self, target: str) -> Mount | None:
        """The last mount with this target; None if there is none."""
        return next((mount for mount in reversed(self._mounts) if mount.target == target), None)
