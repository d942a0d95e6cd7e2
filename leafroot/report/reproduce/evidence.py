# SPDX-License-Identifier: Apache-2.0
"""Evidence of a difference: both forms of the files at fault, kept, and looked into with diffoscope."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from leafroot.effects.run import watch
from leafroot.report.reproduce.artefact import opened
from leafroot.report.reproduce.comparing import Comparison, Difference

_KEPT = 10
_LINES = 40
_SECONDS = 300.0
_LOOKED_INTO = 3
_DIFFOSCOPE = ("diffoscope", "--no-progress", "--text-color", "never")


def keep_evidence(found: Comparison, first: Path, second: Path, folder: Path) -> str:
    """Keep both forms of the first files at fault below `folder`, and give what diffoscope says of them."""
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
    where = f"Both forms of {min(len(at_fault), _KEPT)} of them, and all differences (result.json): {folder}"
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
    """What diffoscope sees; where it is not installed, how to get it."""
    if not shutil.which("diffoscope"):
        return ["diffoscope would show what differs in them: it is not installed (Debian: diffoscope-minimal)."]
    log = pair[0].parents[1] / "diffoscope.txt"
    env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    if not watch([*_DIFFOSCOPE, *map(str, pair)], env=env, log=log, timeout=_SECONDS):
        return [f"diffoscope was not done with them after {_SECONDS:.0f} s: {pair[0]} and {pair[1]}"]
    lines = log.read_text(errors="replace").splitlines()
    return [f"{one.title}, {one.file or one.output}, says diffoscope:", *(f"  | {line}" for line in lines)]
