# SPDX-License-Identifier: Apache-2.0
"""QEMU's programs and firmware: those of a build root, on any machine, or those that are installed on this one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from leafroot.describe.qemu import Emulation, Firmware
from leafroot.errors import LeafrootError
from leafroot.host.bubblewrap import with_usr
from leafroot.host.run import capture


@dataclass(frozen=True)
class Emulators:
    """Where QEMU comes from: `usr` is the /usr of a build root; without it, this machine's own is used.

    QEMU of a build root sees this machine as it is, but for /usr: it reads images, opens devices and uses the network
    as a program of this machine does.
    """

    usr: Path | None = None

    def argv(self, program: str) -> list[str]:
        """The command line that runs a program, without arguments of its own."""
        if self.usr is None:
            return [program]
        return [*with_usr(self.usr), program]

    def find(self, program: str, wanted: Firmware) -> Path:
        """The path, as QEMU sees it, of a firmware; a LeafrootError if it is missing."""
        _, said = capture([*self.argv(program), "-L", "help"])
        places = [Path(folder) / wanted.name for folder in said.splitlines() if folder.startswith("/")]
        places += [Path(place) for place in wanted.places]
        for place in places:
            if self._has(place):
                return place
        looked = [f"searched: {place}" for place in places]
        raise LeafrootError(
            f"QEMU's firmware {wanted.name} was not found", "NETBOOT=1", "\n".join([self._remedy, *looked])
        )

    def check(self, program: str, machine: Emulation) -> None:
        """Raise a LeafrootError if QEMU is too old for the machine."""
        version, said = self.version(program)
        if version < machine.since:
            oldest = ".".join(map(str, machine.since))
            raise LeafrootError(
                f"this is {said}; '{' '.join(machine.options)}' needs {oldest} or newer",
                where=program,
                hint=self._remedy,
            )

    def version(self, program: str) -> tuple[tuple[int, int], str]:
        """Major and minor version of QEMU, and the line that it prints.

        Raises LeafrootError if it is not installed, or if it prints no version.
        """
        _, said = capture([*self.argv(program), "--version"])
        line = next(iter(said.splitlines()), "")
        found = re.search(r"version (\d+)\.(\d+)", line)
        if not found:
            raise LeafrootError(f"not QEMU: with --version it prints {line!r}", where=program, hint=self._remedy)
        return (int(found[1]), int(found[2])), line

    @property
    def _remedy(self) -> str:
        if self.usr is None:
            return "Leave out QEMU=host: Leafroot has a QEMU of its own."
        return "'scons lock' pins a newer one in the build root 'guests'."

    def _has(self, place: Path) -> bool:
        if self.usr is not None and place.is_relative_to("/usr"):
            return (self.usr / place.relative_to("/usr")).is_file()
        return place.is_file()
