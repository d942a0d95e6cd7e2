# SPDX-License-Identifier: Apache-2.0
"""The fields of descriptions: authors write lists and dicts, which are frozen here and checked against their types.

Authors of units do not run a type checker. Without this check, a string in place of a list of strings would pass as a
list of letters.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

_PLAIN: dict[type, tuple[str, str]] = {
    str: ("a string", "strings"),
    int: ("a number", "numbers"),
    bool: ("True or False", "True or False"),
    types.NoneType: ("None", "None"),
}
_HINTS: dict[type, dict[str, Any]] = {}


def freeze(value: Any) -> None:
    """Make the lists and dicts in a frozen dataclass's fields immutable; called from its `__post_init__`."""
    for name, field in vars(value).items():
        if isinstance(field, (list, dict)):
            object.__setattr__(value, name, _frozen(field))


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(one) for one in value)
    if isinstance(value, dict):
        return types.MappingProxyType({key: _frozen(one) for key, one in value.items()})
    return value


def wrong_fields(value: Any) -> Iterator[str]:
    """Messages about fields of the wrong type, in a dataclass value and in the values that it contains."""
    for name, hint in _hints(type(value)).items():
        field = getattr(value, name)
        if not _conforms(field, hint):
            yield f"{type(value).__name__}'s {name!r} must be {_words(hint)}, but is {_shown(field)}"
        for item in _parts_of(field):
            if is_dataclass(item):
                yield from wrong_fields(item)


def _parts_of(field: object) -> Iterator[object]:
    """A field, or all the values in it, at any depth of lists and dicts."""
    if isinstance(field, (list, tuple)):
        for item in field:
            yield from _parts_of(item)
    elif isinstance(field, Mapping):
        for item in field.values():
            yield from _parts_of(item)
    else:
        yield field


def parts(value: Any, kind: type[T]) -> Iterator[T]:
    """All values of a kind in the fields of a dataclass value, at any depth."""
    for field in fields(value):
        for item in _parts_of(getattr(value, field.name)):
            if isinstance(item, kind):
                yield item
            elif is_dataclass(item):
                yield from parts(item, kind)


def with_parts(value: Any, kind: type[T], change: Callable[[T], T]) -> Any:
    """A dataclass value in which each value of a kind, at any depth, is changed."""
    if isinstance(value, kind):
        return change(value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: with_parts(getattr(value, field.name), kind, change) for field in fields(value)}
        changed = {name: new for name, new in parts.items() if new != getattr(value, name)}
        # Not every value can be made from its fields: a Provider takes the names of packages as arguments.
        return replace(value, **changed) if changed else value
    if isinstance(value, (list, tuple)):
        return type(value)(with_parts(one, kind, change) for one in value)
    if isinstance(value, Mapping):
        return {key: with_parts(one, kind, change) for key, one in value.items()}
    return value


def _shown(field: object) -> str:
    """A field as its author most likely wrote it: a list or a dict, not the frozen form."""
    thawed = _thawed(field)
    return repr(list(thawed) if isinstance(thawed, tuple) else thawed)


def _thawed(value: object) -> object:
    if isinstance(value, types.MappingProxyType):
        return {key: _thawed(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple(_thawed(one) for one in value)
    return value


def _conforms(value: object, hint: Any) -> bool:
    origin, args = _parts(hint)
    if origin in (Union, types.UnionType):
        return any(_conforms(value, one) for one in args)
    if origin is Mapping:
        return isinstance(value, Mapping) and all(
            _conforms(key, args[0]) and _conforms(one, args[1]) for key, one in value.items()
        )
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
    """A type in words for authors."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _any_of([_words(one, many) for one in args])
    if origin is Mapping:
        return f"{'dicts' if many else 'a dict'} of {_words(args[0], many=True)} to {_words(args[1], many=True)}"
    if origin is tuple and Ellipsis not in args:
        return f"{'tuples' if many else 'a tuple'} ({', '.join(_words(one) for one in args)})"
    if origin in (Sequence, tuple):
        return f"{'lists' if many else 'a list'} of {_words(args[0], many=True)}"
    if kinds := sorted(_kinds(hint)):
        return _any_of([f"{kind} values" if many else kind for kind in kinds])
    one, several = _PLAIN.get(hint, (f"{_article(hint.__name__)} {hint.__name__}", f"{hint.__name__} values"))
    return several if many else one


def _any_of(words: list[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _kinds(hint: type) -> Iterator[str]:
    """The dataclasses that derive from a class that is not one itself: what an author can write for it."""
    if hint not in _PLAIN and not is_dataclass(hint):
        kinds: list[type] = type.__subclasses__(hint)
        for kind in kinds:
            yield from [kind.__name__] if is_dataclass(kind) else _kinds(kind)


def _article(name: str) -> str:
    return "an" if name[0] in "AEIOU" else "a"


def _hints(kind: type) -> dict[str, Any]:
    # Resolving annotations is slow, and a thousand units are of three kinds.
    if kind not in _HINTS:
        hints = get_type_hints(kind)
        _HINTS[kind] = {field.name: hints[field.name] for field in fields(kind)}
    return _HINTS[kind]
