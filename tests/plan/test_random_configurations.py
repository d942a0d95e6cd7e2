# SPDX-License-Identifier: Apache-2.0
"""Random configurations, each for boards of all architectures: they can be configured and planned, always alike.

tests/boot/test_random_images.py builds and boots some.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.kconfig.config import Config, configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import Plan, plan_board
from leafroot.units.catalog import Catalog
from tests.build_machine import MACHINE
from tests.random_configurations import Drawn, draw, seeds
from tests.small_tree import CHECKOUT, in_root

BOARDS = (*(f"qemu_{name}" for name in ARCHES), "rpi4")


def planned(catalog: Catalog, board: str, text: str, folder: Path) -> tuple[Config, Plan]:
    fragment = folder / "drawn.config"
    fragment.write_text(text)
    config = configure(catalog, CHECKOUT, folder / "generated", Request(board, fragments=[fragment]))
    return config, plan_board(config, MACHINE)


def shuffled(drawn: Drawn, seed: int) -> str:
    lines = list(drawn.lines)
    random.Random(seed).shuffle(lines)
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("seed", seeds(40))
def test_what_a_person_can_choose_can_be_planned(catalog: Catalog, tmp_path: Path, seed: int) -> None:
    for board in BOARDS:
        drawn = draw(catalog, board, seed, tmp_path / "drawing")
        print(f"LEAFROOT_SEED={seed}, for {board}:\n{drawn}")
        config, plan = planned(catalog, board, str(drawn), tmp_path)
        assert set(drawn.packages) <= set(in_root(config))
        outputs = Counter(step.output.path for step in plan.steps)
        assert [path for path, count in outputs.items() if count > 1] == []
        made: set[str] = set()
        for step in plan.steps:
            assert {one.path for one in step.reads()} <= made, step.title
            made.add(step.output.path)
        if board == BOARDS[seed % len(BOARDS)]:
            # The order of lines means nothing.
            _, again = planned(catalog, board, shuffled(drawn, seed), tmp_path)
            assert [step.description for step in again.steps] == [step.description for step in plan.steps]


def test_a_seed_always_means_the_same_and_seeds_differ(catalog: Catalog, tmp_path: Path) -> None:
    first, again = (draw(catalog, "qemu_arm", 7, tmp_path / name) for name in ("a", "b"))
    assert first == again
    drawn = [draw(catalog, "qemu_arm", seed, tmp_path / "c") for seed in range(60)]
    assert len(set(drawn)) == 60
    # Together, they have nearly everything.
    assert len({name for one in drawn for name in one.packages}) > 100
    assert any("CONFIG_PACKAGE_CURL_TLS_MBEDTLS=y" in one.lines for one in drawn)
    assert any("# CONFIG_PACKAGE_MOSQUITTO_TLS is not set" in one.lines for one in drawn)
