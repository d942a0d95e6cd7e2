# SPDX-License-Identifier: Apache-2.0
"""The order of steps as SCons is told it: no edge that follows from others, and every step after all that it reads."""

from __future__ import annotations

import random

import pytest

from leafroot.app.scons import Order
from leafroot.step import Artefact, Digests, Output, Step


def step(path: str, *read: str, named: tuple[str, ...] = ()) -> Step:
    inputs = [Artefact(f"/{one}", Output(one)) for one in read]
    return Step(path, Output(path), (*inputs, Digests("/digests", tuple(Output(one) for one in named))))


def directly(*steps: Step) -> dict[str, set[str]]:
    order = Order()
    return {one.output.path: set(order.add(one)) for one in steps}


def test_what_another_input_follows_is_not_said_again() -> None:
    said = directly(
        step("libc"),
        step("zlib", "libc"),
        step("png", "libc", "zlib"),
        step("shell", "libc"),
        step("root", "shell", "libc", "png", "zlib"),
        step("manifest", "root", named=("png", "shell")),
        step("apart", named=("png", "zlib")),
    )
    assert said == {
        "libc": set(),
        "zlib": {"libc"},
        "png": {"zlib"},
        "shell": {"libc"},
        "root": {"shell", "png"},
        "manifest": {"root"},
        "apart": {"png"},
    }


@pytest.mark.parametrize("seed", range(20))
def test_every_step_comes_after_all_that_it_follows(seed: int) -> None:
    draw = random.Random(seed)
    names = [str(number) for number in range(40)]
    steps = [step(name, *draw.sample(names[:number], min(number, 5))) for number, name in enumerate(names)]
    said = directly(*steps)
    before: dict[str, set[str]] = {}
    for one in steps:
        direct = said[one.output.path]
        before[one.output.path] = direct.union(*(before[name] for name in direct))
        assert {output.path for output in one.follows()} <= before[one.output.path]
        assert not any(name in before[other] for name in direct for other in direct)


def test_an_order_knows_its_steps() -> None:
    order = Order()
    order.add(step("one"))
    assert "one" in order and "two" not in order
