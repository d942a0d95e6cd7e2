# SPDX-License-Identifier: Apache-2.0
"""Kills at random moments of builds: where they hit, and whether the next run makes up for them."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from building import Place

PHASES = ("begin", "fetching", "unpacking", "building", "packing", "storing", "assembling", "between")


@dataclass
class Kills:
    """What a series of kills came to."""

    seed: int
    tried: int = 0
    survived: int = 0
    waited: int = 0
    compared: int = 0
    seconds: float = 0.0
    phases: Counter[str] = field(default_factory=Counter)
    fractions: list[float] = field(default_factory=list)

    def line(self, what: str) -> str:
        """The figures, as people read them."""
        fifths = Counter(min(4, int(5 * one)) for one in self.fractions)
        where = ", ".join(f"{phase} {self.phases[phase]}" for phase in PHASES if self.phases[phase])
        return (
            f"killed, {what}: {self.survived} of {self.tried} kills survived; hit while {where}; in the fifths of the "
            f"build's {self.seconds:.1f} s: {'/'.join(str(fifths[fifth]) for fifth in range(5))}; "
            f"{self.compared / 1e6:.0f} MB compared; seed {self.seed}"
        )


def phase_of(place: Place) -> str:
    """What the build was at when it was killed, from what it has left behind."""
    if not place.output.exists() or not any(place.output.iterdir()):
        return "begin"
    rooms = {path.name for path in place.output.glob("build/*/*")}
    temporary = [path.name for path in place.cache.glob("tmp/*/*")]
    if any(name.startswith((".packed-", "packed-")) for name in rooms):
        return "packing"
    if any(re.fullmatch(r"\d+-[0-9a-f]{64}", path.name) and path.is_file() for path in place.cache.glob("tmp/*/*")):
        return "storing"
    if list(place.cache.glob("dl/*.part")):
        return "fetching"
    if temporary:
        return "unpacking"
    if list(place.output.glob(".own/*")):
        return "assembling"
    return "building" if rooms & {"build", "out", "scratch"} else "between"


def kill_and_go_on(
    place: Place,
    seconds: float,
    right: dict[str, str],
    rng: random.Random,
    kills: Kills,
    prepare: Callable[[], None],
    mend: Callable[[], None] = lambda: None,
    words: tuple[str, ...] = (),
) -> None:
    """One kill, at a moment between the begin of a build that `prepare` made necessary and its end; then the next run.

    `mend` is what a person does in between. A build that came to its end before the moment does not count.
    """
    while True:
        prepare()
        moment = rng.uniform(0.0, seconds)
        run = place.start(*words)
        time.sleep(moment)
        if run.kill():
            break
        # The machine is quicker now than when it was measured.
        seconds *= 0.9
    kills.tried += 1
    kills.fractions.append(moment / seconds)
    kills.phases[phase_of(place)] += 1
    mend()
    said = place.build(*words)
    kills.waited += said.count("leafroot: waiting for process")
    made = place.bytes_made()
    assert {name: made.get(name) for name in right} == right, f"seed {kills.seed}, kill {kills.tried}:\n{said}"
    kills.compared += place.size()
    kills.survived += 1
    assert not place.leftovers(), f"seed {kills.seed}, kill {kills.tried}: {place.leftovers()}"
