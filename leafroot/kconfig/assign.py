# SPDX-License-Identifier: Apache-2.0
"""Makes assignments to Kconfig options, and makes sure that none is dropped silently.

Kconfig itself ignores unknown options, and overrides values that a dependency forbids. Both are errors here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import kconfiglib

from leafroot.errors import LeafrootError, nearest
from leafroot.kconfig.fragment import DECIMAL, HEXADECIMAL, Assignment, string_in

# Kconfig's numbers have 64 bits (strtoll): at most a sign and 19 digits. Python refuses to read thousands.
_DIGITS = 20


def assign(kconf: Any, assignments: Sequence[Assignment]) -> list[LeafrootError]:
    """Make the assignments of one file; return an error for each that has no effect once all are made.

    That is an unknown symbol, a value that the option does not accept, or an assignment that a dependency, a choice or
    another option overrides. Assignments with an error are undone. A wish stays, and has its effect once it can.
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
        # Kconfig warns of a value for an option without a prompt. A saved configuration has them all; check() compares.
        if has_prompt(option):
            option.set_value(value)
        if not one.wish:
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
    is_switch = option.orig_type in (kconfiglib.BOOL, kconfiglib.TRISTATE)
    hidden = not is_switch and has_prompt(option) and not option.visibility
    if hidden or option.str_value != _value(option, one):
        reasons = obstacles(option, _value(option, one))
        raise LeafrootError(f"{one} has no effect: CONFIG_{option.name} {reasons.why}", one.where, reasons.remedy)


def has_prompt(option: Any) -> bool:
    """Whether the user can set the option; other options follow from those."""
    return any(node.prompt for node in option.nodes)


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
    if option.orig_type == kconfiglib.TRISTATE:
        return _tristate(option, one)
    if option.orig_type == kconfiglib.STRING:
        return string_in(one)
    form, what = (DECIMAL, "a number") if option.orig_type == kconfiglib.INT else (HEXADECIMAL, "a hexadecimal number")
    if not form.fullmatch(one.value):
        raise LeafrootError(f"{one}: the option takes {what}", one.where, _range_words(option))
    if len(one.value) > _DIGITS:
        raise LeafrootError(f"{one} is out of range", one.where, _range_words(option) or "It has 64 bits.")
    return one.value


def _tristate(option: Any, one: Assignment) -> str:
    if one.value not in ("y", "m", "n"):
        raise LeafrootError(f"{one}: the option is on, off or a module", one.where, "Write y, m or n.")
    # Kconfig takes a tristate for a bool, and m for y, unless the option MODULES is on.
    if one.value == "m" and option.type != kconfiglib.TRISTATE:
        fault = "is off" if option.kconfig.modules.nodes else "does not exist"
        raise LeafrootError(f"{one}: a module needs CONFIG_MODULES, which {fault}", one.where, "Write y or n.")
    return one.value


def _check_single(first: Assignment, one: Assignment) -> None:
    if one is not first:
        raise LeafrootError(
            f"{one} and {first} belong to the same choice",
            one.where,
            f"{first.where} has the other; keep one of them.",
        )


def _check_range(option: Any, one: Assignment) -> None:
    bounds = _active_range(option)
    if bounds is None:
        return
    number = _number(option, one.value)
    limits = [_number(option, bound.str_value) for bound in bounds]
    for bound, limit in zip(bounds, limits, strict=True):
        if limit is None:
            raise LeafrootError(
                f"{one} cannot be checked against its range, {_bound(bounds[0])} to {_bound(bounds[1])}: "
                f"{_bound(bound)} {_no_limit(bound)}",
                one.where,
                _remedy(option, bound),
            )
    least, most = limits
    if number is None or least is None or most is None or not least <= number <= most:
        raise LeafrootError(f"{one} is out of range", one.where, _range_words(option))


def _active_range(option: Any) -> tuple[Any, Any] | None:
    """The two bounds of the range that counts: the first whose condition is met."""
    return next((bounds for *bounds, condition in option.ranges if kconfiglib.expr_value(condition)), None)


def _number(option: Any, text: str) -> int | None:
    """The number that a value or a bound of the option is; None if it is none."""
    form, base = (DECIMAL, 10) if option.orig_type == kconfiglib.INT else (HEXADECIMAL, 16)
    return int(text, base) if len(text) <= _DIGITS and form.fullmatch(text) else None


def _bound(bound: Any) -> str:
    return f"CONFIG_{bound.name}" if bound.nodes else str(bound.name)


def _no_limit(bound: Any) -> str:
    return f"is {_shown(bound)}, which is not such a number" if bound.str_value else "has no value"


def _remedy(option: Any, bound: Any) -> str:
    node = option.nodes[0]
    change = f"change the range of CONFIG_{option.name} ({node.filename}:{node.linenr})."
    unmet = sorted({text for node in bound.nodes if node.prompt for text in _unmet(node.prompt[1])})
    if unmet:
        return f"CONFIG_{bound.name} depends on {' and '.join(unmet)}. Set that, or {change}"
    return f"Give CONFIG_{bound.name} a value, or {change}" if bound.nodes else change.capitalize()


def _range_words(option: Any) -> str:
    bounds = _active_range(option)
    return "It takes {} to {}.".format(*(bound.str_value or _bound(bound) for bound in bounds)) if bounds else ""


@dataclass(frozen=True)
class Obstacle:
    """Why an option does not take a value, as the end of a sentence about the option, and what to do."""

    why: str
    remedy: str


def obstacles(option: Any, wanted: str) -> Obstacle:
    """Why `option` does not take the value `wanted` with everything else as it is."""
    if not has_prompt(option):
        return Obstacle("cannot be set: it follows from other options", f"It is now {_shown(option)}. Remove the line.")
    if option.choice and option.visibility:
        return _of_choice(option, wanted)
    if not option.visibility:
        unmet = sorted({text for node in option.nodes if node.prompt for text in _unmet(node.prompt[1])})
        return Obstacle(f"depends on {' and '.join(unmet)}", "Set what it depends on, or remove the line.")
    if wanted == "y" and option.visibility < 2:
        limits = sorted({text for node in option.nodes if node.prompt for text in _unmet(node.prompt[1], 2)})
        return Obstacle(f"can be a module only: it depends on {' and '.join(limits)}", "Write m, or set that to y.")
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


def _unmet(expression: Any, needed: int = 1) -> Iterator[str]:
    """The parts of a condition that are below `needed` (n is 0, m is 1, y is 2), each with its current value."""
    if isinstance(expression, tuple) and expression[0] == kconfiglib.AND:
        yield from _unmet(expression[1], needed)
        yield from _unmet(expression[2], needed)
    elif kconfiglib.expr_value(expression) < needed:
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
