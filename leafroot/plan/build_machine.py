# SPDX-License-Identifier: Apache-2.0
"""The build machine, as plans know it: its processor, and the build roots that there are for it."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field

from leafroot.describe.archive import DebianPackage
from leafroot.describe.build_root import PROCESSORS, BuildRoot, with_beside
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.step import Usr
from leafroot.units.lock import root_lock

COMPILE = "compile"
"""The build root that every step has."""


@dataclass(frozen=True)
class Machine:
    """A build machine: its processor (as `uname -m` names it), and the build roots for it by name.

    `compiler` identifies the compiler of this machine that the configuration asked for; "" if it asked for none.
    """

    processor: str
    roots: Mapping[str, Unit[BuildRoot]]
    compiler: str = ""
    _made: dict[frozenset[str], Usr] = field(default_factory=dict, init=False, repr=False, compare=False)

    def usr(self, *names: str) -> Usr:
        """The /usr with the packages of these build roots, and of those beside them; the same object each time."""
        return self.alone(COMPILE, *names)

    def alone(self, *names: str) -> Usr:
        """The /usr with the packages of these build roots, and of those beside them, and no others."""
        wanted = frozenset(names)
        if wanted not in self._made:
            self._made[wanted] = _usr(
                [self.roots[name] for name in sorted(with_beside(self.roots, wanted))], self.processor
            )
        return self._made[wanted]

    def version_of(self, package: str, *names: str) -> str:
        """The version of a Debian package in these build roots; "" if they do not have it."""
        roots = (self.roots[name] for name in with_beside(self.roots, (COMPILE, *names)))
        return next((one.version for root in roots for one in root.locked if one.name == package), "")


def this_processor() -> str:
    """The processor of this machine; LeafrootError if there are no build roots for it."""
    name = platform.machine()
    if name not in PROCESSORS:
        raise LeafrootError(
            f"there are no build roots for {name}", "buildroots/", f"Build on {' or '.join(PROCESSORS)}."
        )
    return name


def _usr(units: list[Unit[BuildRoot]], processor: str) -> Usr:
    packages: dict[str, tuple[DebianPackage, Unit[BuildRoot]]] = {}
    links: dict[str, str] = {}
    for unit in units:
        if root_lock(processor) not in unit.files:
            raise LeafrootError(
                f"its packages are not pinned: there is no {root_lock(processor)}",
                unit.path(unit.description),
                "Make it with 'scons lock'.",
            )
        for one in unit.locked:
            other, owner = packages.setdefault(one.name, (one, unit))
            if other.archive.sha256 != one.archive.sha256:
                raise LeafrootError(
                    f"{one.name} is {one.version} here, but {other.version} in {owner.folder}",
                    unit.folder,
                    "Lock all build roots at one time: 'scons lock'.",
                )
        links |= unit.value.links
    archives = tuple(packages[name][0].archive for name in sorted(packages))
    return Usr("/usr", "+".join(unit.name for unit in units), archives, tuple(sorted(links.items())))
