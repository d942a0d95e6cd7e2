# SPDX-License-Identifier: Apache-2.0
"""Steps: one hermetic unit of work each, as pure data.

A step has declared inputs, one environment, one command line after another and one output file: what the Remote
Execution API (build.bazel.remote.execution.v2) calls an action. A step whose work is Leafroot's own (`call`)
has the name of a function and its parameters instead of commands; it too reads its inputs and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from leafroot.describe.archive import Archive
from leafroot.plan.own import code_files
from leafroot.rootfs.layers import Listing

# Every time stamp that a build leaves, in seconds since 1970: 2026-01-01T00:00:00Z. Sources newer than this
# are given this time, so that make never takes an unpacked object tree for older than its sources.
SOURCE_DATE_EPOCH = 1767225600

# What every step is done with beside what it declares: the sandbox (leafroot/effects/sandbox.py), and how inputs are
# unpacked and outputs packed. To be raised when that changes so that a step could make other bytes: all is built anew
# then, and nothing is taken from a cache. tests/build/test_workshop.py knows what it stands for.
WORKSHOP = 1


@dataclass(frozen=True)
class Source:
    """An archive, unpacked and patched, read-only at `at`; `patches` are files of the checkout, in order.

    `parts` are archives that are unpacked into folders of it, `debian` is one whose patches are applied first.
    """

    at: str
    archive: Archive
    patches: tuple[str, ...] = ()
    parts: tuple[tuple[str, Archive], ...] = ()
    debian: Archive | None = None

    def archives(self) -> tuple[Archive, ...]:
        """All archives that it is made of."""
        return (self.archive, *(part for _, part in self.parts), *((self.debian,) if self.debian else ()))


@dataclass(frozen=True)
class Sources:
    """Archives as they are, each unpacked once and united into one read-only tree at `at`."""

    at: str
    archives: tuple[Archive, ...]


@dataclass(frozen=True)
class Folder:
    """Files of the checkout as a read-only folder: (name in it, path in the checkout, mode)."""

    at: str
    files: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Overlay:
    """A folder laid over the root, with its listing; only for calls."""

    at: str
    listing: Listing


@dataclass(frozen=True)
class Union:
    """Artefacts, each unpacked once and united into one read-only tree at `at`."""

    at: str
    artefacts: tuple[str, ...]


@dataclass(frozen=True)
class Unpacked:
    """An artefact unpacked afresh at `at`, to be written to."""

    at: str
    artefact: str


@dataclass(frozen=True)
class Artefact:
    """An artefact's file itself, read-only at `at`."""

    at: str
    artefact: str


@dataclass(frozen=True)
class TreeFile:
    """A file of the checkout, read-only at `at`."""

    at: str
    path: str


@dataclass(frozen=True)
class Text:
    """A file that the plan itself wrote."""

    at: str
    text: str


@dataclass(frozen=True)
class HostFolder:
    """A folder of this machine (an external toolchain), read-only at `at`; `identity` stands for its content."""

    at: str
    path: str
    identity: str


Input = Source | Sources | Folder | Overlay | Union | Unpacked | Artefact | TreeFile | Text | HostFolder


@dataclass(frozen=True)
class Step:
    """One unit of work.

    `output` is the file it makes, below OUTPUT; `title` is what people read. `result` is what becomes the
    output: a directory of the sandbox is packed into a tar.zst, without the paths in `drop` (globs); a file is
    taken as it is. `host` names the platform whose programs come out, where they run on the building machine. The cache
    keeps an output unless `cached` says that it is large and quickly made.
    """

    title: str
    output: str
    inputs: tuple[Input, ...]
    commands: tuple[tuple[str, ...], ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    result: str = "/out"
    drop: tuple[str, ...] = ()
    host: str = ""
    call: str = ""
    parameters: str = ""
    cached: bool = True

    def artefacts(self) -> tuple[str, ...]:
        """The outputs of other steps that this one reads, each once, in order."""
        found: dict[str, None] = {}
        for item in self.inputs:
            if isinstance(item, Union):
                found.update(dict.fromkeys(item.artefacts))
            elif isinstance(item, (Unpacked, Artefact)):
                found[item.artefact] = None
        return tuple(found)

    def tree_files(self) -> tuple[str, ...]:
        """The files of the checkout that this step reads, its own code among them, each once, in order."""
        found: dict[str, None] = {}
        for item in self.inputs:
            if isinstance(item, Source):
                found.update(dict.fromkeys(item.patches))
            elif isinstance(item, Folder):
                found.update((path, None) for _, path, _ in item.files)
            elif isinstance(item, Overlay):
                found.update(dict.fromkeys(item.listing.files()))
            elif isinstance(item, TreeFile):
                found[item.path] = None
        found.update(dict.fromkeys(code_files(self.call)))
        return tuple(found)

    def archives(self) -> tuple[Archive, ...]:
        """The archives that this step unpacks."""
        found: list[Archive] = []
        for item in self.inputs:
            if isinstance(item, Source):
                found += item.archives()
            elif isinstance(item, Sources):
                found += item.archives
        return tuple(found)

    @cached_property
    def description(self) -> str:
        """The step as canonical JSON: equal text, equal work.

        Where an archive is found and where a file lies do not enter: an archive is its checksum, and the bytes of
        files count by themselves.
        """
        left_out = ("title", "cached", "inputs")
        plain: dict[str, object] = {name: getattr(self, name) for name in self.__match_args__ if name not in left_out}
        plain["inputs"] = [{"kind": type(item).__name__, **_identity(item)} for item in self.inputs]
        plain["workshop"] = WORKSHOP
        return json.dumps(plain, sort_keys=True, separators=(",", ":"))


def _identity(item: Input) -> dict[str, object]:
    plain: dict[str, object] = dict(vars(item))
    if isinstance(item, Source):
        plain["archive"] = _content(item.archive)
        plain["patches"] = len(item.patches)
        plain["parts"] = [(folder, *_content(part)) for folder, part in item.parts]
        plain["debian"] = _content(item.debian) if item.debian else []
    elif isinstance(item, Sources):
        plain["archives"] = [_content(archive) for archive in item.archives]
    elif isinstance(item, Folder):
        plain["files"] = [(name, mode) for name, _, mode in item.files]
    elif isinstance(item, Overlay):
        plain["listing"] = item.listing.entries
    elif isinstance(item, (TreeFile, HostFolder)):
        del plain["path"]
    return plain


def _content(archive: Archive) -> list[str]:
    return [archive.sha256, archive.inner]


def keys(steps: Iterable[Step], file_digest: Callable[[str], str]) -> dict[str, str]:
    """Each output's key: the SHA-256 of its step, the keys of what it reads, and the digests of its files.

    `steps` must stand in an order in which each comes after those that it reads. The machine on which a compiler runs
    does not count: nothing of it reaches the target, and the manifest is the same on every distribution.
    """
    found: dict[str, str] = {}
    for step in steps:
        parts = [replace(step, host="").description]
        parts += [found[output] for output in step.artefacts()]
        parts += [file_digest(path) for path in step.tree_files()]
        found[step.output] = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return found
