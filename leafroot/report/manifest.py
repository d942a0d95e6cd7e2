# SPDX-License-Identifier: Apache-2.0
"""The manifest of a board's images: what they are, and all that went into them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from leafroot.files import digest_of
from leafroot.rootfs.layers import layer_from_tar
from leafroot.rootfs.tree import File


def write_manifest(
    parameters: dict[str, Any],
    inputs: Mapping[str, Path],
    output: Path,
    digest: Callable[[Path], str] = digest_of,
) -> None:
    """Write manifest.json: the plan's words, and size and SHA-256 of every image and every boot file.

    `digest` gives the SHA-256 of an input, for whoever knows it already: the image of a card takes a while to read.
    """
    manifest = dict(parameters)
    manifest["images"] = [
        {"name": name, "size": path.stat().st_size, "sha256": digest(path)}
        for name, path in sorted(inputs.items())
        if name not in ("elf", "boot")
    ]
    if "boot" in inputs:
        nodes = layer_from_tar("boot", inputs["boot"]).nodes
        manifest["boot"] = [_boot_file(path, node) for path, node in sorted(nodes.items()) if isinstance(node, File)]
    manifest["hardening"] = json.loads(inputs["elf"].read_text())
    fresh = output.with_name(output.name + ".new")
    fresh.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
    fresh.replace(output)


def _boot_file(path: str, file: File) -> dict[str, object]:
    content = file.read()
    return {"name": path, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
