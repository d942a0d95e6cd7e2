# SPDX-License-Identifier: Apache-2.0
"""Checks the fields of a description against the types that they are annotated with.

The authors of units run no type checker, and the classic mistake, a string where a list of strings belongs,
would otherwise pass as a list of letters.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

_PLAIN: dict[type, tuple[str, str]] = {
    str: ("a string", "strings"),
    int: ("a number", "numbers"),
    bool: ("True or False", "True or False"),
    types.NoneType: ("None", "None"),
}
_HINTS: dict[type, dict[str, Any]] = {}


def wrong_fields(value: Any) -> Iterator[str]:
    """Sentences about the fields of a dataclass value, and of the values in it, that have a wrong type."""
    for name, hint in _hints(type(value)).items():
        field = getattr(value, name)
        if not _conforms(field, hint):
            yield f"{type(value).__name__}'s {name!r} must be {_words(hint)}, but is {field!r}"
        for item in field if isinstance(field, (list, tuple)) else (field,):
            if is_dataclass(item):
                yield from wrong_fields(item)


def _conforms(value: object, hint: Any) -> bool:
    origin, args = _parts(hint)
    if origin in (Union, types.UnionType):
        return any(_conforms(value, one) for one in args)
    if origin in (Sequence, tuple):
        # A string is a sequence of strings to Python; to an author it is one word where a list belongs.
        if not isinstance(value, (list, tuple)):
            return False
        if origin is tuple and Ellipsis not in args:
            return len(value) == len(args) and all(map(_conforms, value, args))
        return all(_conforms(item, args[0]) for item in value)
    if isinstance(value, bool):
        return hint is bool
    return not isinstance(hint, type) or isinstance(value, hint)


@cache
def _parts(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    return get_origin(hint), get_args(hint)


def _words(hint: Any, many: bool = False) -> str:
    """A type as an author would say it."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        *others, last = [_words(one) for one in args]
        return f"{', '.join(others)} or {last}"
    if origin is tuple and Ellipsis not in args:
        return f"{'tuples' if many else 'a tuple'} ({', '.join(_words(one) for one in args)})"
    if origin in (Sequence, tuple):
        return f"{'lists' if many else 'a list'} of {_words(args[0], many=True)}"
    one, several = _PLAIN.get(hint, (str(hint.__name__), f"{hint.__name__} values"))
    return several if many else one


def _hints(kind: type) -> dict[str, Any]:
    # Resolving annotations is slow, and a thousand units are of three kinds.
    if kind not in _HINTS:
        hints = get_type_hints(kind)
        _HINTS[kind] = {field.name: hints[field.name] for field in fields(kind)}
    return _HINTS[kind]
