# SPDX-License-Identifier: Apache-2.0
"""`bench`: measures how long common changes take in a copy of the checkout, and how that grows with its size.

The load of the machine counts too, so compare rows only with others of the same run, not with a fixed limit.
"""

from __future__ import annotations

import os
import random
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from leafroot.bench.figures import Row, table, write
from leafroot.bench.packing import measure_packing
from leafroot.errors import LeafrootError
from leafroot.files import NOT_COPIED, link_or_copy
from leafroot.host.run import Measured, measure, wait_for
from leafroot.record.times import read_times, times_table

COUNTS = (100, 300, 1000, 3000)
_GENERATOR = "tests/scale/synthetic_tree.py"
# Declares the same steps, but these only record that they were done.
_UNDONE = "tests/scale/SConstruct"
# The shortest time that SCons itself needs.
_EMPTY = "Default(Alias('nothing'))\n"
_REPEATS = 3
_KEPT = "For 'scons bench-compare A B': "


def measure_scale(checkout: Path, folder: Path, repeats: int, counts: Sequence[int] = COUNTS) -> Iterator[Row]:
    """A row for each number of packages in one root; nothing is built."""
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


@dataclass
class Bench:
    """A copy of the checkout with its own output folder, and with the caller's cache."""

    copy: Path
    log: Path
    words: Sequence[str]

    def scons(self, *words: str) -> Measured:
        """Run scons in the copy; raises LeafrootError if it fails."""
        argv = [sys.executable, "-m", "SCons", "-Q", *self.words, *words]
        done = measure(argv, env=os.environ, cwd=self.copy, log=self.log)
        if done.status != 0:
            # The log is removed together with the copy.
            raise LeafrootError(f"scons {' '.join(words)} failed in the copy", "bench", "\n".join(self.said()[-20:]))
        return done

    def said(self) -> list[str]:
        """The lines that scons has printed so far."""
        return self.log.read_text(errors="replace").splitlines()

    def touch_overlay(self) -> None:
        """Change a small file of an overlay to new content, so that the cache does not have the result."""
        folder = self.copy / "bench-overlay" / "etc"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bench").write_text(f"{secrets.token_hex()}\n")

    def fill_overlay(self, mebibytes: int) -> None:
        """Write an incompressible file of this size into the overlay, so that the root needs another slot."""
        file = self.copy / "bench-overlay" / "etc" / "large"
        file.write_bytes(random.Random(mebibytes).randbytes(mebibytes << 20))

    def toggle_option(self, number: int) -> None:
        """Switch a busybox option that no other option depends on."""
        file = self.copy / "package" / "busybox" / "busybox.config"
        off = "# CONFIG_CAL is not set\n"
        text = file.read_text().replace(off, "")
        file.write_text(text + (off if number % 2 == 0 else ""))


def bench(
    checkout: Path,
    cache: Path,
    board: str,
    toolchain: str,
    guest: Callable[[Path], Sequence[str]],
    results: Path,
    usr: Path,
    second: str = "",
    modes: Sequence[str] = (),
) -> str:
    """Measure all rows for one board, write them to the file `results`, and return the table.

    `guest` gives QEMU's command line for an output folder. `usr` is a /usr with zstd. `second` is another board of the
    same target, if there is one. `modes` are the board's boot mode and another one that the same kernel can be told, if
    there is one.
    """
    with tempfile.TemporaryDirectory(prefix="leafroot-bench-") as folder:
        copy = Path(folder) / "leafroot"
        shutil.copytree(checkout, copy, ignore=shutil.ignore_patterns(*NOT_COPIED), symlinks=True)
        words = [f"BOARD={board}", f"CACHE={cache}"] + ([f"TOOLCHAIN={toolchain}"] if toolchain else [])
        run = Bench(copy, Path(folder) / "log", [*words, f"OVERLAY={copy}/bench-overlay"])
        run.touch_overlay()
        run.scons()
        rows = _rows(run, copy / "output" / board / "images" / "sdcard.img", guest, modes)
        booted = _last(run, "boot-test: passed", "boot-test")
        image = _last(run, f"output/{board}/images/")
        lines = [image, booted]
        if second:
            row, built = _second_board(run, second)
            rows.append(row)
            lines.append(f"built for {second} after {board}: {', '.join(built)}")
        rows += measure_scale(copy, Path(folder) / "scale", _REPEATS)
        rows += measure_packing(Path(folder) / "packing", usr)
        write(results, "bench", rows)
        return "\n".join([table(rows), *lines, f"{_KEPT}{results}"])


def bench_cold(checkout: Path, cache: Path, words: Sequence[str], toolchains: Sequence[str], results: Path) -> str:
    """Measure a build from nothing, step by step: the cache is empty, except for downloaded archives."""
    with tempfile.TemporaryDirectory(prefix="leafroot-bench-") as folder:
        done = [_cold(checkout, cache, words, Path(folder), toolchain) for toolchain in toolchains]
    write(results, "bench-cold", [row for rows, steps, _ in done for row in (*rows, *steps)])
    all_in_all = table([row for rows, _, _ in done for row in rows])
    return "\n".join([all_in_all, *(told for _, _, told in done), f"{_KEPT}{results}"])


def _cold(
    checkout: Path, cache: Path, words: Sequence[str], folder: Path, toolchain: str
) -> tuple[list[Row], list[Row], str]:
    """Rows for an image and for another boot mode; a row for each step of the first; a table of these."""
    place, said = folder / toolchain, f"TOOLCHAIN={toolchain}"
    copy = place / "leafroot"
    shutil.copytree(checkout, copy, ignore=shutil.ignore_patterns(*NOT_COPIED), symlinks=True)
    shutil.copytree(cache / "dl", place / "cache" / "dl", copy_function=link_or_copy)
    run = Bench(copy, place / "log", [*words, f"CACHE={place / 'cache'}", said])
    first = run.scons()
    steps, slots = read_times(copy / "output" / "times.json")
    second = run.scons("BOOT=leaf-tmpfs")
    rows = [
        Row(f"empty cache -> image, {said}", (first.seconds,), first.megabytes),
        Row(f"then the other boot mode, {said}", (second.seconds,), second.megabytes),
    ]
    told = f"{said}, step by step, {os.cpu_count()} slots:\n{times_table(steps, slots)}"
    return rows, [Row(f"{said}: {step.title}", (step.seconds,)) for step in steps if step.seconds >= 1], told


def _rows(run: Bench, card: Path, guest: Callable[[Path], Sequence[str]], modes: Sequence[str]) -> list[Row]:
    rows: list[Row] = []

    def row(name: str, once: Callable[[int], Measured], repeats: int = _REPEATS) -> None:
        done = [once(number) for number in range(1, repeats + 1)]
        rows.append(Row(name, tuple(one.seconds for one in done), max(one.megabytes for one in done)))

    row("nothing to do", lambda _: run.scons())

    def overlay(_: int) -> Measured:
        run.touch_overlay()
        return run.scons()

    row("a file in an overlay changed -> image", overlay)
    boot = card.with_name("boot")

    def loader_files(_: int) -> Measured:
        run.touch_overlay()
        return run.scons(str(boot))

    if boot.is_dir():
        row("the same -> images/boot, kernel and all", loader_files)

    def outgrow(number: int) -> Measured:
        run.fill_overlay(number)
        # The result of an earlier run in the cache would spoil the measurement.
        return run.scons("--cache-disable")

    row("the root outgrows its slot -> image", outgrow, 2)
    run.fill_overlay(0)
    run.scons()

    def switch(number: int) -> Measured:
        # To the other mode and back again. The result of an earlier run in the cache would spoil the measurement.
        return run.scons(f"BOOT={modes[number % len(modes)]}", "--cache-disable")

    if len(modes) > 1:
        run.scons(f"BOOT={modes[0]}")
        row("boot mode switched -> image", switch, len(modes))
        run.scons()

    def to_shell(_: int) -> Measured:
        run.touch_overlay()
        # What the command 'boot' needs: the kernel and the separate root, and no image.
        built = run.scons("boot-files")
        waited = wait_for(guest(run.copy / "output"), env=os.environ, text=b"login: ", timeout=120)
        return Measured(built.seconds + waited, built.megabytes, 0)

    row("the same -> login in QEMU (boot)", to_shell)

    def option(number: int) -> Measured:
        run.toggle_option(number + 1)
        # The result of an earlier run in the cache would spoil the measurement.
        return run.scons("--cache-disable")

    row("one busybox option changed -> image", option, 2)
    run.scons()

    def from_cache(_: int) -> Measured:
        shutil.rmtree(run.copy / "output")
        return run.scons()

    row("deleted output, warm cache -> image", from_cache)

    def write_card(_: int) -> Measured:
        card.unlink()
        return run.scons(str(card))

    if card.exists():
        row("kernel and root -> sdcard.img", write_card)
    return rows


def _last(run: Bench, beginning: str, *words: str) -> str:
    """The last line with this beginning that another call of scons prints."""
    run.scons(*words)
    return next(line for line in reversed(run.said()) if line.startswith(beginning))


def _second_board(run: Bench, board: str) -> tuple[Row, list[str]]:
    """Build another board of the same target without the cache; returns a row, and the steps that were built."""
    before = len(run.said())
    done = run.scons(f"BOARD={board}", "--cache-disable")
    steps = [line[:44].strip() for line in run.said()[before:] if re.fullmatch(r"  .{44} +[0-9.]+ s", line)]
    return Row(f"second board of the target: {board}", (done.seconds,), done.megabytes), steps
