# SPDX-License-Identifier: Apache-2.0
"""One pool of job slots for all steps: a GNU make job server that every make below us takes part in.

Protocol: "POSIX Jobserver Interaction" in GNU make's manual, the pipe form (make 4.3 and older know no other).
A step holds one slot while it runs, which is the one that its first make process may use unasked.
"""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Iterator


class Slots:
    """A pool of `count` slots."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._read, self._write = os.pipe()
        os.write(self._write, b"+" * count)

    @property
    def descriptors(self) -> tuple[int, int]:
        """The two ends of the pipe, to be inherited by the programs that share the pool."""
        return self._read, self._write

    @property
    def makeflags(self) -> str:
        """What MAKEFLAGS must be for make to share the pool."""
        return f" -j{self.count} --jobserver-auth={self._read},{self._write}"

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Hold one slot."""
        token = self._take()
        try:
            yield
        finally:
            os.write(self._write, token)

    def _take(self) -> bytes:
        # make sets the pipe, which is one for all, to not block: so a token that we saw may be gone by now.
        while True:
            select.select([self._read], [], [])
            with contextlib.suppress(BlockingIOError):
                return os.read(self._read, 1)
