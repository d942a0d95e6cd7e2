# SPDX-License-Identifier: Apache-2.0
"""Measures making a compressed root, of a folder and of a package's artefact, against zstd alone.

zstd gets the same bytes, level and threads. The roots consist of as many of this machine's own programs, libraries and
data as the size needs.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from leafroot.archive.pack import pack
from leafroot.bench.figures import Row
from leafroot.errors import LeafrootError
from leafroot.host.bubblewrap import with_usr
from leafroot.host.run import capture
from leafroot.own.root import CompressRoot, LayerInput, WriteRoot
from leafroot.step import SOURCE_DATE_EPOCH, Given

# Size in MiB, level, repetitions. At level 19 a hundred MiB take half a minute, and zstd takes as long.
CASES = ((10, 3, 5), (100, 3, 5), (500, 3, 3), (10, 12, 3), (100, 12, 1), (500, 12, 1), (10, 19, 1), (100, 19, 1))
_MIB = 1 << 20
_SOURCES = ("/usr/bin", "/usr/lib", "/usr/share")
_LARGEST = 32 * _MIB
_ROOT = WriteRoot(layers=(LayerInput("files", "files"),), mtime=SOURCE_DATE_EPOCH)


@dataclass
class Packing:
    """The same files as a folder and as an artefact, to make compressed roots of; `usr` has zstd."""

    folder: Path
    mebibytes: int
    threads: int
    usr: Path

    def __post_init__(self) -> None:
        self.tree, self.artefact = self.folder / "tree", self.folder / "tree.tar.zst"
        self.cpio, self.packed = self.folder / "root.cpio", self.folder / "root.cpio.zst"
        gather(self.tree, self.mebibytes * _MIB)
        pack(self.tree, self.artefact, mtime=SOURCE_DATE_EPOCH, threads=self.threads)

    def ours(self, source: Path, level: int) -> float:
        """The seconds of both steps, from the files to the compressed archive."""
        for file in (self.cpio, self.packed):
            file.unlink(missing_ok=True)
        compress = CompressRoot(level=level, where="bench", memory=2 * self.mebibytes, room=2 * self.mebibytes)
        begun = time.monotonic()
        _ROOT.perform(_given("files", source), self.cpio)
        compress.perform(_given("root", self.cpio), self.packed)
        return time.monotonic() - begun

    def zstd(self, level: int) -> float:
        """The seconds that zstd takes for the archive."""
        self.packed.unlink(missing_ok=True)
        words = ["zstd", "-q", f"-{level}", f"-T{self.threads}", str(self.cpio), "-o", str(self.packed)]
        words = [*with_usr(self.usr), *words]
        begun = time.monotonic()
        status, said = capture(words, timeout=86400)
        if status != 0:
            raise LeafrootError(f"zstd failed: {said.strip()}", "bench")
        return time.monotonic() - begun


def _given(at: str, path: Path) -> Given:
    return Given({at: path}, digest=str, actions={})


def measure_packing(folder: Path, usr: Path, cases: Sequence[tuple[int, int, int]] = CASES) -> Iterator[Row]:
    """Two rows for each (size in MiB, level, repetitions); the load of the machine affects ours and zstd alike.

    zstd is that of the tree `usr`.
    """
    threads = os.cpu_count() or 1
    packings: dict[int, Packing] = {}
    for size, level, times in cases:
        if size not in packings:
            packings[size] = Packing(folder / str(size), size, threads, usr)
        on = packings[size]
        done = [(on.ours(on.tree, level), on.ours(on.artefact, level), on.zstd(level)) for _ in range(times)]
        of_tree, of_artefact, alone = zip(*done, strict=True)
        yield Row(f"{size} MiB in a folder -> cpio.zst, level {level}", of_tree, 0.0, "zstd alone", alone)
        yield Row(f"{size} MiB in an artefact -> cpio.zst, level {level}", of_artefact, 0.0, "zstd alone", alone)


def gather(folder: Path, size: int, sources: Sequence[str] = _SOURCES) -> None:
    """Copy files of this machine into a folder, up to `size` bytes; if they are too few, copy them repeatedly."""
    total = 0
    for again in itertools.count():
        before = total
        for path in _files(sources):
            length = path.stat().st_size
            if not 0 < length <= min(_LARGEST, size - total):
                continue
            target = folder / str(again) / path.relative_to("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
            total += length
            if total > size - size // 100:
                return
        if total == before:
            raise LeafrootError(f"found no files for a root of {size} bytes in {', '.join(sources)}", "bench")


def _files(sources: Sequence[str]) -> Iterator[Path]:
    for base in sources:
        for here, folders, names in os.walk(base):
            folders.sort()
            yield from (
                path for name in sorted(names) if (path := Path(here, name)).is_file() and not path.is_symlink()
            )
