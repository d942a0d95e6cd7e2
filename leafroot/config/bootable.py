# SPDX-License-Identifier: Apache-2.0
"""Which kernel series can serve which boot mode."""

from __future__ import annotations

from collections.abc import Mapping

from leafroot.describe.board import Series
from leafroot.describe.bootmode import BOOT_MODES, BootMode
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError


def serves(series: Unit[Series], mode: BootMode) -> bool:
    """Whether kernels of the series have the boot mode, by themselves or by the series' patches."""
    return mode.is_native(series.value.number) or mode.name in series.value.modes


def check_bootable(all_series: Mapping[str, Unit[Series]], series: Unit[Series], mode: BootMode, where: object) -> None:
    """Raise LeafrootError, naming what would do, if the series cannot serve the boot mode."""
    if serves(series, mode):
        return
    kernels = [f"KERNEL={name}" for name, other in all_series.items() if serves(other, mode)]
    modes = [f"BOOT={other.name}" for other in BOOT_MODES.values() if other.can_pivot and serves(series, other)]
    # Plain rootfs is no substitute for a root that can be left; it is offered only where nothing else is.
    modes = modes or [f"BOOT={other.name}" for other in BOOT_MODES.values() if serves(series, other)]
    ways = [" or ".join(names) for names in (kernels, modes) if names]
    patch = f"Write a patch into {series.path('patches')}/, and name the mode in modes= of {series.path('kernel.py')}."
    raise LeafrootError(
        f"boot mode {mode.name!r} {_lack(series.name, mode)}",
        where,
        f"Choose {', or '.join(ways)}." if ways else patch,
    )


def _lack(series: str, mode: BootMode) -> str:
    if mode.native_from is None:
        return f"needs a patch, but series {series} has none for it."
    if mode.native_until is not None:
        until = ".".join(map(str, mode.native_until))
        return f"is in no kernel from Linux {until} on, but series {series} was asked for."
    since = ".".join(map(str, mode.native_from))
    return f"needs Linux {since} or a backport, but series {series} has neither."
