# SPDX-License-Identifier: Apache-2.0
"""QEMU's programs and firmware: those of a build root, on any machine, or those that are installed on this one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from leafroot.describe.qemu import Emulation, Firmware
from leafroot.errors import LeafrootError
from leafroot.host.bubblewrap import only_usr_words
from leafroot.host.run import capture

_RELEASES = "Debian 12 has 7.2, and 10.0 in its backports; Debian 13 has 10.0."


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
        return [*only_usr_words(self.usr), program]

    def find(self, program: str, wanted: Firmware) -> Path:
        """The path, as QEMU sees it, of a firmware; a LeafrootError, with the package to install, if it is missing."""
        _, said = capture([*self.argv(program), "-L", "help"])
        places = [Path(folder) / wanted.name for folder in said.splitlines() if folder.startswith("/")]
        places += [Path(place) for place in wanted.places]
        for place in places:
            if self._has(place):
                return place
        looked = "\n".join(f"searched: {place}" for place in places)
        raise LeafrootError(
            f"the firmware {wanted.name} is not on this machine", "NETBOOT=1", f"Install {wanted.packages}.\n{looked}"
        )

    def check(self, program: str, machine: Emulation) -> None:
        """Raise a LeafrootError if QEMU is too old for the machine."""
        version, said = self.version(program)
        if version < machine.since:
            oldest = ".".join(map(str, machine.since))
            raise LeafrootError(
                f"this is {said}; '{' '.join(machine.options)}' needs {oldest} or newer",
                where=program,
                hint=_RELEASES,
            )

    def version(self, program: str) -> tuple[tuple[int, int], str]:
        """Major and minor version of QEMU, and the line that it prints.

        Raises LeafrootError if it is not installed, or if it prints no version.
        """
        _, said = capture([*self.argv(program), "--version"])
        line = next(iter(said.splitlines()), "")
        found = re.search(r"version (\d+)\.(\d+)", line)
        if not found:
            raise LeafrootError(f"not QEMU: with --version it prints {line!r}", where=program, hint=_RELEASES)
        return (int(found[1]), int(found[2])), line

    def _has(self, place: Path) -> bool:
        if self.usr is not None and place.is_relative_to("/usr"):
            return (self.usr / place.relative_to("/usr")).is_file()
        return place.is_file()
