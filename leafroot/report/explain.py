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

from leafroot.plan.step import Step, description

Facts = dict[str, str]
"""What went into a step: the name of each part, and its value or SHA-256."""

_SHOWN = 12
_WIDTH = 100


@dataclass(frozen=True)
class Record:
    """How an output last came to be: when (local time), in which way ("built in 3.1 s"), from what, and before that."""

    when: str
    how: str
    facts: Facts
    before: Facts | None


def facts_of(step: Step, digest: Callable[[str], str], file_digest: Callable[[str], str]) -> Facts:
    """All that counts for a step.

    `digest` gives the SHA-256 of an output, `file_digest` that of a file that a unit names.
    """
    plain = json.loads(description(step))
    found: Facts = {}
    for number, command in enumerate(plain.pop("commands"), 1):
        found[f"command {number}"] = " ".join(command)
    for name, value in plain.pop("env"):
        found[f"variable {name}"] = value
    for item in plain.pop("inputs"):
        at = item.pop("at")
        found[f"input {at}"] = _compact(item)
    for name, value in (json.loads(plain.pop("parameters")) if step.parameters else {}).items():
        found[f"parameter {name}"] = _compact(value)
    found.update({name: _compact(value) for name, value in plain.items()})
    found.update({f"artefact {name}": digest(name) for name in step.artefacts()})
    found.update({f"file {path}": file_digest(path) for path in step.tree_files()})
    return found


def record(folder: Path, step: Step, facts: Facts, how: str) -> None:
    """Keep what went into an output that was just made."""
    known = recorded(folder, step)
    text = json.dumps(
        {
            "when": time.strftime("%Y-%m-%d %H:%M:%S"),
            "how": how,
            "facts": facts,
            "before": known.facts if known else None,
        }
    )
    file = _file(folder, step)
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_text(text)
    fresh.replace(file)


def recorded(folder: Path, step: Step) -> Record | None:
    """The record of an output; None if there is none that can be read."""
    try:
        return Record(**json.loads(_file(folder, step).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def explain(step: Step, known: Record | None, now: Facts, made: bool, stale: Sequence[str]) -> str:
    """What a person wants to know of a step, in one screen.

    `now` is what would go into it today, `made` says whether the output is there, and `stale` are those of the outputs
    that it reads that would themselves be made again first.
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
            lines += _list("  That was because of:", differences(known.before, known.facts))
    changed = differences(known.facts, now) if known else []
    changed += [f"artefact {name}: will be made again itself, perhaps with the same bytes" for name in stale]
    if not made:
        lines.append("  It will be made by the next build: it is not there.")
    elif changed:
        lines += _list("  The next build looks at it again, because of:", changed)
    elif known:
        lines.append("  The next build leaves it as it is: nothing that goes into it has changed since.")
    return "\n".join(lines)


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """What differs between two records, a line each, files and artefacts first."""
    lines = []
    for name in sorted({*old, *new}, key=lambda name: (not name.startswith(("file ", "artefact ")), name)):
        if name not in new:
            lines.append(f"{name}: gone")
        elif name not in old:
            lines.append(f"{name}: new")
        elif old[name] != new[name]:
            lines.append(f"{name}: {_change(name, old[name], new[name])}")
    return lines


def _change(name: str, old: str, new: str) -> str:
    if name.startswith(("file ", "artefact ")):
        return f"{old[:12] or 'missing'} -> {new[:12] or 'missing'}"
    start = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), 0)
    # A word before the first difference tells where one is.
    start = max(0, start - 20)
    return f"{_cut(old, start)} -> {_cut(new, start)}"


def _cut(text: str, start: int) -> str:
    part = text[start : start + _WIDTH // 2]
    return f"{'...' if start else ''}{part}{'...' if len(text) > start + len(part) else ''}"


def _list(heading: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return [f"{heading} nothing that is recorded (its output was deleted, or the cache was not used)"]
    shown = [heading, *(f"    {line}" for line in lines[:_SHOWN])]
    return [*shown, f"    and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else shown


def _compact(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))


def _file(folder: Path, step: Step) -> Path:
    return folder / f"{step.output.replace('/', '_')}.json"
