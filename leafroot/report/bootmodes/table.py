# SPDX-License-Identifier: Apache-2.0
"""The results of `bench-bootmodes`: as values, as JSON, as a table with ratios to plain rootfs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from leafroot.report.bootmodes.console import TRIES, Boot
from leafroot.report.bootmodes.ways import BASE, HELD_TO_BASE, LIMIT

_KIB = 1024
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Row:
    """One way, measured.

    `counted` are the seconds of the boot to the shell on a machine that takes a nanosecond for every instruction:
    whatever else the building machine does, they are the same. `memory` and `smallest` machines are in KiB, `kernel`
    and `archive` files in bytes.
    """

    way: str
    summary: str
    boots: Sequence[Boot]
    counted: float
    memory: int
    smallest: int
    kernel: int
    archive: int

    @property
    def used(self) -> int:
        """Bytes that are in use once the shell is there; the median."""
        return int(median((self.memory - boot.free) * _KIB for boot in self.boots))

    @property
    def peak(self) -> int:
        """Bytes of the smallest machine that comes up."""
        return self.smallest * _KIB

    @property
    def seconds(self) -> float:
        """From the kernel's start to the shell; the median."""
        return median(boot.seconds for boot in self.boots)

    @property
    def card(self) -> int:
        """Bytes that the machine boots from: kernel and archive."""
        return self.kernel + self.archive


MEASURES: tuple[tuple[str, Callable[[Row], float]], ...] = (
    ("memory in use", lambda row: row.used),
    ("smallest machine", lambda row: row.peak),
    ("to the shell", lambda row: row.seconds),
    ("the same, counted", lambda row: row.counted),
    ("on the card", lambda row: row.card),
)
# The others are in seconds.
IN_BYTES = ("memory in use", "smallest machine", "on the card")


def as_json(rows: Sequence[Row], about: Mapping[str, Any]) -> dict[str, Any]:
    """All that was measured, for machines."""
    return {"about": dict(about), "ways": [_row_as_json(row) for row in rows]}


def _row_as_json(row: Row) -> dict[str, Any]:
    return {
        "way": row.way,
        "summary": row.summary,
        "pivot_root": row.boots[0].pivot_root,
        "escapes": dict(row.boots[0].escapes),
        "root": list(row.boots[0].root),
        "used_bytes": row.used,
        "used_bytes_each": [(row.memory - boot.free) * _KIB for boot in row.boots],
        "not_available_bytes_each": [(row.memory - boot.available) * _KIB for boot in row.boots],
        "smallest_machine_bytes": row.peak,
        "seconds": row.seconds,
        "seconds_each": [boot.seconds for boot in row.boots],
        "seconds_counted": row.counted,
        "kernel_bytes": row.kernel,
        "archive_bytes": row.archive,
    }


def table(rows: Sequence[Row]) -> str:
    """The table, as Markdown: it can be read in a terminal, and be put into a page."""
    base = next(row for row in rows if row.way == BASE)
    head = ("way", "`pivot_root`", "old root from a container", *(name for name, _ in MEASURES))
    lines = [head, ("---",) * len(head)]
    for row in rows:
        boot = row.boots[0]
        ratios = [f"{measure(row) / measure(base):.2f}" for _, measure in MEASURES]
        spread = f"{min(one.seconds for one in row.boots):.2f}-{max(one.seconds for one in row.boots):.2f}"
        cells = (
            f"{row.used / _MIB:.1f} MiB, {ratios[0]}",
            f"{row.peak / _MIB:.2f} MiB, {ratios[1]}",
            f"{row.seconds:.2f} s ({spread}), {ratios[2]}",
            f"{row.counted:.2f} s, {ratios[3]}",
            f"{row.card / _MIB:.2f} MiB, {ratios[4]}",
        )
        lines.append((f"`{row.way}`", boot.pivot_root, reach(boot), *cells))
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )


def reach(boot: Boot) -> str:
    """How a container gets back to the root that it came from, in words."""
    said = {
        "dotdot": "upwards",
        "chroot": "chroot and upwards",
        "umount": "umount of its own root",
        "device": "mount of the RAM disk",
    }
    assert set(said) == set(TRIES)
    return ", ".join(said[name] for name in boot.breaks_out) or "out of reach"


def held(rows: Sequence[Row]) -> list[tuple[str, bool]]:
    """Sentences on whether Leafroot's modes need no more memory than plain rootfs, and whether each is true."""
    found = {row.way: row for row in rows}
    base = found[BASE]
    lines: list[tuple[str, bool]] = []
    for name in HELD_TO_BASE:
        for what, measure in MEASURES[:2]:
            more = measure(found[name]) / measure(base) - 1
            good = more <= LIMIT
            lines.append((f"{name}: {what} {more:+.2%} of {BASE}'s: {'at most' if good else 'over'} {LIMIT:.0%}", good))
    return lines
