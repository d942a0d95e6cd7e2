# SPDX-License-Identifier: Apache-2.0
"""Rot in the cache and in the output folder: found, said once, made up for, and the bytes are right."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterable

import pytest
from building import Place
from faults import HOWS, WHERES, injure

from tests.performing import ORDINARY

ALL = list(itertools.product(WHERES, HOWS))


def faults(place: Place, right: dict[str, str], pairs: Iterable[tuple[str, str]], seed: int) -> str:
    """One fault after another in one place, which each build has to mend; the figures."""
    rng, tried, told, compared = random.Random(seed), Counter[str](), 0, 0
    place.build()
    for kind, how in pairs:
        where = WHERES[kind]
        victim = injure(place, where, how, rng)
        run = place.start(prefix=ORDINARY if how == "mode 000" else ())
        said = run.end()
        about = f"seed {seed}: {kind}, {how}: {victim}\n{said}"
        silent = how == "deleted" and not where.said_deleted
        lines = [line for line in said.splitlines() if where.said in line]
        assert bool(lines) != silent and len(lines) == len(set(lines)), about
        made = place.bytes_made()
        assert made == right, f"{sorted(set(made.items()) ^ set(right.items()))}\n{about}"
        told += not silent
        tried[kind] += 1
        compared += place.size()
        again = place.build()
        assert where.said not in again and "steps built" not in again, f"{about}\nand then:\n{again}"
    return (
        f"rotten: {tried.total()} faults tried ({', '.join(f'{name} {count}' for name, count in tried.items())}), "
        f"{told} told once, all mended; {compared / 1e6:.0f} MB compared; seed {seed}"
    )


def test_one_fault_of_each_kind_is_noticed_and_repaired(
    place: Place, undisturbed: Place, tell: Callable[[str], None], seed: int
) -> None:
    hows = list(HOWS)
    turn = random.Random(seed).randrange(len(hows))
    pairs = [(kind, hows[(number + turn) % len(hows)]) for number, kind in enumerate(WHERES)]
    tell(faults(place, undisturbed.bytes_made(), pairs, seed))


@pytest.mark.slow
def test_every_fault_is_noticed_and_repaired_five_times(
    place: Place, undisturbed: Place, tell: Callable[[str], None], seed: int
) -> None:
    tell(faults(place, undisturbed.bytes_made(), ALL * 5, seed))
