# SPDX-License-Identifier: Apache-2.0
"""The commands that measure, each from what a person typed: benchmarks, their comparison, `reproduce`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from leafroot.config.bootable import serves
from leafroot.config.configuration import Config
from leafroot.describe.bootmode import BOOT_MODES
from leafroot.effects.qemu import Guest
from leafroot.errors import LeafrootError
from leafroot.guests import guest_of
from leafroot.plan.board import Plan
from leafroot.report import bench as building
from leafroot.report.figures import compare
from leafroot.report.system import BenchSystem
from leafroot.session import Session


def bench(session: Session, config: Config, plan: Plan) -> int:
    """How long the usual changes take."""

    def argv(output: Path) -> list[str]:
        guest = guest_of(session, config, plan, plan.kernel, plan.root)
        tree = output / plan.device_tree if plan.device_tree else None
        return replace(guest, kernel=output / plan.kernel, initrd=output / plan.root, device_tree=tree).argv()

    toolchain = session.variables.get("TOOLCHAIN", "")
    same_target = [name for name, unit in session.catalog.boards.items() if unit.value.arch == config.arch.name]
    second = next((name for name in sorted(same_target) if name != config.board.name), "")
    others = [mode.name for mode in BOOT_MODES.values() if mode.can_pivot and serves(config.series, mode)]
    modes = [config.mode.name, *(name for name in others if name != config.mode.name)][:2]
    results = _results(session, config, "bench")
    print(building.bench(session.checkout, session.cache, config.name, toolchain, argv, results, second, modes))
    return 0


def bench_cold(session: Session, config: Config) -> int:
    """How long it takes to build from nothing, with each toolchain unless one was asked for."""
    session.fetch_sources()
    results = _results(session, config, "bench-cold")
    asked = session.variables.get("TOOLCHAIN")
    toolchains = [asked] if asked else ["debian", "source"]
    words = [f"BOARD={config.name}"]
    if fragments := session.variables.get("CONFIG"):
        # The build runs in another folder.
        words.append("CONFIG=" + ",".join(str(Path(part).absolute()) for part in fragments.split(",") if part))
    print(building.bench_cold(session.checkout, session.cache, words, toolchains, results))
    return 0


def bench_compare(files: Sequence[str]) -> int:
    """Compare two files of measured rows."""
    if len(files) != 2:
        raise LeafrootError("it takes two files", "bench-compare", "scons bench-compare A.json B.json")
    print(compare(Path(files[0]), Path(files[1])))
    return 0


def bench_bootmodes(session: Session, config: Config) -> int:
    """What each way to a root in memory costs."""
    from leafroot.report.bootmodes import run

    guest = guest_of(session, config, session.planned[0][1], "")
    bench = run.Bench(
        _system(session, config, "bench-bootmodes", run.TREE),
        partial(_argv, guest),
        memory=guest.memory,
        series=config.series.value.number,
        level=config.compression,
    )
    print(run.bench_bootmodes(bench))
    return 0


def bench_containers(session: Session, config: Config) -> int:
    """What a container's start and end take on the RAM root, and on a disk."""
    from leafroot.report import containers

    guest = guest_of(session, config, session.planned[0][1], "")
    system = _system(session, config, "bench-containers", containers.TREE)
    print(containers.bench_containers(system, config.mode, partial(_argv, guest)))
    return 0


def check_reproduce(session: Session) -> None:
    """Raise a LeafrootError if the session's boards cannot be built twice as was asked."""
    from leafroot.report.reproduce.release import check_release

    if release := session.variables.get("RELEASE"):
        check_release(release, external=any(config.toolchain for config in session.configs))


def reproduce(session: Session) -> int:
    """Build the session's boards twice, and compare; 1 if there is a difference."""
    from leafroot.report.reproduce import run

    session.fetch_sources()
    plans = [plan for _, plan in session.planned]
    what = run.Reproduction(session.checkout, session.cache, session.output, session.variables, session.boards, plans)
    return run.reproduce(what)


def _results(session: Session, config: Config, command: str) -> Path:
    return session.output / config.name / f"{command}-{time.strftime('%Y%m%d-%H%M%S')}.json"


def _argv(guest: Guest, kernel: Path, archive: Path, words: str) -> list[str]:
    return replace(guest, kernel=kernel, initrd=archive).argv(words)


def _system(session: Session, config: Config, name: str, tree: str) -> BenchSystem:
    folder = session.output / config.name / name
    return BenchSystem(name, session.checkout, tree, folder, config.name, session.variables)
