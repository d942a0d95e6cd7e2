# SPDX-License-Identifier: Apache-2.0
"""The device tree of a board: compiled from the series' source, with its overlays, each test-applied to it.

The kernel's own makefiles compile sources of the kernel; the kernel's dtc compiles sources in the board's folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from leafroot.kconfig.config import Config
from leafroot.plan.build_machine import Machine
from leafroot.plan.kernel import kernel_env, kernel_make, kernel_source
from leafroot.plan.toolchain.compiler import Toolchain
from leafroot.step import ERRORS, AnyInput, Artefact, Output, Step, TreeFile, Union

EMULATED = "qemu.dtb"
_DTC = "/build/scripts/dtc"
_OVERLAYS = "/overlays"
_CHECK = "/check.sh"


@dataclass(frozen=True)
class DeviceTrees:
    """The steps for a board's device tree; all None for a board without one.

    `check` looks for the sources and needs no toolchain; `tree` compiles them. `emulated` extracts the device tree for
    QEMU, if QEMU does not make its own.
    """

    check: Step | None = None
    tree: Step | None = None
    emulated: Step | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The existing steps, each after those that it reads."""
        return tuple(step for step in (self.check, self.tree, self.emulated) if step)


def plan_device_trees(config: Config, toolchain: Toolchain, linux_config: Output) -> DeviceTrees:
    """The steps for the board's device tree, if it has one."""
    if not config.board.value.kernel.device_tree:
        return DeviceTrees()
    tree = plan_device_tree(config, toolchain, linux_config)
    emulated = plan_emulated_tree(config, toolchain.machine, tree) if config.emulation.overlay else None
    return DeviceTrees(plan_source_check(config, toolchain.machine), tree, emulated)


def plan_source_check(config: Config, machine: Machine) -> Step:
    """The step that fails early, before the toolchain is built, if the series does not have a named device tree."""
    names = [f"{config.board.value.kernel.device_tree}.dts", *(f"{name}.dtso" for name in _of_series(config))]
    return Step(
        title="device tree sources",
        output=Output(f"{config.name}/devicetree.checked"),
        inputs=(machine.usr(), kernel_source(config), TreeFile(_CHECK, "leafroot/tools/device-tree/check.sh")),
        commands=(
            ("sh", _CHECK, config.described_in, f"/src/{_folder(config)}", ERRORS, *names),
            ("touch", "/build/checked"),
        ),
        result="/build/checked",
    )


def plan_device_tree(config: Config, toolchain: Toolchain, linux_config: Output) -> Step:
    """The step that makes `<name>.dtb` and `overlays/<name>.dtbo`, and `qemu.dtb` for an emulation.

    `qemu.dtb` has all overlays applied, and then the emulation's own.
    """
    tree = config.board.value.kernel.device_tree
    base = config.board.value.kernel.device_tree_file
    make = kernel_make(config, toolchain)
    inputs: list[AnyInput] = []
    commands: list[tuple[str, ...]] = [
        ("cp", "/linux.config", "/build/.config"),
        (*make, f"{tree}.dtb"),
        ("mkdir", "-p", "/out/overlays"),
        ("cp", f"/build/{_folder(config)}/{tree}.dtb", f"/out/{base}"),
    ]
    for name in _of_series(config):
        commands += [(*make, f"{name}.dtbo"), ("cp", f"/build/{_folder(config)}/{name}.dtbo", "/out/overlays/")]
    files = _of_board(config)
    for name, path in files.items():
        inputs.append(TreeFile(f"{_OVERLAYS}/{name}.dtso", path))
        commands += _compile(toolchain, f"{_OVERLAYS}/{name}.dtso", f"/out/overlays/{name}.dtbo")
    overlays = [f"/out/overlays/{PurePosixPath(name).name}.dtbo" for name in config.board.value.kernel.overlays]
    applied = f"/out/{base}"
    if overlays:
        applied = "/build/applied.dtb"
        commands.append((f"{_DTC}/fdtoverlay", "-i", f"/out/{base}", "-o", applied, *overlays))
    if own := config.emulation.overlay:
        inputs.append(TreeFile(f"{_OVERLAYS}/{own}", config.board.path(own)))
        commands += _compile(toolchain, f"{_OVERLAYS}/{own}", "/build/qemu.dtbo")
        commands.append((f"{_DTC}/fdtoverlay", "-i", applied, "-o", f"/out/{EMULATED}", "/build/qemu.dtbo"))
    return Step(
        title=f"device tree {base}",
        output=Output(f"{config.name}/devicetree.tar.zst"),
        inputs=(
            toolchain.usr(),
            kernel_source(config),
            Artefact("/linux.config", linux_config),
            *inputs,
            *toolchain.inputs,
        ),
        commands=tuple(commands),
        env=kernel_env(config, toolchain),
    )


def plan_emulated_tree(config: Config, machine: Machine, tree: Step) -> Step:
    """The step that extracts the device tree for QEMU from the artefact of `plan_device_tree`."""
    return Step(
        title="device tree for QEMU",
        output=Output(f"{config.name}/{EMULATED}"),
        inputs=(machine.usr(), Union("/devicetree", (tree.output,))),
        commands=(("cp", f"/devicetree/{EMULATED}", f"/build/{EMULATED}"),),
        result=f"/build/{EMULATED}",
    )


def _folder(config: Config) -> str:
    return f"arch/{config.arch.kernel_arch}/boot/dts"


def _of_board(config: Config) -> dict[str, str]:
    """The overlays whose source is in the board's folder: name and path."""
    found = {PurePosixPath(path).stem: path for path in config.board.below("overlays", ".dtso")}
    return {name: found[name] for name in config.board.value.kernel.overlays if name in found}


def _of_series(config: Config) -> list[str]:
    """The overlays that come from the series, as paths below its dts folder, without a suffix."""
    beside = PurePosixPath(config.board.value.kernel.device_tree).parent
    own = _of_board(config)
    return [str(beside / name) for name in config.board.value.kernel.overlays if name not in own]


def _compile(toolchain: Toolchain, source: str, output: str) -> list[tuple[str, ...]]:
    plain = f"/build/{PurePosixPath(source).stem}.dts"
    return [
        (
            *(f"{toolchain.prefix}gcc", "-E", "-nostdinc", "-undef", "-D__DTS__", "-x", "assembler-with-cpp"),
            *("-I", "/src/scripts/dtc/include-prefixes", "-o", plain, source),
        ),
        (f"{_DTC}/dtc", "-@", "-I", "dts", "-O", "dtb", "-o", output, plain),
    ]
