# SPDX-License-Identifier: Apache-2.0
"""How the cost of a tree grows with the number of its packages: reading and configuring it, and nothing to do."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from leafroot.effects.run import Measured, measure
from leafroot.errors import LeafrootError
from leafroot.report.figures import Row

COUNTS = (100, 300, 1000, 3000)
_GENERATOR = "tests/scale/synthetic_tree.py"
# Declares the same, but its steps only write down that they were done.
_UNDONE = "tests/scale/SConstruct"
# The least that SCons itself can take.
_EMPTY = "Default(Alias('nothing'))\n"


def measure_scale(checkout: Path, folder: Path, repeats: int, counts: Sequence[int] = COUNTS) -> Iterator[Row]:
    """A row for each number of packages, all of them in one root; nothing of it is built."""
    log = folder / "scale.log"
    folder.mkdir(parents=True, exist_ok=True)
    empty = folder / "SConstruct"
    empty.write_text(_EMPTY)

    def python(*words: object) -> Measured:
        done = measure([sys.executable, *map(str, words)], env=os.environ, cwd=checkout, log=log)
        if done.status != 0:
            raise LeafrootError(f"{' '.join(map(str, words))} failed", "bench", log.read_text(errors="replace")[-2000:])
        return done

    floor = tuple(python("-m", "SCons", "-Q", "-f", empty, f"--directory={folder}").seconds for _ in range(repeats))
    for count in counts:
        tree = folder / str(count)
        python(_GENERATOR, tree, count)
        words = ["BOARD=scale", f"EXTERNAL={tree}", f"OUTPUT={tree}/output", f"CACHE={tree}/cache"]
        words += ["TOOLCHAIN=debian", "OFFLINE=1"]
        python("-m", "SCons", "-Q", "-f", _UNDONE, *words)
        done = [python("-m", "SCons", "-Q", *words) for _ in range(repeats)]
        seconds = tuple(one.seconds for one in done)
        most = max(one.megabytes for one in done)
        yield Row(f"nothing to do, {count} packages", seconds, most, "scons with nothing declared", floor)
