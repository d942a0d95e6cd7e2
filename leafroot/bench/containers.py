# SPDX-License-Identifier: Apache-2.0
"""`bench-containers`: measures a container from start to end on the RAM root, and on an ext4 root.

Board, kernel, crun and container are the same. The roots take turns, so the load of the machine affects both.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from leafroot.bench.guest_system import BLOCK, BenchSystem, blocks_of, laid_out, write_mount_points
from leafroot.describe.bootmode import BootMode
from leafroot.errors import LeafrootError
from leafroot.guest.qemu import NO_TIMER_CHECK
from leafroot.host.run import watch
from leafroot.kconfig.config import Config
from leafroot.rootfs.cpio import read_newc, tree_from_newc

TREE = "bench/containers"
BOOTS = 3
# How long a container may take on the RAM root, as a multiple of the time on the disk.
LIMIT = 1.1
_DISK_ROOM = 64 * 1024 * 1024 // BLOCK
# As in bootmodes/comparison.py: only warnings, a panic instead of waiting, and no test of the timer.
_WORDS = f"quiet panic=-1 {NO_TIMER_CHECK}"
# Each instruction takes a nanosecond, and waiting takes none: docs/devel/tcg-icount.rst in QEMU's source.
_COUNTED = ("-icount", "shift=0,sleep=off")
_TIMEOUT = 900.0
_BATCH = re.compile(r"^bench: count=(\d+) begun=([\d.]+) ended=([\d.]+)$", re.MULTILINE)


@dataclass
class Root:
    """One root, how it is booted, and the seconds per container: by each batch, and by counted instructions.

    `kind` is the type of file system that the guest must report for its root.
    """

    name: str
    kind: str
    argv: Sequence[str]
    log: Path
    seconds: list[float] = field(default_factory=list)
    counted: list[float] = field(default_factory=list)

    def boot(self, *options: str) -> list[float]:
        """Boot; returns the seconds per container, by batch."""
        watch([*self.argv, *options], env=os.environ, log=self.log, timeout=_TIMEOUT)
        return read_batches(self.log.read_text(errors="replace"), self.kind, f"bench-containers: {self.name}")


def check_containers(config: Config, boards: int) -> None:
    """Raise a LeafrootError if this board, boot mode or QEMU cannot be used for the comparison."""
    if boards > 1:
        raise LeafrootError("this compares the roots on one board at a time", "bench-containers")
    if not config.emulation.virtio:
        raise LeafrootError(
            f"QEMU's {config.board.name} has no virtio, and so no disk to compare with",
            "bench-containers",
            "Choose a board with virtio, such as BOARD=qemu_x86_64.",
        )
    if not config.mode.can_pivot:
        raise LeafrootError(
            f"containers do not run in boot mode {config.mode.name}", "bench-containers", "Leave BOOT= out."
        )


def bench_containers(system: BenchSystem, mode: BootMode, guest: Callable[[Path, Path, str], list[str]]) -> str:
    """Build, boot both roots in turn, and return the table; the folder then has all figures in results.json.

    `guest` gives QEMU's command line for a kernel, its initrd, and words for the kernel's command line.
    """
    system.folder.mkdir(parents=True, exist_ok=True)
    kernel = system.build(mode)
    disk = system.folder / "ext4.img"
    archive = system.outputs(mode) / "images" / "rootfs.cpio.zst"
    _make_disk(system.outputs(mode) / "rootfs.cpio", disk, system.usr)
    mount_points = write_mount_points(system.folder / "mount-points.cpio")
    kind = "tmpfs" if mode.name == "leaf-tmpfs" else "rootfs"
    drive = ["-drive", f"file={disk},if=none,id=disk,format=raw,snapshot=on", "-device", "virtio-blk-pci,drive=disk"]
    on_disk = f"{_WORDS} root=/dev/vda rootfstype=ext4 rw init=/bench/crun.sh"
    roots = (
        Root(mode.name, kind, guest(kernel, archive, f"{_WORDS} rdinit=/bench/crun.sh"), system.folder / "ram.log"),
        Root("ext4", "ext4", [*guest(kernel, mount_points, on_disk), *drive], system.folder / "ext4.log"),
    )
    for turn in range(BOOTS):
        for root in roots if turn % 2 == 0 else roots[::-1]:
            root.seconds += root.boot()
            print(f"  {root.name:<12} boot {turn + 1} of {BOOTS}: {root.seconds[-1] * 1000:.0f} ms", flush=True)
    for root in roots:
        root.counted += root.boot(*_COUNTED)
    (system.folder / "results.json").write_text(json.dumps(as_json(roots), indent=1) + "\n")
    return f"{table(roots)}\n{verdict(roots)}"


def _make_disk(archive: Path, disk: Path, usr: Path) -> None:
    with archive.open("rb") as source:
        tree = tree_from_newc(read_newc(source, archive), "the system")
    with laid_out(tree, disk.parent, usr) as system:
        if not system.make(disk, "ext4", blocks_of(tree) + _DISK_ROOM):
            raise LeafrootError(
                "mke2fs could not write the system to a disk image", "bench-containers", f"Its log: {system.log}"
            )


def read_batches(console: str, kind: str, where: object) -> list[float]:
    """The seconds per container, by batch, that the guest reports; raises LeafrootError if it does not.

    `kind` is the type that its root must have.
    """
    console = console.replace("\r", "")
    seconds = [(float(ended) - float(begun)) / int(count) for count, begun, ended in _BATCH.findall(console)]
    tail = "\n".join(f"| {line}" for line in console.splitlines()[-20:])
    if f"bench: root={kind}\n" not in console:
        raise LeafrootError(f"the guest did not boot with a root of type {kind}", where, tail)
    if "bench: wrong=" in console or "bench: done=yes\n" not in console or not seconds:
        raise LeafrootError("not all containers of the guest ran to their end", where, tail)
    return seconds


def as_json(roots: Sequence[Root]) -> Mapping[str, object]:
    """All measurements, in seconds."""
    each = {root.name: {"seconds_each": root.seconds, "seconds_counted_each": root.counted} for root in roots}
    return {"limit": LIMIT, "ratio": ratio(roots), "ratio_counted": ratio_counted(roots), "roots": each}


def ratio(roots: Sequence[Root]) -> float:
    """The time of containers on the first root as a multiple of that on the second, by medians."""
    return median(roots[0].seconds) / median(roots[1].seconds)


def ratio_counted(roots: Sequence[Root]) -> float:
    """The same by counted instructions."""
    return median(roots[0].counted) / median(roots[1].counted)


def table(roots: Sequence[Root]) -> str:
    """The table as Markdown, with a line for each root."""
    lines = ["| root | a container, start to end | spread | counted |", "| --- | --- | --- | --- |"]
    for root in roots:
        low, middle, high = (f(root.seconds) * 1000 for f in (min, median, max))
        lines.append(
            f"| {root.name} | {middle:.1f} ms | {low:.1f}-{high:.1f} ms | {median(root.counted) * 1000:.1f} ms |"
        )
    return "\n".join(lines)


def verdict(roots: Sequence[Root]) -> str:
    """A sentence that says whether the RAM root keeps the limit."""
    by = f"{ratio(roots):.2f} times {roots[1].name}'s, counted {ratio_counted(roots):.2f}"
    kept = max(ratio(roots), ratio_counted(roots)) <= LIMIT
    return f"{roots[0].name}: {by}: {'at most' if kept else 'over'} {LIMIT}"
