# SPDX-License-Identifier: Apache-2.0
"""Images with container runtimes and the checks of package containertest: built, booted, and their results read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from leafroot.guest.qemu import Guest
from tests.boot.conftest import Console, Scons, configuration
from tests.performing import emulators

ROOT = Path(__file__).parents[2]
TREE = Path(__file__).parent / "containers"
EVERYTHING = "qemu_x86_64_containers"
# Where the guest finds this machine: QEMU's user network ("Network emulation" in its system emulation manual).
HOST = "10.0.2.2"
# Shared by all tests of a worker: a later test may write the image anew once the guest has started.
_OUTPUT = f"output/test/containers/{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
_BEGIN = "containertest: begin\n"
_STATUS = "containertest: status "
_RESULT = re.compile(r"^((?:not )?ok) \d+ - (.*)$", re.MULTILINE)

Consoles = Callable[..., Console]


def image(
    scons: Scons,
    folder: Path,
    packages: Sequence[str],
    *,
    board: str = EVERYTHING,
    kernel: str = "6.12",
    boot: str,
    tree: Path = TREE,
) -> Guest:
    """The machine that boots a board's image, built with these packages added; some of them may be in `tree`."""
    fragment = folder / "containers.config"
    symbols = (name.upper().replace("-", "_") for name in packages)
    fragment.write_text("".join(f"CONFIG_PACKAGE_{symbol}=y\n" for symbol in symbols))
    scons(
        *(f"BOARD={board}", f"KERNEL={kernel}", f"BOOT={boot}", f"OUTPUT={_OUTPUT}"),
        *(f"EXTERNAL={tree}", f"CONFIG={fragment}"),
    )
    config = configuration(board)
    kernel_image = ROOT / _OUTPUT / board / "images" / Path(config.arch.kernel_image).name
    return Guest(config.arch.qemu, config.emulation, config.memory, kernel_image, emulators=emulators())


def results(console: Console, timeout: float) -> list[tuple[str, str]]:
    """Verdict and text of each check that the guest has done, once it has done all."""
    console.expect(_STATUS, timeout=timeout)
    return _RESULT.findall(console.seen.replace("\r", "").partition(_BEGIN)[2])


def log_in(console: Console, command: str) -> None:
    """Log in as root, and type a command."""
    console.expect("login: ", timeout=1800.0)
    console.type("root")
    console.expect("# ", timeout=300.0)
    console.type(command)


def check(console: Console, command: str, wanted: Sequence[str], timeout: float) -> None:
    """Log in, run one of containertest's programs, and look that each check was made and has passed."""
    log_in(console, f"/usr/libexec/containertest/{command}")
    found = results(console, timeout)
    said = console.seen.replace("\r", "")
    assert [text for _, text in found] == list(wanted), said
    assert {verdict for verdict, _ in found} == {"ok"}, said
