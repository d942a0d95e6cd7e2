# SPDX-License-Identifier: Apache-2.0
"""Packages as their authors describe them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from leafroot.describe.archive import Archive
from leafroot.describe.recipes import Recipe

# An option that older kernels do not know: "NETFILTER_XTABLES_LEGACY from 6.17".
_FROM = re.compile(r"(?P<option>\S+) from (?P<major>\d+)\.(?P<minor>\d+)")


@dataclass(frozen=True)
class Account:
    """A user that a package needs; `uid` is also the id of the group of the same name."""

    name: str
    uid: int
    home: str = "/"
    shell: str = "/bin/false"


@dataclass(frozen=True)
class Package:
    """One package: what it is, where its source comes from, how it is built.

    `parts` are further archives of the source: pairs (folder of the source to unpack it into, archive). `debian` is
    Debian's own part of a source package (`*.debian.tar.xz`), whose patches are applied before the folder's.
    `license` is an SPDX expression; `license_files` are paths in the source. `kernel` names kernel options
    (without CONFIG_) that must be on; "X from 6.17" where older kernels know no X. `replaces` are paths of other
    packages that this one may take over. `depends` are built before and are in its sysroot, `runs_with` need only
    be in the root as well. `languages` beyond C that the compiler must know. `patches/*.patch` in the package's
    folder are applied in the order of their names.
    """

    version: str
    license: str
    build: Recipe
    archive: Archive | None = None
    parts: Sequence[tuple[str, Archive]] = ()
    debian: Archive | None = None
    license_files: Sequence[str] = ()
    depends: Sequence[str] = ()
    runs_with: Sequence[str] = ()
    kernel: Sequence[str] = ()
    accounts: Sequence[Account] = ()
    replaces: Sequence[str] = ()
    languages: Sequence[str] = ()
    default: bool = field(default=False)

    def source(self) -> Archive | None:
        """The archive with the version filled in."""
        return self.archive.at(self.version) if self.archive else None

    def kernel_options(self, series: tuple[int, int]) -> list[str]:
        """What it asks of a kernel of this series."""
        found = []
        for option in self.kernel:
            match = _FROM.fullmatch(option)
            if not match:
                found.append(option)
            elif series >= (int(match["major"]), int(match["minor"])):
                found.append(match["option"])
        return found

    def selects(self) -> tuple[str, ...]:
        """The packages that go into a root with this one."""
        return tuple(dict.fromkeys((*self.depends, *self.runs_with)))
