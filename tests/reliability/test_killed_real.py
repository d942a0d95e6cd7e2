# SPDX-License-Identifier: Apache-2.0
"""A real build that is killed: a small busybox for qemu_x86_64 and the libc under it, from a cache of its own."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from building import Place
from kills import Kills, kill_and_go_on
from made_up_firmware import ROOT

from leafroot.app.session import open_session
from tests.real_builds import CALLERS_CACHE, sha256

COUNT = 15
LEFT_OUT = (".git", ".venv", "output", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache")


class Real:
    """A copy of the checkout with little of busybox selected; a cache that has downloads and the kernel's headers.

    Those take as long as all the rest, and nothing of them is different from what else is unpacked and built.
    """

    def __init__(self, folder: Path) -> None:
        checkout = folder / "checkout"
        shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
        shutil.copy(ROOT / "tests/rebuild/small-busybox.config", checkout / "package/busybox/small.config")
        (folder / "small.config").write_text("CONFIG_PACKAGE_BUSYBOX_SIZE_SMALL=y\n")
        self.place = Place(
            checkout, folder / "real", ["BOARD=qemu_x86_64", "TOOLCHAIN=debian", f"CONFIG={folder}/small.config"]
        )
        self._session = open_session(checkout, dict(word.split("=", 1) for word in self.place.words), board_needed=True)
        self._session.configure()
        self._session.make_plans(str)
        self.words = tuple(str(self._output(name)) for name in ("musl", "busybox", "rootcheck"))
        self.headers = folder / "headers"
        self.place.build(str(self._output("linux-headers")), f"CACHE={CALLERS_CACHE}")
        digest = sha256(self._output("linux-headers"))
        (kept,) = CALLERS_CACHE.glob(f"artefacts/*/*-{digest}")
        shutil.copy(kept, self.headers)
        self._kept = f"artefacts/{kept.parent.name}/{kept.name}"
        self._downloads = [
            path for path in CALLERS_CACHE.glob("dl/*") if path.name[65:].startswith(("busybox_", "musl_"))
        ]

    def _output(self, name: str) -> Path:
        return self.place.output / self._session.step(name).output.path

    def from_nothing(self) -> None:
        self.place.clear()
        for source, name in ((self.headers, self._kept), *((path, f"dl/{path.name}") for path in self._downloads)):
            target = self.place.cache / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)

    def without_artefacts(self) -> None:
        for path in (*self.place.outputs(), *self.place.cache.glob("artefacts/*/*")):
            if path.name != self._kept.rpartition("/")[2]:
                path.unlink()

    def without_busybox(self) -> None:
        digest = sha256(self._output("busybox"))
        for path in (self._output("busybox"), *self.place.cache.glob(f"artefacts/*/*-{digest}")):
            path.unlink()

    def seconds(self, prepare: Callable[[], None]) -> float:
        prepare()
        begun = time.monotonic()
        self.place.build(*self.words)
        return time.monotonic() - begun


@pytest.mark.slow
def test_a_real_build_recovers_from_fifteen_kills(tmp_path: Path, tell: Callable[[str], None], seed: int) -> None:
    """A third of them each: all from nothing, unpacked trees there, busybox alone."""
    real = Real(tmp_path)
    rng, kills = random.Random(seed), Kills(seed)
    kills.seconds = real.seconds(real.from_nothing)
    right = real.place.bytes_made()
    lengths = [(real.from_nothing, kills.seconds)]
    lengths += [(prepare, real.seconds(prepare)) for prepare in (real.without_artefacts, real.without_busybox)]
    assert real.place.bytes_made() == right
    for number in range(COUNT):
        prepare, seconds = lengths[number % len(lengths)]
        kill_and_go_on(real.place, seconds, right, rng, kills, prepare, words=real.words)
        print(kills.line("so far"), flush=True)
    tell(kills.line("busybox and musl for qemu_x86_64, really built"))
    assert kills.survived == COUNT
