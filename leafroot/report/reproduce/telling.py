# SPDX-License-Identifier: Apache-2.0
"""What people read of two builds that were compared: which conditions were varied, what was compared, what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leafroot.report.reproduce.comparing import Comparison, Difference

_SHOWN = 20
_WIDTH = 44

# Why a condition was the same in both builds, where that has a reason that can be mended.
WAYS_TO_VARY = {
    "user": "call scons as root, or where user namespaces are allowed",
    "date in the sandbox": "it needs gcc on this machine",
    "directory order": "both builds lie on file systems that list alike; see 'file system'",
    "file system": "no tmpfs beside the disk has 12 GiB of room, with as much memory free",
    "distribution": "as root: RELEASE=trixie (or another), with TOOLCHAIN=source",
    "C library and Python": "with another distribution: RELEASE=",
    "compiler of the host": "with another distribution: RELEASE=",
    "make of the host": "with another distribution: RELEASE=",
}


@dataclass(frozen=True)
class Condition:
    """What both builds saw of one condition."""

    name: str
    first: str
    second: str

    @property
    def varied(self) -> bool:
        """Whether the two builds differed in it."""
        return self.first != self.second


def conditions(first: Mapping[str, str], second: Mapping[str, str]) -> list[Condition]:
    """The conditions that two probes saw."""
    return [Condition(name, first[name], second[name]) for name in first]


def compilers(found: Sequence[Condition]) -> tuple[str, str] | None:
    """What each host's compiler leaves in the .comment of all that it compiles; None if it is the same one."""
    host = next(one for one in found if one.name == "compiler of the host")
    if not host.varied:
        return None
    first, second = (f"GCC: {line.removeprefix('gcc ')}" for line in (host.first, host.second))
    return first, second


def tell_conditions(found: Sequence[Condition]) -> str:
    """A table of the conditions; those that were not varied stand last, with what would vary them."""
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
    """The counts, and the verdict."""
    built = " and ".join(f"{value:.0f} s" for value in seconds)
    counts = (
        f"compared: {found.images} images, {found.artefacts} artefacts with {found.files} entries, "
        f"{found.bytes} bytes; built in {built}"
    )
    if found.excused:
        counts += f"\nleft out: {found.excused} files that are the building machine's own, in an artefact of it"
    if not found.differences:
        return f"{counts}\nreproduce: the same bytes"
    lines = [counts, *_tell_differences(found)]
    outputs = len(found.differing)
    return "\n".join([*lines, f"reproduce: {len(found.differences)} files differ, in {outputs} outputs"])


def _tell_differences(found: Comparison) -> list[str]:
    """Where the differences begin, then how many follow from them."""
    shown = [one for one in found.differences if one.output in found.origins]
    lines = [_line(one) for one in shown[:_SHOWN]]
    if len(shown) > _SHOWN:
        lines.append(f"  ... and {len(shown) - _SHOWN} more")
    follow = [name for name in found.differing if name not in found.origins]
    if follow:
        lines.append(f"made of what differs, and so different: {', '.join(follow)}")
    return lines


def _line(one: Difference) -> str:
    return f"  {one.title}: {one.file or one.output}: {one.how}"
