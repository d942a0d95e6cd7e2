# SPDX-License-Identifier: Apache-2.0
"""Two builds at once, on one cache and on one output folder, and one that is killed beside the other."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from building import Place, sandboxed
from wholeness import check_whole


class Sharing(Place):
    """A place that has its cache elsewhere."""

    shared: Path

    @property
    def cache(self) -> Path:
        return self.shared


def sharing(place: Place, name: str) -> Sharing:
    one = Sharing(place.checkout, place.folder / name, place.words)
    one.shared = place.folder / "cache"
    return one


def test_two_builds_share_one_cache(place: Place, undisturbed: Place, tell: Callable[[str], None]) -> None:
    places = [sharing(place, name) for name in ("one", "two")]
    printed = [run.end() for run in [one.start() for one in places]]
    for one in places:
        assert one.bytes_made() == undisturbed.bytes_made()
    assert not places[0].leftovers()
    files = check_whole(places[0], undisturbed.bytes_made())
    waited = sum(text.count("waiting for") for text in printed)
    tell(f"two at once, one cache: both right, {waited} waits told, {files} files of output and cache whole")


def second_waits(place: Place, right: dict[str, str]) -> None:
    """Two builds on one output folder: the second says for whom it waits, and has nothing left to do."""
    first = place.start()
    while not (place.output / ".lock").exists() or not (place.output / ".lock").read_text():
        assert first.process.poll() is None, first.said()
        time.sleep(0.01)
    second = place.start()
    said = first.end(), second.end()
    assert f"waiting for process {first.process.pid}, which is building in {place.output}" in said[1], said[1]
    assert "steps built, 0 from the cache" in said[0] and "steps built" not in said[1], said
    assert place.bytes_made() == right


def test_the_second_on_one_output_waits_and_says_for_whom(place: Place, undisturbed: Place) -> None:
    second_waits(place, undisturbed.bytes_made())


def deaths(place: Place, right: dict[str, str], count: int, seed: int) -> str:
    """One of two builds is killed at a random moment, with or without its children, and the other goes on."""
    rng = random.Random(seed)
    begun = time.monotonic()
    place.build()
    whole = time.monotonic() - begun
    done = alone = waited = 0
    while done < count:
        place.clear()
        one_output = done % 2 == 0
        places = [place, place] if one_output else [sharing(place, name) for name in ("one", "two")]
        for other in places:
            other.clear()
        victim, heir = (other.start() for other in places)
        time.sleep(rng.uniform(0.2, whole))
        if rng.random() < 0.5:
            killed = victim.kill()
        else:
            # Only scons itself, as the kernel does when memory runs out: its children are left to themselves.
            killed = victim.process.poll() is None
            os.kill(victim.process.pid, signal.SIGKILL) if killed else None
            victim.process.wait()
            alone += killed
        said = heir.end()
        if not killed:
            whole *= 0.9
            continue
        waited += said.count("waiting for process")
        assert heir.place.bytes_made() == right, f"seed {seed}, {done}:\n{said}"
        check_whole(heir.place, right)
        assert not sandboxed(victim.place.output)
        done += 1
    return (
        f"two at once, one killed: {done} times ({alone} without its children), the other right each time, "
        f"{waited} waits told; seed {seed}"
    )


def test_a_build_survives_the_kill_of_another_on_its_cache(
    place: Place, undisturbed: Place, tell: Callable[[str], None], seed: int
) -> None:
    tell(deaths(place, undisturbed.bytes_made(), 2, seed))


@pytest.mark.slow
def test_a_build_survives_many_kills_of_another_on_its_cache(
    place: Place, undisturbed: Place, tell: Callable[[str], None], seed: int
) -> None:
    tell(deaths(place, undisturbed.bytes_made(), 40, seed))
