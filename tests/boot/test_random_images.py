# SPDX-License-Identifier: Apache-2.0
"""Random configurations, built and booted: each package whose options are as by default does its work in it.

tests/random_configurations.py draws them; the number in a test's name is its seed. Rows use many commands of busybox,
so busybox is `full`; tests/boot/test_busybox.py has the other size.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.units.catalog import load_catalog
from tests.boot import package_rows
from tests.boot.conftest import Console, Scons
from tests.random_configurations import draw, seeds

ROOT = Path(__file__).parents[2]
CATALOG = load_catalog(ROOT)
BOARD = "qemu_x86_64"
# For nearly all packages.
ROOM = ("CONFIG_BOARD_MEMORY=2048", "CONFIG_IMAGE_ZSTD_LEVEL=9")


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(20))
def test_what_a_person_can_choose_can_be_built_and_booted(
    scons: Scons, console_of: Callable[..., Console], tmp_path: Path, seed: int
) -> None:
    drawn = draw(CATALOG, BOARD, seed, tmp_path / "drawing", machine=False)
    lines = [*ROOM, *(line for line in drawn.lines if "_BUSYBOX_SIZE_" not in line)]
    print(f"LEAFROOT_SEED={seed}", *lines, sep="\n")
    # They share the kernel of the groups of packages; those with an option that asks for more of it share another.
    asking = package_rows.provable(CATALOG)
    package_rows.prove(lines, scons, console_of, tmp_path, asking).check()
