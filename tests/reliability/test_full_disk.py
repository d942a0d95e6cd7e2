# SPDX-License-Identifier: Apache-2.0
"""A disk that fills up: told with place and room, nothing corrupt, and the build goes on once there is room."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from building import Place
from made_up_firmware import ROOT, Firmware

SAID = re.compile(r"no room (for|left in) .*: .* are free on the file system of /", re.DOTALL)


def fill(firmware: Firmware, undisturbed: Place, folder: Path, count: int) -> str:
    """Try this many sizes of the file system, from almost nothing to almost enough; the figures."""
    right = folder / "right.json"
    right.write_text(json.dumps(undisturbed.bytes_made()))
    here = Path(__file__).parent
    argv = [
        sys.executable,
        str(here / "full_disk.py"),
        str(firmware.tree),
        str(folder / "small"),
        str(count),
        str(right),
        *firmware.words,
    ]
    done = subprocess.run(
        ["unshare", "-rm", "env", f"PYTHONPATH={ROOT}:{here}", *argv],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    found = json.loads(done.stdout.splitlines()[-1])
    refused = 0
    for one in found["tries"]:
        about = f"{one['size']} bytes, status {one['status']}:\n{one['said']}\nand with room:\n{one['again']}"
        assert "Traceback" not in one["said"], about
        assert one["right"] and not one["left"], f"{one['left']}\n{about}"
        if one["status"]:
            assert SAID.search(one["said"]), about
            assert str(folder / "small") in one["said"], about
            refused += 1
        else:
            # The image was made; what found no room was the cache.
            assert "artefacts are not kept: no room for them" in one["said"], about
    assert refused > count // 2
    sizes = ", ".join(f"{one['size'] / 1e6:.1f}" for one in found["tries"])
    return (
        f"full disk: {len(found['tries'])} sizes tried ({sizes} MB; a build takes {found['most'] / 1e6:.1f} MB), "
        f"{refused} refused with place and room, the others built without keeping all; all went on to the right "
        f"{sum(one['bytes'] for one in found['tries']) / 1e6:.0f} MB"
    )


def test_builds_recover_from_two_full_disks(
    firmware: Firmware, undisturbed: Place, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    tell(fill(firmware, undisturbed, tmp_path, 2))


@pytest.mark.slow
def test_builds_recover_from_ten_full_disks(
    firmware: Firmware, undisturbed: Place, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    tell(fill(firmware, undisturbed, tmp_path, 10))
