# SPDX-License-Identifier: Apache-2.0
"""The commands that measure or compare whole builds: the benchmarks, `bench-compare` and `reproduce`.

Benchmarks are imported where they are used: most calls of scons measure nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from leafroot.app.guests import check_emulator, guest_of
from leafroot.app.session import Session
from leafroot.describe.bootmode import BOOT_MODES, serves
from leafroot.errors import LeafrootError
from leafroot.kconfig.config import Config, ExternalToolchain
from leafroot.plan.board import Plan

if TYPE_CHECKING:
    from leafroot.bench.guest_system import BenchSystem
    from leafroot.guest.qemu import Guest


def bench(session: Session, config: Config, plan: Plan) -> int:
    """Measure the changes that people make all day."""
    from leafroot.bench import building

    def argv(output: Path) -> list[str]:
        guest = guest_of(session, config, plan, plan.kernel, plan.root)
        tree = output / plan.device_tree.path if plan.device_tree else None
        return replace(guest, kernel=output / plan.kernel.path, initrd=output / plan.root.path, device_tree=tree).argv()

    same_target = [name for name, unit in session.catalog.boards.items() if unit.value.arch == config.arch.name]
    second = next((name for name in sorted(same_target) if name != config.board.name), "")
    others = [mode.name for mode in BOOT_MODES.values() if mode.can_pivot and serves(config.series, mode)]
    modes = [config.mode.name, *(name for name in others if name != config.mode.name)][:2]
    results = _results(session, config, "bench")
    toolchain = session.variables.toolchain
    usr = session.unpacked(session.build_machine.usr())
    print(building.bench(session.checkout, session.cache, config.name, toolchain, argv, results, usr, second, modes))
    return 0


def bench_cold(session: Session, config: Config) -> int:
    """Measure a build from nothing, with TOOLCHAIN= or else with each toolchain."""
    from leafroot.bench import building

    session.fetch_sources()
    results = _results(session, config, "bench-cold")
    asked = session.variables
    words = [f"BOARD={config.name}"]
    if asked.config:
        # The build runs in another folder.
        words.append("CONFIG=" + ",".join(str(session.checkout / file) for file in asked.config))
    toolchains = [asked.toolchain] if asked.toolchain else ["debian", "source"]
    print(building.bench_cold(session.checkout, session.cache, words, toolchains, results))
    return 0


def bench_compare(files: Sequence[str]) -> int:
    """Compare two files of measured rows."""
    from leafroot.bench.figures import compare

    if len(files) != 2:
        raise LeafrootError("it takes two files", "bench-compare", "scons bench-compare A.json B.json")
    print(compare(Path(files[0]), Path(files[1])))
    return 0


def check_bootmodes(session: Session, config: Config) -> None:
    """Raise a LeafrootError if the boot modes cannot be compared here."""
    from leafroot.bench.bootmodes.ways import check_ways

    check_ways(config, len(session.boards))
    check_emulator(session, config)


def bench_bootmodes(session: Session, config: Config) -> int:
    """Measure what each way to a root in memory costs."""
    from leafroot.bench.bootmodes import comparison
    from leafroot.guest.emulators import Emulators

    guest = _any_guest(session, config)
    bench = comparison.Bench(
        _system(session, config, "bench-bootmodes", comparison.TREE),
        partial(_argv, guest),
        machine=" ".join(replace(guest, emulators=Emulators()).hardware()[1:]),
        qemu=guest.emulators.version(guest.qemu)[1],
        memory=guest.memory,
        series=config.series.value.number,
        level=config.compression,
    )
    print(comparison.bench_bootmodes(bench))
    return 0


def check_containers(session: Session, config: Config) -> None:
    """Raise a LeafrootError if containers cannot be measured here."""
    from leafroot.bench import containers

    containers.check_containers(config, len(session.boards))
    check_emulator(session, config)


def bench_containers(session: Session, config: Config) -> int:
    """Measure the start and the end of a container, on the RAM root and on a disk."""
    from leafroot.bench import containers

    guest = _any_guest(session, config)
    system = _system(session, config, "bench-containers", containers.TREE)
    print(containers.bench_containers(system, config.mode, partial(_argv, guest)))
    return 0


def check_reproduce(session: Session) -> None:
    """Raise a LeafrootError if the session's boards cannot be built twice as RELEASE= asks."""
    from leafroot.reproduce.place import check_release

    if release := session.variables.release:
        external = any(isinstance(config.toolchain, ExternalToolchain) for config in session.configs)
        check_release(release, external=external)


def reproduce(session: Session) -> int:
    """Build the session's boards twice and compare every byte; 1 if anything differs."""
    from leafroot.reproduce import reproduction

    session.fetch_sources()
    plans = [plan for _, plan in session.planned]
    usr = session.unpacked(session.build_machine.usr())
    what = reproduction.Reproduction(
        session.checkout, session.cache, session.output, usr, session.variables.given, session.boards, plans
    )
    return reproduction.reproduce(what)


def _results(session: Session, config: Config, command: str) -> Path:
    return session.output / config.name / f"{command}-{time.strftime('%Y%m%d-%H%M%S')}.json"


def _argv(guest: Guest, kernel: Path, archive: Path, words: str) -> list[str]:
    return replace(guest, kernel=kernel, initrd=archive).argv(words)


def _system(session: Session, config: Config, name: str, tree: str) -> BenchSystem:
    from leafroot.bench.guest_system import BenchSystem

    folder = session.output / config.name / name
    usr = session.unpacked(session.build_machine.usr("images"))
    return BenchSystem(name, session.checkout, tree, folder, config.name, session.variables.given, usr)


def _any_guest(session: Session, config: Config) -> Guest:
    """The board as a guest, for a benchmark that brings its own kernels."""
    plan = session.planned[0][1]
    return guest_of(session, config, plan, plan.kernel)
