# SPDX-License-Identifier: Apache-2.0
"""Meson: a build out of tree, told everything that Meson would otherwise look for.

What a cross file says, and what comes from the environment instead: "Cross compilation" and "Machine files" in
Meson's manual. Compiler flags and the path of pkg-config come from the environment, under names that every version
of Meson knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leafroot.describe.arch import Arch
from leafroot.describe.fields import freeze
from leafroot.plan.recipes.protocol import COMPILERS, SLOT, SLOT_COMMAND, SLOT_INPUT, Builder, Site, Work
from leafroot.plan.toolchain.compiler import TOOLCHAIN
from leafroot.step import Text

_MACHINE = "/meson/machine.ini"

# For all: nothing is downloaded or taken from beside the source, no option has a default that hangs on the version
# of Meson or on what the building machine has installed, and stripping is left to strip-tree.
_USUAL = ("--wrap-mode=nodownload", "--auto-features=disabled", "--buildtype=plain", "--libdir=lib")


@dataclass(frozen=True)
class Meson(Builder):
    """`meson setup`, `ninja`, `meson install`, out of tree; `options` go to setup after the usual ones.

    `env` is laid over the toolchain's variables. Features that Meson would decide by what it finds are off unless an
    option turns them on. Words of the package's options go to setup last.
    """

    options: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)

    serves_host = True

    def __post_init__(self) -> None:
        freeze(self)

    def plan(self, site: Site) -> Work:
        prefix, arch = site.compiler.install_prefix, site.compiler.arch
        places = () if prefix != "/usr" else ("--sysconfdir=/etc", "--localstatedir=/var")
        kind, text = ("native", native_file()) if arch is None else ("cross", cross_file(arch, site.compiler.prefix))
        words = (f"--{kind}-file={_MACHINE}", f"--prefix={prefix}", *places, *_USUAL, *self.options, *site.words)
        return Work(
            commands=(
                SLOT_COMMAND,
                ("meson", "setup", *words, "/build", "/src"),
                # Ninja before 1.13 knows no job server, and from then on none that is a pipe: its compilers ask for
                # themselves.
                ("ninja", f"-j{COMPILERS}"),
                ("meson", "install", "--no-rebuild", "--destdir=/out"),
            ),
            env=site.compiler.env({"PKG_CONFIG": "pkg-config", **self.env}),
            inputs=(Text(_MACHINE, text), SLOT_INPUT),
        )


def native_file() -> str:
    """What Meson is told of the building machine's compilers."""
    return f"[binaries]\nc = ['{SLOT}', '/usr/bin/gcc']\ncpp = ['{SLOT}', '/usr/bin/g++']\n"


def cross_file(arch: Arch, prefix: str) -> str:
    """What Meson is told of the machine that the programs are for, and of its tools.

    The names of our architectures are those of Meson's "Reference tables".
    """
    compilers = {"c": "gcc", "cpp": "g++"}
    tools = {tool: tool for tool in ("ar", "nm", "objcopy", "ranlib", "strip")}
    return "".join(
        (
            "[binaries]\n",
            *(f"{name} = ['{SLOT}', '{TOOLCHAIN}/bin/{prefix}{tool}']\n" for name, tool in compilers.items()),
            *(f"{name} = '{prefix}{tool}'\n" for name, tool in tools.items()),
            # Never run what was built, also where this machine could.
            "\n[properties]\nneeds_exe_wrapper = true\n",
            "\n[host_machine]\nsystem = 'linux'\n",
            *(f"{name} = '{arch.name}'\n" for name in ("cpu_family", "cpu")),
            f"endian = '{_endian(arch)}'\n",
        )
    )


def _endian(arch: Arch) -> str:
    return "little" if arch.little_endian else "big"
