# SPDX-License-Identifier: Apache-2.0
"""The results of `bench-bootmodes`: reads them from the guest's console, and writes JSON, a table and a chart.

The programs in the guest are shell.sh and escape, in bench/bootmodes. The table has ratios to plain rootfs. The chart
is an SVG for light and dark pages, with a panel for each measure and a bar for each way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from statistics import median
from typing import Any

from leafroot.bench.bootmodes.ways import BASE, HELD_TO_BASE, LIMIT
from leafroot.errors import LeafrootError

_BENCH_LINE = re.compile(r"^bench: (.+?)\s*$", re.MULTILINE)
TRIES = ("dotdot", "chroot", "umount", "device")
_KIB = 1024
_MIB = 1024 * 1024
# The other measures are in seconds.
IN_BYTES = ("memory in use", "smallest machine", "on the card")
_WIDTH, _MARGIN, _NAMES, _GAP = 960, 12, 96, 14
_LINE, _BAR, _HEAD = 22, 14, 44
# Room for the figure after the longest bar.
_FIGURE = 62
_STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.head { font-weight: 600 }
.figure { font-size: 11px; fill: #59636e }
.other { fill: #8c959f }
.base { fill: #59636e }
.ours { fill: #1a7f37 }
.mark { stroke: #59636e; stroke-dasharray: 2 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .figure { fill: #9198a1 }
  .other { fill: #656c76 }
  .base { fill: #9198a1 }
  .ours { fill: #3fb950 }
  .mark { stroke: #9198a1 }
}
"""


@dataclass(frozen=True)
class Boot:
    """One boot to the shell.

    `seconds` are by the kernel's clock, from its start. `free` is the free memory, and `available` what the kernel
    could free, in KiB. `root` is the mount of /: its id, its parent's id, its type. `escapes` are attempts to leave a
    container: "found" or "no".
    """

    seconds: float
    free: int
    available: int
    root: tuple[int, int, str]
    pivot_root: str
    escapes: Mapping[str, str]

    @property
    def breaks_out(self) -> tuple[str, ...]:
        """The attempts that reached the old root."""
        return tuple(name for name in TRIES if self.escapes[name] == "found")


def read_seconds(console: str, where: object) -> float:
    """The seconds until the shell; raises LeafrootError if the guest did not reach it."""
    said = _said(console).get("up", "")
    if not re.fullmatch(r"\d+\.\d+", said):
        raise LeafrootError("the guest did not reach its shell", where, _tail(console))
    return float(said)


def came_up(console: str) -> bool:
    """Whether the guest reached its shell with an intact root."""
    said = _said(console)
    return "up" in said and said.get("intact") == "yes"


def read_boot(console: str, where: object) -> Boot:
    """The boot that a console shows; raises LeafrootError if it is not complete."""
    said = _said(console)
    try:
        number, parent, kind = said["root"].split(",")
        boot = Boot(
            seconds=float(said["up"]),
            free=int(said["free"]),
            available=int(said["available"]),
            root=(int(number), int(parent), kind),
            pivot_root=said["pivot_root"],
            escapes={name: said[name] for name in TRIES},
        )
    except (KeyError, ValueError) as error:
        raise LeafrootError(f"the output of the guest is incomplete ({error})", where, _tail(console)) from error
    if not came_up(console):
        raise LeafrootError("the guest's root is damaged", where, _tail(console))
    if broken := [name for name, word in {"pivot_root": boot.pivot_root, **boot.escapes}.items() if word == "broken"]:
        raise LeafrootError(f"the guest could not try {', '.join(broken)}", where, _tail(console))
    return boot


def _said(console: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for match in _BENCH_LINE.finditer(console.replace("\r", "")):
        said.update((word.split("=", 1)[0], word.split("=", 1)[1]) for word in match[1].split() if "=" in word)
    return said


def _tail(console: str) -> str:
    return "\n".join(f"| {line}" for line in console.replace("\r", "").splitlines()[-20:])


@dataclass(frozen=True)
class Row:
    """The measurements of one way.

    `counted` are the seconds until the shell on a machine that takes a nanosecond for each instruction: they do not
    depend on the load of the building machine. `memory` and `smallest` machines are in KiB, and the files `kernel` and
    `archive` in bytes.
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
        """Bytes of memory in use when the shell runs; the median."""
        return int(median((self.memory - boot.free) * _KIB for boot in self.boots))

    @property
    def peak(self) -> int:
        """Bytes of memory of the smallest machine that boots."""
        return self.smallest * _KIB

    @property
    def seconds(self) -> float:
        """From the kernel's start to the shell; the median."""
        return median(boot.seconds for boot in self.boots)

    @property
    def card(self) -> int:
        """Bytes of the files that the machine boots: kernel and archive."""
        return self.kernel + self.archive


MEASURES: tuple[tuple[str, Callable[[Row], float]], ...] = (
    ("memory in use", lambda row: row.used),
    ("smallest machine", lambda row: row.peak),
    ("to the shell", lambda row: row.seconds),
    ("the same, counted", lambda row: row.counted),
    ("on the card", lambda row: row.card),
)


def as_json(rows: Sequence[Row], about: Mapping[str, Any]) -> dict[str, Any]:
    """All measurements as JSON."""
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
    """The table as Markdown, for terminals and pages."""
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
    """How a container can get back to the old root, in words."""
    said = {
        "dotdot": "upwards",
        "chroot": "chroot and upwards",
        "umount": "umount of its own root",
        "device": "mount of the RAM disk",
    }
    assert set(said) == set(TRIES)
    return ", ".join(said[name] for name in boot.breaks_out) or "out of reach"


def held(rows: Sequence[Row]) -> list[tuple[str, bool]]:
    """Sentences that compare the memory of Leafroot's modes with plain rootfs, and whether it is within the limit."""
    found = {row.way: row for row in rows}
    base = found[BASE]
    lines: list[tuple[str, bool]] = []
    for name in HELD_TO_BASE:
        for what, measure in MEASURES[:2]:
            more = measure(found[name]) / measure(base) - 1
            good = more <= LIMIT
            lines.append((f"{name}: {what} {more:+.2%} of {BASE}'s: {'at most' if good else 'over'} {LIMIT:.0%}", good))
    return lines


def chart(rows: Sequence[Row]) -> str:
    """The chart as the text of an SVG file; the dashed line in each panel is plain rootfs."""
    height = _HEAD + len(rows) * _LINE + _MARGIN
    panel = (_WIDTH - 2 * _MARGIN - _NAMES - _GAP * (len(MEASURES) - 1)) / len(MEASURES)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
        ' role="img" aria-label="What each way to a root in memory costs">',
        "<!-- SPDX-License-Identifier: Apache-2.0 -->",
        f"<style>\n{_STYLE}</style>",
    ]
    for number, row in enumerate(rows):
        parts.append(_text(_MARGIN, _middle(number), row.way, "head" if row.way in HELD_TO_BASE else ""))
    for number, (name, measure) in enumerate(MEASURES):
        left = _MARGIN + _NAMES + number * (panel + _GAP)
        parts += _panel(rows, name, measure, left, panel)
    return "\n".join([*parts, "</svg>", ""])


def _panel(rows: Sequence[Row], name: str, measure: Callable[[Row], float], left: float, width: float) -> list[str]:
    unit = (width - _FIGURE) / max(measure(row) for row in rows)
    parts = [_text(left, _HEAD - 20, name, "head")]
    for number, row in enumerate(rows):
        value = measure(row)
        kind = "base" if row.way == BASE else "ours" if row.way in HELD_TO_BASE else "other"
        top = _HEAD + number * _LINE + (_LINE - _BAR) / 2
        parts.append(
            f'<rect class="{kind}" x="{left:.1f}" y="{top:.1f}" width="{value * unit:.1f}" height="{_BAR}" rx="2"/>'
        )
        figure = f"{value / _MIB:.1f} MiB" if name in IN_BYTES else f"{value:.2f} s"
        parts.append(_text(left + value * unit + 5, _middle(number), figure, "figure"))
    mark = left + next(measure(row) for row in rows if row.way == BASE) * unit
    bottom = _HEAD + len(rows) * _LINE
    parts.append(f'<line class="mark" x1="{mark:.1f}" x2="{mark:.1f}" y1="{_HEAD - 6}" y2="{bottom}"/>')
    return parts


def _middle(number: int) -> float:
    return _HEAD + number * _LINE + _LINE / 2 + 4


def _text(x: float, y: float, text: str, kind: str) -> str:
    attribute = f' class="{kind}"' if kind else ""
    return f'<text{attribute} x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
