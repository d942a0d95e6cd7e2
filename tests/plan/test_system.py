# SPDX-License-Identifier: Apache-2.0
"""/init: a script that a shell must take, and that tells the boot modes apart by the root's line in mountinfo."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.describe.bootmode import BOOT_MODES
from leafroot.own.root import WriteRoot
from leafroot.plan.board import Plan
from leafroot.plan.root import init_script
from tests.plan.conftest import step_of

ON_NULLFS = "2 1 0:3 / / rw - rootfs rootfs rw,size=1k"
ON_ROOTFS = "2 1 0:3 / / rw - tmpfs tmpfs rw,mode=755"
ON_ROOTFS_ON_NULLFS = "3 2 0:4 / / rw,relatime - tmpfs tmpfs rw,mode=755"
PLAIN = "1 1 0:2 / / rw - rootfs rootfs rw"


@pytest.mark.parametrize("mode", BOOT_MODES)
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_init_is_valid_shell(mode: str, shell: str) -> None:
    done = subprocess.run(
        [shell, "-n"], input=init_script(BOOT_MODES[mode]), text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("mode", "line", "quiet"),
    [
        ("nullfs", ON_NULLFS, True),
        ("nullfs", PLAIN, False),
        ("nullfs", ON_ROOTFS, False),
        ("leaf-tmpfs", ON_ROOTFS, True),
        ("leaf-tmpfs", ON_ROOTFS_ON_NULLFS, True),
        ("leaf-tmpfs", PLAIN, False),
        ("leaf-tmpfs", ON_NULLFS, False),
        ("rootfs", PLAIN, True),
    ],
)
def test_init_warns_if_the_root_is_mounted_in_another_way(tmp_path: Path, mode: str, line: str, quiet: bool) -> None:
    mountinfo, console = tmp_path / "mountinfo", tmp_path / "console"
    mountinfo.write_text(f"9 2 0:5 / /dev rw - devtmpfs devtmpfs rw\n{line}\n")
    console.touch()
    script = init_script(BOOT_MODES[mode])
    script = "\n".join(text for text in script.splitlines() if not text.startswith(("mount ", "exec ")))
    script = script.replace("/proc/self/mountinfo", str(mountinfo)).replace("/dev/console", str(console))
    done = subprocess.run(["sh"], input=script, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    said = console.read_text()
    assert said == ("" if quiet else f"leafroot: boot mode {mode} was asked for, but / is {line.partition(' - ')[2]}\n")


@pytest.mark.parametrize("there", [True, False])
def test_init_is_started_even_if_the_kernel_has_no_console(tmp_path: Path, there: bool) -> None:
    console, opened = tmp_path / "console", tmp_path / "opened"
    if there:
        console.touch()
    script = init_script(BOOT_MODES["rootfs"])
    script = "\n".join(text for text in script.splitlines() if not text.startswith("mount "))
    program = f"sh -c 'readlink /proc/self/fd/0 /proc/self/fd/2 >{opened}'"
    script = script.replace("/dev/console", str(console)).replace("/sbin/init", program)
    done = subprocess.run(["sh"], input=script, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert opened.read_text().split() == [str(console) if there else "/dev/null"] * 2


@pytest.mark.parametrize(
    ("words", "start"),
    [
        ("", "init"),
        ("quiet rdinit=/sbin/init", "sbin/init"),
        ("rdinit=/a rdinit=/bin/b", "bin/b"),
        ("xrdinit=/a", "init"),
    ],
)
def test_what_the_kernel_starts_is_checked(
    planned: Callable[..., Plan], tmp_path: Path, words: str, start: str
) -> None:
    (tmp_path / "x.config").write_text(f'CONFIG_KERNEL_CMDLINE="{words}"\n')
    work = step_of(planned(fragments=[tmp_path / "x.config"]), "qemu_x86_64/rootfs.cpio").own
    assert isinstance(work, WriteRoot) and work.start == start
