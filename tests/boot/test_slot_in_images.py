# SPDX-License-Identifier: Apache-2.0
"""Another root reaches the image without linking the kernel; one that outgrows its slot links it once."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

LINKED = "kernel with a slot for the root"

# A zImage would do as well as a bzImage: what matters is a kernel that unpacks itself, and one that does not.
BOARDS = {"qemu_x86_64": "bzImage", "rpi4": "Image"}


class Builds:
    """Builds of one board, each with a file of this content in an overlay."""

    def __init__(self, scons: Callable[..., str], board: str, folder: Path) -> None:
        self._scons = scons
        self._file = folder / "overlay" / "etc" / "changed"
        self._file.parent.mkdir(parents=True)
        self.output = folder / "output"
        self.image = self.output / board / "images" / BOARDS[board]
        self.slot = self.output / board / "slot-size"
        self.linked = self.output / board / "kernel-with-slot"
        self.words = [f"BOARD={board}", f"OVERLAY={folder / 'overlay'}"]

    def build(self, content: bytes, *words: str, output: Path | None = None) -> list[str]:
        """The steps that were done, by title, whether they were built or brought from the cache."""
        self._file.write_bytes(content)
        printed = self._scons(*self.words, f"OUTPUT={output or self.output}", *(words or (str(self.image),)))
        return [line[:44].strip() for line in printed.splitlines() if line.startswith("  ")]


@pytest.mark.parametrize("board", BOARDS)
def test_only_a_root_that_outgrows_its_slot_links_the_kernel(
    board: str, scons: Callable[..., str], tmp_path: Path
) -> None:
    builds = Builds(scons, board, tmp_path)
    assert LINKED in builds.build(b"one\n")
    first, size = builds.image.read_bytes(), int(builds.slot.read_text())

    steps = builds.build(b"two\n")
    assert f"image {BOARDS[board]}" in steps
    assert LINKED not in steps
    assert len(builds.image.read_bytes()) == len(first)
    assert builds.image.read_bytes() != first

    large = random.Random(1).randbytes(size)
    assert builds.build(large).count(LINKED) == 1
    assert int(builds.slot.read_text()) > size
    assert LINKED not in builds.build(large[:-1])
    assert LINKED not in builds.build(large)

    # The manifest has SCons's word for what the image is.
    manifest = builds.image.with_name("manifest.json")
    builds.build(large, str(manifest))
    told = {one["name"]: one["sha256"] for one in json.loads(manifest.read_text())["images"]}
    assert told[builds.image.name] == hashlib.sha256(builds.image.read_bytes()).hexdigest()

    # What was built in between does not show: neither here, nor beside a build that knows of nothing else.
    alone = tmp_path / "alone"
    builds.build(large, str(alone / builds.image.relative_to(builds.output)), output=alone)
    assert builds.image.read_bytes() == (alone / builds.image.relative_to(builds.output)).read_bytes()
    builds.build(b"one\n")
    assert builds.image.read_bytes() == first


@pytest.mark.slow
@pytest.mark.parametrize("board", BOARDS)
def test_linking_again_gives_the_same_bytes(board: str, scons: Callable[..., str], tmp_path: Path) -> None:
    builds = Builds(scons, board, tmp_path)
    builds.build(b"one\n")
    first, image = builds.linked.read_bytes(), builds.image.read_bytes()
    builds.linked.unlink()
    assert LINKED in builds.build(b"one\n", "--cache-disable", str(builds.image))
    assert builds.linked.read_bytes() == first
    assert builds.image.read_bytes() == image
