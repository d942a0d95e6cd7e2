# SPDX-License-Identifier: Apache-2.0
"""`reproduce`: the boards built twice, under circumstances that differ, and every byte compared."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leafroot.effects.fetch import cached
from leafroot.effects.run import capture, run
from leafroot.effects.sandbox import check_sandbox
from leafroot.errors import LeafrootError
from leafroot.plan.board import Plan
from leafroot.report.reproduce.circumstances import Circumstances, choose
from leafroot.report.reproduce.comparing import Comparison, compare
from leafroot.report.reproduce.enter import entering, outside
from leafroot.report.reproduce.evidence import keep_evidence
from leafroot.report.reproduce.host import Host, look_at_host
from leafroot.report.reproduce.laying import lay_place
from leafroot.report.reproduce.release import PYTHON, other_root
from leafroot.report.reproduce.telling import Condition, compilers, conditions, tell_comparison, tell_conditions
from leafroot.step import Step


@dataclass(frozen=True)
class Reproduction:
    """The boards that are to be built twice, and their plans; `variables` are those of this call of scons."""

    checkout: Path
    cache: Path
    output: Path
    variables: Mapping[str, str]
    boards: Sequence[str]
    plans: Sequence[Plan]

    @property
    def folder(self) -> Path:
        """Where the figures are left, and the evidence of what differs."""
        return self.output / "reproduce" / ",".join(self.boards)

    @property
    def steps(self) -> list[Step]:
        """All steps of all boards, each once."""
        return list({step.output: step for plan in self.plans for step in plan.steps}.values())

    @property
    def exports(self) -> list[str]:
        """The folders that are made of outputs."""
        found = [one for plan in self.plans for one in (*plan.exports, plan.legal_info)]
        return [one.folder for one in found if one]

    @property
    def images(self) -> list[str]:
        """The folders that the images are in."""
        return sorted({image.rpartition("/")[0] for plan in self.plans for image in plan.images})

    def downloads(self) -> list[Path]:
        """The archives in the cache that the steps take."""
        found = {cached(archive, self.cache) for step in self.steps for archive in step.archives()}
        return sorted(path for path in found if path)

    def configured(self) -> dict[str, Path]:
        """The boards whose configuration somebody has changed, each with its file."""
        files = {board: self.output / board / ".config" for board in self.boards}
        return {board: file for board, file in files.items() if file.exists()}


def reproduce(what: Reproduction) -> int:
    """Build twice, compare and tell; the exit status is 1 if anything differs."""
    check_sandbox()
    host = look_at_host()
    places = [_place(host.disk), _place(host.memory or host.disk)]
    try:
        return _reproduce(what, host, places)
    except LeafrootError as error:
        error.hint = f"{error.hint}\nThe two builds are left in {places[0]} and {places[1]}.".strip()
        places.clear()
        raise
    finally:
        for place in places:
            shutil.rmtree(place)


def _place(base: Path) -> Path:
    return Path(tempfile.mkdtemp(prefix="leafroot-reproduce-", dir=base))


def _reproduce(what: Reproduction, host: Host, places: Sequence[Path]) -> int:
    root, python = None, Path()
    if release := what.variables.get("RELEASE"):
        root = other_root(release, what.checkout, what.cache, what.variables.get("DEBIAN_MIRROR", ""))
        python = PYTHON
    builds = choose(host, places[0], places[1], root, python)
    words = [lay_place(one, what.checkout, what.variables, what.downloads(), what.configured()) for one in builds]
    seen = conditions(*(_probe(one) for one in builds))
    print(tell_conditions(seen), flush=True)
    seconds = [_build(one, named, what) for one, named in zip(builds, words, strict=True)]
    found = compare(what.steps, what.images, builds[0].output, builds[1].output, compilers(seen))
    shutil.rmtree(what.folder, ignore_errors=True)
    what.folder.mkdir(parents=True)
    (what.folder / "result.json").write_text(_result(seen, found, seconds))
    print(tell_comparison(found, seconds), flush=True)
    if found.differences:
        print(keep_evidence(found, builds[0].output, builds[1].output, what.folder), flush=True)
    return 1 if found.differences else 0


def _probe(there: Circumstances) -> dict[str, str]:
    argv = [str(there.python), "-m", "leafroot.report.reproduce.probe", str(there.jobs)]
    status, said = capture(entering(there, argv), env=outside())
    try:
        seen = json.loads(said.splitlines()[-1]) if status == 0 else None
    except (ValueError, IndexError):
        seen = None
    if not isinstance(seen, dict):
        raise LeafrootError(
            f"nothing can be run under the conditions of the {there.name} build:", "reproduce", said.strip()
        )
    return seen


def _build(there: Circumstances, words: Sequence[str], what: Reproduction) -> float:
    """Make every output, with the steps' lines in this terminal; the seconds that took."""
    print(f"{there.name} build, in {there.checkout}:", flush=True)
    targets = [f"output/{step.output}" for step in what.steps]
    targets += [str(there.output / folder) for folder in what.exports]
    argv = [str(there.python), "-m", "SCons", "-Q", f"-j{there.jobs}", *words, *targets]
    begun = time.monotonic()
    status = run(entering(there, argv), env=outside())
    if status != 0:
        raise LeafrootError(f"the {there.name} build failed with status {status}", "reproduce")
    return time.monotonic() - begun


def _result(seen: Sequence[Condition], found: Comparison, seconds: Sequence[float]) -> str:
    result = {
        "conditions": {one.name: {"first": one.first, "second": one.second, "varied": one.varied} for one in seen},
        "compared": {name: getattr(found, name) for name in ("images", "artefacts", "files", "bytes", "excused")},
        "seconds": [round(value, 1) for value in seconds],
        "differences": [vars(one) for one in found.differences],
        "origins": found.origins,
    }
    return json.dumps(result, indent=1) + "\n"
