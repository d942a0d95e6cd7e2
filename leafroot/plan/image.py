# SPDX-License-Identifier: Apache-2.0
"""The root of a board: its layers brought together, checked, and packed for the kernel."""

from __future__ import annotations

import json
from collections.abc import Mapping

from leafroot.config.configuration import Config
from leafroot.describe.recipes import Files
from leafroot.describe.rootsize import DEFAULT_ROOT_SIZE, root_room
from leafroot.plan.kernel import slot_size_file
from leafroot.plan.step import SOURCE_DATE_EPOCH, Artefact, Input, Overlay, Step
from leafroot.plan.system import DEVICES, DIRECTORIES, system_files
from leafroot.plan.toolchain import Toolchain

# What artefacts hold for compilers and not for the running system; globs on paths of the root.
DEVELOPMENT = ("usr/include", "usr/include/*", "*.a", "*.o", "usr/lib/pkgconfig*", "usr/share/aclocal*")


def plan_root(config: Config, toolchain: Toolchain, built: Mapping[str, str]) -> tuple[Step, Step, Step, Step]:
    """The steps that write the root as a cpio archive, check its programs, compress it, and size its slot."""
    inputs, layers = _layers(config, toolchain, built)
    parameters = {
        "layers": layers,
        "leave": DEVELOPMENT,
        "directories": DIRECTORIES,
        "devices": DEVICES,
        "files": system_files(config),
        "accounts": [
            (one.name, one.uid, one.home, one.shell) for unit in config.packages for one in unit.value.accounts
        ],
        "root_password": config.root_password,
    }
    folder = config.name
    root = Step(
        title="root",
        output=f"{folder}/rootfs.cpio",
        inputs=inputs,
        call="root",
        parameters=_json({**parameters, "mtime": SOURCE_DATE_EPOCH}),
    )
    arch = config.arch
    elf = Step(
        title="ELF checks",
        output=f"{folder}/elf.json",
        inputs=inputs,
        call="elf",
        parameters=_json(
            {
                **parameters,
                "machine": arch.elf_machine,
                "class": arch.elf_class,
                "flags": arch.elf_flags,
                "little_endian": arch.little_endian,
                "interpreter": arch.interpreter,
                "require": sorted(config.board.value.require),
            }
        ),
    )
    packed = Step(
        title="root, compressed",
        output=f"{folder}/images/rootfs.cpio.zst",
        inputs=(Artefact("root", root.output),),
        call="compress",
        parameters=_json(
            {
                "level": config.compression,
                "where": config.described_in,
                "memory": config.memory,
                "room": root_room(config.root_size or DEFAULT_ROOT_SIZE, config.memory),
            }
        ),
    )
    slot = Step(
        title="size of the root's slot",
        output=slot_size_file(config),
        inputs=(Artefact("root", packed.output),),
        call="slot-size",
        cached=False,
    )
    return root, elf, packed, slot


def _layers(
    config: Config, toolchain: Toolchain, built: Mapping[str, str]
) -> tuple[tuple[Input, ...], list[dict[str, object]]]:
    """The layers' inputs, and what the parameters say of each: owner, where it is, what it replaces."""
    inputs: list[Input] = [Artefact("musl", toolchain.libc)]
    layers: list[dict[str, object]] = [{"owner": "musl", "at": "musl", "replaces": []}]
    if toolchain.libstdcxx:
        inputs.append(Artefact("libstdc++", toolchain.libstdcxx))
        layers.append({"owner": "libstdc++", "at": "libstdc++", "replaces": []})
    for unit in config.packages:
        if unit.name in built and not isinstance(unit.value.build, Files):
            inputs.append(Artefact(unit.name, built[unit.name]))
            layers.append({"owner": unit.name, "at": unit.name, "replaces": sorted(unit.value.replaces)})
        if listing := config.files.get(unit.name):
            at = unit.known_as("files")
            inputs.append(Overlay(at, listing))
            layers.append({"owner": at, "at": at, "replaces": sorted(unit.value.replaces)})
    for number, listing in enumerate(config.overlays, 1):
        # Outside of the checkout a path is this machine's own: it is for messages, and must not count for the step.
        inside = not listing.folder.startswith("/")
        at = listing.folder if inside else f"overlay {number}"
        inputs.append(Overlay(at, listing))
        layers.append({"owner": f"overlay {at}" if inside else "", "at": at, "override": True})
    return tuple(inputs), layers


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True)
