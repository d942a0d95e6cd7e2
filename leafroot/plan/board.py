# SPDX-License-Identifier: Apache-2.0
"""The complete plan of a board: every step from the toolchain to the image."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.graph import Node
from leafroot.kconfig.config import Config, ExternalToolchain
from leafroot.own.manifest import BOOT, ELF, STEPS, KernelFacts, ModuleFacts, PackageFacts, WriteManifest
from leafroot.plan.build_machine import Machine
from leafroot.plan.cmdline import cmdline_txt, command_line
from leafroot.plan.devicetree import plan_device_trees
from leafroot.plan.forms import BootParts, Export, Forms, plan_forms
from leafroot.plan.kernel import (
    kernel_source,
    plan_bare_kernel,
    plan_image,
    plan_kernel,
    plan_kernel_config,
    plan_linked,
)
from leafroot.plan.legal import plan_legal_info, shipped
from leafroot.plan.packages import plan_packages
from leafroot.plan.root import plan_root
from leafroot.plan.toolchain.adapted import plan_debian, plan_external
from leafroot.plan.toolchain.compiler import Toolchain
from leafroot.plan.toolchain.from_source import plan_source_toolchain
from leafroot.step import AnyInput, Artefact, Digests, Output, Step, needed


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A board's steps, each after those that it reads, and its outputs by name.

    `image` is the kernel with its root. `kernel` and `root` are for the quick loop. `device_tree` is the one for QEMU
    (None if QEMU makes its own). `card` and `ramdisk` are for a Raspberry Pi. `checks` are outputs that prove that
    something is right; they are built first. `exports` are folders that are kept equal to an output; `legal_info` is
    one that is made on request.
    """

    steps: tuple[Step, ...]
    image: Output
    root: Output
    manifest: Output
    kernel: Output
    device_tree: Output | None
    card: Output | None
    ramdisk: Output | None
    checks: tuple[Output, ...]
    exports: tuple[Export, ...]
    legal_info: Export

    @property
    def images(self) -> tuple[Output, ...]:
        """The outputs for users, the image first and the manifest last."""
        forms = (one for one in (self.card, self.ramdisk) if one)
        return (self.image, self.root, *forms, self.manifest)


def plan_board(config: Config, machine: Machine) -> Plan:
    """All steps for a board, in an order in which they can run."""
    toolchain = _toolchain(config, machine)
    packages = plan_packages(config.graph, toolchain, config.catalog.packages, config.fragments)
    if not any(config.graph.in_cxx(node) for node in config.graph.in_root if node.key in packages):
        toolchain = toolchain.without_libstdcxx()
    root = plan_root(config, toolchain, packages)
    linux_config = plan_kernel_config(config, toolchain)
    kernel = plan_kernel(config, toolchain, linux_config.output)
    bare = plan_bare_kernel(config, toolchain, kernel.output, linux_config.output)
    linked = plan_linked(config, toolchain, kernel.output, linux_config.output, root.slot.output)
    image = plan_image(config, linked.output, root.packed.output, root.elf.output)
    trees = plan_device_trees(config, toolchain, linux_config.output)
    forms: Forms | None = None
    if config.board.value.loader:
        assert trees.tree, config.name
        (firmware,) = (packages[key].output for key in config.graph.extra)
        parts = BootParts(image.output, trees.tree.output, firmware)
        forms = plan_forms(config, machine, parts, config.config_txt, cmdline_txt(config))
    legal, legal_info = plan_legal_info(config, machine)
    check = (trees.check,) if trees.check else ()
    steps = (
        *check,
        *toolchain.steps,
        *(linux_config, kernel, bare),
        *(step for step in trees.steps if step not in check),
        *packages.values(),
        *root.steps,
        *(linked, image),
        *(forms.steps if forms else ()),
    )
    manifest = _plan_manifest(config, toolchain, (image, root.packed), forms, root.elf, steps)
    return Plan(
        steps=(*steps, manifest, legal),
        image=image.output,
        root=root.packed.output,
        manifest=manifest.output,
        kernel=bare.output,
        device_tree=trees.emulated.output if trees.emulated else None,
        card=forms.card.output if forms else None,
        ramdisk=forms.ramdisk.output if forms else None,
        checks=(*(step.output for step in check), root.elf.output),
        exports=forms.exports if forms else (),
        legal_info=legal_info,
    )


def _toolchain(config: Config, machine: Machine) -> Toolchain:
    if isinstance(config.toolchain, ExternalToolchain):
        return plan_external(config.toolchain, machine, config.arch, config.catalog)
    if config.toolchain == "debian":
        return plan_debian(machine, config.arch, config.catalog)
    return plan_source_toolchain(config.arch, config.catalog, machine, config.c_only)


def _plan_manifest(
    config: Config,
    toolchain: Toolchain,
    images: tuple[Step, ...],
    forms: Forms | None,
    elf: Step,
    steps: tuple[Step, ...],
) -> Step:
    series = config.series.value
    if forms:
        images = (*images, forms.card, forms.ramdisk)
    boot: tuple[AnyInput, ...] = (Artefact(BOOT, forms.boot.output),) if forms else ()
    kernel = KernelFacts(
        series=config.series.name,
        version=series.version,
        license=series.license,
        archive=series.archive.sha256,
        patches=tuple(
            config.series.known_as(str(PurePosixPath(patch.path).relative_to(config.series.folder)))
            for patch in kernel_source(config).patches
        ),
        command_line=command_line(config),
    )
    options = {node.unit.name: node for node in config.graph.in_root}
    manifest = Step(
        title="manifest",
        output=Output(f"{config.name}/images/manifest.json"),
        inputs=(
            *(Artefact(step.output.name, step.output) for step in images),
            *boot,
            Artefact(ELF, elf.output),
        ),
        own=WriteManifest(
            board=config.board.name,
            configuration=config.name,
            architecture=config.arch.name,
            boot_mode=config.mode.name,
            kernel=kernel,
            toolchain=toolchain.label,
            packages=tuple(_package_facts(unit, options.get(unit.name)) for unit in shipped(config)),
        ),
    )
    # Only what the images are made from, so that the kernel without a root is not built for the manifest.
    made_from = Digests(STEPS, tuple(step.output for step in needed(manifest, steps)))
    return replace(manifest, inputs=(*manifest.inputs, made_from))


def _package_facts(unit: Unit[Package], node: Node | None) -> PackageFacts:
    package, source = unit.value, unit.value.source()
    further = [*package.parts.items(), *([("debian", package.debian)] if package.debian else [])]
    return PackageFacts(
        name=unit.name,
        version=package.version,
        license=package.license,
        archive=source.sha256 if source else "",
        further_archives=tuple((name, archive.sha256) for name, archive in further),
        modules=tuple(ModuleFacts(one.name, one.version, one.license, one.archive.sha256) for one in unit.locked),
        options=node.options if node else (),
    )
