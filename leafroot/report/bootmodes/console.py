# SPDX-License-Identifier: Apache-2.0
"""What the guest said of one boot, read from its console (bench/bootmodes: shell.sh and escape)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from leafroot.errors import LeafrootError

_LINE = re.compile(r"^bench: (.+?)\s*$", re.MULTILINE)
TRIES = ("dotdot", "chroot", "umount", "device")


@dataclass(frozen=True)
class Boot:
    """One boot to the shell.

    `seconds` are the kernel's own, from its start; `free` is what is free of the memory, `available` what the kernel
    says could be, in KiB. `root` is the mount of /: its id, its parent's, its type. `escapes` are the tries to get back
    from a container: found or no.
    """

    seconds: float
    free: int
    available: int
    root: tuple[int, int, str]
    pivot_root: str
    escapes: Mapping[str, str]

    @property
    def breaks_out(self) -> tuple[str, ...]:
        """The tries that came back to the old root."""
        return tuple(name for name in TRIES if self.escapes[name] == "found")


def read_seconds(console: str, where: object) -> float:
    """The seconds to the shell alone; LeafrootError if it was not reached."""
    said = _said(console).get("up", "")
    if not re.fullmatch(r"\d+\.\d+", said):
        raise LeafrootError("the guest never reached its shell", where, _tail(console))
    return float(said)


def came_up(console: str) -> bool:
    """Whether the shell was reached, on a root that is whole."""
    said = _said(console)
    return "up" in said and said.get("intact") == "yes"


def read_boot(console: str, where: object) -> Boot:
    """The boot that a console shows; LeafrootError if it did not come to its end."""
    said = _said(console)
    try:
        number, parent, kind = said["root"].split(",")
        boot = Boot(
            seconds=float(said["up"]),
            free=int(said["free"]),
            available=int(said["available"]),
            root=(int(number), int(parent), kind),
            pivot_root=said["pivot_root"],
            escapes={name: said[name] for name in TRIES},
        )
    except (KeyError, ValueError) as error:
        raise LeafrootError(f"the guest did not say all that it should ({error})", where, _tail(console)) from error
    if not came_up(console):
        raise LeafrootError("the guest's root is not whole", where, _tail(console))
    if broken := [name for name, word in {"pivot_root": boot.pivot_root, **boot.escapes}.items() if word == "broken"]:
        raise LeafrootError(f"the guest could not try {', '.join(broken)}", where, _tail(console))
    return boot


def _said(console: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for match in _LINE.finditer(console.replace("\r", "")):
        said.update((word.split("=", 1)[0], word.split("=", 1)[1]) for word in match[1].split() if "=" in word)
    return said


def _tail(console: str) -> str:
    return "\n".join(f"| {line}" for line in console.replace("\r", "").splitlines()[-20:])
