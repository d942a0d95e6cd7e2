# SPDX-License-Identifier: Apache-2.0
"""Leafroot's own step that writes the manifest of a board's images: what they are, and all that went into them."""

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
"""The input that holds a board's boot files, each of which is listed."""
ELF = "elf"
"""The input that says what is known of every program."""
STEPS = "steps"
"""The input with the action digests of all steps."""


@dataclass(frozen=True, kw_only=True)
class KernelFacts:
    """What the manifest says of the kernel; `archive` is its SHA-256, `patches` are paths in the tree."""

    series: str
    version: str
    license: str
    archive: str
    patches: tuple[str, ...]
    command_line: str


@dataclass(frozen=True)
class ModuleFacts:
    """What the manifest says of a module that a package's programs were built from."""

    name: str
    version: str
    license: str
    archive: str


@dataclass(frozen=True, kw_only=True)
class PackageFacts:
    """What the manifest says of a package: SHA-256 of its archive ("" if it has none), and what else is in it.

    `further_archives` are pairs: what it is called in the description, its SHA-256. `options` are pairs: name, value.
    """

    name: str
    version: str
    license: str
    archive: str
    further_archives: tuple[tuple[str, str], ...] = ()
    modules: tuple[ModuleFacts, ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    def in_manifest(self) -> dict[str, object]:
        """The facts as the manifest has them: what a package does not have is left out."""
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
    """Writes manifest.json: what the plan knows, and size and SHA-256 of every image and every boot file.

    Every input but the three that are named above is an image.
    """

    board: str
    configuration: str
    architecture: str
    boot_mode: str
    kernel: KernelFacts
    toolchain: str
    packages: tuple[PackageFacts, ...]

    code: ClassVar[tuple[str, ...]] = ("own/manifest", "rootfs/layers", "rootfs/tree")

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
