# SPDX-License-Identifier: Apache-2.0
"""The toolchain as packages and kernels see it, whichever way it was come by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from leafroot.describe.arch import Arch
from leafroot.describe.archive import Archive
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.plan.step import Folder, Input, Source, Step, Union

SYSROOT = "/sysroot"
TOOLCHAIN = "/toolchain"

# Hardening for everything that reaches the target. Position-independent programs are the compiler's default,
# for an option that says so would stand in the way of shared and of static ones.
CFLAGS = "-O2 -fstack-protector-strong -ffile-prefix-map=/build=. -ffile-prefix-map=/src=."
LDFLAGS = "-Wl,-z,relro,-z,now,-z,noexecstack -Wl,--hash-style=gnu -Wl,--build-id=none"
# For configure scripts of the toolchain's parts: nothing that a change of the source would need.
NO_MAINTENANCE = ("--disable-maintainer-mode", "--disable-dependency-tracking")


@dataclass(frozen=True)
class GoTools:
    """Go's compiler and standard library: the archives that make them up, and where they then are."""

    archives: tuple[Archive, ...]
    root: str


@dataclass(frozen=True)
class Toolchain:
    """A compiler for one target.

    Its tools are called `<tuple>-gcc` and so on, whatever they really are. `inputs` bring them into a sandbox,
    `sysroot` names the artefacts that every program is built against, `libc` the one that goes into the root,
    `libstdcxx` the one that C++ programs need besides, in both places ("" if there is none).
    `label` names it in the manifest; `languages` are those it can compile. `go` is the compiler for Go, which is the
    same for every target, if there is one for this machine.
    """

    label: str
    arch: Arch
    inputs: tuple[Input, ...]
    sysroot: tuple[str, ...]
    libc: str
    libstdcxx: str
    languages: frozenset[str]
    steps: tuple[Step, ...] = field(repr=False)
    go: GoTools | None = None

    @property
    def prefix(self) -> str:
        """What stands before each tool's name, with its hyphen."""
        return f"{self.arch.target}-"

    @property
    def folder(self) -> str:
        """Where artefacts for this target lie, below OUTPUT."""
        return self.arch.target

    def with_sysroot(self, artefacts: tuple[str, ...]) -> tuple[Input, ...]:
        """The inputs of a step that compiles against the libc and these artefacts."""
        return (*self.inputs, Union(SYSROOT, (*self.sysroot, *artefacts)))

    def with_libstdcxx(self) -> Toolchain:
        """The same for a program in C++, or for one that is linked with a library in C++."""
        return replace(self, sysroot=(*self.sysroot, self.libstdcxx))

    def without_libstdcxx(self) -> Toolchain:
        """The same where nothing is in C++: the library is not built then."""
        return replace(self, libstdcxx="", steps=tuple(step for step in self.steps if step.output != self.libstdcxx))

    def env(self, extra: Mapping[str, str] | None = None) -> tuple[tuple[str, str], ...]:
        """The environment of a step that compiles for the target."""
        return environment(
            {
                "CC": f"{self.prefix}gcc",
                "CXX": f"{self.prefix}g++",
                "AR": f"{self.prefix}ar",
                "RANLIB": f"{self.prefix}ranlib",
                "STRIP": f"{self.prefix}strip",
                "NM": f"{self.prefix}nm",
                "OBJCOPY": f"{self.prefix}objcopy",
                "CFLAGS": CFLAGS,
                "CXXFLAGS": CFLAGS,
                "LDFLAGS": LDFLAGS,
                "PKG_CONFIG_LIBDIR": f"{SYSROOT}/usr/lib/pkgconfig:{SYSROOT}/usr/share/pkgconfig",
                "PKG_CONFIG_SYSROOT_DIR": SYSROOT,
                **(extra or {}),
            }
        )


def environment(variables: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Variables in the form in which steps hold them."""
    return tuple(sorted(variables.items()))


def unit_source(unit: Unit[Package]) -> Source:
    """The source of a unit that has an archive, with its patches, at /src."""
    package, archive = unit.value, unit.value.source()
    assert archive is not None, unit.name
    return Source(
        "/src",
        archive,
        unit.below("patches", ".patch"),
        parts=tuple((folder, part.at(package.version)) for folder, part in package.parts),
        debian=package.debian.at(package.version) if package.debian else None,
    )


def unit_sources(unit: Unit[Package]) -> tuple[Source | Folder, ...]:
    """What is at /src: the unit's archive with its patches, or else its folder src/."""
    if unit.value.archive:
        return (unit_source(unit),)
    folder = "src/"
    names = [name.removeprefix(folder) for name in unit.files if name.startswith(folder)]
    if not names:
        raise LeafrootError(
            "the package has neither an archive nor a folder src/",
            where=unit.path("package.py"),
            hint="Give it archive=Archive(...), or put its source into src/ beside package.py.",
        )
    return (Folder("/src", tuple((name, unit.path(folder + name), 0o644) for name in names)),)
