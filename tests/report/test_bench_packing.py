# SPDX-License-Identifier: Apache-2.0
"""The measurement of packing beside zstd alone runs, and its figures are of the same bytes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "bench" / "packing" / "measure.py"


def test_a_small_root_is_measured(tmp_path: Path) -> None:
    words = ["--sizes", "1", "--levels", "1,3", "--json", str(tmp_path / "figures.json")]
    done = subprocess.run([sys.executable, SCRIPT, *words], capture_output=True, text=True, check=True)
    rows = json.loads((tmp_path / "figures.json").read_text())
    assert [(row["MiB"], row["level"]) for row in rows] == [(1, 1), (1, 3)]
    for row in rows:
        assert row["files"] > 0
        assert all(row[name]["seconds"] > 0 for name in ("root", "compress", "zstd"))
        # The same bytes, compressed by two versions of one library: nearly the same size.
        assert 0.9 < row["bytes"] / row["zstd bytes"] < 1.1
    assert rows[1]["bytes"] < rows[0]["bytes"]
    assert len(done.stdout.splitlines()) == 3
