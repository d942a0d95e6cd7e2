# SPDX-License-Identifier: Apache-2.0
"""Packages as their authors describe them, and the base class of their recipes.

leafroot/plan/recipes/ has one module for each recipe, which knows how it builds a package.
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

# An option that older kernels do not have: "NETFILTER_XTABLES_LEGACY from 6.17".
_FROM = re.compile(r"(?P<option>\S+) from (?P<major>\d+)\.(?P<minor>\d+)")
# Versions become part of URLs, file names and menus. Debian's versions contain + and ~.
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+~_-]*")


Place = Literal["root", "loader", "toolchain"]

GROUPS = {
    "system": "System",
    "network": "Network",
    "wireless": "Wireless networks",
    "servers": "Servers and messaging",
    "storage": "Storage and file systems",
    "hardware": "Hardware and industrial buses",
    "containers": "Containers",
    "security": "Security",
    "shell": "Shells, editors and text",
    "languages": "Languages",
    "debugging": "Debugging and measuring",
    "update": "Updates",
    "media": "Graphics and sound",
    "firmware": "Firmware and data",
    "other": "Others",
    "libraries": "Libraries",
}
"""The groups of packages, in the order of the menu, with their titles.

Packages in "libraries" are what others link with; hardly anybody chooses them by hand.
"""


class Recipe:
    """How a package is built. Recipes are frozen dataclasses of this class.

    `builds`: whether there is something to build; such a recipe is a Builder. `serves_host`: whether it can build
    programs for the build machine, for the `tools` of other packages. `parts`: the parts of the toolchain, other than
    the C compiler, that it needs and whose code ends up in its programs ("go"). `noarch`: whether the output is the
    same for every architecture. `takes_words`: whether options of the package can add words to it.
    """

    parts: ClassVar[tuple[str, ...]] = ()
    builds: ClassVar[bool] = True
    serves_host: ClassVar[bool] = False
    noarch: ClassVar[bool] = False
    takes_words: ClassVar[bool] = True

    @property
    def place(self) -> Place:
        """Where the output goes: into a root, to a board's boot loader, or into the toolchain."""
        return "root"

    @property
    def roots(self) -> tuple[str, ...]:
        """The build roots that it needs beyond "compile"."""
        return ()

    def configured_from(self, words: Sequence[str]) -> Sequence[str]:
        """The configuration fragments of the package's folder, each over the one before, if it is configured as the
        kernel is; `words` are those of its options.
        """
        return ()

    def check(self, unit: Unit[Package]) -> None:
        """Raise a LeafrootError, with the line, if a field does not match the package's folder or its source."""


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

    `parts` are additional archives of the source, each with the folder of the source that it is unpacked into. `debian`
    is Debian's own part of a source package (`*.debian.tar.xz`); its patches are applied before the package's own.
    `license` is an SPDX expression; `license_files` are paths in the source.

    Edges: packages in `depends` are built first and linked with; they and all their own dependencies are in the sysroot
    and in the root. Packages in `tools` are built for the build machine and come first in PATH while this package is
    built. Packages in `runs_with` only have to be in the root too. `options` are what the user can choose; each may add
    edges of its own.

    `kernel` lists kernel options (without CONFIG_) that must be on; "X from 6.17" if older kernels have no X. `links`
    are symbolic links that are added to what was installed: paths in the root, and where they lead. `leave_out` are
    paths (globs) of what was installed that does not belong to the package. `replaces` are paths of other packages
    that this one may replace. With `gives_way`, its links in the folders of programs (busybox's applets) lead to the
    programs of the same names that other packages bring. `roles` are what only one package of a root can do, such as
    "SSH server", each with the paths of the folder `files/` that only the one that does it brings: its start script. A
    person chooses which that is, if several can. `arch` lists the architectures that the package is for; if it
    is empty, it is for all. `languages` are those beyond C that the compiler must support. `build_roots` are those that
    the build needs beyond those of its recipe. `group` is the package's place in the menu, one of GROUPS. The patches
    in the package's folder `patches/` are applied as `leafroot.units.patches` says.
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
    links: Mapping[str, str] = field(default_factory=dict)
    leave_out: Sequence[str] = ()
    replaces: Sequence[str] = ()
    roles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    arch: Sequence[str] = ()
    languages: Sequence[str] = ()
    build_roots: Sequence[str] = ()
    default: bool = False
    gives_way: bool = False
    group: str = "other"

    def __post_init__(self) -> None:
        freeze(self)
        if isinstance(self.version, str) and not _VERSION.fullmatch(self.version):
            raise LeafrootError(
                f"{self.version!r} is not a version",
                hint="A version has letters, digits and . + ~ _ -, and begins with a letter or a digit.",
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
    """The options that apply to a kernel of this series: some are for newer kernels only."""
    found = []
    for option in asked:
        match = _FROM.fullmatch(option)
        if not match:
            found.append(option)
        elif series >= (int(match["major"]), int(match["minor"])):
            found.append(match["option"])
    return found
