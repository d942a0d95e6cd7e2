# SPDX-License-Identifier: Apache-2.0
"""Builds that are killed: the next run succeeds without cleaning, and the bytes are those of an undisturbed build."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from building import Place
from kills import Kills, kill_and_go_on
from made_up_firmware import Firmware

ALL, PARTS = 200, 4
NEW_WORDS = "changed, and longer\n"


def measured(place: Place, *words: str) -> float:
    """The seconds that a build takes."""
    begun = time.monotonic()
    place.build(*words)
    return time.monotonic() - begun


def series(place: Place, right: dict[str, str], firmware: Firmware, count: int, seed: int) -> Kills:
    """Kills of builds from nothing, of a change that is taken back afterwards, and from the cache."""
    rng, kills = random.Random(seed), Kills(seed)
    old = firmware.words_file.read_text()
    whole = kills.seconds = measured(place)
    firmware.words_file.write_text(NEW_WORDS)
    change = measured(place, "--cache-disable")
    firmware.words_file.write_text(old)
    place.build()
    shutil.rmtree(place.output)
    cached = measured(place)

    def write(text: str) -> Callable[[], None]:
        return lambda: firmware.words_file.write_text(text) and None

    def change_words() -> None:
        if place.bytes_made() != right:
            firmware.words_file.write_text(old)
            place.build()
        firmware.words_file.write_text(NEW_WORDS)

    def no_output() -> None:
        for path in place.outputs():
            path.unlink()

    for number in range(count):
        kind = number % 4
        if kind in (0, 2):
            kill_and_go_on(place, whole, right, rng, kills, place.clear)
        elif kind == 1:
            # No cache: what was made of the change must not be taken for what was made before it.
            kill_and_go_on(place, change, right, rng, kills, change_words, mend=write(old), words=("--cache-disable",))
        else:
            kill_and_go_on(place, cached, right, rng, kills, no_output)
        print(kills.line("so far"), flush=True)
    return kills


def test_builds_recover_from_a_few_kills(
    place: Place, undisturbed: Place, firmware: Firmware, tell: Callable[[str], None], seed: int
) -> None:
    kills = series(place, undisturbed.bytes_made(), firmware, 4, seed)
    tell(kills.line("a quick tree"))


def take_back(place: Place, right: dict[str, str], words_file: Path, new: str) -> None:
    """Build a change, lose the memory of it as a kill does, and take the change back."""
    memory = place.output / ".sconsign"
    place.build("--cache-disable")
    before = memory.read_bytes()
    old = words_file.read_text()
    words_file.write_text(new)
    place.build("--cache-disable")
    assert place.bytes_made() != right, "the change changes nothing: the test proves nothing"
    memory.write_bytes(before)
    words_file.write_text(old)
    said = place.build("--cache-disable")
    assert place.bytes_made() == right
    assert said.count("changed since the last finished run") == 1


def test_a_change_taken_back_after_a_kill(place: Place, undisturbed: Place, firmware: Firmware) -> None:
    """The output of the change is there, and SCons's memory says that it is that of before: the one is compared."""
    take_back(place, undisturbed.bytes_made(), firmware.words_file, NEW_WORDS)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_builds_recover_from_two_hundred_kills(
    place: Place, undisturbed: Place, firmware: Firmware, tell: Callable[[str], None], seed: int, part: int
) -> None:
    """In parts, so that what came before a failure is known."""
    kills = series(place, undisturbed.bytes_made(), firmware, ALL // PARTS, seed)
    tell(kills.line(f"a quick tree, part {part + 1} of {PARTS}"))
    assert kills.survived == ALL // PARTS
    wanted = {"fetching", "unpacking", "building", "packing", "storing", "assembling"}
    assert len(wanted & set(kills.phases)) >= 2, kills.phases
