# SPDX-License-Identifier: Apache-2.0
"""`reproduce`: builds the boards twice under different conditions, and compares every byte.

Reports which conditions were varied, what was compared, and what differs.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leafroot.errors import LeafrootError
from leafroot.fetch.fetch import cached
from leafroot.host.bubblewrap import check_bubblewrap
from leafroot.host.run import capture, run
from leafroot.plan.board import Plan
from leafroot.reproduce.circumstances import Circumstances, Host, choose, look_at_host
from leafroot.reproduce.comparing import Comparison, Difference, compare, keep_evidence
from leafroot.reproduce.enter import entering, outside
from leafroot.reproduce.place import PYTHON, lay_place, other_root
from leafroot.step import Step

_SHOWN = 20
_WIDTH = 44

# How to vary a condition that was the same in both builds.
WAYS_TO_VARY = {
    "user": "run scons as root, or on a machine that allows user namespaces",
    "directory order": "both builds are on file systems with the same order; see 'file system'",
    "file system": "it needs a tmpfs with 12 GiB of room, and as much free memory",
    "distribution": "as root: RELEASE=trixie (or another)",
    "C library and Python": "with another distribution: RELEASE=",
    "bubblewrap": "with another distribution: RELEASE=",
}


@dataclass(frozen=True)
class Condition:
    """What each build saw of one condition."""

    name: str
    first: str
    second: str

    @property
    def varied(self) -> bool:
        """Whether the two builds saw different values."""
        return self.first != self.second


def conditions(first: Mapping[str, str], second: Mapping[str, str]) -> list[Condition]:
    """The conditions that the two probes saw."""
    return [Condition(name, first[name], second[name]) for name in first]


def tell_conditions(found: Sequence[Condition]) -> str:
    """A table of the conditions; those that were not varied come last, with what would vary them."""
    varied = [one for one in found if one.varied]
    lines = [f"{'condition':<21} {'first build':<{_WIDTH}} second build"]
    for one in varied:
        lines.append(f"{one.name:<21} {_short(one.first):<{_WIDTH}} {_short(one.second)}")
    lines.append(f"{len(varied)} conditions varied.")
    for one in found:
        if not one.varied:
            hint = WAYS_TO_VARY.get(one.name, "")
            lines.append(f"NOT varied: {one.name}: {_short(one.first)}{f' ({hint})' if hint else ''}")
    return "\n".join(lines)


def _short(text: str) -> str:
    return text if len(text) < _WIDTH else f"{text[: _WIDTH - 5]}..."


def tell_comparison(found: Comparison, seconds: Sequence[float]) -> str:
    """The counts and the result, in words."""
    built = " and ".join(f"{value:.0f} s" for value in seconds)
    counts = (
        f"compared: {found.images} images, {found.artefacts} artefacts with {found.files} entries, "
        f"{found.bytes} bytes; built in {built}"
    )
    if not found.differences:
        return f"{counts}\nreproduce: the same bytes"
    lines = [counts, *_tell_differences(found)]
    outputs = len(found.differing)
    return "\n".join([*lines, f"reproduce: {len(found.differences)} files differ, in {outputs} outputs"])


def _tell_differences(found: Comparison) -> list[str]:
    """The differences with equal inputs, then the outputs that differ because of them."""
    shown = [one for one in found.differences if one.output in found.origins]
    lines = [_line(one) for one in shown[:_SHOWN]]
    if len(shown) > _SHOWN:
        lines.append(f"  ... and {len(shown) - _SHOWN} more")
    follow = [name for name in found.differing if name not in found.origins]
    if follow:
        lines.append(f"made from these, and so different too: {', '.join(follow)}")
    return lines


def _line(one: Difference) -> str:
    return f"  {one.title}: {one.file or one.output}: {one.how}"


@dataclass(frozen=True)
class Reproduction:
    """The boards to build twice, and their plans.

    `usr` is the tree of the build root `compile`; `variables` are those of this call of scons.
    """

    checkout: Path
    cache: Path
    output: Path
    usr: Path
    variables: Mapping[str, str]
    boards: Sequence[str]
    plans: Sequence[Plan]

    @property
    def folder(self) -> Path:
        """The folder for the results, and for the files that differ."""
        return self.output / "reproduce" / ",".join(self.boards)

    @property
    def steps(self) -> list[Step]:
        """All steps of all boards, each once."""
        return list({step.output: step for plan in self.plans for step in plan.steps}.values())

    @property
    def exports(self) -> list[str]:
        """The folders that outputs are exported to."""
        found = [one for plan in self.plans for one in (*plan.exports, plan.legal_info)]
        return [one.folder for one in found if one]

    @property
    def images(self) -> list[str]:
        """The folders of the images."""
        return sorted({image.path.rpartition("/")[0] for plan in self.plans for image in plan.images})

    def downloads(self) -> list[Path]:
        """The archives in the cache that the steps use."""
        found = {cached(archive, self.cache) for step in self.steps for archive in step.archives()}
        return sorted(path for path in found if path)

    def configured(self) -> dict[str, Path]:
        """The boards with a changed configuration, and its file."""
        files = {board: self.output / board / ".config" for board in self.boards}
        return {board: file for board, file in files.items() if file.exists()}


def reproduce(what: Reproduction) -> int:
    """Build twice, compare, and print the result; returns 1 if anything differs."""
    check_bubblewrap()
    host = look_at_host()
    places = [_place(host.disk), _place(host.memory or host.disk)]
    try:
        return _reproduce(what, host, places)
    except LeafrootError as error:
        error.hint = f"{error.hint}\nThe two builds are kept in {places[0]} and {places[1]}.".strip()
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
    words = [
        lay_place(one, what.checkout, what.usr, what.variables, what.downloads(), what.configured()) for one in builds
    ]
    seen = conditions(*(_probe(one) for one in builds))
    print(tell_conditions(seen), flush=True)
    seconds = [_build(one, named, what) for one, named in zip(builds, words, strict=True)]
    found = compare(what.steps, what.images, builds[0].output, builds[1].output)
    shutil.rmtree(what.folder, ignore_errors=True)
    what.folder.mkdir(parents=True)
    (what.folder / "result.json").write_text(_result(seen, found, seconds))
    print(tell_comparison(found, seconds), flush=True)
    if found.differences:
        print(keep_evidence(found, builds[0].output, builds[1].output, what.folder), flush=True)
    return 1 if found.differences else 0


def _probe(there: Circumstances) -> dict[str, str]:
    argv = [str(there.python), "-m", "leafroot.reproduce.probe", str(there.jobs)]
    status, said = capture(entering(there, argv), env=outside())
    try:
        seen = json.loads(said.splitlines()[-1]) if status == 0 else None
    except (ValueError, IndexError):
        seen = None
    if not isinstance(seen, dict):
        raise LeafrootError(
            f"no program can be run under the conditions of the {there.name} build:", "reproduce", said.strip()
        )
    return seen


def _build(there: Circumstances, words: Sequence[str], what: Reproduction) -> float:
    """Make every output, with the output of scons in this terminal; returns the seconds."""
    print(f"{there.name} build, in {there.checkout}:", flush=True)
    targets = [f"output/{step.output.path}" for step in what.steps]
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
        "compared": {name: getattr(found, name) for name in ("images", "artefacts", "files", "bytes")},
        "seconds": [round(value, 1) for value in seconds],
        "differences": [vars(one) for one in found.differences],
        "origins": found.origins,
    }
    return json.dumps(result, indent=1) + "\n"
