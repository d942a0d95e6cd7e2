# SPDX-License-Identifier: Apache-2.0
"""The kernel of a board: its configuration, its object tree, and the image with the root in it.

The object tree is a separate artefact. It is linked with an empty slot for the root, and the root is then written into
the slot (leafroot/rootfs/slot.py). So another root costs a copy; a root that outgrows its slot costs a relink; none
costs a kernel build. The linking step reads the slot's size from a small file: as long as the size stays the same,
nothing is linked again.

The object tree is the same for every boot mode and every command line: it is compiled with a placeholder, and the
linking steps set the real parameters (leafroot/plan/cmdline.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from leafroot.describe.board import Series
from leafroot.describe.console import DRIVERS
from leafroot.describe.package import kernel_options
from leafroot.describe.unit import Unit
from leafroot.kconfig.config import Config
from leafroot.own.image import WriteImage
from leafroot.plan.cmdline import cmdline_options, command_line, placeholder
from leafroot.plan.recipes import kbuild
from leafroot.plan.toolchain.compiler import Toolchain, environment
from leafroot.step import AnyInput, Artefact, Commands, Environment, Folder, Output, Source, Step, Unpacked

ROOT_ARCHIVE = "/build/root.cpio.zst"

_SLOT = "/root-slot"
_SLOT_TOOLS = "leafroot/tools/root-slot"
_SLOT_FILES = ("Makefile", "deflate.c", "deflate.h", "make-slot.sh", "slot-gzip.c")

# A relink makes these files again. They are the largest part of the tree, and nothing else needs them.
_RELINKED = (
    "vmlinux",
    "vmlinux.*",
    ".tmp_vmlinux*",
    ".vmlinux.*",
    "arch/*/boot/compressed/vmlinux*",
    "arch/*/boot/vmlinux.bin",
    "arch/*/boot/*Image",
    "source",
)

_RESOLVED = "/linux.config"


def plan_kernel_config(config: Config, toolchain: Toolchain) -> Step:
    """The step that resolves the kernel's configuration and checks every requested option."""
    asked = _asked(config)
    make = kernel_make(config, toolchain)
    return Step(
        title=f"linux {config.series.value.version} configuration",
        output=Output(f"{config.name}/linux.config"),
        inputs=(toolchain.usr(), kernel_source(config), *asked.inputs, *kbuild.check_inputs(), *toolchain.inputs),
        commands=(
            (*make, config.board.value.kernel.base),
            *kbuild.assign(asked),
            (*make, "olddefconfig"),
            *kbuild.check("Kconfig"),
        ),
        env=kernel_env(config, toolchain),
        result=kbuild.CONFIG,
    )


def plan_kernel(config: Config, toolchain: Toolchain, linux_config: Output) -> Step:
    """The step that compiles the kernel, with an empty root and the placeholder for its command line."""
    make = kernel_make(config, toolchain)
    return Step(
        title=f"linux {config.series.value.version}",
        output=Output(f"{config.name}/linux.tar.zst"),
        inputs=(
            toolchain.usr(),
            kernel_source(config),
            Artefact(_RESOLVED, linux_config),
            *toolchain.inputs,
        ),
        commands=(
            ("cp", _RESOLVED, kbuild.CONFIG),
            ("touch", ROOT_ARCHIVE),
            (*make, config.arch.kernel_target),
            # In the assembly files that Kbuild takes offsets from, GCC notes which compiler it was compiled with.
            ("find", "/build", "-name", "*.s", "-exec", "sed", "-i", "/compiled by GNU C version/d", "{}", "+"),
        ),
        env=kernel_env(config, toolchain),
        result="/build",
        drop=_RELINKED,
    )


def plan_linked(config: Config, toolchain: Toolchain, tree: Output, linux_config: Output, slot_size: Output) -> Step:
    """The step that links the kernel with its command line and an empty slot for the root.

    It reads the size of the slot from a small file.
    """
    make = kernel_make(config, toolchain)
    words = _words(config, linux_config)
    return Step(
        title="kernel with a slot for the root",
        output=Output(f"{config.name}/kernel-with-slot"),
        inputs=(
            toolchain.usr(),
            kernel_source(config),
            Unpacked("/build", tree),
            Artefact("/slot-size", slot_size),
            Folder(_SLOT, tuple((name, f"{_SLOT_TOOLS}/{name}", 0o644) for name in _SLOT_FILES)),
            *words.inputs,
            *toolchain.inputs,
        ),
        commands=(
            *words.set,
            ("make", "-f", f"{_SLOT}/Makefile", "CC=gcc"),
            ("sh", f"{_SLOT}/make-slot.sh", "/slot-size", ROOT_ARCHIVE),
            # A kernel that unpacks itself is packed with this gzip, which leaves the slot uncompressed.
            (*make, "KGZIP=/build/slot-gzip", config.arch.kernel_target),
            *words.checked,
        ),
        env=kernel_env(config, toolchain),
        result=f"/build/{config.arch.kernel_image}",
    )


def plan_bare_kernel(config: Config, toolchain: Toolchain, tree: Output, linux_config: Output) -> Step:
    """The step that links the kernel with its command line and an empty root; the real root is passed beside it."""
    make = kernel_make(config, toolchain)
    words = _words(config, linux_config)
    return Step(
        title="kernel without root",
        output=Output(f"{config.name}/kernel"),
        inputs=(
            toolchain.usr(),
            kernel_source(config),
            Unpacked("/build", tree),
            *words.inputs,
            *toolchain.inputs,
        ),
        commands=(*words.set, (*make, config.arch.kernel_target), *words.checked),
        env=kernel_env(config, toolchain),
        result=f"/build/{config.arch.kernel_image}",
    )


def plan_image(config: Config, linked: Output, root: Output, elf: Output) -> Step:
    """The step that writes the root into the slot of the kernel."""
    name = config.arch.kernel_image.rpartition("/")[2]
    return Step(
        title=f"image {name}",
        output=Output(f"{config.name}/images/{name}"),
        inputs=(
            Artefact("kernel", linked),
            Artefact("root", root),
            # The root is compressed while its programs are checked; the image waits for the check.
            Artefact("elf", elf),
        ),
        own=WriteImage(where=config.described_in),
        cached=False,
    )


@dataclass(frozen=True)
class _Words:
    """What sets the real command line in an unpacked object tree: inputs, and commands before and after make."""

    inputs: tuple[AnyInput, ...]
    set: Commands
    checked: Commands


def _words(config: Config, linux_config: Output) -> _Words:
    """How the real command line replaces the placeholder.

    The whole of .config is checked again: the command line must be the requested one, and all other options unchanged.
    """
    asked = kbuild.Asked(kbuild.asked_options(config.described_in, cmdline_options(config, command_line(config))))
    return _Words(
        (Artefact(_RESOLVED, linux_config), *asked.inputs, *kbuild.check_inputs()),
        kbuild.assign(asked),
        kbuild.check_assigned("CMDLINE", _RESOLVED, "Kconfig"),
    )


def kernel_source(config: Config) -> Source:
    """The source of the board's series, with its patches."""
    return series_source(config.series, config.arch.kernel_arch)


def series_source(series: Unit[Series], arch: str) -> Source:
    """A series' source with its patches: those for every architecture, then those for this one, whatever the mode.

    `arch` is the kernel's name of the architecture.
    """
    patches = tuple(patch for patch in series.patches if patch.arch in ("", arch))
    return Source("/src", series.value.source(), patches)


def _asked(config: Config) -> kbuild.Asked:
    """What the kernel must have: the fragments, and what packages and the board's description ask for."""
    series = config.series.value.number
    packages = [
        kbuild.asked_options(node.unit.described_in, kernel_options(node.kernel, series))
        for node in config.graph.in_root
    ]
    board = kbuild.asked_options(
        config.described_in,
        (
            f'INITRAMFS_SOURCE="{ROOT_ARCHIVE}"',
            *console_drivers(config),
            *cmdline_options(config, placeholder(config)),
            *config.arch.kernel_options,
        ),
    )
    return kbuild.settle(config.kernel_fragments, [*packages, board])


def console_drivers(config: Config) -> tuple[str, ...]:
    """The kernel options that the consoles need, each once."""
    known = {**DRIVERS, **config.board.value.console_drivers}
    return tuple(dict.fromkeys(f"{known[console.kind]}=y" for console in config.consoles))


def kernel_make(config: Config, toolchain: Toolchain) -> tuple[str, ...]:
    arch = config.arch.kernel_arch
    return ("make", "-C", "/src", "O=/build", f"ARCH={arch}", f"CROSS_COMPILE={toolchain.prefix}")


def kernel_env(config: Config, toolchain: Toolchain) -> Environment:
    return environment(
        {
            "KBUILD_BUILD_USER": "leafroot",
            "KBUILD_BUILD_HOST": "leafroot",
            "KBUILD_BUILD_TIMESTAMP": "Thu Jan  1 00:00:00 UTC 2026",
            "KBUILD_BUILD_VERSION": "1",
            # What the kernel's Makefile gives its Kconfig parser, given to the check that uses the same parser.
            "srctree": "/src",
            "SRCARCH": config.arch.kernel_arch,
            "ARCH": config.arch.kernel_arch,
            "CC": f"{toolchain.prefix}gcc",
            "LD": f"{toolchain.prefix}ld",
        }
    )
