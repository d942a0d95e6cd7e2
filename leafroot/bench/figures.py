# SPDX-License-Identifier: Apache-2.0
"""The measurements of a benchmark: as a table for people, as JSON, and how two of them differ."""

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
# How much a row that was measured once may vary although nothing has changed, as a part of its value.
_ONCE = 0.10
# Even the quietest machine does not measure more exactly than this.
_FINEST = 0.02


@dataclass(frozen=True)
class Row:
    """One thing measured several times, in seconds, with its peak of memory in MB (0 if it was not measured).

    `beside` are the times of a `baseline` that the same run measured to compare it with.
    """

    name: str
    seconds: tuple[float, ...]
    megabytes: float = 0.0
    baseline: str = ""
    beside: tuple[float, ...] = ()

    @property
    def ratio(self) -> float:
        """The time as a multiple of the baseline's; 0 if there is none."""
        return median(self.seconds) / median(self.beside) if self.beside else 0.0


def table(rows: Sequence[Row]) -> str:
    """A table of the rows for people, with the machine that they were measured on."""
    lines = [f"{'what':<46} {'median':>10} {'spread':>16} {'memory':>8}  {'ratio':>6}"]
    for row in rows:
        spread = f"{min(row.seconds):.2f}-{max(row.seconds):.2f} s"
        beside = f"  {row.ratio:>6.2f} x {row.baseline}" if row.beside else ""
        memory = f"{row.megabytes:.0f} MB" if row.megabytes else ""
        lines.append(f"{row.name:<46} {median(row.seconds):>8.2f} s {spread:>16} {memory:>8}{beside}".rstrip())
    return "\n".join([*lines, _machine()])


def write(file: Path, what: str, rows: Sequence[Row]) -> None:
    """Write the rows as JSON; `what` is the command that measured them."""
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
    """Compare two files of rows: which differ by more than the noise, which do not, and which only one file has.

    A difference counts if the medians are further apart than the values of either row. Seconds of different machines
    cannot be compared: then only rows with a baseline are, by their ratios to it.
    """
    old, new = _read(first), _read(second)
    same = old["machine"] == new["machine"]
    lines = [f"A  {first}: {old['when']}, {old['machine']}", f"B  {second}: {new['when']}, {new['machine']}"]
    if not same:
        lines.append("The machines differ: only rows with a baseline are compared, by their ratios to it.")
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
    """Whether two rows differ, and both in words; None if they cannot be compared."""
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
    """The median of the values, and their spread."""
    middle = median(values)
    spread = max(values) - min(values) if len(values) > 1 else _ONCE * middle
    return middle, max(spread, _FINEST * middle)


def _rows(text: Mapping[str, Any]) -> dict[str, Row]:
    return {row["name"]: Row(**row) for row in text["rows"]}


def _read(file: Path) -> dict[str, Any]:
    hint = "'scons BOARD=x bench' writes such a file, and prints its name."
    try:
        text: dict[str, Any] = json.loads(read_text(file, str(file)))
        if text["format"] != FORMAT:
            raise LeafrootError(f"format {text['format']} is not supported, only format {FORMAT}", file, hint)
        for row in _rows(text).values():
            if not all(isinstance(value, (int, float)) for value in (*row.seconds, *row.beside)) or not row.seconds:
                raise TypeError
        if not isinstance(text["machine"], str) or not isinstance(text["when"], str):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LeafrootError("not a file of measured rows", file, hint) from error
    return text


def _machine() -> str:
    _, version = capture(["uname", "-srm"])
    return f"{os.cpu_count()} processors, {version.strip()}"
