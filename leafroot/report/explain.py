# SPDX-License-Identifier: Apache-2.0
"""Why a step was done, and whether it would be done again: what went into it, compared with the time before.

Each time that an output is made, or brought from the cache, a record of what went into it is kept in
`OUTPUT/explain/`, together with the record before it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leafroot.report.facts import ORDER, Facts
from leafroot.step import Step

# Records of another form than this are not compared with.
_FORM = 2
_SHOWN = 14
_SHOWN_BELOW = 4
_WIDTH = 100


@dataclass(frozen=True)
class Record:
    """How an output last came to be: when (local time), in which way ("built in 3.1 s"), from what, and before that."""

    form: int
    when: str
    how: str
    facts: Facts
    before: Facts | None


RecordOf = Callable[[str], Record | None]
"""Gives the record of an output."""


def record(folder: Path, room: Path, step: Step, facts: Facts, how: str) -> None:
    """Keep what went into an output that was just made; it is written in `room`, and moved once it is whole."""
    known = recorded(folder, step)
    text = json.dumps(
        {
            "form": _FORM,
            "when": time.strftime("%Y-%m-%d %H:%M:%S"),
            "how": how,
            "facts": facts,
            "before": known.facts if known else None,
        }
    )
    file = _file(folder, step)
    for one in (file.parent, room):
        one.mkdir(parents=True, exist_ok=True)
    fresh = room / file.name
    fresh.write_text(text)
    fresh.replace(file)


def recorded(folder: Path, step: Step) -> Record | None:
    """The record of an output; None if there is none that can be read."""
    try:
        known = Record(**json.loads(_file(folder, step).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return known if known.form == _FORM else None


def explain(
    step: Step,
    known: Record | None,
    now: Facts,
    made: bool,
    stale: Mapping[str, Sequence[str]],
    record_of: RecordOf = lambda name: None,
) -> str:
    """What a person wants to know of a step, in one screen.

    `now` is what would go into it today, `made` says whether the output is there. `stale` are those of the outputs that
    it reads that would themselves be made again first, with the reasons for that. `record_of` gives the records of
    the outputs that it reads, for why one of them has changed.
    """
    lines = [f"{step.title}: {step.output}"]
    if known is None:
        lines.append(
            f"  It {'is there, and nothing is known of what it was made from' if made else 'was never made here'}."
        )
    else:
        lines.append(f"  {known.how}, {known.when}")
        if known.before is None:
            lines.append("  That was the first time here.")
        else:
            lines += _list("  That was because of:", _causes(known, record_of))
    changed = differences(known.facts, now) if known else []
    for name, reasons in stale.items():
        changed.append(f"artefact {name}: will be made again itself, perhaps with the same bytes")
        changed += [f"  {reason}" for reason in reasons]
    if not made:
        lines.append("  It will be made by the next build: it is not there.")
    elif changed:
        lines += _list("  The next build looks at it again, because of:", changed)
    elif known:
        lines.append("  The next build leaves it as it is: nothing that goes into it has changed since.")
    return "\n".join(lines)


def _causes(known: Record, record_of: RecordOf) -> list[str]:
    """Why an output was made, a line each; what an artefact in it had changed by stands below that, further in."""
    lines = []
    before = known.before or {}
    for name, line in _differences(before, known.facts).items():
        lines.append(line)
        kind, _, output = name.partition(" ")
        if kind != "artefact" or not (name in before and name in known.facts):
            continue
        below = record_of(output)
        # What was made again later, to the same bytes, has a reason of its own.
        if below and below.before and below.when <= known.when:
            lines += [f"  {one}" for one in _few(_causes(below, record_of))]
    return lines


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """What differs between two records, a line each, files and artefacts first."""
    return list(_differences(old, new).values())


def _differences(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    changed = [name for name in {*old, *new} if old.get(name) != new.get(name)]
    found = {}
    for name in sorted(changed, key=lambda name: (not name.startswith(("file ", "artefact ")), name)):
        table, _, last = name.rpartition(" ")
        if last == ORDER and any(other.startswith(f"{table} ") and other != name for other in changed):
            # There is more to tell of the entries than their order.
            continue
        found[name] = f"{name}: {_change(name, old.get(name), new.get(name))}"
    return found


def _few(lines: Sequence[str], most: int = _SHOWN_BELOW) -> list[str]:
    return [*lines[:most], f"and {len(lines) - most} more"] if len(lines) > most else list(lines)


def _change(name: str, old: str | None, new: str | None) -> str:
    if name.startswith(("file ", "artefact ")):
        words = [(text or "")[:12] or "missing" for text in (old, new)]
    else:
        words = _around(old, new)
    if old is None:
        return f"new, {words[1]}"
    return f"{words[0]} -> {'gone' if new is None else words[1]}"


def _around(old: str | None, new: str | None) -> list[str]:
    """Both values, cut to what is around their first difference; of texts, the first lines that differ."""
    texts = [old or "", new or ""]
    lines = [text.splitlines() for text in texts]
    if max(len(one) for one in lines) > 1:
        number = next((at for at, (one, other) in enumerate(zip(*lines, strict=False)) if one != other), None)
        number = min(len(one) for one in lines) if number is None else number
        first, second = (one[number] if number < len(one) else "" for one in lines)
        words = _around(first, second)
        return [f"line {number + 1}, {words[0]!r}", repr(words[1])]
    start = next((at for at, (one, other) in enumerate(zip(*texts, strict=False)) if one != other), 0)
    # A word before the first difference tells where one is.
    start = max(0, start - 20)
    return [_cut(text, start) for text in texts]


def _cut(text: str, start: int) -> str:
    part = text[start : start + _WIDTH // 2]
    return f"{'...' if start else ''}{part}{'...' if len(text) > start + len(part) else ''}"


def _list(heading: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return [f"{heading} nothing that is recorded (its output was deleted, or the cache was not used)"]
    return [heading, *(f"    {line}" for line in _few(lines, _SHOWN))]


def _file(folder: Path, step: Step) -> Path:
    return folder / f"{step.output.replace('/', '_')}.json"
