# SPDX-License-Identifier: Apache-2.0
"""The interface of recipes: from a package and a compiler, a recipe makes inputs, commands and environment."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from leafroot.describe.package import Package, Recipe
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.kconfig.fragment import Fragment
from leafroot.plan.toolchain.compiler import Compiler
from leafroot.step import AnyInput, Commands, Environment, Folder, Source, TreeFile

# Lets build tools without job server support use ours: this program waits for a slot and then runs a compiler.
SLOT = "/build/job-slot"
_SLOT_SOURCE = "/job-slot.c"
SLOT_COMMAND = ("gcc", "-O1", "-Wall", "-o", SLOT, _SLOT_SOURCE)
SLOT_INPUT = TreeFile(_SLOT_SOURCE, "leafroot/tools/job-slot/job-slot.c")
COPY_SOURCE = (
    # Times too: make would else take what a release has generated for older than what it is generated from.
    ("cp", "-R", "--preserve=links,timestamps", "/src/.", "/build"),
    ("chmod", "-R", "u+w", "/build"),
)
"""The commands that copy the source to /build, for what builds only in its own tree."""
# The number of compilers that a build tool may start; the job server limits how many run (leafroot/tools/job-slot).
COMPILERS = "16"

_NAMED = re.compile(r"\{(target|prefix|arch|cflags|ldflags)\}")


@dataclass(frozen=True)
class Site:
    """What a package is built from and with.

    `words` are added by the package's options. `parts` are the parts of the toolchain that the recipe needs, by name;
    `processor` is the build machine's, which selects their programs. `fragments` are the contents of its fragments.
    """

    unit: Unit[Package]
    compiler: Compiler
    words: tuple[str, ...] = ()
    parts: Mapping[str, Unit[Package]] = field(default_factory=dict)
    processor: str = ""
    fragments: tuple[Fragment, ...] = ()


@dataclass(frozen=True)
class Work:
    """How a package is built: everything in its step except the source.

    `env` is the complete environment. With `compiles`, the compiler and the sysroot are inputs too, and ELF files are
    stripped at the end. `result` is the folder that becomes the artefact, if it is not the compiler's default. `drop`
    are paths in it (globs) that do not belong to the package.
    """

    commands: Commands
    env: Environment
    inputs: tuple[AnyInput, ...] = ()
    result: str = ""
    drop: tuple[str, ...] = ()
    compiles: bool = True


class Builder(Recipe):
    """A recipe that builds something."""

    @abstractmethod
    def plan(self, site: Site) -> Work:
        """How the package is built; LeafrootError if it cannot be built."""


def unit_source(unit: Unit[Package]) -> Source:
    """The source of a unit that has an archive, with its patches, at /src."""
    package, archive = unit.value, unit.value.source()
    assert archive is not None, unit.name
    return Source(
        "/src",
        archive,
        unit.patches,
        parts=tuple((folder, part.at(package.version)) for folder, part in package.parts.items()),
        debian=package.debian.at(package.version) if package.debian else None,
    )


def unit_sources(unit: Unit[Package]) -> tuple[Source | Folder, ...]:
    """The content of /src: the unit's archive with its patches, or else its folder src/."""
    if unit.value.archive:
        return (unit_source(unit),)
    folder = "src/"
    names = [name.removeprefix(folder) for name in unit.files if name.startswith(folder)]
    links = tuple((name.removeprefix(folder), target) for name, target in unit.links)
    if not names:
        raise LeafrootError(
            "the package has neither an archive nor a folder src/",
            where=unit.path("package.py"),
            hint="Add archive=Archive(...), or put its source into src/ beside package.py.",
        )
    return (Folder("/src", tuple((name, unit.path(folder + name), 0o644) for name in names), links),)


def filled(words: Iterable[str], compiler: Compiler) -> tuple[str, ...]:
    """Words of an author, with the names of the machine that is compiled for.

    `{target}` is its triplet, `{prefix}` the prefix of the tools' names, and `{arch}` the architecture's name; for the
    build machine these are empty. `{cflags}` and `{ldflags}` are the flags of the compiler and the linker.
    """
    arch, env = compiler.arch, dict(compiler.env())
    names = {"target": arch.target if arch else "", "prefix": compiler.prefix, "arch": arch.name if arch else ""}
    names |= {"cflags": env["CFLAGS"], "ldflags": env["LDFLAGS"]}
    return tuple(_NAMED.sub(lambda match: names[match[1]], word) for word in words)


def check_plain_path(unit: Unit[Package], path: str, whose: str) -> None:
    """Raise a LeafrootError if a path of a recipe is not a plain relative path."""
    parts = path.split("/")
    if ".." in parts or "." in parts or not all(parts):
        raise LeafrootError(
            f"{path!r} is not a plain relative path in {whose}",
            unit.at(path),
            "Write it without leading or trailing slashes, and without '.' and '..'.",
        )
