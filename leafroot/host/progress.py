# SPDX-License-Identifier: Apache-2.0
"""Shows the progress of transfers: bytes, rate and time left, on one line that is updated in place."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO


class Transfer:
    """The transfer of one file; `total` is its size in bytes if it is known.

    Its end is reported only if it is `good`: if the bytes are wrong, the caller raises an error.
    """

    def __init__(self, name: str, total: int | None, already: int, began: float, changed: Callable[[], None]) -> None:
        self.name = name
        self.total = total
        self.already = already
        self.done = already
        self.began = began
        self.good = True
        self._changed = changed

    def advance(self, count: int) -> None:
        """Count `count` more bytes."""
        self.done += count
        self._changed()


class Progress:
    """Shows transfers on `stream`: one line that is updated on a terminal, plain lines in a file.

    Transfers may run in parallel threads. `clock` gives seconds, and `width` is the number of the terminal's columns.
    `moved` counts the bytes of all transfers, also of those that failed.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        width: int | None = None,
        interval: float = 0.1,
    ) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._clock = clock
        self._width = width
        self._interval = interval
        self._terminal = self._stream.isatty()
        self._lock = threading.RLock()
        self._running: list[Transfer] = []
        self._drawn_at = float("-inf")
        self._drawn = False
        self.moved = 0

    @contextmanager
    def transfer(
        self,
        name: str,
        total: int | None = None,
        already: int = 0,
        words: tuple[str, str] = ("fetching", "fetched"),
    ) -> Iterator[Transfer]:
        """Show one transfer while the block runs; print a line if it ends without an error.

        `words` say what is done, in the present and in the past.
        """
        transfer = Transfer(name, total, already, self._clock(), self._draw)
        with self._lock:
            self._running.append(transfer)
        if not self._terminal:
            self.note(f"{words[0]} {name}" + (f" ({size(total)})" if total is not None else ""))
        try:
            yield transfer
        except BaseException:
            self._end(transfer)
            raise
        self._end(transfer)
        if transfer.good:
            self.note(f"{words[1]} {name}, {size(transfer.done)} in {span(self._clock() - transfer.began)}")

    def note(self, text: str) -> None:
        """Print a line of text above the transfers."""
        with self._lock:
            self._clear()
            self._stream.write(text + "\n")
            self._stream.flush()

    def _end(self, transfer: Transfer) -> None:
        with self._lock:
            self.moved += transfer.done - transfer.already
            self._running.remove(transfer)
            self._clear()

    def _draw(self) -> None:
        if not self._terminal:
            return
        with self._lock:
            now = self._clock()
            if now - self._drawn_at < self._interval or not self._running:
                return
            self._drawn_at = now
            width = self._width if self._width is not None else shutil.get_terminal_size().columns
            line = describe(self._running, now)
            self._stream.write("\r" + line[: width - 1] + "\x1b[K")
            self._stream.flush()
            self._drawn = True

    def _clear(self) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False
            self._drawn_at = float("-inf")


def describe(running: list[Transfer], now: float) -> str:
    """Running transfers as one line: `NAME  34.1 of 163.6 MB  12.3 MB/s  0:11 left`."""
    name = running[0].name + (f" and {len(running) - 1} more" if len(running) > 1 else "")
    done = sum(transfer.done for transfer in running)
    fresh = done - sum(transfer.already for transfer in running)
    elapsed = now - min(transfer.began for transfer in running)
    rate = fresh / elapsed if elapsed > 0 else 0.0
    totals = [transfer.total for transfer in running if transfer.total is not None]
    if len(totals) < len(running):
        return f"{name}  {size(done)}  {size(rate)}/s"
    line = f"{name}  {size(done)} of {size(sum(totals))}  {size(rate)}/s"
    return line + (f"  {span((sum(totals) - done) / rate)} left" if rate > 0 else "")


def size(count: float) -> str:
    """A number of bytes in words, with decimal units."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def span(seconds: float) -> str:
    """A span of time in words: `8 s`, `2:05` or `1:00:00`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
