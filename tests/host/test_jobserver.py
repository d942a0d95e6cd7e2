# SPDX-License-Identifier: Apache-2.0
"""Several makes share one pool of job slots."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from leafroot.host.jobserver import Slots
from leafroot.host.run import run

# Each job makes a folder of its own, waits, counts the folders that there are, and takes its own away.
MAKEFILE = """\
all: 1 2 3 4 5 6
1 2 3 4 5 6:
	@mkdir count/$(ID)$@ && sleep 0.2 && ls count | wc -l >>seen && rmdir count/$(ID)$@
"""


def seen_at_once(folder: Path, flags: str, slots: Slots) -> list[int]:
    """How many jobs two makes had running, as each job saw it."""
    (folder / "Makefile").write_text(MAKEFILE)
    (folder / "count").mkdir()

    def one(name: str) -> None:
        with slots.one(), (folder / f"{name}.log").open("wb") as log:
            argv = ["make", "-C", str(folder), f"ID={name}"]
            env = {"PATH": os.environ["PATH"], "MAKEFLAGS": flags}
            assert run(argv, env=env, log=log, pass_fds=slots.descriptors) == 0

    threads = [threading.Thread(target=one, args=(name,)) for name in "xy"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [int(line) for line in (folder / "seen").read_text().split()]


@pytest.mark.parametrize("count", [2, 3])
def test_two_makes_take_no_more_slots_than_there_are(tmp_path: Path, count: int) -> None:
    slots = Slots(count)
    seen = seen_at_once(tmp_path, slots.makeflags, slots)
    assert len(seen) == 12
    assert max(seen) == count


def test_without_the_pool_two_makes_take_more_slots(tmp_path: Path) -> None:
    assert max(seen_at_once(tmp_path, " -j2", Slots(2))) > 2
