# SPDX-License-Identifier: Apache-2.0
"""Build roots as their authors describe them: the Debian packages whose files are the /usr of a step's sandbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from leafroot.describe.arches import ARCHES
from leafroot.describe.fields import freeze
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest

PROCESSORS = {arch.name: arch.debian for arch in ARCHES.values() if arch.debian}
"""The processors of build machines, with Debian's names for them."""


@dataclass(frozen=True)
class BuildRoot:
    """A build root: `buildroots/<name>/root.py`.

    `packages` are Debian packages; apt adds what they depend on, except for the packages in `leave_out`, which only an
    installed system needs. `beside` are build roots whose packages are always there too. The lock files
    `<processor>.lock` in the folder pin the packages that the roots in `beside` do not have.

    No maintainer script runs. `links` are the links that a script would make ("alternatives"): paths in the root, and
    where they lead.
    """

    packages: Sequence[str]
    beside: Sequence[str] = ()
    leave_out: Sequence[str] = ()
    links: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        freeze(self)


def with_beside(roots: Mapping[str, Unit[BuildRoot]], names: Iterable[str]) -> list[str]:
    """The names of these build roots and of all that are beside them, each once.

    Raises LeafrootError if there is no root of a name.
    """
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in roots:
            raise LeafrootError(f"unknown build root {name!r}", "buildroots/", nearest(name, roots))
        if name not in found:
            found[name] = None
            waiting += roots[name].value.beside
    return [*found]
