# SPDX-License-Identifier: Apache-2.0
"""What else must hold in the guest: C++ programs run, and 'umount -a' leaves the live root alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

TREE = Path(__file__).parent / "tree"
OUTPUT = "output/test/6.12-nullfs-source-guest"


def test_cxx_runs_and_umount_leaves_the_root_writable(scons: Callable[..., str], tmp_path: Path) -> None:
    fragment = tmp_path / "guest.config"
    fragment.write_text("CONFIG_PACKAGE_GUESTTEST=y\n")
    where = [f"EXTERNAL={TREE}", f"CONFIG={fragment}", "KERNEL=6.12", "BOOT=nullfs", f"OUTPUT={OUTPUT}"]
    scons("BOARD=qemu_x86_64", *where, "boot-test")
    console = (Path(__file__).parents[2] / OUTPUT / "qemu_x86_64" / "boot-test.log").read_text(errors="replace")
    said = [line.strip() for line in console.splitlines() if line.startswith("guesttest: ")]
    assert said == [
        "guesttest: c++ caught 4 of 4",
        "guesttest: before: writable",
        "guesttest: after umount -a: writable",
        # The kernel's own answer where / has a parent mount: this is what the line above is spared.
        "guesttest: after umount /: read-only",
        "guesttest: remounted: writable",
    ]
