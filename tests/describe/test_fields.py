# SPDX-License-Identifier: Apache-2.0
"""Fields of descriptions: lists and dicts as authors write them, frozen; and what is said of those of a wrong type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import FrozenInstanceError, dataclass, field
from typing import Any

import pytest

from leafroot.describe.fields import freeze, parts, with_parts, wrong_fields
from leafroot.describe.option import Option
from leafroot.describe.package import Package, Recipe
from leafroot.plan.recipes.autotools import Autotools
from leafroot.plan.recipes.make import Make
from leafroot.plan.recipes.prebuilt import Files, Prebuilt


@dataclass(frozen=True)
class Inner:
    number: int = 0


@dataclass(frozen=True)
class Outer:
    words: Sequence[str] = ()
    table: Mapping[str, str] = field(default_factory=dict)
    pairs: Sequence[tuple[str, int]] = ()
    mixed: Sequence[str | Inner] = ()
    deep: Mapping[str, Sequence[str] | Inner] = field(default_factory=dict)
    flag: bool = False
    number: int = 0
    perhaps: Inner | None = None
    recipe: Recipe = field(default_factory=Files)

    def __post_init__(self) -> None:
        freeze(self)


def test_what_an_author_wrote_is_frozen() -> None:
    words, table = ["a"], {"a": "b"}
    value = Outer(words=words, table=table, deep={"x": ["a"], "y": Inner()})
    words.append("b")
    table["c"] = "d"
    assert (value.words, dict(value.table)) == (("a",), {"a": "b"})
    assert value.deep["x"] == ("a",)
    for change in (lambda: value.table.update(), lambda: value.words.append("c")):  # type: ignore[attr-defined]
        with pytest.raises(AttributeError):
            change()
    with pytest.raises(FrozenInstanceError):
        value.flag = True  # type: ignore[misc]


def test_lists_and_tuples_are_the_same_to_a_description() -> None:
    assert Autotools(options=["a"]) == Autotools(options=("a",))  # type: ignore[comparison-overlap]
    assert Prebuilt([("a", "b")]) == Prebuilt((("a", "b"),))
    assert Make({"A": "b"}) == Make(variables={"A": "b"})


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "one word": ({"words": "a"}, "Outer's 'words' must be a list of strings, but is 'a'"),
    "a number among words": ({"words": ["a", 1]}, "Outer's 'words' must be a list of strings, but is ['a', 1]"),
    "a dict of no strings": (
        {"table": {"a": 1}},
        "Outer's 'table' must be a dict of strings to strings, but is {'a': 1}",
    ),
    "a list for a dict": ({"table": ["a"]}, "Outer's 'table' must be a dict of strings to strings, but is ['a']"),
    "a tuple too long": (
        {"pairs": [("a", 1, 2)]},
        "Outer's 'pairs' must be a list of tuples (a string, a number), but is [('a', 1, 2)]",
    ),
    "of neither kind": ({"mixed": [1]}, "Outer's 'mixed' must be a list of strings or Inner values, but is [1]"),
    "of neither kind below": (
        {"deep": {"x": 1}},
        "Outer's 'deep' must be a dict of strings to lists of strings or Inner values, but is {'x': 1}",
    ),
    "a number for a flag": ({"flag": 1}, "Outer's 'flag' must be True or False, but is 1"),
    "a flag for a number": ({"number": True}, "Outer's 'number' must be a number, but is True"),
    "neither it nor None": ({"perhaps": "x"}, "Outer's 'perhaps' must be an Inner or None, but is 'x'"),
    "no recipe": (
        {"recipe": "make"},
        "Outer's 'recipe' must be Autotools, CMake, Configure, Files, Go, Kbuild, "
        "Make, Meson, Prebuilt, PythonModule or ToolchainPart, but is 'make'",
    ),
    "a value of a value": ({"perhaps": Inner("x")}, "Inner's 'number' must be a number, but is 'x'"),  # type: ignore[arg-type]
    "a value in a list": ({"mixed": ["a", Inner("x")]}, "Inner's 'number' must be a number, but is 'x'"),  # type: ignore[arg-type]
    "a value in a dict": ({"deep": {"a": Inner("x")}}, "Inner's 'number' must be a number, but is 'x'"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize(("fields", "message"), WRONG.values(), ids=WRONG)
def test_a_field_of_a_wrong_type_is_reported(fields: dict[str, Any], message: str) -> None:
    assert list(wrong_fields(Outer(**fields))) == [message]


def test_fields_of_the_right_types_are_not_reported() -> None:
    full = Outer(["a"], {"a": "b"}, [("a", 1)], ["a", Inner()], {"a": [], "b": Inner()}, True, 3, Inner(), Autotools())
    assert list(wrong_fields(full)) == []
    package = Package("1", "MIT", Autotools(env={"A": "b"}), options=[Option("x", "X", on=["a"])], depends=["a"])
    assert list(wrong_fields(package)) == []


NESTED = Outer(
    words=["a"],
    mixed=["b", Inner(1)],
    deep={"x": ["c"], "y": Inner(2)},
    perhaps=Inner(3),
    recipe=Autotools(options=["d"]),
)


def test_values_of_a_kind_are_found_at_any_depth() -> None:
    assert list(parts(NESTED, Inner)) == [Inner(1), Inner(2), Inner(3)]
    assert list(parts(Inner(1), Inner)) == []


def test_values_of_a_kind_are_changed_at_any_depth() -> None:
    changed = with_parts(NESTED, Inner, lambda one: Inner(one.number * 10))
    assert list(parts(changed, Inner)) == [Inner(10), Inner(20), Inner(30)]
    assert (changed.words, changed.mixed[0], changed.deep["x"], changed.recipe) == (("a",), "b", ("c",), NESTED.recipe)
    assert not list(wrong_fields(changed))
    assert with_parts(NESTED, Inner, lambda one: one) == NESTED
