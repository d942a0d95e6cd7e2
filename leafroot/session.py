# SPDX-License-Identifier: Apache-2.0
"""What a person typed, made sense of: variables, the boards' configurations and plans, and the commands."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from leafroot.config.catalog import Catalog, load_catalog
from leafroot.config.configuration import Config
from leafroot.config.configure import configure
from leafroot.config.edit import edit_local, minimal_defconfig, update_local
from leafroot.config.resolve import Request
from leafroot.describe.archive import Archive
from leafroot.describe.bootmode import BOOT_MODES
from leafroot.describe.unit import Unit
from leafroot.effects.assemble import compress_root, make_root
from leafroot.effects.elfcheck import check_root
from leafroot.effects.fetch import check_offline, fetch, fetch_all
from leafroot.effects.machine import compiler_identity, host_platform
from leafroot.effects.perform import Workshop
from leafroot.effects.progress import Progress
from leafroot.effects.qemu import Guest, boot, boot_test
from leafroot.effects.slots import Slots
from leafroot.effects.store import Store
from leafroot.errors import LeafrootError, nearest
from leafroot.plan.board import Machine, Plan, plan_board
from leafroot.plan.step import Step
from leafroot.report.bench import bench
from leafroot.report.manifest import write_manifest

VARIABLES = {
    "BOARD": "the board to build, several with commas, or 'all'",
    "BOOT": "boot mode: nullfs, leaf-tmpfs or rootfs",
    "KERNEL": "kernel series, such as 6.12",
    "TOOLCHAIN": "source (built here), or debian (the quick way: the compiler of this machine)",
    "CONFIG": "configuration fragments to merge, with commas between them",
    "EXTERNAL": "external trees, with colons between them",
    "OVERLAY": "folders to lay over the root, with colons between them",
    "OUTPUT": "where everything is made (output)",
    "CACHE": "downloads, unpacked sources and artefacts (~/.cache/leafroot)",
    "OFFLINE": "1: never touch the network",
    "DEBIAN_MIRROR": "where debian: archives are found, in place of what apt is set to",
    "ACCEL": "QEMU's accelerator: tcg (the default) or kvm",
    "shell": "NAME: a shell in the sandbox of the step that makes NAME",
}

# Commands that need no configuration to be valid: some of them mend one.
EDITING = ("menuconfig", "guiconfig", "olddefconfig", "savedefconfig")

Command = tuple[Sequence[str], Callable[[], int]]


@dataclass
class Session:
    """One call of scons: where things are, and what is to be planned."""

    checkout: Path
    variables: Mapping[str, str]
    catalog: Catalog
    boards: Sequence[str] = ()
    configs: Sequence[Config] = ()
    _plans: list[tuple[Config, Plan]] = field(default_factory=list)

    @property
    def output(self) -> Path:
        """Where everything is made."""
        return self.checkout / self.variables.get("OUTPUT", "output")

    @property
    def cache(self) -> Path:
        """Where downloads, unpacked trees and artefacts are kept."""
        return _cache(self.variables)

    def make_plans(self, file_digest: Callable[[str], str]) -> list[Plan]:
        """One plan for each board; `file_digest` gives the SHA-256 of a file of the checkout."""
        self._plans = [(config, plan_board(config, _machine(config), file_digest)) for config in self.configs]
        return self.plans()

    def plans(self) -> list[Plan]:
        """The plans that were made."""
        return [plan for _, plan in self._plans]

    def workshop(self, jobs: int, digest: Callable[[str], str]) -> Workshop:
        """Where steps are performed, `jobs` compilers at a time."""
        progress = Progress()
        offline = self.variables.get("OFFLINE", "0") not in ("", "0")
        mirror = self.variables.get("DEBIAN_MIRROR", "")

        def get(archive: Archive) -> Path:
            return fetch(archive, self.cache, offline=offline, mirror=mirror, progress=progress)

        return Workshop(
            checkout=self.checkout,
            output=self.output,
            store=Store(self.cache / "trees", get),
            slots=Slots(jobs),
            calls={
                "root": make_root,
                "elf": check_root,
                "compress": compress_root,
                "manifest": write_manifest,
            },
            digest=digest,
        )

    def board_commands(self, plan: Plan) -> dict[str, Command]:
        """The commands for one board: the outputs that each needs, and what it does."""
        config = next(config for config, known in self._plans if known is plan)
        image = plan.images[0]
        return {
            "boot": ((plan.kernel, plan.root), lambda: boot(self._guest(config, plan.kernel, plan.root))),
            "boot-files": ((plan.kernel, plan.root), lambda: 0),
            "bench": ((image, plan.kernel), lambda: self._bench(config, plan)),
            "boot-test": ((image,), lambda: self._boot_test(config, image)),
        }

    def plain_commands(self) -> dict[str, Callable[[], int]]:
        """The commands that need nothing built."""
        commands = {"source": self._source, "list": self._list}
        commands |= {name: functools.partial(self._edit, name) for name in EDITING}
        return commands

    def step(self, name: str) -> Step:
        """The step that makes the output of this name, with or without its folder and ending."""
        steps = [step for plan in self.plans() for step in plan.steps]
        for step in steps:
            if name in (step.output, PurePosixPath(step.output).name, PurePosixPath(step.output).name.split(".")[0]):
                return step
        known = [PurePosixPath(step.output).name.split(".")[0] for step in steps]
        raise LeafrootError(f"no step makes {name!r}", f"shell={name}", nearest(name, known))

    def results(self) -> list[Path]:
        """The images that were asked for."""
        return [self.output / plan.images[0] for plan in self.plans()]

    def _guest(self, config: Config, kernel: str, root: str | None = None) -> Guest:
        board = config.board.value
        return Guest(
            qemu=config.arch.qemu,
            options=(*config.arch.qemu_options, *board.qemu_options),
            memory=board.memory,
            kernel=self.output / kernel,
            initrd=self.output / root if root else None,
            accelerator=self.variables.get("ACCEL", "tcg"),
        )

    def _boot_test(self, config: Config, image: str) -> int:
        print(boot_test(self._guest(config, image), self.output / config.name / "boot-test.log"))
        return 0

    def _bench(self, config: Config, plan: Plan) -> int:
        def argv(output: Path) -> list[str]:
            return replace(
                self._guest(config, plan.kernel, plan.root), kernel=output / plan.kernel, initrd=output / plan.root
            ).argv()

        print(bench(self.checkout, self.cache, config.name, self.variables.get("TOOLCHAIN", ""), argv))
        return 0

    def _edit(self, command: str) -> int:
        for board in self.boards:
            request = _request(self, board)
            generated = self.output / "kconfig"
            arguments = (self.catalog, self.checkout, generated, request)
            if command == "savedefconfig":
                target = self.checkout / "configs" / f"{board}_defconfig"
                target.write_text(minimal_defconfig(*arguments))
                print(f"{target.relative_to(self.checkout)} says what differs from the defaults.")
                continue
            notes = update_local(*arguments) if command == "olddefconfig" else edit_local(*arguments, command)
            for note in notes:
                print(f"dropped: {note}")
            print(f"{request.local} is what this board is built with from now on;")
            print("'savedefconfig' makes its defconfig of it, and without the file the defconfig counts again.")
        return 0

    def _source(self) -> int:
        archives = [archive for plan in self.plans() for step in plan.steps for archive in step.archives()]
        if self.variables.get("OFFLINE", "0") not in ("", "0"):
            check_offline(archives, self.cache)
            return 0
        fetch_all(archives, self.cache, mirror=self.variables.get("DEBIAN_MIRROR", ""))
        return 0

    def _list(self) -> int:
        kinds: dict[str, Mapping[str, Unit[Any]]] = {
            "Boards": self.catalog.boards,
            "Kernel series": self.catalog.series,
            "Packages": self.catalog.packages,
        }
        for heading, units in kinds.items():
            print(heading)
            for name, unit in sorted(units.items()):
                print(f"  {name:<20} {unit.summary}")
        print("Boot modes")
        for mode in BOOT_MODES.values():
            print(f"  {mode.name:<20} {mode.summary}")
        return 0


def open_session(checkout: Path, variables: dict[str, str], targets: Sequence[str]) -> Session:
    """Check the variables, load the units, and configure the boards that were named."""
    for name in variables:
        if name not in VARIABLES:
            raise LeafrootError(f"there is no variable {name}", "command line", nearest(name, VARIABLES))
    external = [Path(part) for part in variables.get("EXTERNAL", "").split(":") if part]
    session = Session(checkout, variables, load_catalog(checkout, external))
    boards = _boards(variables.get("BOARD", ""), session.catalog)
    if not boards and set(targets) != {"list"}:
        raise LeafrootError(
            "which board?",
            hint=f"Say BOARD=NAME. There is: {', '.join(sorted(session.catalog.boards))}.\n"
            "'scons list' tells of each, 'scons -h' of all that there is.",
        )
    session.boards = boards
    if targets and set(targets) <= set(EDITING):
        return session
    session.configs = [_configure(session, board) for board in boards]
    return session


def _boards(asked: str, catalog: Catalog) -> list[str]:
    return sorted(catalog.boards) if asked == "all" else [name for name in asked.split(",") if name]


def _request(session: Session, board: str) -> Request:
    variables = session.variables
    return Request(
        board,
        local=session.output / board / ".config",
        fragments=[Path(part) for part in variables.get("CONFIG", "").split(",") if part],
        boot=variables.get("BOOT", ""),
        kernel=variables.get("KERNEL", ""),
        toolchain=variables.get("TOOLCHAIN", ""),
    )


def _configure(session: Session, board: str) -> Config:
    overlays = [part for part in session.variables.get("OVERLAY", "").split(":") if part]
    generated = session.output / "kconfig"
    return configure(session.catalog, session.checkout, generated, _request(session, board), overlays)


def _cache(variables: Mapping[str, str]) -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(variables.get("CACHE") or base / "leafroot").expanduser().absolute()


def _machine(config: Config) -> Machine:
    if config.toolchain is None:
        return Machine(host_platform())
    return Machine(host_platform(), compiler_identity(config.toolchain, config.arch.target.split("-")[0]))
