# SPDX-License-Identifier: Apache-2.0
"""Why a step was done, and whether it would be done again: what went into it, compared with the time before.

Each time that an output is made, or brought from the cache, a record of what went into it is kept in
`OUTPUT/explain/`, together with the record before it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leafroot.files import replacing
from leafroot.step import Action, Actions, Step, needed

# Records of another form than this are not compared with.
_FORM = 3
# Facts whose values are digests.
_DIGESTS = ("file ", "artefact ", "action ")
_SHOWN = 14
_SHOWN_BELOW = 4
_WIDTH = 100


@dataclass(frozen=True)
class Record:
    """How an output last came to be: when (local time), in which way ("built in 3.1 s"), from what, and before that.

    `digest` is that of the action, and `facts` are its parts.
    """

    form: int
    when: str
    how: str
    digest: str
    facts: Facts
    before: Facts | None


RecordOf = Callable[[str], Record | None]
"""Gives the record of an output."""


def record(folder: Path, action: Action, how: str) -> None:
    """Keep what went into an output that was just made."""
    step = action.step
    known = recorded(folder, step)
    text = json.dumps(
        {
            "form": _FORM,
            "when": time.strftime("%Y-%m-%d %H:%M:%S"),
            "how": how,
            "digest": action.digest,
            "facts": facts_of(action),
            "before": known.facts if known else None,
        }
    )
    file = _file(folder, step)
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as stream:
        stream.write(text.encode())


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
    now: Action,
    made: bool,
    stale: Mapping[str, Sequence[str]],
    record_of: RecordOf = lambda name: None,
) -> str:
    """What a person wants to know of a step, in one screen.

    `now` is what would go into it today, `made` says whether the output is there. `stale` are those of the outputs that
    it reads that would themselves be made again first, with the reasons for that. `record_of` gives the records of
    the outputs that it reads, for why one of them has changed.
    """
    lines = [f"{step.title}: {step.output.path}"]
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
    changed = _changes(known, now) if known else []
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


def _changes(known: Record, now: Action) -> list[str]:
    """What differs between a record and an action, a line each; nothing if their digests are equal."""
    return [] if known.digest == now.digest else differences(known.facts, facts_of(now))


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """What differs between two records, a line each, files and artefacts first."""
    return list(_differences(old, new).values())


def _differences(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    changed = [name for name in {*old, *new} if old.get(name) != new.get(name)]
    found = {}
    for name in sorted(changed, key=lambda name: (not name.startswith(_DIGESTS), name)):
        table, _, last = name.rpartition(" ")
        if last == ORDER and any(other.startswith(f"{table} ") and other != name for other in changed):
            # There is more to tell of the entries than their order.
            continue
        found[name] = f"{name}: {_change(name, old.get(name), new.get(name))}"
    return found


def _few(lines: Sequence[str], most: int = _SHOWN_BELOW) -> list[str]:
    return [*lines[:most], f"and {len(lines) - most} more"] if len(lines) > most else list(lines)


def _change(name: str, old: str | None, new: str | None) -> str:
    digests = [(text or "")[:12] or "missing" for text in (old, new)]
    words = digests if name.startswith(_DIGESTS) else _around(old, new)
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
    return folder / f"{step.file_stem}.json"


Facts = dict[str, str]
"""What went into a step: the name of each part, and its value or SHA-256."""

# The last word of the fact that says in which order the entries of a table stand.
ORDER = "order"
# Of what is described in fields, those whose names say nothing that the entries in them do not.
_UNNAMED = ("files", "listing")


def facts_of(action: Action) -> Facts:
    """An action's parts, as facts with names: the step's description, and the digest of each thing that it reads."""
    plain = json.loads(action.step.description)
    found: Facts = {}
    for number, command in enumerate(plain.pop("commands", []), 1):
        found[f"command {number}"] = " ".join(command)
    for name, value in plain.pop("env", []):
        found[f"variable {name}"] = value
    for item in plain.pop("inputs"):
        found.update(_input(item))
    parameters = plain.pop("parameters", {})
    for name, value in {**plain, **{f"parameter {name}": value for name, value in parameters.items()}}.items():
        found.update(_flat(name, value))
    found.update(action.inputs)
    return found


def _input(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    name, kind = f"input {item.pop('at')}", item.pop("kind")
    if len(item) == 1 and isinstance(value := next(iter(item.values())), str):
        yield name, f"{kind} {value}"
        return
    yield name, kind
    for field, value in item.items():
        yield from _flat(name if field in _UNNAMED else f"{name} {field}", value)


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """A value as facts: one for each entry of a list or table whose entries have names."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _flat(f"{name} {key}", part)
    elif isinstance(value, list) and (entries := _named(value)):
        for key, part in entries.items():
            yield f"{name} {key}", _compact(part)
        yield f"{name} {ORDER}", " ".join(entries)
    else:
        yield name, _compact(value)


def _named(entries: list[Any]) -> dict[str, Any]:
    """The entries by their names, which come first in them; nothing if they have none, or not each its own."""
    found: dict[str, Any] = {}
    for one in entries:
        if isinstance(one, dict):
            key: Any = next((one[field] for field in ("owner", "at", "name") if one.get(field)), None)
            rest: Any = one
        elif isinstance(one, list) and len(one) > 1:
            key, *rest = one
        else:
            return {}
        if not isinstance(key, str) or key in found:
            return {}
        found[key] = rest[0] if isinstance(rest, list) and len(rest) == 1 else rest
    return found


def _compact(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))


# How much of what an output will be made again for is told of those that read it.
_SHOWN_STALE = 4


@dataclass(frozen=True)
class History:
    """Records of the steps whose outputs lie below `output`.

    `actions` knows the actions of all steps.
    """

    output: Path
    actions: Actions

    def record(self, step: Step, how: str) -> None:
        """Keep what went into the output that was just made; `how` is in words."""
        record(self._folder, self.actions.of(step), how)

    def explain(self, step: Step, steps: Iterable[Step]) -> str:
        """Why the step was done, and whether it would be again; `steps` are all those of the plans."""
        by_output = {one.output.path: one for one in steps}
        seen: dict[str, Sequence[str]] = {}
        for one in needed(step, list(steps)):
            # In their order, so that no chain of steps is too long for a function that calls itself.
            self._why_stale(one, by_output, seen)
        stale = {one.path: self._why_stale(by_output[one.path], by_output, seen) for one in step.reads()}
        known = recorded(self._folder, step)
        made = (self.output / step.output.path).exists()

        def record_of(name: str) -> Record | None:
            return recorded(self._folder, by_output[name]) if name in by_output else None

        stale = {name: why for name, why in stale.items() if why}
        return explain(step, known, self.actions.peek(step), made, stale, record_of)

    @property
    def _folder(self) -> Path:
        return self.output / "explain"

    def _why_stale(self, step: Step, steps: dict[str, Step], seen: dict[str, Sequence[str]]) -> Sequence[str]:
        """Why the next build would do the step, or one that it reads from, again; nothing if it would not."""
        path = step.output.path
        if path not in seen:
            known = recorded(self._folder, step)
            if not (self.output / path).exists():
                why = ["it is not there"]
            else:
                why = _changes(known, self.actions.peek(step)) if known else []
                for name in (one.path for one in step.reads()):
                    below = self._why_stale(steps[name], steps, seen)
                    why += (
                        [f"artefact {name}: will be made again itself", *(f"  {one}" for one in below)] if below else []
                    )
            seen[path] = why[:_SHOWN_STALE]
        return seen[path]
