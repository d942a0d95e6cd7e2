# SPDX-License-Identifier: Apache-2.0
"""Each guard taken out of a copy of Leafroot: the test that holds it has to fail then."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from building import Place, Run, sandboxed
from made_up_firmware import ROOT, Firmware, make_firmware
from test_full_disk import fill
from test_interrupted import STUBBORN, ended, start_stubborn
from test_killed import NEW_WORDS, take_back
from test_rotten import faults
from test_two_at_once import second_waits


@dataclass
class Bench:
    """A made-up checkout with a guard taken out, a place to build it in, and what an undisturbed build makes."""

    firmware: Firmware
    place: Place
    undisturbed: Place
    folder: Path

    def rotten(self, kind: str, how: str) -> None:
        faults(self.place, self.undisturbed.bytes_made(), [(kind, how)], 1)

    def stubborn(self) -> Run:
        """Begin a build that never ends."""
        self.firmware.words_file.with_name("Makefile").write_text(STUBBORN)
        return start_stubborn(self.place)


def interrupted(bench: Bench) -> None:
    run = bench.stubborn()
    try:
        ended(run)
    finally:
        end((run.process.pid, *sandboxed(bench.place.output)))


def orphans(bench: Bench) -> None:
    run = bench.stubborn()
    os.kill(run.process.pid, signal.SIGKILL)
    run.process.wait()
    time.sleep(1)
    left = sandboxed(bench.place.output)
    end(left)
    assert not left


def end(processes: Iterable[int]) -> None:
    """End these; some may end with others of them."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


GUARDS: dict[str, tuple[str, str, str, Callable[[Bench], None]]] = {
    "outputs are compared with the memory": (
        "store/memory.py",
        "        dropped: list[str] = []\n",
        "        return []\n",
        lambda bench: take_back(bench.place, bench.undisturbed.bytes_made(), bench.firmware.words_file, NEW_WORDS),
    ),
    "the memory has a checksum": (
        "store/memory.py",
        "        if head != _HEADER",
        "        if False and head != _HEADER",
        lambda bench: bench.rotten("SCons's database", "a flipped bit"),
    ),
    "artefacts are compared with their names": (
        "store/artefacts.py",
        "if hasher.hexdigest() != digest:",
        "if False:",
        lambda bench: bench.rotten("artefact", "a flipped bit"),
    ),
    "unpacked trees are compared with their records": (
        "store/listing.py",
        "return bool(known) and known == listing_of(tree)",
        "return bool(known)",
        lambda bench: bench.rotten("unpacked tree", "deleted"),
    ),
    "downloads are verified": (
        "fetch/fetch.py",
        'return "" if digest == archive.sha256 else',
        'return "" if True else',
        lambda bench: bench.rotten("download", "cut off"),
    ),
    "an interrupt ends the steps' programs": (
        "host/run.py",
        # All that is done for it: of a build whose programs are left alone, the process itself is cut off in time.
        "        while os.read(read, 1):",
        "        while os.read(read, 1) and False:",
        interrupted,
    ),
    "programs end with Leafroot": ("build/sandbox.py", '"--die-with-parent", ', "", orphans),
    "one build at a time in an output folder": (
        "store/locks.py",
        "        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
        "        pass\n",
        lambda bench: second_waits(bench.place, bench.undisturbed.bytes_made()),
    ),
    "a full disk is told": (
        "host/disk.py",
        "error.errno in (errno.ENOSPC, errno.EDQUOT)",
        "error.errno in ()",
        lambda bench: print(fill(bench.firmware, bench.undisturbed, bench.folder, 2)),
    ),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_each_guard_is_where_the_table_says(guard: str) -> None:
    file, with_guard, *_ = GUARDS[guard]
    assert (ROOT / "leafroot" / file).read_text().count(with_guard) == 1, f"{file} has changed: the table must follow"


@pytest.fixture(scope="module")
def taken_out(tell: Callable[[str], None]) -> Iterator[list[str]]:
    """The guards without which their tests have failed, for the figures."""
    guards: list[str] = []
    yield guards
    tell(f"guards taken out: {len(guards)} of {len(GUARDS)}, and the test that holds each failed")


@pytest.mark.slow
@pytest.mark.parametrize("guard", GUARDS)
def test_without_the_guard_its_test_fails(guard: str, undisturbed: Place, taken_out: list[str], tmp_path: Path) -> None:
    file, with_guard, without, scenario = GUARDS[guard]
    firmware = make_firmware(tmp_path / "firmware")
    bench = Bench(firmware, Place(firmware.tree, tmp_path / "place", undisturbed.words), undisturbed, tmp_path)
    module = firmware.tree / "leafroot" / file
    module.write_text(module.read_text().replace(with_guard, without))
    with pytest.raises(AssertionError):
        scenario(bench)
    taken_out.append(guard)
