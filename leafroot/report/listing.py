# SPDX-License-Identifier: Apache-2.0
"""What there is to build, and to build it from: the answer to `scons list`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leafroot.describe.bootmode import BOOT_MODES
from leafroot.describe.unit import Unit
from leafroot.kconfig.defconfig import configurations
from leafroot.units.catalog import Catalog


def listing(catalog: Catalog) -> str:
    """Boards, their further configurations, kernel series, packages and boot modes, a line each."""
    kinds = {
        "Boards": _summaries(catalog.boards),
        "More configurations of boards": configurations(catalog),
        "Kernel series": _summaries(catalog.series),
        "Packages": _summaries(catalog.packages),
        "Boot modes": {mode.name: mode.summary for mode in BOOT_MODES.values()},
    }
    width = max(len(name) for names in kinds.values() for name in names)
    lines: list[str] = []
    for heading, names in kinds.items():
        lines += [heading, *(f"  {name:<{width}}  {summary}" for name, summary in sorted(names.items()))]
    return "\n".join(lines)


def _summaries(units: Mapping[str, Unit[Any]]) -> dict[str, str]:
    return {name: unit.summary for name, unit in units.items()}
