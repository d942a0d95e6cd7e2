# SPDX-License-Identifier: Apache-2.0
"""Assignments to Kconfig options: reads them from files, and makes sure that none is dropped silently.

Kconfig itself ignores unknown options, and overrides values that a dependency forbids. Both are errors here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kconfiglib

from leafroot.errors import LeafrootError, nearest
from leafroot.files import read_text

_SET = re.compile(r"CONFIG_(\w+)=(.*)")
_UNSET = re.compile(r"# CONFIG_(\w+) is not set")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_SHOWN = 120
_STRING = re.compile(r'"((?:[^\\"]|\\.)*)"')


@dataclass(frozen=True)
class Assignment:
    """One line of a configuration file, or one variable of the command line.

    `value` is as written: y, n, a number, or a string with its quotes. `where` is the file and the line.
    """

    symbol: str
    value: str
    where: str

    def __str__(self) -> str:
        return _shortened(f"CONFIG_{self.symbol}={self.value}")


def read_assignments(file: Path, shown: str) -> tuple[Assignment, ...]:
    """Read a configuration file; `shown` is its name in messages.

    Raises LeafrootError for a file that cannot be read, a malformed line and a second assignment.
    """
    return parse_assignments(read_text(file, shown), shown)


def parse_assignments(text: str, shown: str) -> tuple[Assignment, ...]:
    """The assignments of a configuration file's text, in its order."""
    found: dict[str, Assignment] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if control := _CONTROL.search(line):
            raise LeafrootError(f"the character {control[0]!r} is not allowed in a configuration", f"{shown}:{number}")
        if match := _SET.fullmatch(line):
            name, value = match.groups()
        elif match := _UNSET.fullmatch(line):
            name, value = match[1], "n"
        elif not line or line.startswith("#"):
            continue
        else:
            raise LeafrootError(
                f"not an assignment: {_shortened(line)}",
                f"{shown}:{number}",
                "Write CONFIG_NAME=value, or '# CONFIG_NAME is not set'.",
            )
        if name in found:
            raise LeafrootError(
                f"CONFIG_{name} is assigned a second time",
                f"{shown}:{number}",
                f"Line {lines[name]} says {found[name]}; keep one of them.",
            )
        found[name] = Assignment(name, value.strip(), f"{shown}:{number}")
        lines[name] = number
    return tuple(found.values())


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def assign(kconf: Any, assignments: Sequence[Assignment]) -> list[LeafrootError]:
    """Make the assignments of one file; return an error for each that has no effect once all are made.

    That is an unknown symbol, a value that the option does not accept, or an assignment that a dependency, a choice or
    another option overrides. Assignments with an error are undone.
    """
    problems: list[LeafrootError] = []
    made: list[Assignment] = []
    chosen: dict[Any, Assignment] = {}
    for one in assignments:
        try:
            option = _option(kconf, one)
            value = _value(option, one)
            if option.choice and value == "y":
                _check_single(chosen.setdefault(option.choice, one), one)
        except LeafrootError as error:
            problems.append(error)
            continue
        option.set_value(value)
        made.append(one)
    for one in made:
        try:
            check(kconf, one)
        except LeafrootError as error:
            problems.append(error)
            kconf.syms[one.symbol].unset_value()
    return problems


def check(kconf: Any, one: Assignment) -> None:
    """Raise LeafrootError if the option does not have the value that was assigned to it."""
    option = _option(kconf, one)
    if option.orig_type in (kconfiglib.INT, kconfiglib.HEX):
        _check_range(option, one)
    # A hidden string or number has no value at all, but its default may equal the assigned value.
    hidden = option.orig_type != kconfiglib.BOOL and not option.visibility
    if hidden or option.str_value != _value(option, one):
        reasons = obstacles(option, _value(option, one))
        raise LeafrootError(f"{one} has no effect: CONFIG_{option.name} {reasons.why}", one.where, reasons.remedy)


def _option(kconf: Any, one: Assignment) -> Any:
    option = kconf.syms.get(one.symbol)
    if option is None or not option.nodes:
        known = [symbol.name for symbol in kconf.unique_defined_syms if any(node.prompt for node in symbol.nodes)]
        hint = (
            nearest(one.symbol, known).replace("Did you mean ", "Did you mean CONFIG_").replace(" or ", " or CONFIG_")
        )
        raise LeafrootError(f"there is no option CONFIG_{one.symbol}", one.where, hint)
    return option


def _value(option: Any, one: Assignment) -> str:
    """The value in kconfiglib's form; LeafrootError if it does not match the option's type."""
    if option.orig_type == kconfiglib.BOOL:
        if one.value in ("y", "n"):
            return one.value
        raise LeafrootError(f"{one}: the option is on or off", one.where, "Write y or n.")
    if option.orig_type == kconfiglib.STRING:
        match = _STRING.fullmatch(one.value)
        if match:
            return str(kconfiglib.unescape(match[1]))
        quoted = one.value.strip('"').replace("\\", "\\\\").replace('"', '\\"')
        raise LeafrootError(
            f"{one}: a string must be in double quotes",
            one.where,
            f'Write CONFIG_{one.symbol}="{quoted}".',
        )
    base, what = (10, "a number") if option.orig_type == kconfiglib.INT else (16, "a hexadecimal number")
    try:
        if not one.value.isascii():
            # Python accepts the digits of every script; nothing else does.
            raise ValueError
        int(one.value, base)
    except ValueError:
        raise LeafrootError(f"{one}: the option takes {what}", one.where, _range_words(option)) from None
    return one.value


def _check_single(first: Assignment, one: Assignment) -> None:
    if one is not first:
        raise LeafrootError(
            f"{one} and {first} belong to the same choice",
            one.where,
            f"{first.where} has the other; keep one of them.",
        )


def _check_range(option: Any, one: Assignment) -> None:
    base = 10 if option.orig_type == kconfiglib.INT else 16
    for low, high, condition in option.ranges:
        if kconfiglib.expr_value(condition):
            if not int(low.str_value, base) <= int(one.value, base) <= int(high.str_value, base):
                raise LeafrootError(f"{one} is out of range", one.where, _range_words(option))
            return


def _range_words(option: Any) -> str:
    for low, high, condition in option.ranges:
        if kconfiglib.expr_value(condition):
            return f"It takes {low.str_value} to {high.str_value}."
    return ""


@dataclass(frozen=True)
class Obstacle:
    """Why an option does not take a value, as the end of a sentence about the option, and what to do."""

    why: str
    remedy: str


def obstacles(option: Any, wanted: str) -> Obstacle:
    """Why `option` does not take the value `wanted` with everything else as it is."""
    if not any(node.prompt for node in option.nodes):
        return Obstacle("cannot be set: it follows from other options", f"It is now {_shown(option)}. Remove the line.")
    if option.choice and option.visibility:
        return _of_choice(option, wanted)
    if not option.visibility:
        unmet = sorted({text for node in option.nodes if node.prompt for text in _unmet(node.prompt[1])})
        return Obstacle(f"depends on {' and '.join(unmet)}", "Set what it depends on, or remove the line.")
    selectors = list(_met(option.rev_dep))
    return Obstacle(f"is selected by {' and '.join(selectors)}", "Switch that off, or remove the line.")


def _of_choice(option: Any, wanted: str) -> Obstacle:
    choice = option.choice
    prompt = next(node.prompt[0] for node in choice.nodes if node.prompt)
    if wanted == "n":
        others = [f"CONFIG_{other.name}=y" for other in choice.syms if other is not option and other.visibility]
        instead = f"Set {' or '.join(others)} instead." if others else "There is no other value."
        return Obstacle(f"stays selected in the choice '{prompt}' until another value is set", instead)
    return Obstacle(f"belongs to the choice '{prompt}', in which {choice.selection.name} is selected", "Keep one.")


def _unmet(expression: Any) -> Iterator[str]:
    """The parts of a condition that are not met, each with its current value."""
    if isinstance(expression, tuple) and expression[0] == kconfiglib.AND:
        yield from _unmet(expression[1])
        yield from _unmet(expression[2])
    elif not kconfiglib.expr_value(expression):
        yield kconfiglib.expr_str(expression, _with_value)


def _met(expression: Any) -> Iterator[str]:
    """The selectors that are in effect, each with its condition, but without the selector's own dependencies."""
    if isinstance(expression, tuple) and expression[0] == kconfiglib.OR:
        yield from _met(expression[1])
        yield from _met(expression[2])
    elif kconfiglib.expr_value(expression):
        selector, *conditions = _all_of(expression)
        own = list(_all_of(selector.direct_dep))
        shown = [selector, *(one for one in conditions if one not in own)]
        yield " && ".join(kconfiglib.expr_str(one, _with_value) for one in shown)


def _all_of(expression: Any) -> Iterator[Any]:
    if isinstance(expression, tuple) and expression[0] == kconfiglib.AND:
        yield from _all_of(expression[1])
        yield from _all_of(expression[2])
    else:
        yield expression


def _with_value(item: Any) -> str:
    if isinstance(item, kconfiglib.Choice):
        return next((f"the choice '{node.prompt[0]}'" for node in item.nodes if node.prompt), "a choice")
    if item.is_constant:
        return f'"{item.name}"' if item.orig_type != kconfiglib.TRISTATE else str(item.name)
    return f"{item.name} (={_shown(item)})" if item.nodes else f"{item.name} (which does not exist)"


def _shown(option: Any) -> str:
    value: str = option.str_value
    return f'"{value}"' if option.orig_type == kconfiglib.STRING else value
