# SPDX-License-Identifier: Apache-2.0
"""The manifest of a board's images: what they are, and all that went into them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_manifest(parameters: dict[str, Any], inputs: Mapping[str, Path], output: Path) -> None:
    """Write manifest.json: the plan's words, and size and SHA-256 of every image."""
    manifest = dict(parameters)
    manifest["images"] = [
        {"name": name, "size": path.stat().st_size, "sha256": _digest(path)}
        for name, path in sorted(inputs.items())
        if name != "elf"
    ]
    manifest["hardening"] = json.loads(inputs["elf"].read_text())
    fresh = output.with_name(output.name + ".new")
    fresh.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
    fresh.replace(output)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
