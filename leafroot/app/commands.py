# SPDX-License-Identifier: Apache-2.0
"""The commands beside building, and what each needs: booting, configuring, fetching, listing, measuring."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from leafroot.app import measuring
from leafroot.app.guests import boot_board, check_boards, device_tree_of, images_of, test_boards
from leafroot.app.session import VARIABLES, Session, shared_progress
from leafroot.bench.bootmodes.ways import check_ways
from leafroot.bench.containers import check_containers
from leafroot.describe.bootmode import BOOT_MODES
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.files import write_text
from leafroot.host.machine import host_platform
from leafroot.kconfig.config import Config
from leafroot.kconfig.defconfig import configurations, find_defconfig
from leafroot.kconfig.edit import edit_local, minimal_defconfig, update_local
from leafroot.plan.board import Plan
from leafroot.plan.recipes.go import find_go
from leafroot.step import Output
from leafroot.units.catalog import Catalog
from leafroot.units.lock import LOCK


@dataclass(frozen=True)
class Command:
    """A command: what it does for people, the outputs and folders that it needs, and work that gives an exit status.

    `check` raises a LeafrootError if the work could not be done on this machine: known before anything is built.
    """

    summary: str
    needs: Sequence[Output]
    work: Callable[[], int]
    check: Callable[[], None] = lambda: None
    folders: Sequence[str] = ()


# Commands that need no valid configuration, for some of them mend one.
EDITING = {
    "menuconfig": "change the configuration in the terminal",
    "guiconfig": "change the configuration in a window",
    "olddefconfig": "bring the changed configuration up to date",
    "savedefconfig": "make the board's defconfig of the configuration: only what differs",
}
PLAIN = {
    "list": "boards, kernel series, packages and boot modes",
    "bench-compare": "A B: what differs between two files that bench has written, beyond the noise",
    "source": "fetch every archive, for later work without a network",
    "go-lock": "pin the modules that PACKAGE=, written in Go, is built with",
}
WITHOUT_BOARD = ("list", "go-lock", "bench-compare")
"""Commands that are for no board."""

BOARD = {
    "boot": "boot the board in QEMU, its console in this terminal (leave with Ctrl-A X)",
    "boot-test": "boot the image in QEMU and let it check itself",
    "boot-files": "make what 'boot' needs, and no image",
    "flash": "write the SD card's image to DEV=, and compare it",
    "legal-info": "gather the licence texts of all that is in the image, and a table of it",
    "bench": "measure how long the usual changes take",
    "bench-cold": "measure what is built from nothing, twice: half an hour and more",
    "bench-bootmodes": "measure what each way to a root in memory costs: half an hour",
    "bench-containers": "measure a container's start and end on the RAM root, and the same on a disk",
    "reproduce": "build all of it twice, under conditions that differ, and compare every byte",
}


def help_text() -> str:
    """What `scons -h` says."""
    lines = ["usage: scons BOARD=NAME [VARIABLE=VALUE...] [COMMAND]", "", "Without a command, builds the image.", ""]
    for heading, entries in (("Commands", {**BOARD, **PLAIN, **EDITING}), ("Variables", VARIABLES)):
        lines += [heading, *(f"  {name:<15} {summary}" for name, summary in entries.items()), ""]
    return "\n".join(lines)


def commands(session: Session) -> dict[str, Command]:
    """Every command that this call of scons could be asked for."""
    works: dict[str, Callable[[], int]] = {"list": partial(_list, session), "source": session.fetch_sources}
    # With its files, scons.py calls it itself: to SCons they would be things to make.
    works["bench-compare"] = partial(measuring.bench_compare, ())
    works["go-lock"] = partial(_go_lock, session)
    works |= {name: partial(_edit, session, name) for name in EDITING}
    found = {name: Command({**PLAIN, **EDITING}[name], (), work) for name, work in works.items()}
    for config, plan in session.planned[:1]:
        image = plan.image
        beside = (*plan.checks, plan.kernel, plan.root, *device_tree_of(plan))
        booted = images_of(plan) if session.netboot else beside
        check = partial(check_boards, session, [(config, plan)])
        found |= {
            "boot": Command(BOARD["boot"], booted, partial(boot_board, session, config, plan), check),
            "boot-files": Command(BOARD["boot-files"], beside, lambda: 0),
            "bench": Command(BOARD["bench"], (image, *beside), partial(measuring.bench, session, config, plan)),
        }
        cold = partial(measuring.bench_cold, session, config)
        found["bench-cold"] = Command(BOARD["bench-cold"], (), cold)
        ways = (partial(measuring.bench_bootmodes, session, config), partial(check_ways, config, len(session.boards)))
        found["bench-bootmodes"] = Command(BOARD["bench-bootmodes"], (), *ways)
        roots = (
            partial(measuring.bench_containers, session, config),
            partial(check_containers, config, len(session.boards)),
        )
        found["bench-containers"] = Command(BOARD["bench-containers"], (), *roots)
        flash_check = partial(_check_flash, session, config)
        needs = (plan.card,) if plan.card else ()
        found["flash"] = Command(BOARD["flash"], needs, partial(_flash, session, plan), flash_check)
    folders = [plan.legal_info.folder for _, plan in session.planned]
    found["legal-info"] = Command(BOARD["legal-info"], (), partial(_tell, session, folders), folders=folders)
    twice = (partial(measuring.reproduce, session), partial(measuring.check_reproduce, session))
    found["reproduce"] = Command(BOARD["reproduce"], (), *twice)
    tested = list(session.planned)
    outputs = [output for _, plan in tested for output in images_of(plan)]
    exports = [one.folder for _, plan in tested for one in plan.exports]
    check = partial(check_boards, session, tested)
    test = partial(test_boards, session, tested)
    found["boot-test"] = Command(BOARD["boot-test"], outputs, test, check, exports)
    return found


def _tell(session: Session, folders: Sequence[str]) -> int:
    for folder in folders:
        print(session.output / folder)
    return 0


def _check_flash(session: Session, config: Config) -> None:
    """Refuse what can be seen to go wrong before the image is built."""
    from leafroot.host.flash import check_device, look_at

    loader = config.board.value.loader
    if loader is None:
        raise LeafrootError("this board has no SD card to write", f"BOARD={config.name}")
    if len(session.boards) > 1:
        raise LeafrootError("a card is for one board", f"BOARD={','.join(session.boards)}")
    if not session.variables.get("DEV"):
        raise LeafrootError("which card?", "flash", "Say DEV=/dev/sdX.")
    check_device(look_at(Path(session.variables["DEV"])), loader.card * 1024 * 1024)


def _flash(session: Session, plan: Plan) -> int:
    from leafroot.host.flash import flash

    assert plan.card
    flash(session.output / plan.card.path, Path(session.variables["DEV"]), shared_progress())
    return 0


def _edit(session: Session, command: str) -> int:
    for board in session.boards:
        request = session.request(board)
        arguments = (session.catalog, session.checkout, session.generated, request)
        if command == "savedefconfig":
            target = find_defconfig(session.catalog, board) or session.checkout / "configs" / f"{board}_defconfig"
            write_text(target, minimal_defconfig(*arguments))
            print(f"{target} says what differs from the defaults.")
            continue
        notes = update_local(*arguments) if command == "olddefconfig" else edit_local(*arguments, command)
        for note in notes:
            print(f"dropped: {note}")
        print(f"{request.local} is what this board is built with from now on;")
        print("'savedefconfig' makes its defconfig of it, and without the file the defconfig counts again.")
    return 0


def _go_lock(session: Session) -> int:
    from leafroot.debian.apt import Apt
    from leafroot.debian.lockfile import lock, text_of
    from leafroot.fetch.fetch import fetch_all

    name, release = session.variables.get("PACKAGE", ""), session.variables.get("RELEASE", "trixie")
    if session.offline:
        raise LeafrootError("locking asks a Debian mirror", "OFFLINE=1", "Leave OFFLINE out, for this command alone.")
    unit, recipe, tools = find_go(session.catalog.packages, name, host_platform())
    apt = Apt(session.cache / "apt" / release, release, session.mirror)
    apt.update()
    fetch = partial(fetch_all, cache=session.cache, mirror=session.mirror, progress=shared_progress())
    modules = lock(unit, recipe, tools, apt, session.executor(os.cpu_count() or 1, str), fetch)
    file = session.checkout / unit.path(LOCK)
    write_text(file, text_of(modules, recipe, name, release))
    print(f"{file} pins {len(modules)} modules")
    return 0


def _list(session: Session) -> int:
    print(listing(session.catalog))
    return 0


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
