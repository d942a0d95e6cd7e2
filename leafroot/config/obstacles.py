# SPDX-License-Identifier: Apache-2.0
"""Says why a Kconfig option does not have the value that it was given, and what would help."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import kconfiglib


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way, as the end of a sentence about the option, and the way out."""

    why: str
    remedy: str


def obstacles(option: Any, wanted: str) -> Obstacle:
    """Why `option` does not take the value `wanted` with everything else as it is."""
    if not any(node.prompt for node in option.nodes):
        return Obstacle("cannot be set, it follows from other options", f"It is {_shown(option)} now; drop the line.")
    if option.choice and option.visibility:
        return _of_choice(option, wanted)
    if not option.visibility:
        unmet = sorted({text for node in option.nodes if node.prompt for text in _unmet(node.prompt[1])})
        return Obstacle(f"depends on {' and '.join(unmet)}", "Set what it depends on, or drop the line.")
    selectors = list(_met(option.rev_dep))
    return Obstacle(f"is selected by {' and '.join(selectors)}", "Switch that off, or drop the line.")


def _of_choice(option: Any, wanted: str) -> Obstacle:
    choice = option.choice
    prompt = next(node.prompt[0] for node in choice.nodes if node.prompt)
    if wanted == "n":
        others = [f"CONFIG_{other.name}=y" for other in choice.syms if other is not option and other.visibility]
        instead = f"Set {' or '.join(others)} instead." if others else "It is the only one."
        return Obstacle(f"is what the choice '{prompt}' takes unless another is set", instead)
    return Obstacle(f"is one of the choice '{prompt}', which has {choice.selection.name} (=y)", "Keep one of them.")


def _unmet(expression: Any) -> Iterator[str]:
    """The parts of a condition that do not hold, each with its present value."""
    if isinstance(expression, tuple) and expression[0] == kconfiglib.AND:
        yield from _unmet(expression[1])
        yield from _unmet(expression[2])
    elif not kconfiglib.expr_value(expression):
        yield kconfiglib.expr_str(expression, _with_value)


def _met(expression: Any) -> Iterator[str]:
    """The alternatives of a condition that do hold, each with its present value."""
    if isinstance(expression, tuple) and expression[0] == kconfiglib.OR:
        yield from _met(expression[1])
        yield from _met(expression[2])
    elif kconfiglib.expr_value(expression):
        yield kconfiglib.expr_str(expression, _with_value)


def _with_value(item: Any) -> str:
    if isinstance(item, kconfiglib.Choice):
        return next((f"the choice '{node.prompt[0]}'" for node in item.nodes if node.prompt), "a choice")
    if item.is_constant:
        return f'"{item.name}"' if item.orig_type != kconfiglib.TRISTATE else str(item.name)
    return f"{item.name} (={_shown(item)})" if item.nodes else f"{item.name} (which does not exist)"


def _shown(option: Any) -> str:
    value: str = option.str_value
    return f'"{value}"' if option.orig_type == kconfiglib.STRING else value
