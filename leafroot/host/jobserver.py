# SPDX-License-Identifier: Apache-2.0
"""One pool of job slots for all steps: a GNU make job server that every make below us takes part in.

Protocol: "POSIX Jobserver Interaction" in GNU make's manual, the pipe form (make 4.3 and older know no other).
A step holds one slot while it runs, which is the one that its first make process may use unasked.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import struct
import termios
import threading
from collections.abc import Iterator

from leafroot.host.run import check_interrupt

# How long one who waits for a slot does not look whether the end was asked for, in seconds.
_LOOK = 0.1


class Slots:
    """A pool of `count` slots."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._read, self._write = os.pipe()
        self._lock = threading.Lock()
        # Who has a slot or waits for one.
        self._users = 0
        os.write(self._write, b"+" * count)

    @property
    def descriptors(self) -> tuple[int, int]:
        """The two ends of the pipe, to be inherited by the programs that share the pool."""
        return self._read, self._write

    @property
    def makeflags(self) -> str:
        """What MAKEFLAGS must be for make to share the pool."""
        return f" -j{self.count} --jobserver-auth={self._read},{self._write}"

    def in_use(self) -> int:
        """How many slots are taken now, by steps and by what they have started."""
        (free,) = struct.unpack("i", fcntl.ioctl(self._read, termios.FIONREAD, b"\0" * 4))
        return int(self.count - free)

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Hold one slot."""
        with self._lock:
            self._users += 1
        token = b""
        try:
            token = self._take()
            yield
        finally:
            with self._lock:
                self._users -= 1
                if self._users:
                    os.write(self._write, token)
                else:
                    self._fill()

    def _take(self) -> bytes:
        # make sets the pipe, which is one for all, to not block: so a token that we saw may be gone by now.
        while True:
            check_interrupt()
            if select.select([self._read], [], [], _LOOK)[0]:
                with contextlib.suppress(BlockingIOError):
                    return os.read(self._read, 1)

    def _fill(self) -> None:
        """Put every token into the pipe, now that nobody has one: a make that was killed has not given its own back."""
        os.set_blocking(self._read, False)
        with contextlib.suppress(BlockingIOError):
            while os.read(self._read, 4096):
                pass
        os.write(self._write, b"+" * self.count)
