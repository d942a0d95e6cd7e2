# SPDX-License-Identifier: Apache-2.0
"""One pool of job slots for all steps: a GNU make job server, which every make that a step starts shares.

Protocol: "POSIX Jobserver Interaction" in GNU make's manual, in the form of a pipe (make 4.3 and older know no other).
A step holds one slot while it runs: the one that its first make process may use without asking.
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

# How often a waiting step checks for Ctrl-C, in seconds.
_LOOK = 0.1


class Slots:
    """A pool of `count` slots."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._read, self._write = os.pipe()
        self._lock = threading.Lock()
        # How many steps have a slot or wait for one.
        self._users = 0
        os.write(self._write, b"+" * count)

    @property
    def descriptors(self) -> tuple[int, int]:
        """The two ends of the pipe, which the programs that share the pool inherit."""
        return self._read, self._write

    @property
    def makeflags(self) -> str:
        """The value of MAKEFLAGS that makes make share the pool."""
        return f" -j{self.count} --jobserver-auth={self._read},{self._write}"

    def in_use(self) -> int:
        """How many slots are taken now, by steps and by the programs that they started."""
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
        # make sets the shared pipe to non-blocking, and may take a token between our select and our read.
        while True:
            check_interrupt()
            if select.select([self._read], [], [], _LOOK)[0]:
                with contextlib.suppress(BlockingIOError):
                    return os.read(self._read, 1)

    def _fill(self) -> None:
        """Put all tokens back into the pipe when no step runs: a make that was killed did not return its own."""
        os.set_blocking(self._read, False)
        with contextlib.suppress(BlockingIOError):
            while os.read(self._read, 4096):
                pass
        os.write(self._write, b"+" * self.count)
