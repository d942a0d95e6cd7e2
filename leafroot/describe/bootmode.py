# SPDX-License-Identifier: Apache-2.0
"""Boot modes: how the kernel mounts the initramfs, and whether pivot_root(2) can leave it.

The facts about kernels are from fs/namespace.c and init/do_mounts.c of the series in linux/. The design of the modes is
from the threads quoted in docs/boot-modes.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leafroot.describe.board import Series
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError


@dataclass(frozen=True)
class BootMode:
    """One way to mount the initramfs.

    `native_from` is the first kernel version that has the mode without a patch (None: no version). `native_until` is
    the first one that no longer has it. `cmdline` is the parameter that a patched kernel needs on its command line; a
    native one needs none. `options` is the parameter that takes tmpfs options for the root. `mountinfo` is a shell
    pattern. It matches, from the line of the booted root in /proc/self/mountinfo: id, parent's id, a comma, then type,
    source and options. A mount without a parent has itself as its parent.
    """

    name: str
    summary: str
    native_from: tuple[int, int] | None
    native_until: tuple[int, int] | None
    cmdline: str
    options: str
    mountinfo: str
    can_pivot: bool

    def is_native(self, version: tuple[int, int]) -> bool:
        """Whether a kernel of this version has the mode without a patch."""
        if self.native_from is None or version < self.native_from:
            return False
        return self.native_until is None or version < self.native_until

    def words(self, version: tuple[int, int], size: str) -> tuple[str, ...]:
        """The kernel parameters for this version: the mode, and the root's size ("" leaves the size to the kernel)."""
        mode = "" if self.is_native(version) else self.cmdline
        limit = f"{self.options}=size={size}" if size else ""
        # If one parameter can say both, it appears once.
        words = (limit,) if limit and mode == self.options else (mode, limit)
        return tuple(word for word in words if word)


NULLFS = BootMode(
    name="nullfs",
    summary="an immutable empty file system is the true root; the initramfs lies on it",
    native_from=(7, 0),
    native_until=None,
    cmdline="nullfs_rootfs",
    options="initramfs_options",
    mountinfo='"2 1,rootfs "*',
    can_pivot=True,
)
LEAF_TMPFS = BootMode(
    name="leaf-tmpfs",
    summary="the initramfs is unpacked into a tmpfs mounted over rootfs",
    native_from=None,
    native_until=None,
    cmdline="nonroot_initramfs",
    options="nonroot_initramfs",
    mountinfo='*,"tmpfs "*',
    can_pivot=True,
)
ROOTFS = BootMode(
    name="rootfs",
    summary="plain rootfs, which pivot_root(2) cannot leave: for comparison only",
    native_from=(2, 6),
    native_until=(7, 0),
    cmdline="",
    options="initramfs_options",
    mountinfo='"1 1,rootfs "*',
    can_pivot=False,
)

BOOT_MODES: dict[str, BootMode] = {mode.name: mode for mode in (NULLFS, LEAF_TMPFS, ROOTFS)}


def serves(series: Unit[Series], mode: BootMode) -> bool:
    """Whether kernels of the series have the boot mode, natively or by the series' patches."""
    return mode.is_native(series.value.number) or mode.name in series.value.modes


def check_bootable(all_series: Mapping[str, Unit[Series]], series: Unit[Series], mode: BootMode, where: object) -> None:
    """Raise LeafrootError, with alternatives, if the series does not have the boot mode."""
    if serves(series, mode):
        return
    kernels = [f"KERNEL={name}" for name, other in all_series.items() if serves(other, mode)]
    modes = [f"BOOT={other.name}" for other in BOOT_MODES.values() if other.can_pivot and serves(series, other)]
    # Plain rootfs is no substitute for a root that can be left: it is offered only if nothing else is possible.
    modes = modes or [f"BOOT={other.name}" for other in BOOT_MODES.values() if serves(series, other)]
    ways = [" or ".join(names) for names in (kernels, modes) if names]
    patch = f"Add a patch to {series.path('patches')}/, and list the mode in modes= of {series.at()}."
    raise LeafrootError(
        f"boot mode {mode.name!r} {_lack(series.name, mode)}",
        where,
        f"Choose {', or '.join(ways)}." if ways else patch,
    )


def _lack(series: str, mode: BootMode) -> str:
    if mode.native_from is None:
        return f"needs a patch, but series {series} has none."
    if mode.native_until is not None:
        until = ".".join(map(str, mode.native_until))
        return f"does not exist in Linux {until} and later, but the series is {series}."
    since = ".".join(map(str, mode.native_from))
    return f"needs Linux {since} or a backport, but series {series} has neither."
