# SPDX-License-Identifier: Apache-2.0
"""Compilers for packages and kernels: one for a target, whatever its origin, and the build machine's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Protocol

from leafroot.describe.arch import Arch
from leafroot.describe.arches import ARCHES
from leafroot.plan.build_machine import Machine
from leafroot.step import AnyInput, Environment, Output, Step, Union, Usr

SYSROOT = "/sysroot"
TOOLCHAIN = "/toolchain"
TOOLS = "/tools"
"""The folder with the programs of `tools` edges, built for the build machine."""

_PATH = f"{TOOLS}/bin:{TOOLS}/sbin:/toolchain/bin:/usr/bin:/usr/sbin"
_MAPPED = "-ffile-prefix-map=/build=. -ffile-prefix-map=/src=."

# Hardening for everything that reaches the target. Position-independent programs are the compiler's default, because an
# option for them would conflict with shared libraries and static programs.
CFLAGS = f"-O2 -fstack-protector-strong {_MAPPED}"
LDFLAGS = "-Wl,-z,relro,-z,now,-z,noexecstack -Wl,--hash-style=gnu -Wl,--build-id=none"
# For configure scripts of the toolchain's parts: leave out what is needed only if the source changes.
NO_MAINTENANCE = ("--disable-maintainer-mode", "--disable-dependency-tracking")
# The build machine's name for configure: a known name, the same on every machine. It must not be the target's, or
# configure would try to run the target's programs.
BUILD_TRIPLET = f"{min(ARCHES)}-build-linux-gnu"


class Compiler(Protocol):
    """What a recipe needs to know about its compiler.

    `prefix` is the prefix of each tool's name. `install_prefix` is the path where programs are at run time; `make
    install` puts them below that path in /out. `result` is the folder of the sandbox that becomes the artefact.
    `triplets` are configure's arguments for both machines. `arch` is None for the build machine.
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

    def usr(self, *names: str) -> Usr: ...


@dataclass(frozen=True)
class Toolchain:
    """A compiler for one target.

    Its tools are called `<target>-gcc` and so on, whatever their real names are. `inputs` put them into a sandbox.
    `sysroot` are the artefacts that every program is built against, `libc` is the one that goes into the root, and
    `libstdcxx` the one that C++ programs also need, in both places (None if there is none). `label` is its name in the
    manifest; `languages` are those it can compile. `folder` is the folder of its artefacts, relative to OUTPUT; another
    toolchain for the same target has another folder. `roots` are the build roots that it needs on `machine`.
    """

    machine: Machine
    label: str
    arch: Arch
    inputs: tuple[AnyInput, ...]
    sysroot: tuple[Output, ...]
    libc: Output
    libstdcxx: Output | None
    languages: frozenset[str]
    folder: str
    steps: tuple[Step, ...] = field(repr=False)
    roots: tuple[str, ...] = ()

    install_prefix: ClassVar[str] = "/usr"
    result: ClassVar[str] = "/out"

    @property
    def prefix(self) -> str:
        """The prefix of each tool's name, with its hyphen."""
        return f"{self.arch.target}-"

    @property
    def triplets(self) -> tuple[str, ...]:
        """configure's arguments for the build machine and the target."""
        return (f"--build={BUILD_TRIPLET}", f"--host={self.arch.target}")

    def usr(self, *names: str) -> Usr:
        """The /usr of a step that compiles for the target, with these build roots too."""
        return self.machine.usr(*self.roots, *names)

    def with_sysroot(self, artefacts: tuple[Output, ...]) -> tuple[AnyInput, ...]:
        """The inputs of a step that compiles against the libc and these artefacts."""
        return (*self.inputs, Union(SYSROOT, (*self.sysroot, *artefacts)))

    def with_libstdcxx(self) -> Toolchain:
        """The same toolchain, for a program in C++, or one that is linked with a C++ library."""
        assert self.libstdcxx is not None, self.label
        return replace(self, sysroot=(*self.sysroot, self.libstdcxx))

    def without_libstdcxx(self) -> Toolchain:
        """The same toolchain without the C++ library, which is then not built."""
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
    """The compiler in the build root `compile`, for programs that run while other packages are built.

    Its programs are in /tools, find their libraries there, and never go into a root.
    """

    machine: Machine

    prefix: ClassVar[str] = ""
    arch: ClassVar[None] = None
    install_prefix: ClassVar[str] = TOOLS
    result: ClassVar[str] = f"/out{TOOLS}"
    triplets: ClassVar[tuple[str, ...]] = ()
    folder: ClassVar[str] = "host"

    def usr(self, *names: str) -> Usr:
        """The /usr of a step that compiles for the build machine, with these build roots too."""
        return self.machine.usr(*names)

    def env(self, extra: Mapping[str, str] | None = None) -> Environment:
        """The environment of a step that compiles for the build machine."""
        flags = f"-O1 -g0 {_MAPPED}"
        return environment(
            {
                **_tools(self.prefix),
                "CFLAGS": flags,
                "CXXFLAGS": flags,
                "LDFLAGS": "-Wl,--build-id=none",
                # GCC and the linker read these themselves, whatever flags a Makefile uses.
                "CPATH": f"{TOOLS}/include",
                "LIBRARY_PATH": f"{TOOLS}/lib",
                "LD_RUN_PATH": f"{TOOLS}/lib",
                "PKG_CONFIG_LIBDIR": f"{TOOLS}/lib/pkgconfig:{TOOLS}/share/pkgconfig",
                **(extra or {}),
            }
        )


def with_tools(env: Environment) -> Environment:
    """The environment with the programs of /tools first in PATH."""
    return environment({**dict(env), "PATH": _PATH})


def environment(variables: Mapping[str, str]) -> Environment:
    """Variables in the form that steps use."""
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
