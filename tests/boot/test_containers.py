# SPDX-License-Identifier: Apache-2.0
"""Container runtimes on the RAM root, as they are: with pivot_root, or not at all.

The image is built with the runtimes and package containertest (in containers/ beside this file), which holds every
runtime to the same checks in the guest. A runtime more is a line in RUNTIMES and a file in the package's runtimes/.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from leafroot.guest.qemu import Guest
from tests.boot.conftest import Console, configuration

ROOT = Path(__file__).parents[2]
TREE = Path(__file__).parent / "containers"
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
EVERYTHING = "qemu_x86_64_containers"
# What is on that board beside the others.
GO_RUNTIMES = (
    Runtime("runc", "runc", oci=True),
    Runtime("ctr", "containerd", oci=True, own=CTR),
    Runtime("docker", "docker", oci=True, own=DOCKER),
)


def check(
    scons: Callable[..., str],
    console_of: Callable[..., Console],
    folder: Path,
    *,
    runtimes: tuple[Runtime, ...] = RUNTIMES,
    board: str = "qemu_x86_64",
    kernel: str = "6.12",
    boot: str,
    runs: int,
    timeout: float = 900.0,
) -> Path:
    """Build an image, boot it, and look that every check was made and has passed; the folder of its images."""
    fragment = folder / "containers.config"
    packages = ["containertest", *(runtime.package for runtime in runtimes)]
    fragment.write_text("".join(f"CONFIG_PACKAGE_{name.upper()}=y\n" for name in packages))
    output = f"output/test/{kernel}-{boot}-containers"
    scons(
        *(f"BOARD={board}", f"KERNEL={kernel}", f"BOOT={boot}", f"OUTPUT={output}"),
        *(f"EXTERNAL={TREE}", f"CONFIG={fragment}"),
    )
    config, images = configuration(board), ROOT / output / board / "images"
    image = images / Path(config.arch.kernel_image).name
    guest = Guest(config.arch.qemu, config.emulation, config.memory, image)
    names = ",".join(runtime.name for runtime in runtimes)
    console = console_of(guest, f"panic=-1 leafroot.containers={names} leafroot.containers.runs={runs}")
    console.expect("containertest: status ", timeout=timeout)
    console.expect("\n", timeout=10.0)
    said = console.seen.replace("\r", "").partition("containertest: begin\n")[2]
    results = re.findall(r"^((?:not )?ok) \d+ - (.*)$", said, re.MULTILINE)
    wanted = [LOOKOUT, *(text for runtime in runtimes for text in runtime.checks(boot != "rootfs"))]
    assert [text for _, text in results] == wanted, said
    assert {verdict for verdict, _ in results} == {"ok"}, said
    return images


@pytest.mark.parametrize("boot", ["nullfs", pytest.param("leaf-tmpfs", marks=pytest.mark.containers)])
def test_containers_run_straight_from_the_ram_root(
    scons: Callable[..., str], console_of: Callable[..., Console], tmp_path: Path, boot: str
) -> None:
    images = check(scons, console_of, tmp_path, boot=boot, runs=10)
    assert (images / "bzImage").stat().st_size < 20 << 20


@pytest.mark.containers
def test_plain_rootfs_refuses_every_runtime(
    scons: Callable[..., str], console_of: Callable[..., Console], tmp_path: Path
) -> None:
    """The control: with nothing else changed, pivot_root fails, so that a pass elsewhere means something."""
    check(scons, console_of, tmp_path, boot="rootfs", runs=1)


@pytest.mark.containers
@pytest.mark.parametrize("boot", ["nullfs", "leaf-tmpfs"])
def test_runc_containerd_and_docker_run_straight_from_the_ram_root(
    scons: Callable[..., str], console_of: Callable[..., Console], tmp_path: Path, boot: str
) -> None:
    here = (scons, console_of, tmp_path)
    check(*here, runtimes=GO_RUNTIMES, board=EVERYTHING, boot=boot, runs=20, timeout=3600.0)


@pytest.mark.containers
def test_plain_rootfs_refuses_runc_containerd_and_docker(
    scons: Callable[..., str], console_of: Callable[..., Console], tmp_path: Path
) -> None:
    check(scons, console_of, tmp_path, runtimes=GO_RUNTIMES, board=EVERYTHING, boot="rootfs", runs=1)


@pytest.mark.containers
@pytest.mark.parametrize("boot", ["nullfs", "leaf-tmpfs"])
def test_two_hundred_containers_leave_nothing_behind(
    scons: Callable[..., str], console_of: Callable[..., Console], tmp_path: Path, boot: str
) -> None:
    check(scons, console_of, tmp_path, boot=boot, runs=200)


@pytest.mark.matrix
@pytest.mark.parametrize("boot", ["nullfs", "leaf-tmpfs"])
def test_the_newest_series_runs_containers_too(
    scons: Callable[..., str], console_of: Callable[..., Console], tmp_path: Path, boot: str
) -> None:
    check(scons, console_of, tmp_path, kernel="7.2", boot=boot, runs=10)


@pytest.mark.matrix
def test_all_runtimes_run_on_aarch64(
    scons: Callable[..., str], console_of: Callable[..., Console], tmp_path: Path
) -> None:
    everything = (*RUNTIMES, *GO_RUNTIMES)
    here = (scons, console_of, tmp_path)
    check(*here, runtimes=everything, board="qemu_aarch64_containers", boot="nullfs", runs=3, timeout=3600.0)
