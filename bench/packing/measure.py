# SPDX-License-Identifier: Apache-2.0
"""Measure what it costs to make a compressed root of an artefact, beside zstd alone on the same bytes.

usage: python bench/packing/measure.py [--sizes 10,100,500] [--levels 3,19] [--json FILE]

The root is made of this machine's own programs, libraries and data, as many as the size asks for, in one artefact as
a package leaves it. "root" is the step that reads the artefact and writes the cpio archive, "compress" the one that
compresses it; "zstd" is the program, with the same level, threads and bytes. The processor's time is given because
other work on the machine counts for nothing in it, seconds because threads count in them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from leafroot.effects.assemble import compress_root, make_root
from leafroot.effects.pack import pack
from leafroot.effects.run import capture
from leafroot.plan.step import SOURCE_DATE_EPOCH

_MIB = 1 << 20
_SOURCES = ("/usr/bin", "/usr/lib", "/usr/share")
_LARGEST = 32 * _MIB
_ROOT = {
    "layers": [{"owner": "files", "at": "files"}],
    "leave": [],
    "directories": [],
    "devices": [],
    "files": [],
    "accounts": [],
    "root_password": "*",
    "mtime": SOURCE_DATE_EPOCH,
}
_ROOM = {"where": "bench", "memory": _MIB, "room": _MIB}


def gather(folder: Path, size: int) -> int:
    """Link or copy files of this machine into a folder, up to `size` bytes; how many."""
    count = total = 0
    for base in _SOURCES:
        for here, folders, names in os.walk(base):
            folders.sort()
            for path in (Path(here) / name for name in sorted(names)):
                if path.is_symlink() or not path.is_file() or not 0 < path.stat().st_size <= _LARGEST:
                    continue
                if total + path.stat().st_size > size:
                    continue
                target = folder / path.relative_to("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
                count, total = count + 1, total + path.stat().st_size
                if total > size - size // 100:
                    return count
    return count


def timed(work: Callable[[], object]) -> dict[str, float]:
    """Seconds, and seconds of processor, that some work takes, those of its children included."""
    begun, before = time.monotonic(), _processor()
    work()
    return {"seconds": time.monotonic() - begun, "processor": _processor() - before}


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def measure(folder: Path, size: int, levels: list[int], threads: int) -> list[dict[str, object]]:
    """One row a level for a root of this size, in MiB."""
    files, artefact, cpio = folder / "files", folder / "files.tar.zst", folder / "rootfs.cpio"
    count = gather(files, size * _MIB)
    pack(files, artefact, mtime=SOURCE_DATE_EPOCH, threads=threads)
    rows: list[dict[str, object]] = []
    for level in levels:
        root = timed(lambda: make_root(dict(_ROOT), {"files": artefact}, cpio))
        ours, theirs = folder / "ours.zst", folder / "theirs.zst"
        parameters = {**_ROOM, "level": level}
        compress = timed(lambda parameters=parameters, ours=ours: compress_root(parameters, {"root": cpio}, ours))  # type: ignore[misc]
        words = ["zstd", "-q", "-f", f"-{level}", f"-T{threads}", str(cpio), "-o", str(theirs)]

        def alone(words: list[str] = words) -> None:
            status, said = capture(words, timeout=86400)
            if status != 0:
                sys.exit(f"zstd failed: {said}")

        row: dict[str, object] = {"MiB": size, "files": count, "level": level, "threads": threads}
        row |= {"root": root, "compress": compress, "zstd": timed(alone)}
        row |= {"bytes": ours.stat().st_size, "zstd bytes": theirs.stat().st_size}
        rows.append(row)
        print(line(row), flush=True)
    return rows


def ratio(row: dict[str, object], what: str) -> float:
    """What root and compression take together, in parts of what zstd takes alone."""
    ours = row["root"][what] + row["compress"][what]  # type: ignore[index]
    return float(ours / row["zstd"][what])  # type: ignore[index]


def line(row: dict[str, object]) -> str:
    """A row of the table."""
    times = [row[name][what] for name in ("root", "compress", "zstd") for what in ("seconds", "processor")]  # type: ignore[index]
    cells = [f"{one:>9.2f}" for one in times]
    smaller = 100 * (row["bytes"] / row["zstd bytes"] - 1)  # type: ignore[operator]
    return (
        f"{row['MiB']:>5} {row['level']:>6} "
        + "".join(cells)
        + f" {ratio(row, 'seconds'):>9.2f} {ratio(row, 'processor'):>9.2f} {smaller:>+7.2f} %"
    )


def main() -> None:
    """Measure every size at every level."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--sizes", default="10,100,500", help="sizes of roots, in MiB")
    arguments.add_argument("--levels", default="3,19", help="zstd levels")
    arguments.add_argument("--json", type=Path, help="a file for the figures")
    asked = arguments.parse_args()
    threads = os.cpu_count() or 1
    print(f"{threads} threads; s and processor s of: root, compress, zstd alone; ratio of both; size against zstd's")
    rows: list[dict[str, object]] = []
    for size in map(int, asked.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="leafroot-packing-") as folder:
            rows += measure(Path(folder), size, [int(one) for one in asked.levels.split(",")], threads)
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
