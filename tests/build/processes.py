# SPDX-License-Identifier: Apache-2.0
"""Which programs run below a process, looked at again and again: how many at once, and which side by side."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import Counter
from pathlib import Path


def below(root: int) -> Counter[str]:
    """How many processes of which name there are below a process, through sandboxes and all; what is dead is none."""
    parents: dict[int, tuple[int, str]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                name, _, rest = Path(entry.path, "stat").read_text(errors="replace").rpartition(")")
                state, parent = rest.split()[:2]
                if state not in "ZX":
                    parents[int(entry.name)] = (int(parent), name.partition("(")[2])
    found: Counter[str] = Counter()
    for pid, (parent, name) in parents.items():
        while parent not in (0, 1, root) and parent in parents:
            parent = parents[parent][0]
        if parent == root and pid != root:
            found[name] += 1
    return found


class Watch:
    """A thread that looks every few milliseconds; a context manager."""

    def __init__(self, root: int, names: frozenset[str], every: float = 0.01) -> None:
        self.samples = 0
        self.most = 0
        self.busy: Counter[int] = Counter()
        self.beside: Counter[tuple[str, ...]] = Counter()
        self._root, self._names, self._every = root, names, every
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._end.wait(self._every):
            found = below(self._root)
            running = sum(found[name] for name in self._names)
            self.samples += 1
            self.most = max(self.most, running)
            self.busy[running] += 1
            self.beside[tuple(sorted(name for name in found if name in self._names or name == "configure"))] += 1

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
