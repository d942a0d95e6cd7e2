# SPDX-License-Identifier: Apache-2.0
"""What each way to a root in memory costs, measured as people measure it: the whole of `scons bench-bootmodes`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leafroot.bench.bootmodes.ways import WAYS

FOLDER = Path(__file__).parents[2] / "output" / "qemu_x86_64" / "bench-bootmodes"


@pytest.mark.slow
def test_bench_bootmodes_measures_every_way(scons: Callable[..., str]) -> None:
    printed = scons("BOARD=qemu_x86_64", "bench-bootmodes")
    results = json.loads((FOLDER / "results.json").read_text())
    found: dict[str, dict[str, Any]] = {one["way"]: one for one in results["ways"]}
    assert list(found) == [way.name for way in WAYS]
    assert (FOLDER / "boot-modes.svg").read_text().startswith("<svg")
    assert all(f"`{name}`" in printed for name in found)

    # Where / is, and whether it can be left: the same that rootcheck finds.
    assert {name: one["pivot_root"] for name, one in found.items()} == {
        name: "EINVAL" if name == "rootfs" else "works" for name in found
    }
    kinds = {name: one["root"][2] for name, one in found.items()}
    assert kinds == {
        "rootfs": "rootfs",
        "rootfs-bind": "rootfs",
        "nested": "tmpfs",
        "keepinitrd": "tmpfs",
        "ramdisk": "ext2",
        "leaf-tmpfs": "tmpfs",
        "nullfs": "rootfs",
    }
    assert found["rootfs"]["root"][:2] == [1, 1]
    assert found["nullfs"]["root"][:2] == found["leaf-tmpfs"]["root"][:2] == [2, 1]

    # The tries are worth something: they come back where the old root is still below.
    back = {name: [how for how, word in one["escapes"].items() if word == "found"] for name, one in found.items()}
    assert back == {
        "rootfs": ["umount"],
        "rootfs-bind": ["umount"],
        "nested": [],
        "keepinitrd": [],
        "ramdisk": ["device"],
        "leaf-tmpfs": [],
        "nullfs": [],
    }

    # The promise, and that what is known to cost memory is seen to.
    base = found["rootfs"]
    for name in ("leaf-tmpfs", "nullfs"):
        for what in ("used_bytes", "smallest_machine_bytes"):
            assert found[name][what] <= base[what] * 1.01, f"{name}: {what}"
    archive = base["archive_bytes"]
    assert found["keepinitrd"]["used_bytes"] > base["used_bytes"] + 0.9 * archive
    assert found["keepinitrd"]["smallest_machine_bytes"] > base["smallest_machine_bytes"] + 40 * 2**20
