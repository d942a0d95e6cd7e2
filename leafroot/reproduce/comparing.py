# SPDX-License-Identifier: Apache-2.0
"""Compares the outputs of two builds byte by byte, and artefacts that differ file by file.

Keeps both versions of the files that differ, and compares some of them with diffoscope.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import stat
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from leafroot.errors import LeafrootError
from leafroot.files import digest_of
from leafroot.host.run import watch
from leafroot.rootfs.layers import ZstdReader
from leafroot.step import Step

_CHUNK = 1 << 20
_KEPT = 10
_LINES = 40
_SECONDS = 300.0
_LOOKED_INTO = 3
_DIFFOSCOPE = ("diffoscope", "--no-progress", "--text-color", "never")


@dataclass(frozen=True)
class Member:
    """The attributes and the digest of a file of an artefact."""

    kind: str
    mode: int
    size: int
    digest: str
    link: str
    mtime: int

    def against(self, other: Member) -> str:
        """How another member differs from this one, in words."""
        words = [
            f"{what} {mine} and {theirs}"
            for what, mine, theirs in (
                ("kind", self.kind, other.kind),
                ("mode", f"{self.mode:04o}", f"{other.mode:04o}"),
                ("link to", self.link, other.link),
                ("time", self.mtime, other.mtime),
                ("size", self.size, other.size),
            )
            if mine != theirs
        ]
        return ", ".join(words) or "other bytes of the same size"


@contextmanager
def opened(artefact: Path) -> Iterator[tarfile.TarFile]:
    """Open an artefact, to read it from beginning to end."""
    with (
        artefact.open("rb") as raw,
        tarfile.open(fileobj=io.BufferedReader(ZstdReader(raw), _CHUNK), mode="r|", errors="surrogateescape") as tar,
    ):
        yield tar


def members(artefact: Path) -> dict[str, Member]:
    """All files, folders and links of an artefact, by path."""
    found = {}
    with opened(artefact) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            digest = hashlib.sha256()
            while content is not None and (chunk := content.read(_CHUNK)):
                digest.update(chunk)
            kind, mode = member.type.decode(), stat.S_IMODE(member.mode)
            mtime = int(member.mtime)
            found[member.name] = Member(kind, mode, member.size, digest.hexdigest(), member.linkname, mtime)
    return found


@dataclass(frozen=True)
class Difference:
    """A file that differs: the step that made it, the step's output, the file in that output."""

    title: str
    output: str
    file: str
    how: str


@dataclass
class Comparison:
    """The counts of what was compared, and all differences; `origins` are differing outputs with equal inputs."""

    images: int = 0
    artefacts: int = 0
    files: int = 0
    bytes: int = 0
    differences: list[Difference] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)

    @property
    def differing(self) -> list[str]:
        """The outputs that differ, each once."""
        return list(dict.fromkeys(difference.output for difference in self.differences))


def compare(steps: Sequence[Step], folders: Iterable[str], first: Path, second: Path) -> Comparison:
    """Compare the outputs of all steps, and all files in `folders` (images/ of the boards), of two output folders.

    Each step comes after those that it reads.
    """
    found = Comparison()
    for step in steps:
        _compare_output(step, first, second, found)
        read = {one.path for one in step.reads()}
        if step.output.path in found.differing and not read & set(found.differing):
            found.origins.append(step.output.path)
    outputs = {step.output.path for step in steps}
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


def _compare_output(step: Step, first: Path, second: Path, found: Comparison) -> None:
    output = step.output.path
    one, other = first / output, second / output
    found.artefacts += 1
    before = len(found.differences)
    _compare_file(step.title, output, "", one, other, found)
    if not output.endswith(".tar.zst") or not (one.is_file() and other.is_file()):
        return
    mine = members(one)
    found.files += len(mine)
    if len(found.differences) == before:
        return
    theirs = members(other)
    told = [
        Difference(step.title, output, name, how)
        for name in sorted({*mine, *theirs})
        if (how := _how(mine.get(name), theirs.get(name)))
    ]
    if told:
        # List the files that differ in it instead of the artefact itself.
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
        raise LeafrootError("neither build made it", where=output)
    found.bytes += one.stat().st_size
    if here != there:
        how = f"size {one.stat().st_size} and {other.stat().st_size}"
        if one.stat().st_size == other.stat().st_size:
            how = "other bytes of the same size"
        found.differences.append(Difference(title, output, file, how))


def _digest(path: Path) -> str:
    if path.is_symlink():
        return f"-> {path.readlink()}"
    return digest_of(path) if path.exists() else ""


def keep_evidence(found: Comparison, first: Path, second: Path, folder: Path) -> str:
    """Keep both versions of the first files that differ below `folder`; returns what diffoscope says about them."""
    at_fault = [one for one in found.differences if one.output in found.origins and "only in" not in one.how]
    said: list[str] = []
    for number, one in enumerate(at_fault[:_KEPT]):
        pair = []
        for output, name in ((first, "first"), (second, "second")):
            target = folder / str(number) / name / Path(one.file or one.output).name
            target.parent.mkdir(parents=True)
            _extract(output / one.output, one.file, target)
            pair.append(target)
        if number < _LOOKED_INTO and len(said) < _LINES:
            said += _look_into(one, pair)
    where = f"Both versions of {min(len(at_fault), _KEPT)} of them, and all differences (result.json): {folder}"
    return "\n".join([*said[:_LINES], where])


def _extract(output: Path, file: str, target: Path) -> None:
    if not file:
        shutil.copyfile(output, target)
        return
    with opened(output) as tar:
        for member in tar:
            if member.name == file:
                content = tar.extractfile(member) if member.isreg() else None
                target.write_bytes(content.read() if content else f"{member.linkname}\n".encode())
                return


def _look_into(one: Difference, pair: Sequence[Path]) -> list[str]:
    """The output of diffoscope, or how to install it."""
    if not shutil.which("diffoscope"):
        return ["Install diffoscope to see what differs in them (Debian: diffoscope-minimal)."]
    log = pair[0].parents[1] / "diffoscope.txt"
    env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    if not watch([*_DIFFOSCOPE, *map(str, pair)], env=env, log=log, timeout=_SECONDS):
        return [f"diffoscope did not finish within {_SECONDS:.0f} s: {pair[0]} and {pair[1]}"]
    lines = log.read_text(errors="replace").splitlines()
    return [f"diffoscope on {one.title}, {one.file or one.output}:", *(f"  | {line}" for line in lines)]
