# SPDX-License-Identifier: Apache-2.0
"""Meson: a cross build, out of tree, told everything that Meson would otherwise look for.

What a cross file says, and what comes from the environment instead: "Cross compilation" and "Machine files" in
Meson's manual. Compiler flags and the path of pkg-config come from the environment, under names that every version
of Meson knows.
"""

from __future__ import annotations

from leafroot.describe.arch import Arch
from leafroot.describe.recipes import Meson
from leafroot.plan.job_slot import COMPILERS, SLOT, SLOT_COMMAND, SLOT_INPUT
from leafroot.plan.step import Input, Text
from leafroot.plan.toolchain import TOOLCHAIN, Toolchain

_CROSS = "/meson/cross.ini"

# For all: nothing is downloaded or taken from beside the source, no option has a default that hangs on the version
# of Meson or on what the building machine has installed, and stripping is left to strip-tree.
_USUAL = (
    *("--prefix=/usr", "--libdir=lib", "--sysconfdir=/etc", "--localstatedir=/var"),
    *("--wrap-mode=nodownload", "--auto-features=disabled", "--buildtype=plain"),
)


def plan_meson(
    recipe: Meson, words: tuple[str, ...], toolchain: Toolchain
) -> tuple[tuple[tuple[str, ...], ...], tuple[Input, ...], dict[str, str]]:
    """Commands, inputs and environment of a package that Meson builds; `words` are those of its choices."""
    commands = (
        SLOT_COMMAND,
        ("meson", "setup", f"--cross-file={_CROSS}", *_USUAL, *recipe.options, *words, "/build", "/src"),
        # Ninja before 1.13 knows no job server, and from then on none that is a pipe: its compilers ask for themselves.
        ("ninja", f"-j{COMPILERS}"),
        ("meson", "install", "--no-rebuild", "--destdir=/out"),
    )
    return commands, (Text(_CROSS, cross_file(toolchain)), SLOT_INPUT), {"PKG_CONFIG": "pkg-config", **dict(recipe.env)}


def cross_file(toolchain: Toolchain) -> str:
    """What Meson is told of the machine that the programs are for, and of its tools.

    The names of our architectures are those of Meson's "Reference tables".
    """
    arch, prefix = toolchain.arch, toolchain.prefix
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
