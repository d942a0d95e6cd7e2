# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C: every child ends within two seconds, and nothing that is half done has a final name."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from building import Place, Run, held, sandboxed
from made_up_firmware import Firmware, make_firmware
from wholeness import check_whole

LIMIT = 2.0
STUBBORN = """\
all:
	trap '' INT TERM HUP; (trap '' INT TERM HUP; setsid sleep 300 </dev/null) & touch /build/ready; sleep 300
install:
"""


def ended(run: Run) -> float:
    seconds = run.interrupt()
    assert seconds < LIMIT, f"{seconds:.1f} s:\n{run.said()}"
    run.end(status=2)
    return seconds


def begun(place: Place) -> Run:
    """A build that has got as far as its output folder: Python itself is interrupted in its own words before that."""
    run = place.start()
    wait_until(run, lambda: (place.output / ".lock").exists())
    return run


def start_stubborn(place: Place) -> Run:
    """Begin a build of a checkout with STUBBORN, and wait until it is where it never ends."""
    run = place.start()
    wait_until(run, lambda: bool(list(place.output.glob("build/*_delta.tar.zst/build/ready"))))
    return run


def wait_until(run: Run, reached: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < until and run.process.poll() is None, run.said()
        time.sleep(0.02)


def interrupts(place: Place, right: dict[str, str], count: int, seed: int) -> str:
    rng = random.Random(seed)
    before = time.monotonic()
    place.build()
    whole = 0.8 * (time.monotonic() - before)
    longest, files, done = 0.0, 0, 0
    while done < count:
        place.clear()
        run = begun(place)
        time.sleep(rng.uniform(0.0, whole))
        if "steps built" in run.said() or run.process.poll() is not None:
            run.end()
            whole *= 0.9
            continue
        longest = max(longest, ended(run))
        files += check_whole(place, right)
        # What has no final name, such as half a download, the next run takes up or takes away.
        place.build()
        assert place.bytes_made() == right and not place.leftovers()
        done += 1
    return (
        f"interrupted: {done} times, the last process gone after at most {longest:.2f} s (limit {LIMIT} s), "
        f"{files} files with final names whole; seed {seed}"
    )


def test_builds_recover_from_two_interrupts(
    place: Place, undisturbed: Place, tell: Callable[[str], None], seed: int
) -> None:
    tell(interrupts(place, undisturbed.bytes_made(), 2, seed))


@pytest.mark.slow
def test_builds_recover_from_many_interrupts(
    place: Place, undisturbed: Place, tell: Callable[[str], None], seed: int
) -> None:
    tell(interrupts(place, undisturbed.bytes_made(), 30, seed))


def test_programs_that_ignore_signals_end_all_the_same(tmp_path: Path, undisturbed: Place) -> None:
    firmware: Firmware = make_firmware(tmp_path)
    (firmware.words_file.with_name("Makefile")).write_text(STUBBORN)
    place = Place(firmware.tree, tmp_path / "place", undisturbed.words)
    run = start_stubborn(place)
    assert sandboxed(place.output), "nothing to be ended: the test proves nothing"
    ended(run)


def test_an_interrupt_stops_leafroots_own_long_work(place: Place, undisturbed: Place, tmp_path: Path) -> None:
    fragment = tmp_path / "slow.config"
    fragment.write_text("CONFIG_IMAGE_ZSTD_LEVEL=22\n")
    # Several seconds' work for any processor.
    (tmp_path / "overlay").mkdir()
    (tmp_path / "overlay/much").write_bytes(random.Random(5).randbytes(16 << 20).hex().encode())
    longer = (f"CONFIG={fragment}", f"OVERLAY={tmp_path}/overlay")
    place.build(*longer, str(place.output / "little/elf.json"))
    run = place.start(*longer, str(place.output / "little/images/rootfs.cpio.zst"))
    compressing = place.output / ".own/little_images_rootfs.cpio.zst"
    wait_until(run, lambda: any(compressing.glob("*")))
    ended(run)
    assert "interrupted in the middle of a step" in run.said(), "it was too quick: the test proves nothing"
    place.build()
    assert place.bytes_made() == undisturbed.bytes_made()


@pytest.mark.parametrize("lock", ["output/.lock", "cache/dl/x.part"], ids=["the output folder's lock", "a download"])
def test_who_waits_can_be_interrupted(place: Place, undisturbed: Place, firmware: Firmware, lock: str) -> None:
    if lock.endswith(".part"):
        archive = firmware.archive("linux")
        lock = f"cache/dl/{firmware.sums['linux']}-{archive.name}.part"
    with held(place.folder / lock):
        run = place.start()
        wait_until(run, lambda: "waiting for" in run.said())
        ended(run)
    place.build()
    assert place.bytes_made() == undisturbed.bytes_made()
