# SPDX-License-Identifier: Apache-2.0
"""A root that the board's memory has no room for is refused, as soon as its size is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.kconfig.config import configure
from leafroot.kconfig.resolve import Request
from leafroot.own.root import CompressRoot
from leafroot.plan.board import plan_board
from leafroot.step import Given
from leafroot.units.catalog import load_catalog
from tests.build_machine import MACHINE

ROOT = Path(__file__).parents[2]


def compress(tmp_path: Path, size: str, mebibytes: int) -> Path:
    """Do the step of qemu_x86_64 (256 MiB) that packs the root, for a root of this size."""
    config = configure(load_catalog(ROOT), ROOT, tmp_path / "kconfig", Request("qemu_x86_64"))
    plan = plan_board(replace(config, root_size=size), MACHINE)
    (step,) = (step for step in plan.steps if step.output == plan.root)
    root = tmp_path / "rootfs.cpio"
    with root.open("wb") as file:
        file.truncate(mebibytes * 1024 * 1024)
    made = tmp_path / "rootfs.cpio.zst"
    assert isinstance(step.own, CompressRoot)
    replace(step.own, level=1).perform(Given({"root": root}, str, {}), made)
    return made


@pytest.mark.parametrize(("size", "mebibytes"), [("", 128), ("90%", 200), ("100M", 100)])
def test_a_root_that_fits(tmp_path: Path, size: str, mebibytes: int) -> None:
    assert compress(tmp_path, size, mebibytes).exists()


@pytest.mark.parametrize(
    ("size", "mebibytes", "room"), [("", 129, 128), ("90%", 231, 230), ("100m", 101, 100), ("1G", 257, 256)]
)
def test_a_root_larger_than_its_limit_is_refused(tmp_path: Path, size: str, mebibytes: int, room: int) -> None:
    with pytest.raises(LeafrootError) as caught:
        compress(tmp_path, size, mebibytes)
    assert str(caught.value) == (
        f"board/qemu_x86_64/board.py: the root is {mebibytes}.0 MiB, but may take at most {room} MiB of the "
        "board's 256 MiB of memory (CONFIG_BOARD_MEMORY)\n"
        "  Select fewer packages, or raise the limit: root_size= of the board, or CONFIG_SYSTEM_ROOT_SIZE."
    )
    assert not (tmp_path / "rootfs.cpio.zst").exists()
