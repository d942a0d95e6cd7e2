# SPDX-License-Identifier: Apache-2.0
"""The whole plan of a board: every step from the toolchain to the image."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from leafroot.config.configuration import Config
from leafroot.describe.package import Package
from leafroot.describe.recipes import Files, ToolchainPart
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.plan.cmdline import cmdline_txt, command_line
from leafroot.plan.devicetree import plan_device_trees
from leafroot.plan.external import plan_external
from leafroot.plan.forms import Export, Forms, plan_forms
from leafroot.plan.go import go_tools
from leafroot.plan.image import plan_root
from leafroot.plan.kernel import plan_bare_kernel, plan_image, plan_kernel, plan_kernel_config, plan_linked
from leafroot.plan.legal import plan_legal_info, shipped
from leafroot.plan.packages import plan_package
from leafroot.plan.source import plan_source_toolchain
from leafroot.plan.step import Artefact, Step, keys
from leafroot.plan.toolchain import Toolchain


@dataclass(frozen=True)
class Machine:
    """What a plan must know of the building machine: its platform, and the external toolchain's identity."""

    platform: str
    compiler: str = ""


@dataclass(frozen=True)
class Plan:
    """A board's steps, each after those that it reads.

    `images` are the outputs that people want; `kernel` and `root` those of the quick loop, `device_tree` the one that
    QEMU is given ("" if it makes one itself). `checks` are outputs that say that something is right, made first.
    `exports` are folders that are kept equal to an output, `legal_info` one that is made when asked for.
    """

    steps: tuple[Step, ...]
    images: tuple[str, ...]
    kernel: str
    root: str
    device_tree: str = ""
    checks: tuple[str, ...] = ()
    exports: tuple[Export, ...] = ()
    legal_info: Export | None = None


def plan_board(config: Config, machine: Machine, file_digest: Callable[[str], str]) -> Plan:
    """Everything that must be done for a board, in an order in which it can be done.

    `file_digest` gives the SHA-256 of a file of the checkout, for the keys in the manifest.
    """
    toolchain = _toolchain(config, machine)
    packages: list[Step] = []
    built: dict[str, str] = {}
    in_cxx: set[str] = set()
    for unit in config.packages:
        if isinstance(unit.value.build, (Files, ToolchainPart)):
            continue
        if missing := sorted(set(unit.value.languages) - toolchain.languages):
            raise LeafrootError(
                f"it needs a compiler for {' and '.join(missing)}, which {toolchain.label} is not",
                where=unit.path("package.py"),
                hint="An external compiler's C++ library belongs to its own C library, which Leafroot does not use.\n"
                "Build with TOOLCHAIN=source.",
            )
        if "c++" in unit.value.languages or in_cxx.intersection(unit.value.depends):
            in_cxx.add(unit.name)
        tools = toolchain.with_libstdcxx() if unit.name in in_cxx else toolchain
        step = plan_package(unit, tools, built, config.choices)
        packages.append(step)
        built[unit.name] = step.output
    if not in_cxx:
        toolchain = toolchain.without_libstdcxx()
    root, elf, packed, slot = plan_root(config, toolchain, built)
    kernel_config = plan_kernel_config(config, toolchain)
    kernel = plan_kernel(config, toolchain)
    linked = plan_linked(config, toolchain)
    image = plan_image(config)
    bare = plan_bare_kernel(config, toolchain)
    trees = plan_device_trees(config, toolchain)
    kernels = (kernel_config, kernel, bare, *trees.built)
    steps = (*trees.checks, *toolchain.steps, *kernels, *packages, root, elf, packed, slot, linked, image)
    forms = Forms()
    if loader := config.board.value.loader:
        firmware = config.catalog.packages[loader.package]
        if loader.package not in built:
            steps = (*steps, plan_package(firmware, toolchain, built, config.choices))
        forms = plan_forms(config, image, config.config_txt, cmdline_txt(config))
        steps = (*steps, *forms.steps)
    legal, legal_info = plan_legal_info(config)
    manifest = _plan_manifest(config, toolchain, (image, packed), forms, elf, keys(steps, file_digest))
    return Plan(
        steps=(*steps, manifest, legal),
        images=(image.output, packed.output, *forms.images, manifest.output),
        kernel=bare.output,
        root=packed.output,
        device_tree=trees.emulated,
        checks=(*(step.output for step in trees.checks), elf.output),
        exports=forms.exports,
        legal_info=legal_info,
    )


def _toolchain(config: Config, machine: Machine) -> Toolchain:
    if config.toolchain is not None:
        toolchain = plan_external(config.toolchain, machine.compiler, config.arch, config.catalog)
    else:
        toolchain = plan_source_toolchain(config.arch, config.catalog, machine.platform, config.c_only)
    return replace(toolchain, go=go_tools(config.catalog, machine.platform))


def _plan_manifest(
    config: Config,
    toolchain: Toolchain,
    images: tuple[Step, ...],
    forms: Forms,
    elf: Step,
    step_keys: dict[str, str],
) -> Step:
    series = config.series.value
    parameters = {
        "steps": step_keys,
        "board": config.board.name,
        "configuration": config.name,
        "architecture": config.arch.name,
        "boot_mode": config.mode.name,
        "kernel": {
            "series": config.series.name,
            "version": series.version,
            "license": series.license,
            "archive": series.archive.sha256,
            "patches": [
                config.series.known_as(str(PurePosixPath(path).relative_to(config.series.folder)))
                for path in config.series.below("patches", ".patch")
            ],
            "command_line": command_line(config),
        },
        "toolchain": toolchain.label,
        "packages": [_in_manifest(unit) for unit in shipped(config)],
    }
    return Step(
        title="manifest",
        output=f"{config.name}/images/manifest.json",
        inputs=(
            *(
                Artefact(output.rpartition("/")[2], output)
                for output in (*(step.output for step in images), *forms.images)
            ),
            *forms.boot,
            Artefact("elf", elf.output),
        ),
        call="manifest",
        parameters=json.dumps(parameters, sort_keys=True),
    )


def _in_manifest(unit: Unit[Package]) -> dict[str, object]:
    package, source = unit.value, unit.value.source()
    found: dict[str, object] = {"name": unit.name, "version": package.version, "license": package.license}
    found["archive"] = source.sha256 if source else None
    if further := [*package.parts, *([("debian", package.debian)] if package.debian else [])]:
        found["further_archives"] = {name: archive.sha256 for name, archive in further}
    if unit.modules:
        found["modules"] = [
            {"name": one.name, "version": one.version, "license": one.license, "archive": one.archive.sha256}
            for one in unit.modules
        ]
    return found
