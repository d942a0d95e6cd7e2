# SPDX-License-Identifier: Apache-2.0
"""The lock of an output folder: one build at a time makes anything in it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO


def hold_output(output: Path) -> IO[str]:
    """Hold the output folder; whoever comes second waits, and is told for whom."""
    handle = (output / ".lock").open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        print(f"leafroot: waiting for process {handle.read().strip()}, which is building in {output}", flush=True)
        fcntl.flock(handle, fcntl.LOCK_EX)
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    return handle
