# SPDX-License-Identifier: Apache-2.0
"""Packages as their authors describe them, and what every recipe tells those that read descriptions.

How each recipe builds a package is told in leafroot/plan/recipes/, one module each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

from leafroot.describe.archive import Archive
from leafroot.describe.fields import freeze
from leafroot.describe.option import AnyOption, Edge
from leafroot.errors import LeafrootError

if TYPE_CHECKING:
    from leafroot.describe.unit import Unit

# An option that older kernels do not know: "NETFILTER_XTABLES_LEGACY from 6.17".
_FROM = re.compile(r"(?P<option>\S+) from (?P<major>\d+)\.(?P<minor>\d+)")
# What a version may consist of: it becomes a part of URLs, file names and menus. Debian's versions have + and ~.
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+~_-]*")


Place = Literal["root", "loader", "toolchain"]


class Recipe:
    """How a package is built. Recipes are frozen dataclasses of this class.

    `builds` says that there is something to build: such a recipe is a Builder. `serves_host` says whether it can build
    programs for the building machine, for `tools` of other packages. `parts` names the parts of the toolchain, beyond
    the C compiler, that the recipe builds with and whose code ends up in its programs ("go"). `noarch` says that the
    output is the same for every architecture. `takes_words` says that options of the package can add words to it.
    """

    parts: ClassVar[tuple[str, ...]] = ()
    builds: ClassVar[bool] = True
    serves_host: ClassVar[bool] = False
    noarch: ClassVar[bool] = False
    takes_words: ClassVar[bool] = True

    @property
    def place(self) -> Place:
        """Who takes the output: a root, a board's boot loader, or the toolchain."""
        return "root"

    def check(self, unit: Unit[Package]) -> None:
        """Raise a LeafrootError, with the line, if a field does not fit the package's folder or its source."""


@dataclass(frozen=True)
class Account:
    """A user that a package needs; `uid` is also the id of the group of the same name."""

    name: str
    uid: int
    home: str = "/"
    shell: str = "/bin/false"


@dataclass(frozen=True)
class Package:
    """One package: what it is, where its source comes from, how it is built, and what it needs.

    `parts` are further archives of the source, by the folder of it that each is unpacked into. `debian` is
    Debian's own part of a source package (`*.debian.tar.xz`), whose patches are applied before the folder's.
    `license` is an SPDX expression; `license_files` are paths in the source.

    Edges: what `depends` names is built before and linked with: it, and all that it depends on itself, is in the
    sysroot and in the root. What `tools` names is built for the building machine and comes first in PATH while the
    package is built. What `runs_with` names need only be in the root as well. `options` are what a person can choose;
    each may bring edges of its own.

    `kernel` names kernel options (without CONFIG_) that must be on; "X from 6.17" where older kernels know no X.
    `replaces` are paths of other packages that this one may take over. `languages` are those beyond C that the compiler
    must know. `patches/*.patch` in the package's folder are applied in the order of their names.
    """

    version: str
    license: str
    build: Recipe
    archive: Archive | None = None
    parts: Mapping[str, Archive] = field(default_factory=dict)
    debian: Archive | None = None
    license_files: Sequence[str] = ()
    depends: Sequence[Edge] = ()
    tools: Sequence[Edge] = ()
    runs_with: Sequence[Edge] = ()
    options: Sequence[AnyOption] = ()
    kernel: Sequence[str] = ()
    accounts: Sequence[Account] = ()
    replaces: Sequence[str] = ()
    languages: Sequence[str] = ()
    default: bool = False

    def __post_init__(self) -> None:
        freeze(self)
        if isinstance(self.version, str) and not _VERSION.fullmatch(self.version):
            raise LeafrootError(
                f"{self.version!r} is not a version",
                hint="A version consists of letters, digits and . + ~ _ -, and begins with a letter or a digit.",
            )

    def source(self) -> Archive | None:
        """The archive with the version filled in."""
        return self.archive.at(self.version) if self.archive else None

    def archives(self) -> Iterator[Archive]:
        """All archives that the source is made of, with the version filled in."""
        for one in (self.archive, *self.parts.values(), self.debian):
            if one is not None:
                yield one.at(self.version)


def kernel_options(asked: Iterable[str], series: tuple[int, int]) -> list[str]:
    """What is asked of a kernel of this series, of options of which some are for newer kernels alone."""
    found = []
    for option in asked:
        match = _FROM.fullmatch(option)
        if not match:
            found.append(option)
        elif series >= (int(match["major"]), int(match["minor"])):
            found.append(match["option"])
    return found
