# SPDX-License-Identifier: Apache-2.0
"""Boots a board's image in QEMU, for a person at the console or for the guest's own checks."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leafroot.describe.qemu import Emulation
from leafroot.errors import LeafrootError
from leafroot.guest.emulators import Emulators
from leafroot.host.run import run, watch

# What makes the guest's start script run its checks (package/rootcheck/files/etc/init.d/S99rootcheck).
CHECK_WORD = "leafroot.check"
# A PC's kernel tests its timer, and dies if the test fails: as it does where an emulator waits long for a processor.
NO_TIMER_CHECK = "no_timer_check"
CHECK_WORDS = f"{CHECK_WORD} panic=-1 {NO_TIMER_CHECK}"
_VERDICT = re.compile(r"^leafroot\.check: status (\d+)\s*$", re.MULTILINE)
_MEMORY = re.compile(r"^leafroot\.memory: (\d+) of (\d+) KiB\s*$", re.MULTILINE)
_PLAN = re.compile(r"^1\.\.(\d+)\s*$", re.MULTILINE)
_RESULT = re.compile(r"^(not )?ok \d+.*$", re.MULTILINE)


@dataclass(frozen=True)
class Guest:
    """A machine to boot: QEMU's program and machine, RAM in MiB, the kernel, and a separate root (or none).

    `device_tree` is the file of the machine's device tree, if QEMU does not make one itself. `emulators` is where QEMU
    comes from.
    """

    qemu: str
    machine: Emulation
    memory: int
    kernel: Path
    initrd: Path | None = None
    device_tree: Path | None = None
    accelerator: str = "tcg"
    emulators: Emulators = field(kw_only=True)

    def hardware(self, network: str = "", rom: bool = False) -> list[str]:
        """The command line of the machine, without anything to boot.

        `network` are options for QEMU's end of the network. With `rom` the network card has firmware that can boot.
        """
        line = [
            *self.emulators.argv(self.qemu),
            *self.machine.options,
            "-accel",
            self.accelerator,
            "-m",
            str(self.memory),
            "-display",
            "none",
        ]
        line += ["-no-reboot", "-nodefaults", "-serial", "mon:stdio"]
        if self.machine.virtio:
            card = "virtio-net-pci,netdev=net0" if rom else "virtio-net-pci,netdev=net0,romfile="
            line += ["-netdev", f"user,id=net0{network}", "-device", card]
            line += ["-device", "virtio-rng-pci"]
        if self.device_tree is not None:
            line += ["-dtb", str(self.device_tree)]
        return line

    def argv(self, words: str = "") -> list[str]:
        """QEMU's command line; `words` are added to the kernel's command line."""
        line = [*self.hardware(), "-kernel", str(self.kernel)]
        if self.initrd is not None:
            line += ["-initrd", str(self.initrd)]
        return [*line, "-append", words] if words else line


def boot(guest: Guest) -> int:
    """Boot with the serial console in this terminal; returns QEMU's exit status."""
    guest.emulators.check(guest.qemu, guest.machine)
    return run(guest.argv(), env=dict(os.environ), stdin=None)


def boot_test(guest: Guest, log: Path, timeout: float = 180.0) -> str:
    """Boot and let the guest check itself; returns a summary, or raises LeafrootError if a check fails."""
    guest.emulators.check(guest.qemu, guest.machine)
    return boot_test_of(guest.argv(CHECK_WORDS), log, timeout)


def boot_test_of(argv: Sequence[str], log: Path, timeout: float, fetched: str = "") -> str:
    """`boot_test` for a command line; the console must have printed `fetched` before the checks."""
    log.parent.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    ended = watch(argv, env=dict(os.environ), log=log, timeout=timeout)
    seconds = time.monotonic() - begun
    console = log.read_text(errors="replace").replace("\r", "")
    reason = verdict(console, fetched)
    if reason:
        if not ended:
            reason = f"{reason} (QEMU was killed after {timeout:.0f} s)"
        tail = "\n".join(f"| {line}" for line in console.splitlines()[-40:])
        raise LeafrootError(reason, where="boot-test", hint=f"{tail}\nThe whole console output: {log}")
    checks = "\n".join(match.group(0) for match in _RESULT.finditer(console))
    return f"{checks}\nboot-test: passed, {len(checks.splitlines())} checks in {seconds:.1f} s{memory_in_use(console)}"


def memory_in_use(console: str) -> str:
    """How much memory kernel and root use, as the guest counted after its checks; "" if it did not."""
    said = _MEMORY.search(console)
    return f", {int(said.group(1)) / 1024:.1f} of {int(said.group(2)) / 1024:.0f} MiB of memory in use" if said else ""


def verdict(console: str, fetched: str = "") -> str:
    """Why the guest's checks did not pass, according to the console; "" if they did.

    `fetched` is what the firmware prints when it has fetched the image from the network, before any checks.
    """
    said = _VERDICT.search(console)
    plan = _PLAN.search(console)
    results = [match.group(0) for match in _RESULT.finditer(console)]
    failed = [line for line in results if line.startswith("not ok")]
    if fetched not in console[: plan.start()] if plan else fetched not in console:
        return f"the image was not fetched over the network (the console does not show {fetched!r})"
    if failed:
        return "the guest's checks failed: " + "; ".join(failed)
    if plan is None:
        return "the guest did not begin its checks"
    if int(plan.group(1)) != len(results) or not results:
        return f"the guest announced {plan.group(1)} checks and did {len(results)}"
    if said is None:
        return "the guest did not finish its checks"
    return "" if said.group(1) == "0" else f"the guest's checks ended with status {said.group(1)}"
