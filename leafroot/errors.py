# SPDX-License-Identifier: Apache-2.0
"""The one error that Leafroot raises at bad input: where, what, and what next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# How alike two names are, from 0 to 1 (difflib's ratio): at least this much to be offered, and at most so much less
# than the one that is most alike.
_LEAST_LIKE = 0.6
_NEARLY_AS_LIKE = 0.12
_FEW = 12


class LeafrootError(Exception):
    """A mistake that a person can mend.

    `where` is the file (with `:line` where there is one), unit or step at fault; `hint` is what to do next.
    Only the edge (scons.py) prints it; it never reaches a person as a traceback.
    """

    def __init__(self, message: str, where: object = None, hint: str = "") -> None:
        super().__init__(message, where, hint)
        self.message = message
        self.where = None if where is None else printable(str(where))
        self.hint = hint

    def __str__(self) -> str:
        head = f"{self.where}: {self.message}" if self.where else self.message
        return "\n  ".join([head, *self.hint.splitlines()])


def printable(text: str, longest: int = 300) -> str:
    """A name in one line of a terminal, whatever is in it: a newline, an escape sequence, bytes that are not UTF-8."""
    shown = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
    return shown if len(shown) <= longest else f"{shown[:longest]}..."


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence that offers the names closest to this one, or else all of them if they are few; or nothing."""
    names = sorted(known)
    # BOARD is near to board.
    folded = {one.casefold(): one for one in reversed(names)}
    close = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=_LEAST_LIKE)
    likeness = [difflib.SequenceMatcher(None, one, name.casefold()).ratio() for one in close]
    close = [folded[one] for one, like in zip(close, likeness, strict=True) if like >= likeness[0] - _NEARLY_AS_LIKE]
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"Available: {', '.join(names)}." if 0 < len(names) <= _FEW else ""
