# SPDX-License-Identifier: Apache-2.0
"""What went into a step, as facts with names, so that two times can be compared and the difference told in a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from leafroot.step import Step

Facts = dict[str, str]
"""What went into a step: the name of each part, and its value or SHA-256."""

# The last word of the fact that says in which order the entries of a table stand.
ORDER = "order"
# Of what is described in fields, those whose names say nothing that the entries in them do not.
_UNNAMED = ("files", "listing")


def facts_of(step: Step, digest: Callable[[str], str], file_digest: Callable[[str], str]) -> Facts:
    """All that counts for a step.

    `digest` gives the SHA-256 of an output, `file_digest` that of a file that a unit names.
    """
    plain = json.loads(step.description)
    found: Facts = {}
    for number, command in enumerate(plain.pop("commands"), 1):
        found[f"command {number}"] = " ".join(command)
    for name, value in plain.pop("env"):
        found[f"variable {name}"] = value
    for item in plain.pop("inputs"):
        found.update(_input(item))
    parameters = json.loads(plain.pop("parameters")) if step.parameters else {}
    for name, value in {**plain, **{f"parameter {name}": value for name, value in parameters.items()}}.items():
        found.update(_flat(name, value))
    found.update({f"artefact {name}": digest(name) for name in step.artefacts()})
    found.update({f"file {path}": file_digest(path) for path in step.tree_files()})
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
