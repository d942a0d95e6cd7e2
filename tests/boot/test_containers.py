# SPDX-License-Identifier: Apache-2.0
"""Container runtimes on the RAM root, as they are: with pivot_root, or not at all.

The image is built with the runtimes and package containertest (in containers/ beside this file), which holds every
runtime to the same checks in the guest. A runtime more is a line in RUNTIMES and a file in the package's runtimes/.
By default two runtimes are checked in one boot mode. The marker `containers` has all of them, so that every two of
architecture, series and boot mode that exist together meet in one boot; the marker `matrix` has the other combinations.
"""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from leafroot.describe.bootmode import BOOT_MODES, serves
from leafroot.units.catalog import load_catalog
from tests.boot.conftest import ROOT, Scons
from tests.boot.container_guest import Consoles, image, results

LOOKOUT = "lookout: finds the host's root where it can be reached"
REFUSED = "refuses, with pivot_root's own error"
EVERY = (
    "runs a program in a root of its own",
    "a process 1 of its own, and none of the host's",
    "every kind of namespace is its own",
    "the host's root is not to be found, and no mount of it",
    "a read-only root, tmpfs with its limit, a writable root on request",
    "the exit status comes through",
    "a signal to the program, which ends as it likes",
    "killed: the status says so",
)
OCI = (
    "what is shipped, as it is",
    "a signal to the runtime is passed on",
    "an init of its own passes signals on",
    "the limit of memory holds",
    "the limit of processes holds",
)
LAST = ("nothing turns pivot_root off", "containers one after another leave nothing behind")


@dataclass(frozen=True)
class Runtime:
    """A runtime: its name among the checks, its package, whether it takes bundles, and what only it can do."""

    name: str
    package: str
    oci: bool
    own: tuple[str, ...] = ()

    def checks(self, can_pivot: bool) -> list[str]:
        """What the guest must have said of it, each line without its number."""
        asked = (*EVERY, *(OCI if self.oci else ()), *self.own, *LAST) if can_pivot else (REFUSED,)
        return [f"{self.name}: {text}" for text in asked]


RUNTIMES = (Runtime("bwrap", "bubblewrap", oci=False), Runtime("crun", "crun", oci=True))
CTR = (
    "runs the imported image, on overlayfs",
    "runs a second program in a container",
    "--rm leaves no container, task or snapshot",
)
DOCKER = (
    "overlay2 on tmpfs, control groups version 2",
    "a published port, and the default bridge",
    "exec",
    "logs",
    "stop and start",
    "a container that wants more memory than its limit is said to have",
    "volumes, and one in memory with its limit",
    "builds an image",
    "restarts on failure, as often as told",
    "a stop of the daemon leaves nothing; unless-stopped starts again with it",
)
# What the boards with all runtimes have beside the others.
GO_RUNTIMES = (
    Runtime("runc", "runc", oci=True),
    Runtime("ctr", "containerd", oci=True, own=CTR),
    Runtime("docker", "docker", oci=True, own=DOCKER),
)

# Architecture, series and boot mode. Linux 7.0 and later have no plain rootfs (leafroot/describe/bootmode.py).
EXISTING = [
    each
    for each in itertools.product(("x86_64", "aarch64"), ("6.12", "7.2"), ("nullfs", "leaf-tmpfs", "rootfs"))
    if each[1:] != ("7.2", "rootfs")
]
# Every two values that exist together meet in these; all others are in `matrix`.
PAIRWISE = {
    ("x86_64", "6.12", "nullfs"),
    ("x86_64", "6.12", "rootfs"),
    ("x86_64", "7.2", "leaf-tmpfs"),
    ("aarch64", "6.12", "leaf-tmpfs"),
    ("aarch64", "6.12", "rootfs"),
    ("aarch64", "7.2", "nullfs"),
}
COMBINATIONS = [
    pytest.param(*each, marks=pytest.mark.containers if each in PAIRWISE else pytest.mark.matrix) for each in EXISTING
]


def check(
    scons: Scons,
    console_of: Consoles,
    folder: Path,
    *,
    runtimes: tuple[Runtime, ...] = RUNTIMES,
    board: str = "qemu_x86_64",
    kernel: str = "6.12",
    boot: str,
    runs: int,
) -> Path:
    """Build an image, boot it, and look that every check was made and has passed; the image's file."""
    packages = ["containertest", *(runtime.package for runtime in runtimes)]
    guest = image(scons, folder, packages, board=board, kernel=kernel, boot=boot)
    names = ",".join(runtime.name for runtime in runtimes)
    console = console_of(guest, f"panic=-1 leafroot.containers={names} leafroot.containers.runs={runs}")
    found = results(console, timeout=3600.0)
    wanted = [LOOKOUT, *(text for runtime in runtimes for text in runtime.checks(boot != "rootfs"))]
    assert [text for _, text in found] == wanted, console.seen
    assert {verdict for verdict, _ in found} == {"ok"}, console.seen
    return guest.kernel


def test_containers_run_straight_from_the_ram_root(scons: Scons, console_of: Consoles, tmp_path: Path) -> None:
    kernel = check(scons, console_of, tmp_path, boot="nullfs", runs=10)
    assert kernel.stat().st_size < 20 << 20


def pairs(combinations: Iterable[tuple[str, ...]]) -> set[tuple[str, ...]]:
    return {pair for each in combinations for pair in itertools.combinations(each, 2)}


def test_every_combination_exists_and_every_two_values_meet_in_the_marker_containers() -> None:
    series = load_catalog(ROOT).series
    assert [each for each in EXISTING if not serves(series[each[1]], BOOT_MODES[each[2]])] == []
    assert set(EXISTING) >= PAIRWISE
    assert pairs(PAIRWISE) == pairs(EXISTING)


@pytest.mark.parametrize(("arch", "kernel", "boot"), COMBINATIONS)
def test_every_runtime_works_where_the_root_can_be_left_and_nowhere_else(
    scons: Scons, console_of: Consoles, tmp_path: Path, arch: str, kernel: str, boot: str
) -> None:
    """On plain rootfs, the control, pivot_root fails with nothing else changed: so a pass elsewhere means something."""
    everything = (*RUNTIMES, *GO_RUNTIMES)
    # Emulating the other architecture takes several times as long.
    runs = 20 if arch == "x86_64" else 3
    board = f"qemu_{arch}_containers"
    here = (scons, console_of, tmp_path)
    check(*here, runtimes=everything, board=board, kernel=kernel, boot=boot, runs=runs)


@pytest.mark.containers
@pytest.mark.parametrize("boot", ["nullfs", "leaf-tmpfs"])
def test_two_hundred_containers_leave_nothing_behind(
    scons: Scons, console_of: Consoles, tmp_path: Path, boot: str
) -> None:
    check(scons, console_of, tmp_path, boot=boot, runs=200)


# Runs the function of the guest's script that looks for memory; `grows` says how much more is in use after each round.
LEFT = r"""
eval "$(sed -n '/^check_nothing_left() {/,/^}/p' "$1")"
equal() { [ "$1" = "$2" ]; }
sleep() { :; }
left_overs() { :; }
several() { count=$((count + 1)); set -- $grows; shift $((count - 1)); total=$((total + $1)); }
used() { echo $total; }
first=no bound=2048 runtime=x runs=20 count=0 total=1000 grows=$2
check_nothing_left; echo "$? $why"
"""


@pytest.mark.parametrize(
    ("grows", "said"),
    [
        ("0 0 0", "0 "),
        ("2048 0 0", "0 "),
        # Once is a cache of the kernel's.
        ("3476 0 0", "0 "),
        ("3476 5000 -9000", "0 "),
        ("3476 2049 2200", "1 each time 20 containers have run, over 2048 KiB more are in use"),
    ],
)
def test_what_containers_leave_behind_grows_with_each_round(grows: str, said: str) -> None:
    script = Path(__file__).parent / "containers/package/containertest/files/usr/libexec/containertest/check"
    done = subprocess.run(["sh", "-c", LEFT, "sh", script, grows], stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout.splitlines()[-1].rstrip() == said.rstrip()
