# SPDX-License-Identifier: Apache-2.0
"""Leafroot's own step that writes the manifest of a board's images: what they are, and what went into them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from leafroot.rootfs.layers import layer_from_tar
from leafroot.rootfs.tree import File
from leafroot.step import Given, Own

BOOT = "boot"
"""The input with a board's boot files; the manifest lists each of them."""
ELF = "elf"
"""The input with the facts about every program."""
STEPS = "steps"
"""The input with the action digests of all steps."""


@dataclass(frozen=True, kw_only=True)
class KernelFacts:
    """The manifest's facts about the kernel; `archive` is its SHA-256, `patches` are paths in the tree."""

    series: str
    version: str
    license: str
    archive: str
    patches: tuple[str, ...]
    command_line: str


@dataclass(frozen=True)
class ModuleFacts:
    """The manifest's facts about a module that a package's programs were built from."""

    name: str
    version: str
    license: str
    archive: str


@dataclass(frozen=True, kw_only=True)
class PackageFacts:
    """The manifest's facts about a package: the SHA-256 of its archive ("" if it has none), and what else is in it.

    `further_archives` are pairs (name in the description, SHA-256). `options` are pairs (name, value).
    """

    name: str
    version: str
    license: str
    archive: str
    further_archives: tuple[tuple[str, str], ...] = ()
    modules: tuple[ModuleFacts, ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    def in_manifest(self) -> dict[str, object]:
        """The facts in the manifest's form, without those that the package does not have."""
        found: dict[str, object] = {"name": self.name, "version": self.version, "license": self.license}
        found["archive"] = self.archive or None
        if self.further_archives:
            found["further_archives"] = dict(self.further_archives)
        if self.modules:
            found["modules"] = [asdict(one) for one in self.modules]
        if self.options:
            found["options"] = dict(self.options)
        return found


@dataclass(frozen=True, kw_only=True)
class WriteManifest(Own):
    """Writes manifest.json: the plan's facts, and the size and SHA-256 of every image and every boot file.

    Every input except the three named above is an image.
    """

    board: str
    configuration: str
    architecture: str
    boot_mode: str
    kernel: KernelFacts
    toolchain: str
    packages: tuple[PackageFacts, ...]

    code: ClassVar[tuple[str, ...]] = ("own/manifest", "files", "rootfs/layers", "rootfs/modes", "rootfs/tree")

    def perform(self, given: Given, output: Path) -> None:
        manifest: dict[str, Any] = {
            "board": self.board,
            "configuration": self.configuration,
            "architecture": self.architecture,
            "boot_mode": self.boot_mode,
            "kernel": asdict(self.kernel),
            "toolchain": self.toolchain,
            "packages": [one.in_manifest() for one in self.packages],
            "steps": dict(given.actions),
        }
        manifest["images"] = [
            {"name": name, "size": path.stat().st_size, "sha256": given.digest(name)}
            for name, path in sorted(given.paths.items())
            if name not in (BOOT, ELF)
        ]
        if BOOT in given.paths:
            manifest["boot"] = list(_boot_files(given.paths[BOOT]))
        manifest["hardening"] = json.loads(given.paths[ELF].read_text())
        output.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")


def _boot_files(artefact: Path) -> Iterator[dict[str, object]]:
    for path, node in sorted(layer_from_tar(BOOT, artefact).nodes.items()):
        if isinstance(node, File):
            content = node.read()
            yield {"name": path, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
