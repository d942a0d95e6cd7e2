# SPDX-License-Identifier: Apache-2.0
"""One call of scons: its variables, the units, and the boards' configurations and plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from leafroot.app.folders import make_folder
from leafroot.app.variables import Variables, Word, check_known, read_variables
from leafroot.build.executor import Local
from leafroot.describe.archive import Archive
from leafroot.errors import LeafrootError, nearest
from leafroot.files import digest_of
from leafroot.host.external_compiler import compiler_identity
from leafroot.host.jobserver import Slots
from leafroot.host.progress import Progress
from leafroot.kconfig.config import Config, ExternalToolchain, configure
from leafroot.kconfig.defconfig import find_board
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import Plan, plan_board
from leafroot.plan.build_machine import Machine, this_processor
from leafroot.step import Step, Usr
from leafroot.store.trees import Store
from leafroot.units.catalog import Catalog, load_catalog

if TYPE_CHECKING:
    from leafroot.debian.survey import Survey
    from leafroot.fetch.fetch import Mirrors
    from leafroot.guest.emulators import Emulators
    from leafroot.importer.draft import Draft


@cache
def shared_progress() -> Progress:
    """The one line that shows all transfers, which may run side by side."""
    return Progress()


@dataclass
class Session:
    """One call of scons: where things are, and what is to be planned. `draft` is a package that it has just drafted."""

    checkout: Path
    variables: Variables
    catalog: Catalog
    boards: Sequence[str]
    configs: Sequence[Config] = ()
    planned: list[tuple[Config, Plan]] = field(default_factory=list)
    draft: Draft | None = None

    @cached_property
    def build_machine(self) -> Machine:
        """This machine and its build roots."""
        return Machine(this_processor(), self.catalog.roots)

    @property
    def output(self) -> Path:
        """The folder of everything that is built."""
        return self.variables.output

    @property
    def cache(self) -> Path:
        """The folder of downloads, unpacked trees and artefacts."""
        return self.variables.cache

    @property
    def generated(self) -> Path:
        """The folder of the generated part of the Kconfig."""
        return self.output / "kconfig"

    def request(self, board: str) -> Request:
        """What the variables ask of a board's configuration."""
        asked = self.variables
        return Request(
            board,
            local=self.output / board / ".config",
            packages=asked.packages,
            fragments=list(asked.config),
            boot=asked.boot,
            kernel=asked.kernel,
            toolchain=asked.toolchain,
        )

    def configure(self) -> None:
        """Resolve the configuration of every board."""
        self.configs = [
            configure(self.catalog, self.checkout, self.generated, self.request(board), self.variables.overlay)
            for board in self.boards
        ]

    def notes(self) -> list[str]:
        """What people should know of the configurations, and of the folders for the roots, each line once."""
        found = [note for config in self.configs for note in config.notes]
        listings = [listing for config in self.configs for listing in (*config.files.values(), *config.overlays)]
        return list(dict.fromkeys([*found, *(note for listing in listings for note in listing.notes)]))

    def make_plans(self, file_digest: Callable[[Path], str] = digest_of) -> list[Plan]:
        """Plan every board that was configured; `file_digest` gives the SHA-256 of a file of this machine."""
        self.planned = [(config, plan_board(config, self.machine(config, file_digest))) for config in self.configs]
        return [plan for _, plan in self.planned]

    def machine(self, config: Config, file_digest: Callable[[Path], str]) -> Machine:
        """This machine, with the compiler of its own that the configuration asks for."""
        machine = self.build_machine
        if not isinstance(config.toolchain, ExternalToolchain):
            return machine
        target = config.arch.target.split("-")[0]
        return replace(machine, compiler=compiler_identity(config.toolchain, target, file_digest))

    def steps(self) -> list[Step]:
        """All steps of all plans."""
        return [step for _, plan in self.planned for step in plan.steps]

    def archives(self) -> list[Archive]:
        """All archives that the steps unpack."""
        return [archive for step in self.steps() for archive in step.archives()]

    def fetch_sources(self) -> list[tuple[Archive, Path]]:
        """Fetch every archive that the boards' steps unpack; the archives, each once, with their files.

        Offline, raise a LeafrootError unless all are in the cache, or on the mirrors.
        """
        return self._fetched(self.archives())

    def fill_sources(self) -> int:
        """Fetch all that the boards need, QEMU too, and lay it into the folder that DIR= names."""
        from leafroot.fetch.fetch import fill_mirror

        folder = self.variables.folder
        if folder:
            make_folder(folder, "DIR", writes=True)
        found = self._fetched([*self.archives(), *(() if self.variables.host_qemu else self._guests.packages)])
        if folder:
            count = fill_mirror(found, folder)
            print(f"{folder}: {count} archives, listed in index.tsv. PRIMARY_MIRROR={folder} uses them.")
        return 0

    def _fetched(self, archives: Sequence[Archive]) -> list[tuple[Archive, Path]]:
        from leafroot.fetch.fetch import check_offline, fetch_all

        mirrors, each = self.mirrors(), [*{archive.sha256: archive for archive in archives}.values()]
        if not mirrors.any:
            check_offline(each, self.cache)
        return list(zip(each, fetch_all(each, self.cache, mirrors=mirrors, progress=shared_progress()), strict=True))

    def mirrors(self) -> Mirrors:
        """Where this call may ask for archives."""
        from leafroot.fetch.fetch import Mirrors

        asked = self.variables
        firsts, lasts, online = asked.primary_mirrors, asked.backup_mirrors, not asked.offline
        return Mirrors(asked.mirror, firsts, lasts, online, self._instead_of)

    def _instead_of(self, archive: Archive) -> str:
        return self._survey.instead_of(archive)

    @cached_property
    def _survey(self) -> Survey:
        """Where all pins stand; Debian is asked once, however many files are lost."""
        from leafroot.app.pinning import survey_of

        return survey_of(self)

    def step(self, name: str) -> Step:
        """The step of this name, or the one that makes the output of this name, with or without folder and ending."""
        names: dict[str, Step] = {}
        for step in self.steps():
            for known in step.names:
                names.setdefault(known, step)
        if name not in names:
            raise LeafrootError(f"unknown step {name!r}", "command line", nearest(name, names))
        return names[name]

    def shell_hint(self, step: Step) -> str:
        """How to look at what a failed step left behind."""
        return f"A shell in its sandbox: {self.variables.command_line(shell=step.output.path)}"

    def executor(self, jobs: int, digest: Callable[[str], str], held: tuple[int, ...] = ()) -> Local:
        """What performs steps here, `jobs` compilers at a time; `digest` gives the SHA-256 of an output."""
        return Local(self.checkout, self.output, self.store(), Slots(jobs), digest, held, self.shell_hint)

    def emulators(self) -> Emulators:
        """QEMU: of this machine if that was asked for, else of the build root for guests, which is fetched once."""
        from leafroot.guest.emulators import Emulators

        return Emulators() if self.variables.host_qemu else Emulators(self.unpacked(self._guests))

    def unpacked(self, usr: Usr) -> Path:
        """The tree of a /usr for programs that no step runs; it is fetched once."""
        from leafroot.host.bubblewrap import check_bubblewrap

        check_bubblewrap()
        store = self.store()
        store.fetch(usr)
        return store.usr(usr)

    @property
    def _guests(self) -> Usr:
        """The build root with QEMU and its firmware."""
        return self.build_machine.alone("guests")

    def store(self) -> Store:
        """The unpacked trees in the cache."""
        return Store(self.cache / "trees", self._fetch, self.build_machine.usr())

    def _fetch(self, archive: Archive) -> Path:
        from leafroot.fetch.fetch import cached, check_offline, fetch

        mirrors = self.mirrors()
        if not mirrors.any and cached(archive, self.cache) is None:
            # All that is missing is reported at once.
            check_offline(self.archives(), self.cache)
        return fetch(archive, self.cache, mirrors=mirrors, progress=shared_progress())


def open_session(checkout: Path, given: Variables | Mapping[str, str], board_needed: bool) -> Session:
    """Read the variables, unless that is done, load the units, and find the boards that were named."""
    variables = given if isinstance(given, Variables) else read_variables(checkout, given)
    catalog = load_catalog(checkout, variables.external, variables.cache / "licenses", this_processor())
    boards = sorted(catalog.boards) if variables.boards == ("all",) else list(variables.boards)
    for board in boards:
        find_board(catalog, board)
    check_known(Word("KERNEL", variables.kernel, checkout), "kernel series", catalog.series)
    if board_needed and not boards:
        raise LeafrootError(
            "which board?",
            hint=f"Say BOARD=NAME. Available: {', '.join(sorted(catalog.boards))}.\n"
            "'scons list' describes each of them; 'scons -h' lists all commands and variables.",
        )
    return Session(checkout, variables, catalog, boards)
