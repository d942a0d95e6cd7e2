# SPDX-License-Identifier: Apache-2.0
"""What a benchmark has measured: a table for people, JSON for later, and how two of them differ."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from leafroot.errors import LeafrootError
from leafroot.files import read_text, write_text
from leafroot.host.run import capture

FORMAT = 1
# What a row that was measured once may differ by, without that anything has changed: a part of its value.
_ONCE = 0.10
# Not even the quietest machine measures more finely than this.
_FINEST = 0.02


@dataclass(frozen=True)
class Row:
    """One thing measured several times, in seconds, with the most memory that it took, in MB.

    `beside` is what the same run measured to compare it with, and `baseline` says what that is.
    Without a figure for memory it is 0, and the table has none.
    """

    name: str
    seconds: tuple[float, ...]
    megabytes: float = 0.0
    baseline: str = ""
    beside: tuple[float, ...] = ()

    @property
    def ratio(self) -> float:
        """How many times its baseline it takes; 0 if it has none."""
        return median(self.seconds) / median(self.beside) if self.beside else 0.0


def table(rows: Sequence[Row]) -> str:
    """The rows for people, with the machine they were measured on."""
    lines = [f"{'what':<46} {'median':>10} {'spread':>16} {'memory':>8}  {'ratio':>6}"]
    for row in rows:
        spread = f"{min(row.seconds):.2f}-{max(row.seconds):.2f} s"
        beside = f"  {row.ratio:>6.2f} x {row.baseline}" if row.beside else ""
        memory = f"{row.megabytes:.0f} MB" if row.megabytes else ""
        lines.append(f"{row.name:<46} {median(row.seconds):>8.2f} s {spread:>16} {memory:>8}{beside}".rstrip())
    return "\n".join([*lines, _machine()])


def write(file: Path, what: str, rows: Sequence[Row]) -> None:
    """Keep the rows as JSON; `what` is the command that measured them."""
    text = {
        "format": FORMAT,
        "what": what,
        "when": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "machine": _machine(),
        "rows": [asdict(row) for row in rows],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    write_text(file, json.dumps(text, indent=1) + "\n")


def compare(first: Path, second: Path) -> str:
    """What differs between two files of rows by more than the noise of both, what does not, and what only one has.

    A change counts if the medians are further apart than either row's values are among themselves. On another
    machine seconds say nothing: there the ratios are compared, where a baseline was measured beside.
    """
    old, new = _read(first), _read(second)
    same = old["machine"] == new["machine"]
    lines = [f"A  {first}: {old['when']}, {old['machine']}", f"B  {second}: {new['when']}, {new['machine']}"]
    if not same:
        lines.append("The machines differ: only what was measured beside a baseline can be compared, as a ratio to it.")
    rows, others = _rows(old), _rows(new)
    changed: list[str] = []
    unchanged: list[str] = []
    for name in [name for name in rows if name in others]:
        found = _change(rows[name], others[name], same)
        if found:
            (changed if found[0] else unchanged).append(f"  {name:<46} {found[1]}")
    lines += ["beyond the noise:", *(changed or ["  nothing"])]
    lines += ["within the noise:", *unchanged] if unchanged else []
    lines += [f"only in A: {name}" for name in rows if name not in others]
    lines += [f"only in B: {name}" for name in others if name not in rows]
    return "\n".join(lines)


def _change(one: Row, other: Row, same_machine: bool) -> tuple[bool, str] | None:
    """Whether the two differ, and the two in words; None if nothing can be said."""
    if same_machine:
        values, unit = (one.seconds, other.seconds), "s"
    elif one.beside and other.beside:
        values, unit = (_ratios(one), _ratios(other)), "x"
    else:
        return None
    (a, noise_a), (b, noise_b) = (_middle(each) for each in values)
    beyond = abs(b - a) > max(noise_a, noise_b)
    words = f"{a:.2f} {unit} (+-{noise_a:.2f}) -> {b:.2f} {unit} (+-{noise_b:.2f}), {(b - a) / a:+.0%}" if a else ""
    return beyond, words


def _ratios(row: Row) -> tuple[float, ...]:
    base = median(row.beside)
    return tuple(value / base for value in row.seconds)


def _middle(values: Sequence[float]) -> tuple[float, float]:
    """The median of some values, and how far apart they are."""
    middle = median(values)
    spread = max(values) - min(values) if len(values) > 1 else _ONCE * middle
    return middle, max(spread, _FINEST * middle)


def _rows(text: Mapping[str, Any]) -> dict[str, Row]:
    return {row["name"]: Row(**row) for row in text["rows"]}


def _read(file: Path) -> dict[str, Any]:
    hint = "'scons BOARD=x bench' writes such a file, and says where."
    try:
        text: dict[str, Any] = json.loads(read_text(file, str(file)))
        if text["format"] != FORMAT:
            raise LeafrootError(f"of format {text['format']}, and this is {FORMAT}", file, hint)
        for row in _rows(text).values():
            if not all(isinstance(value, (int, float)) for value in (*row.seconds, *row.beside)) or not row.seconds:
                raise TypeError
        if not isinstance(text["machine"], str) or not isinstance(text["when"], str):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LeafrootError("this is no file of measured rows", file, hint) from error
    return text


def _machine() -> str:
    _, version = capture(["uname", "-srm"])
    return f"{os.cpu_count()} processors, {version.strip()}"
