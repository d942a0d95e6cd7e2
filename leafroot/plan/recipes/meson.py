# SPDX-License-Identifier: Apache-2.0
"""Meson: a build out of tree, with explicit values for everything that Meson would otherwise detect.

"Cross compilation" and "Machine files" in Meson's manual describe what a cross file contains, and what comes from the
environment. Compiler flags and the path of pkg-config come from the environment, under names that every version of
Meson knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leafroot.describe.arch import Arch
from leafroot.describe.fields import freeze
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.plan.recipes.protocol import (
    COMPILERS,
    SLOT,
    SLOT_COMMAND,
    SLOT_INPUT,
    Builder,
    Site,
    Work,
    check_plain_path,
)
from leafroot.plan.toolchain.compiler import TOOLCHAIN
from leafroot.step import Text

_MACHINE = "/meson/machine.ini"

# For every package: nothing is downloaded or taken from sub-projects, no option has a default that depends on the
# version of Meson or on what is installed on the build machine, and strip-tree does the stripping.
_USUAL = ("--wrap-mode=nodownload", "--auto-features=disabled", "--buildtype=plain", "--libdir=lib")

# Meson takes a compiler that the file does not name from the environment. There is no program of this name: a project
# that can do without C++ does, and for others Meson ends with the name. (It takes false(1) for GCC, from its version.)
_NO_CXX = "no-c++-in-languages-of-the-package"


@dataclass(frozen=True)
class Meson(Builder):
    """`meson setup`, `ninja`, `meson install`, out of tree; `options` follow the standard arguments of setup.

    `env` overrides and adds to the toolchain's variables. `folder` is the folder of the source that has `meson.build`.
    Features that Meson would detect automatically are off unless an option turns them on. Words of the package's
    options are the last arguments of setup.
    """

    options: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""

    serves_host = True

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def roots(self) -> tuple[str, ...]:
        """Meson and Ninja."""
        return ("meson",)

    def check(self, unit: Unit[Package]) -> None:
        if self.folder:
            check_plain_path(unit, self.folder, "the source")

    def plan(self, site: Site) -> Work:
        prefix, arch = site.compiler.install_prefix, site.compiler.arch
        cxx = "c++" in site.unit.value.languages
        places = () if prefix != "/usr" else ("--sysconfdir=/etc", "--localstatedir=/var")
        kind, text = (
            ("native", native_file()) if arch is None else ("cross", cross_file(arch, site.compiler.prefix, cxx))
        )
        words = (f"--{kind}-file={_MACHINE}", f"--prefix={prefix}", *places, *_USUAL, *self.options, *site.words)
        return Work(
            commands=(
                SLOT_COMMAND,
                ("meson", "setup", *words, "/build", f"/src/{self.folder}".rstrip("/")),
                # Ninja before 1.13 has no support for job servers, and later versions none for those with a pipe: so
                # each compiler asks for its own slot.
                ("ninja", f"-j{COMPILERS}"),
                ("meson", "install", "--no-rebuild", "--destdir=/out"),
            ),
            env=site.compiler.env({"PKG_CONFIG": "pkg-config", **({} if cxx else {"CXX": _NO_CXX}), **self.env}),
            inputs=(Text(_MACHINE, text), SLOT_INPUT),
        )


def native_file() -> str:
    """Meson's file about the build machine's compilers."""
    return f"[binaries]\nc = ['{SLOT}', '/usr/bin/gcc']\ncpp = ['{SLOT}', '/usr/bin/g++']\n"


def cross_file(arch: Arch, prefix: str, cxx: bool) -> str:
    """Meson's file about the machine that the programs are for, and its tools; one for C++ only with `cxx`.

    Our architectures have the names in Meson's "Reference tables".
    """
    # Without a C++ library, Meson would try that compiler for its checks, and find nothing.
    compilers = {"c": "gcc", "cpp": "g++"} if cxx else {"c": "gcc"}
    tools = {tool: tool for tool in ("ar", "nm", "objcopy", "ranlib", "strip")}
    return "".join(
        (
            "[binaries]\n",
            *(f"{name} = ['{SLOT}', '{TOOLCHAIN}/bin/{prefix}{tool}']\n" for name, tool in compilers.items()),
            *(f"{name} = '{prefix}{tool}'\n" for name, tool in tools.items()),
            # Never run built programs, even if this machine could.
            "\n[properties]\nneeds_exe_wrapper = true\n",
            "\n[host_machine]\nsystem = 'linux'\n",
            *(f"{name} = '{arch.name}'\n" for name in ("cpu_family", "cpu")),
            f"endian = '{_endian(arch)}'\n",
        )
    )


def _endian(arch: Arch) -> str:
    return "little" if arch.little_endian else "big"
