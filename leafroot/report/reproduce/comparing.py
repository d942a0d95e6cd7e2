# SPDX-License-Identifier: Apache-2.0
"""Two builds' outputs compared, byte by byte; where an artefact differs, file by file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leafroot.errors import LeafrootError
from leafroot.report.reproduce.artefact import Member, host_files, members
from leafroot.step import Step

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Difference:
    """One file that is not the same in both: the step (package) that made it, its output, the file in that."""

    title: str
    output: str
    file: str
    how: str


@dataclass
class Comparison:
    """What was compared: the counts, and every difference; `origins` are outputs all of whose inputs were equal."""

    images: int = 0
    artefacts: int = 0
    files: int = 0
    bytes: int = 0
    excused: int = 0
    differences: list[Difference] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)

    @property
    def differing(self) -> list[str]:
        """The outputs that differ, each once."""
        return list(dict.fromkeys(difference.output for difference in self.differences))


def compare(
    steps: Sequence[Step],
    folders: Iterable[str],
    first: Path,
    second: Path,
    compilers: tuple[str, str] | None = None,
) -> Comparison:
    """Compare the outputs of all steps, and all that is in `folders` (images/ of the boards), in two output folders.

    Steps stand in an order in which each comes after those that it reads. `compilers` are the marks that the hosts'
    own compilers leave, where those differ: what bears them runs on the building machine, and is not compared.
    """
    found = Comparison()
    for step in steps:
        _compare_output(step, first, second, compilers, found)
        if step.output in found.differing and not set(step.artefacts()) & set(found.differing):
            found.origins.append(step.output)
    outputs = {step.output for step in steps}
    for folder in folders:
        names = sorted({*_files(first, folder), *_files(second, folder)})
        found.images += len(names)
        for name in names:
            if name not in outputs:
                _compare_file(f"{folder}: exported", name, "", first / name, second / name, found)
    return found


def _files(output: Path, folder: str) -> Iterator[str]:
    for path in (output / folder).rglob("*"):
        if path.is_file() or path.is_symlink():
            yield path.relative_to(output).as_posix()


def _compare_output(
    step: Step, first: Path, second: Path, compilers: tuple[str, str] | None, found: Comparison
) -> None:
    one, other = first / step.output, second / step.output
    found.artefacts += 1
    before = len(found.differences)
    _compare_file(step.title, step.output, "", one, other, found)
    if not step.output.endswith(".tar.zst") or not (one.is_file() and other.is_file()):
        return
    mine = members(one)
    found.files += len(mine)
    if len(found.differences) == before:
        return
    theirs = members(other)
    told = [
        Difference(step.title, step.output, name, how)
        for name in sorted({*mine, *theirs})
        if (how := _how(mine.get(name), theirs.get(name)))
    ]
    if told and compilers:
        own = host_files(one, {difference.file for difference in told}, compilers[0])
        own &= host_files(other, own, compilers[1])
        found.excused += len(own)
        told = [difference for difference in told if difference.file not in own]
        if not told:
            del found.differences[before:]
            return
    if told:
        # What differs in it says more than that it differs.
        found.differences[before:] = told


def _how(mine: Member | None, theirs: Member | None) -> str:
    if mine is None or theirs is None:
        return "only in the first build" if theirs is None else "only in the second build"
    return "" if mine == theirs else mine.against(theirs)


def _compare_file(title: str, output: str, file: str, one: Path, other: Path, found: Comparison) -> None:
    here, there = _digest(one), _digest(other)
    if not here or not there:
        if here or there:
            missing = "only in the first build" if here else "only in the second build"
            found.differences.append(Difference(title, output, file, missing))
            return
        raise LeafrootError("neither of the two builds made it", where=output)
    found.bytes += one.stat().st_size
    if here != there:
        how = f"size {one.stat().st_size} and {other.stat().st_size}"
        if one.stat().st_size == other.stat().st_size:
            how = "other bytes of the same size"
        found.differences.append(Difference(title, output, file, how))


def _digest(path: Path) -> str:
    if path.is_symlink():
        return f"-> {path.readlink()}"
    if not path.exists():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
