# SPDX-License-Identifier: Apache-2.0
"""What a person typed, made sense of: the variables, and the boards' configurations and plans."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from leafroot.build.executor import Local
from leafroot.describe.archive import Archive
from leafroot.errors import LeafrootError, nearest
from leafroot.host.jobserver import Slots
from leafroot.host.machine import compiler_identity, host_platform
from leafroot.host.progress import Progress
from leafroot.kconfig.config import Config, configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import Machine, Plan, plan_board
from leafroot.step import Step
from leafroot.store.trees import Store
from leafroot.units.catalog import Catalog, load_catalog

VARIABLES = {
    "BOARD": "the board (or other defconfig) to build, several with commas, or 'all'",
    "BOOT": "boot mode: nullfs, leaf-tmpfs or rootfs",
    "KERNEL": "kernel series, such as 6.12",
    "TOOLCHAIN": "source (built here), or debian (the quick way: this machine's compiler)",
    "CONFIG": "configuration fragments to merge, with commas between them",
    "EXTERNAL": "external trees, with colons between them",
    "OVERLAY": "folders to lay over the root, with colons between them",
    "OUTPUT": "where everything is made (output)",
    "CACHE": "downloads, unpacked sources and artefacts (~/.cache/leafroot)",
    "OFFLINE": "1: never touch the network",
    "DEBIAN_MIRROR": "where debian: archives are found, in place of what apt is set to",
    "NETBOOT": "1: boot and boot-test fetch the image over the network, from QEMU's own server",
    "PACKAGE": "the package that 'go-lock' is for",
    "RELEASE": "the Debian release that 'go-lock' takes modules from (trixie), or that 'reproduce' builds in",
    "DEV": "the card that 'flash' writes to, such as /dev/sdX",
    "ACCEL": "QEMU's accelerator: tcg (the default) or kvm",
    "explain": "NAME: why the step that makes NAME was done, and whether it will be again",
    "shell": "NAME: a shell in the sandbox of the step that makes NAME",
}


@cache
def shared_progress() -> Progress:
    """The one line of all transfers, which may run side by side."""
    return Progress()


@dataclass
class Session:
    """One call of scons: where things are, and what is to be planned."""

    checkout: Path
    variables: Mapping[str, str]
    catalog: Catalog
    boards: Sequence[str]
    configs: Sequence[Config] = ()
    planned: list[tuple[Config, Plan]] = field(default_factory=list)

    @property
    def output(self) -> Path:
        """Where everything is made."""
        return self.checkout / (self.variables.get("OUTPUT") or "output")

    @property
    def cache(self) -> Path:
        """Where downloads, unpacked trees and artefacts are kept."""
        return _cache(self.variables)

    @property
    def generated(self) -> Path:
        """Where the generated part of the Kconfig is written."""
        return self.output / "kconfig"

    @property
    def offline(self) -> bool:
        """Whether the network must not be touched."""
        return self.variables.get("OFFLINE", "0") not in ("", "0")

    @property
    def netboot(self) -> bool:
        """Whether QEMU is to boot over the network."""
        return self.variables.get("NETBOOT", "0") not in ("", "0")

    @property
    def mirror(self) -> str:
        """The Debian mirror that was asked for, or nothing."""
        return self.variables.get("DEBIAN_MIRROR", "")

    def request(self, board: str) -> Request:
        """What was asked for, as far as Kconfig is concerned."""
        return Request(
            board,
            local=self.output / board / ".config",
            fragments=[Path(part) for part in self.variables.get("CONFIG", "").split(",") if part],
            boot=self.variables.get("BOOT", ""),
            kernel=self.variables.get("KERNEL", ""),
            toolchain=self.variables.get("TOOLCHAIN", ""),
        )

    def configure(self) -> None:
        """Resolve the configuration of every board that was named."""
        overlays = [part for part in self.variables.get("OVERLAY", "").split(":") if part]
        self.configs = [
            configure(self.catalog, self.checkout, self.generated, self.request(board), overlays)
            for board in self.boards
        ]

    def make_plans(self) -> list[Plan]:
        """One plan for each board."""
        self.planned = [(config, plan_board(config, _machine(config))) for config in self.configs]
        return [plan for _, plan in self.planned]

    def steps(self) -> list[Step]:
        """All steps of all plans."""
        return [step for _, plan in self.planned for step in plan.steps]

    def fetch_sources(self) -> int:
        """Fetch every archive of all plans; offline, a LeafrootError unless they are all there."""
        from leafroot.fetch.fetch import check_offline, fetch_all

        archives = [archive for step in self.steps() for archive in step.archives()]
        if self.offline:
            check_offline(archives, self.cache)
        else:
            fetch_all(archives, self.cache, mirror=self.mirror)
        return 0

    def step(self, name: str) -> Step:
        """The step that makes the output of this name, with or without its folder and ending."""
        names: dict[str, Step] = {}
        for step in self.steps():
            for known in step.names:
                names.setdefault(known, step)
        if name not in names:
            raise LeafrootError(f"no step makes {name!r}", "command line", nearest(name, names))
        return names[name]

    def shell_hint(self, step: Step) -> str:
        """How to look at what a step left behind."""
        variables = " ".join(f"{name}={value}" for name, value in self.variables.items())
        return f"A shell in its sandbox: scons {variables} shell={step.output.path}"

    def executor(self, jobs: int, digest: Callable[[str], str], held: tuple[int, ...] = ()) -> Local:
        """What performs steps here, `jobs` compilers at a time; `digest` gives the SHA-256 of an output."""

        def get(archive: Archive) -> Path:
            from leafroot.fetch.fetch import cached, check_offline, fetch

            if self.offline and cached(archive, self.cache) is None:
                check_offline([one for step in self.steps() for one in step.archives()], self.cache)
            return fetch(archive, self.cache, offline=self.offline, mirror=self.mirror, progress=shared_progress())

        store = Store(self.cache / "trees", get)
        return Local(self.checkout, self.output, store, Slots(jobs), digest, held, self.shell_hint)


def open_session(checkout: Path, variables: Mapping[str, str], board_needed: bool) -> Session:
    """Check the variables, load the units, and see which boards were named."""
    for name in variables:
        if name not in VARIABLES:
            raise LeafrootError(f"there is no variable {name}", "command line", nearest(name, VARIABLES))
    external = [Path(part) for part in variables.get("EXTERNAL", "").split(":") if part]
    catalog = load_catalog(checkout, external, licenses=_cache(variables) / "licenses")
    asked = variables.get("BOARD", "")
    boards = sorted(catalog.boards) if asked == "all" else [name for name in asked.split(",") if name]
    if board_needed and not boards:
        raise LeafrootError(
            "which board?",
            hint=f"Say BOARD=NAME. There is: {', '.join(sorted(catalog.boards))}.\n"
            "'scons list' tells of each, 'scons -h' of all that there is.",
        )
    return Session(checkout, variables, catalog, boards)


def _cache(variables: Mapping[str, str]) -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(variables.get("CACHE") or base / "leafroot").expanduser().absolute()


def make_folder(folder: Path, variable: str, checkout: Path) -> None:
    """Make a folder that a variable names; LeafrootError if that cannot be done, or it is none to make anything in."""
    if not str(folder).isprintable():
        raise LeafrootError(
            "cannot hold what is built: there are characters in it that cannot be shown",
            f"{variable}={folder}",
            "Name a folder without newlines and the like.",
        )
    if checkout.resolve().is_relative_to(folder.resolve()):
        raise LeafrootError(
            "is the checkout, or has it within", f"{variable}={folder}", f"{variable}=FOLDER names one of its own."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LeafrootError(
            f"cannot make {folder}: {error.strerror}", "command line", f"{variable}=FOLDER names another."
        ) from error


def _machine(config: Config) -> Machine:
    if config.toolchain is None:
        return Machine(host_platform())
    return Machine(host_platform(), compiler_identity(config.toolchain, config.arch.target.split("-")[0]))
