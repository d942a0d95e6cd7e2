# SPDX-License-Identifier: Apache-2.0
"""Compilers as packages and kernels see them: one for a target, whichever way it was come by, and the machine's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Protocol

from leafroot.describe.arch import Arch
from leafroot.describe.arches import ARCHES
from leafroot.step import AnyInput, Environment, Output, Step, Union

SYSROOT = "/sysroot"
TOOLCHAIN = "/toolchain"
TOOLS = "/tools"
"""Where the programs of `tools` edges are, built for the building machine."""

_PATH = f"{TOOLS}/bin:{TOOLS}/sbin:/toolchain/bin:/usr/bin:/usr/sbin"
_MAPPED = "-ffile-prefix-map=/build=. -ffile-prefix-map=/src=."

# Hardening for everything that reaches the target. Position-independent programs are the compiler's default,
# for an option that says so would stand in the way of shared and of static ones.
CFLAGS = f"-O2 -fstack-protector-strong {_MAPPED}"
LDFLAGS = "-Wl,-z,relro,-z,now,-z,noexecstack -Wl,--hash-style=gnu -Wl,--build-id=none"
# For configure scripts of the toolchain's parts: nothing that a change of the source would need.
NO_MAINTENANCE = ("--disable-maintainer-mode", "--disable-dependency-tracking")
# What configure is told of the building machine: a name that it knows, the same everywhere, and never the target's, or
# configure would try to run the target's programs.
BUILD_TRIPLET = f"{min(ARCHES)}-build-linux-gnu"


class Compiler(Protocol):
    """What a recipe needs to know of the compiler that it builds with.

    `prefix` stands before the name of each tool. `install_prefix` is where programs will lie when they run, below
    which `make install` puts them into /out; `result` is the folder of the sandbox that becomes the artefact.
    `triplets` are the arguments by which configure learns of both machines. `arch` is None for the building machine.
    """

    @property
    def prefix(self) -> str: ...

    @property
    def arch(self) -> Arch | None: ...

    @property
    def install_prefix(self) -> str: ...

    @property
    def result(self) -> str: ...

    @property
    def triplets(self) -> tuple[str, ...]: ...

    def env(self, extra: Mapping[str, str] | None = None) -> Environment: ...


@dataclass(frozen=True)
class Toolchain:
    """A compiler for one target.

    Its tools are called `<target>-gcc` and so on, whatever they really are. `inputs` bring them into a sandbox,
    `sysroot` names the artefacts that every program is built against, `libc` the one that goes into the root,
    `libstdcxx` the one that C++ programs need besides, in both places (None if there is none).
    `label` names it in the manifest; `languages` are those it can compile. `folder` is where artefacts that it makes
    lie, below OUTPUT; another toolchain for the same target has another.
    """

    label: str
    arch: Arch
    inputs: tuple[AnyInput, ...]
    sysroot: tuple[Output, ...]
    libc: Output
    libstdcxx: Output | None
    languages: frozenset[str]
    folder: str
    steps: tuple[Step, ...] = field(repr=False)

    install_prefix: ClassVar[str] = "/usr"
    result: ClassVar[str] = "/out"

    @property
    def prefix(self) -> str:
        """What stands before each tool's name, with its hyphen."""
        return f"{self.arch.target}-"

    @property
    def triplets(self) -> tuple[str, ...]:
        """The building machine and the target, as configure is told of them."""
        return (f"--build={BUILD_TRIPLET}", f"--host={self.arch.target}")

    def with_sysroot(self, artefacts: tuple[Output, ...]) -> tuple[AnyInput, ...]:
        """The inputs of a step that compiles against the libc and these artefacts."""
        return (*self.inputs, Union(SYSROOT, (*self.sysroot, *artefacts)))

    def with_libstdcxx(self) -> Toolchain:
        """The same for a program in C++, or for one that is linked with a library in C++."""
        assert self.libstdcxx is not None, self.label
        return replace(self, sysroot=(*self.sysroot, self.libstdcxx))

    def without_libstdcxx(self) -> Toolchain:
        """The same where nothing is in C++: the library is not built then."""
        return replace(self, libstdcxx=None, steps=tuple(step for step in self.steps if step.output != self.libstdcxx))

    def env(self, extra: Mapping[str, str] | None = None) -> Environment:
        """The environment of a step that compiles for the target."""
        return environment(
            {
                **_tools(self.prefix),
                "CFLAGS": CFLAGS,
                "CXXFLAGS": CFLAGS,
                "LDFLAGS": LDFLAGS,
                "PKG_CONFIG_LIBDIR": f"{SYSROOT}/usr/lib/pkgconfig:{SYSROOT}/usr/share/pkgconfig",
                "PKG_CONFIG_SYSROOT_DIR": SYSROOT,
                **(extra or {}),
            }
        )


@dataclass(frozen=True)
class HostCompiler:
    """The building machine's own compiler, for programs that run while other packages are built.

    What it builds lies in /tools, finds its libraries there, and is never a part of a root. `platform` names the
    machine and its C library, which the programs need.
    """

    platform: str

    prefix: ClassVar[str] = ""
    arch: ClassVar[None] = None
    install_prefix: ClassVar[str] = TOOLS
    result: ClassVar[str] = f"/out{TOOLS}"
    triplets: ClassVar[tuple[str, ...]] = ()
    folder: ClassVar[str] = "host"

    def env(self, extra: Mapping[str, str] | None = None) -> Environment:
        """The environment of a step that compiles for the building machine."""
        flags = f"-O1 -g0 {_MAPPED}"
        return environment(
            {
                **_tools(self.prefix),
                "CFLAGS": flags,
                "CXXFLAGS": flags,
                "LDFLAGS": "-Wl,--build-id=none",
                # What GCC and the linker look at themselves, whichever flags a Makefile knows.
                "CPATH": f"{TOOLS}/include",
                "LIBRARY_PATH": f"{TOOLS}/lib",
                "LD_RUN_PATH": f"{TOOLS}/lib",
                "PKG_CONFIG_LIBDIR": f"{TOOLS}/lib/pkgconfig:{TOOLS}/share/pkgconfig",
                **(extra or {}),
            }
        )


def with_tools(env: Environment) -> Environment:
    """An environment in which the programs of /tools come first in PATH."""
    return environment({**dict(env), "PATH": _PATH})


def environment(variables: Mapping[str, str]) -> Environment:
    """Variables in the form in which steps hold them."""
    return tuple(sorted(variables.items()))


def _tools(prefix: str) -> dict[str, str]:
    names = {
        "CC": "gcc",
        "CXX": "g++",
        "AR": "ar",
        "RANLIB": "ranlib",
        "STRIP": "strip",
        "NM": "nm",
        "OBJCOPY": "objcopy",
    }
    return {variable: f"{prefix}{name}" for variable, name in names.items()}
