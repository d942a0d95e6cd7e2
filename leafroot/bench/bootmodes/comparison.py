# SPDX-License-Identifier: Apache-2.0
"""`bench-bootmodes`: boots one system in all ways from memory, and measures time, memory and the smallest machine."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from leafroot.bench.bootmodes.archives import DISK_START, Archives, make_archives
from leafroot.bench.bootmodes.results import Boot, Row, as_json, came_up, chart, held, read_boot, read_seconds, table
from leafroot.bench.bootmodes.ways import BASE, WAYS, Way
from leafroot.bench.guest_system import BenchSystem
from leafroot.errors import LeafrootError
from leafroot.guest.qemu import NO_TIMER_CHECK
from leafroot.host.run import capture, watch

TREE = "bench/bootmodes"
BOOTS = 5
# How exactly the memory of the smallest machine is found, in KiB.
STEP = 256
# The kernel at a fixed address, only warnings on the console, and a panic instead of waiting when memory runs out.
_WORDS = f"nokaslr quiet panic=-1 {NO_TIMER_CHECK} sysctl.vm.panic_on_oom=1"
# Each instruction takes a nanosecond, and waiting takes none: docs/devel/tcg-icount.rst in QEMU's source.
_COUNTED = ("-icount", "shift=0,sleep=off")
# By default a tmpfs may use half of the memory; that limit would decide which machine is the smallest.
_ROOM = "1g"
_FIRST_TIMEOUT = 600.0


def smallest(works: Callable[[int], bool], enough: int, step: int, repeats: int = 3) -> int:
    """The smallest multiple of `step`, up to `enough`, for which `works` is true `repeats` times.

    It is found by bisection. Near the limit chance may decide, so the result is tried again, and increased by a step as
    long as it fails. Raises LeafrootError if even `enough` fails.
    """
    low, high = 0, -(-enough // step)
    if not works(high * step):
        raise LeafrootError(f"does not work with {high * step} KiB either")
    top = high
    while high - low > 1:
        middle = (low + high) // 2
        if works(middle * step):
            high = middle
        else:
            low = middle
    while not all(works(high * step) for _ in range(repeats - 1)):
        high += 1
        if high > top:
            raise LeafrootError(f"works only sometimes with {top * step} KiB")
    return high * step


@dataclass(frozen=True)
class Bench:
    """What is measured, and where.

    `guest` gives QEMU's command line for a kernel, its initrd, and words for the kernel's command line. `machine` are
    QEMU's options, and `qemu` says which version it is. `memory` is the RAM of the machine in MiB, `series` the kernel
    series, and `level` the level of zstd.
    """

    system: BenchSystem
    guest: Callable[[Path, Path, str], list[str]]
    machine: str
    qemu: str
    memory: int
    series: tuple[int, int]
    level: int
    boots: int = BOOTS

    @property
    def folder(self) -> Path:
        """The folder of the results, and of all other files that are made."""
        return self.system.folder


@dataclass
class _Machine:
    """One way, ready to boot, and its measurements."""

    way: Way
    argv: Sequence[str]
    log: Path
    kernel: Path
    archive: Path
    boots: list[Boot] = field(default_factory=list)
    walls: list[float] = field(default_factory=list)
    counted: float = 0.0

    def boot(self, kib: int, timeout: float, *options: str) -> str:
        """Boot with this much memory; returns the output of the console."""
        # Of several -m, QEMU uses the last.
        watch([*self.argv, "-m", f"{kib}K", *options], env=os.environ, log=self.log, timeout=timeout)
        return self.log.read_text(errors="replace")


def bench_bootmodes(bench: Bench) -> str:
    """Build the kernels and the system, boot them in every way, and return the table.

    The folder then holds the table, a chart, and all figures (results.json).
    """
    bench.folder.mkdir(parents=True, exist_ok=True)
    kernels = {mode.name: bench.system.build(mode) for mode in {way.mode.name: way.mode for way in WAYS}.values()}
    base = next(way for way in WAYS if way.name == BASE)
    system = bench.system.outputs(base.mode)
    packed = system / "images" / "rootfs.cpio.zst"
    archives = make_archives(system / "rootfs.cpio", packed, bench.folder, bench.level, bench.system.usr)
    machines = [_machine(bench, way, kernels[way.mode.name], archives) for way in WAYS]
    _boot_in_turn(machines, bench)
    for machine in machines:
        _count(machine, bench)
    rows = [_row(machine, bench) for machine in machines]
    about = _about(bench, archives)
    results = as_json(rows, about)
    (bench.folder / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    text = table(rows)
    (bench.folder / "table.md").write_text(text + "\n")
    (bench.folder / "boot-modes.svg").write_text(chart(rows))
    said = "\n".join(f"{key}: {value}" for key, value in about.items())
    return "\n".join([text, "", *(line for line, _ in held(rows)), said, f"All results: {bench.folder}"])


def _machine(bench: Bench, way: Way, kernel: Path, archives: Archives) -> _Machine:
    archive = archives.files[way.form]
    own = way.words.format(disk_kib=archives.disk_kib, disk_start=DISK_START)
    words = " ".join([_WORDS, *way.mode.words(bench.series, _ROOM), own])
    log = bench.folder / f"{way.name}.log"
    return _Machine(way, bench.guest(kernel, archive, words), log, kernel, archive)


def _boot_in_turn(machines: Sequence[_Machine], bench: Bench) -> None:
    for turn in range(bench.boots):
        # Each turn begins with another way, so none is always the first after a pause.
        for machine in (*machines[turn % len(machines) :], *machines[: turn % len(machines)]):
            begun = time.monotonic()
            console = machine.boot(bench.memory * 1024, _FIRST_TIMEOUT)
            machine.boots.append(read_boot(console, f"bench-bootmodes: {machine.way.name}"))
            machine.walls.append(time.monotonic() - begun)
            told = f"boot {turn + 1} of {bench.boots}"
            print(f"  {machine.way.name:<12} {told}: {machine.boots[-1].seconds:.2f} s", flush=True)


def _count(machine: _Machine, bench: Bench) -> None:
    console = machine.boot(bench.memory * 1024, 2 * _FIRST_TIMEOUT, *_COUNTED)
    machine.counted = read_seconds(console, f"bench-bootmodes: {machine.way.name}, counted")
    print(f"  {machine.way.name:<12} counted: {machine.counted:.2f} s", flush=True)


def _row(machine: _Machine, bench: Bench) -> Row:
    timeout = 20 + 4 * median(machine.walls)

    def works(kib: int) -> bool:
        # Try twice: only lack of memory should count, and a boot sometimes fails for other reasons.
        good = any(came_up(machine.boot(kib, timeout)) for _ in range(2))
        print(f"  {machine.way.name:<12} {kib / 1024:7.2f} MiB: {'comes up' if good else 'does not'}", flush=True)
        return good

    return Row(
        way=machine.way.name,
        summary=machine.way.summary,
        boots=machine.boots,
        counted=machine.counted,
        memory=bench.memory * 1024,
        smallest=smallest(works, bench.memory * 1024, STEP),
        kernel=machine.kernel.stat().st_size,
        archive=machine.archive.stat().st_size,
    )


def _about(bench: Bench, archives: Archives) -> Mapping[str, Any]:
    _, host = capture(["uname", "-srm"])
    version = re.search(rb"\d+\.\d+\.\d+\S*", bench.system.outputs(WAYS[0].mode).joinpath("linux.config").read_bytes())
    return {
        "board": bench.system.board,
        "kernel": version[0].decode() if version else "",
        "system": f"{archives.unpacked} bytes in {archives.count} files; the RAM disk has {archives.disk_kib} KiB",
        "machine": f"{bench.memory} MiB, {bench.machine}",
        "qemu": bench.qemu,
        "host": f"{os.cpu_count()} processors, {host.strip()}",
    }
