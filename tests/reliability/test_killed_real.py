# SPDX-License-Identifier: Apache-2.0
"""A real build that is killed: busybox for qemu_x86_64, with the kernel's headers and musl, from a cache of its own."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from building import Place
from kills import Kills, kill_and_go_on
from made_up_firmware import ROOT

from leafroot.config.catalog import load_catalog

TARGET = "x86_64-leafroot-linux-musl"
COUNT = 15


@pytest.mark.slow
def test_fifteen_kills_of_a_real_build(tmp_path: Path, tell: Callable[[str], None], seed: int) -> None:
    """Every third begins with an empty cache; the others find unpacked trees in it, or artefacts too."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "leafroot"
    place = Place(ROOT, tmp_path / "real", ["BOARD=qemu_x86_64", "TOOLCHAIN=debian"])
    words = (str(place.output / TARGET / "busybox.tar.zst"), str(place.output / TARGET / "rootcheck.tar.zst"))
    catalog = load_catalog(ROOT)
    source = catalog.packages["busybox"].value.source(), catalog.packages["musl"].value.source()
    wanted = [one.sha256 for one in (*source, catalog.series["6.12"].value.source()) if one]

    def downloads_at_hand() -> None:
        """Archives that another cache has are copied from there: fetching is tried on the quick tree."""
        (place.cache / "dl").mkdir(parents=True, exist_ok=True)
        for path in (base / "dl").glob("*"):
            if path.name[:64] in wanted and path.suffix != ".part" and not (place.cache / "dl" / path.name).exists():
                shutil.copyfile(path, place.cache / "dl" / path.name)

    def from_nothing() -> None:
        place.clear()
        downloads_at_hand()

    def without_artefacts() -> None:
        shutil.rmtree(place.output, ignore_errors=True)
        shutil.rmtree(place.cache / "artefacts", ignore_errors=True)

    def without_busybox() -> None:
        """Only busybox is built again."""
        (place.output / TARGET / "busybox.tar.zst").unlink(missing_ok=True)
        for path in (place.cache / "artefacts").glob("*/*"):
            if path.name.endswith(right[f"{TARGET}/busybox.tar.zst"]):
                path.unlink()

    def measured(prepare: Callable[[], None]) -> float:
        prepare()
        begun = time.monotonic()
        place.build(*words)
        return time.monotonic() - begun

    rng, kills = random.Random(seed), Kills(seed)
    kills.seconds = measured(from_nothing)
    right = place.bytes_made()
    lengths = {from_nothing: kills.seconds, without_artefacts: measured(without_artefacts)}
    assert place.bytes_made() == right
    lengths[without_busybox] = measured(without_busybox)
    assert place.bytes_made() == right
    kinds = list(lengths)
    for number in range(COUNT):
        prepare = kinds[number % len(kinds)]
        kill_and_go_on(place, lengths[prepare], right, rng, kills, prepare, words=words)
        print(kills.line("busybox for qemu_x86_64, so far"), flush=True)
    tell(kills.line("busybox for qemu_x86_64, really built"))
    assert kills.survived == COUNT
