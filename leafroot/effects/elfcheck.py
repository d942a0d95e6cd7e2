# SPDX-License-Identifier: Apache-2.0
"""The call that checks every program and library of the root."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from leafroot.effects.assemble import root_tree
from leafroot.rootfs.elf import ElfTarget, check_elf


def check_root(parameters: dict[str, Any], inputs: Mapping[str, Path], output: Path) -> None:
    """Check the root's ELF files, and write what was found of each as JSON."""
    target = ElfTarget(
        machine=parameters["machine"],
        elfclass=parameters["class"],
        little=parameters["little_endian"],
        flags_mask=parameters["flags"][0],
        flags=parameters["flags"][1],
        interpreter=parameters["interpreter"],
    )
    with root_tree(parameters, inputs, output.parent) as tree:
        reports = check_elf(tree, target, frozenset(parameters["require"]))
    fresh = output.with_name(output.name + ".new")
    fresh.write_text(json.dumps([asdict(report) for report in reports], indent=1, sort_keys=True) + "\n")
    fresh.replace(output)
