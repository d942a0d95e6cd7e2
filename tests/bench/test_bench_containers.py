# SPDX-License-Identifier: Apache-2.0
"""`bench-containers` without a guest: consoles, turns, the disk, refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from leafroot.bench.containers import (
    TREE,
    Root,
    bench_containers,
    check_containers,
    ratio,
    ratio_counted,
    read_batches,
    verdict,
)
from leafroot.bench.guest_system import BenchSystem
from leafroot.describe.bootmode import LEAF_TMPFS, NULLFS, BootMode
from leafroot.errors import LeafrootError
from leafroot.kconfig.config import configure
from leafroot.kconfig.resolve import Request
from leafroot.rootfs.cpio import write_newc
from leafroot.rootfs.tree import Directory, File, Layer, Symlink, merge_layers
from leafroot.units.catalog import load_catalog
from tests.performing import shared_usr

ROOT = Path(__file__).parents[2]
SAID = "bench: root=rootfs\r\nbench: count=20 begun=3.00 ended=5.00\r\nbench: count=20 begun=5.00 ended=8.00\r\n"
DONE = "bench: done=yes\r\n"


def test_the_time_of_a_container_is_that_of_a_batch_divided_by_its_number() -> None:
    assert read_batches(f"[ 1.0] booting\r\n{SAID}{DONE}", "rootfs", "test") == pytest.approx([0.1, 0.15])


@pytest.mark.parametrize(
    ("console", "message"),
    [
        ("Kernel panic\r\n", "did not boot with a root of type rootfs"),
        (SAID.replace("rootfs", "ext4") + DONE, "did not boot with a root of type rootfs"),
        (SAID, "ran to their end"),
        (f"{SAID}bench: wrong=crun\r\n{DONE}", "ran to their end"),
        (f"bench: root=rootfs\r\n{DONE}", "ran to their end"),
    ],
    ids=["panic", "another root", "cut off", "crun failed", "nothing measured"],
)
def test_an_incomplete_console_is_an_error(console: str, message: str) -> None:
    with pytest.raises(LeafrootError, match=message) as caught:
        read_batches(console, "rootfs", "test")
    assert console.splitlines()[-1] in str(caught.value)


def root(name: str, seconds: list[float], counted: list[float]) -> Root:
    return Root(name, name, [], Path(), seconds, counted)


def test_the_limit_applies_to_both_measurements() -> None:
    disk = root("ext4", [0.1, 0.2, 0.1], [0.05])
    assert verdict((root("nullfs", [0.11, 0.1, 0.3], [0.05]), disk)) == (
        "nullfs: 1.10 times ext4's, counted 1.00: at most 1.1"
    )
    assert verdict((root("nullfs", [0.12], [0.05]), disk)).endswith("over 1.1")
    assert verdict((root("nullfs", [0.1], [0.06]), disk)).endswith("counted 1.20: over 1.1")
    assert ratio((disk, disk)) == ratio_counted((disk, disk)) == 1.0


def build(system: BenchSystem, mode: BootMode) -> Path:
    """Leave what scons would leave."""
    folder = system.outputs(mode)
    folder.mkdir(parents=True)
    nodes = {"bin": Directory(), "bin/sh": File(b"#!\n", 0o755), "init": Symlink("bin/sh")}
    with (folder / "rootfs.cpio").open("wb") as out:
        write_newc(merge_layers([Layer("test", nodes)]), out, 0)
    return folder / "kernel"


@pytest.mark.parametrize(("mode", "kind"), [(NULLFS, "rootfs"), (LEAF_TMPFS, "tmpfs")], ids=lambda one: str(one))
def test_both_roots_are_booted_in_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: BootMode, kind: str
) -> None:
    monkeypatch.setattr(BenchSystem, "build", build)
    guest = (
        "import sys\n"
        "words, *options = sys.argv[1:]\n"
        "disk = 'virtio-blk-pci,drive=disk' in options\n"
        f"open({str(tmp_path / 'boots')!r}, 'a').write(f'{{words}} {{\"-icount\" in options}}\\n')\n"
        f"print('bench: root=' + ('ext4' if disk else {kind!r}))\n"
        "print('bench: count=20 begun=1.00 ended=' + ('3.00' if disk else '2.00'))\n"
        "print('bench: done=yes')\n"
    )

    def argv(kernel: Path, archive: Path, words: str) -> list[str]:
        on_disk = "root=/dev/vda" in words
        assert archive.name == ("mount-points.cpio" if on_disk else "rootfs.cpio.zst")
        return [sys.executable, "-c", guest, "disk" if on_disk else "ram"]

    system = BenchSystem("bench-containers", tmp_path, TREE, tmp_path / "out", "some_board", {}, shared_usr("images"))
    printed = bench_containers(system, mode, argv)
    boots = (tmp_path / "boots").read_text().splitlines()
    turns = [("ram False", "disk False"), ("disk False", "ram False"), ("ram False", "disk False")]
    assert boots == [boot for turn in turns for boot in turn] + ["ram True", "disk True"]
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert (results["ratio"], results["ratio_counted"]) == (0.5, 0.5)
    assert f"{mode.name}: 0.50 times ext4's" in printed
    shown = subprocess.run(
        ["debugfs", "-R", "stat /bin/sh", tmp_path / "out" / "ext4.img"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Mode:  0755" in shown
    assert "User:     0" in shown


@pytest.mark.parametrize(
    ("board", "boot", "boards", "message"),
    [
        ("rpi4", "", 1, "QEMU's rpi4 has no virtio, and so no disk to compare with"),
        ("qemu_x86_64", "rootfs", 1, "containers do not run in boot mode rootfs"),
        ("qemu_x86_64", "", 2, "this compares the roots on one board at a time"),
    ],
    ids=["no disk", "no pivot_root", "two boards"],
)
def test_a_board_that_cannot_be_compared_is_refused(
    tmp_path: Path, board: str, boot: str, boards: int, message: str
) -> None:
    config = configure(load_catalog(ROOT), ROOT, tmp_path, Request(board, boot=boot))
    with pytest.raises(LeafrootError) as caught:
        check_containers(config, boards)
    assert str(caught.value).startswith(f"bench-containers: {message}")


def test_script_and_bundle_agree() -> None:
    """It replaces two words of oci-busybox's bundle, and would say so in the guest if they were not there."""
    config = (ROOT / "package/oci-busybox/src/config.json").read_text()
    assert config.count('"args": ["sh"]') == config.count('"path": "rootfs"') == 1
