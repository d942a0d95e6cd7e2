# SPDX-License-Identifier: Apache-2.0
"""Steps: hermetic units of work, as pure data, and the digests that identify them.

A step has declared inputs, one environment, a list of commands and one output file: what the Remote Execution API
(build.bazel.remote.execution.v2) calls an action. The work of a step may also be Leafroot's own (`Own`): a value whose
fields are the parameters, and whose module does the work. It too reads only its inputs.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from leafroot.describe.archive import Archive
from leafroot.describe.patch import Patch
from leafroot.rootfs.layers import Listing

# Every time stamp in a build's output, in seconds since 1970: 2026-01-01T00:00:00Z. Newer sources get this time too, so
# that make never considers an unpacked object tree older than its sources.
SOURCE_DATE_EPOCH = 1767225600

# The version of what every step uses in addition to its inputs: the sandbox (leafroot/build/sandbox.py), and the code
# that unpacks inputs and packs outputs. Raise it after a change that could make a step's output differ: everything is
# then built again, and nothing is taken from a cache. tests/build/test_workshop.py lists the code that it stands for.
WORKSHOP = 2

# A command of a step writes its error message for the user into this file.
ERRORS = "/build/.leafroot-error"

# This file pins the libraries that Leafroot's own steps call. They affect the output too.
_PINS = "requirements.txt"


@dataclass(frozen=True)
class Output:
    """A handle on the output of a step: a file below OUTPUT.

    If it contains programs for the build machine, `host` is the processor that they run on. Their bytes differ from one
    processor to another, and nothing of them reaches the target. So a step that reads them is identified by what they
    were built from.
    """

    path: str
    host: str = ""

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return PurePosixPath(self.path).name


@dataclass(frozen=True)
class Input(ABC):
    """Something that a step reads at the path `at`: each kind knows its outputs, files and archives."""

    at: str

    def outputs(self) -> tuple[Output, ...]:
        """The outputs of other steps whose bytes are read."""
        return ()

    def files(self) -> tuple[str, ...]:
        """The files whose bytes are read, relative to the checkout (or absolute, in an external tree)."""
        return ()

    def archives(self) -> tuple[Archive, ...]:
        """The archives that must be downloaded."""
        return ()

    @abstractmethod
    def identity(self) -> dict[str, object]:
        """What counts in addition to the bytes of outputs and files, in JSON types.

        The places of archives and the paths of files do not count: an archive counts by its checksum.
        """


@dataclass(frozen=True)
class Source(Input):
    """An archive, unpacked and patched, read-only; the files of `patches` are of the checkout, in order.

    `parts` are archives that are unpacked into folders of it; `debian` is an archive whose patches are applied first.
    """

    archive: Archive
    patches: tuple[Patch, ...] = ()
    parts: tuple[tuple[str, Archive], ...] = ()
    debian: Archive | None = None

    def files(self) -> tuple[str, ...]:
        return tuple(patch.path for patch in self.patches)

    def archives(self) -> tuple[Archive, ...]:
        return (self.archive, *(part for _, part in self.parts), *((self.debian,) if self.debian else ()))

    def identity(self) -> dict[str, object]:
        strips = [patch.strip for patch in self.patches]
        return {
            "archive": _content(self.archive),
            "patches": len(self.patches),
            "parts": [(folder, *_content(part)) for folder, part in self.parts],
            "debian": _content(self.debian) if self.debian else [],
            # As most patches are made, so that those that are not stand out.
            **({"strip": strips} if any(strip != 1 for strip in strips) else {}),
        }


@dataclass(frozen=True)
class Sources(Input):
    """Archives without patches, each unpacked once and merged into one read-only tree."""

    members: tuple[Archive, ...]

    def archives(self) -> tuple[Archive, ...]:
        return self.members

    def identity(self) -> dict[str, object]:
        return {"archives": [_content(archive) for archive in self.members]}


@dataclass(frozen=True)
class Usr(Input):
    """The /usr of the sandbox: Debian packages, merged into one read-only tree; nothing of this machine's own is seen.

    `name` is for people: the build roots that the packages are from. `links` are added: paths in the tree, beginning
    with usr/, and where they lead.
    """

    name: str
    packages: tuple[Archive, ...]
    links: tuple[tuple[str, str], ...] = ()

    def archives(self) -> tuple[Archive, ...]:
        return self.packages

    @cached_property
    def content(self) -> str:
        """The SHA-256 of all that is in it; a thousand steps may have the same one."""
        return hashlib.sha256(json.dumps([[one.sha256 for one in self.packages], self.links]).encode()).hexdigest()

    def identity(self) -> dict[str, object]:
        return {"content": self.content}


@dataclass(frozen=True)
class Folder(Input):
    """Files of the checkout as a read-only folder: (name in it, path in the checkout, mode).

    `links` are symbolic links of the folder: (name in it, target).
    """

    entries: tuple[tuple[str, str, int], ...]
    links: tuple[tuple[str, str], ...] = ()

    def files(self) -> tuple[str, ...]:
        return tuple(path for _, path, _ in self.entries)

    def identity(self) -> dict[str, object]:
        links = {"links": self.links} if self.links else {}
        return {"files": [(name, mode) for name, _, mode in self.entries], **links}


@dataclass(frozen=True)
class Overlay(Input):
    """An overlay folder for the root, with its listing; only for Leafroot's own steps."""

    listing: Listing

    def files(self) -> tuple[str, ...]:
        return self.listing.files()

    def identity(self) -> dict[str, object]:
        return {"listing": self.listing.entries}


@dataclass(frozen=True)
class Union(Input):
    """Artefacts, each unpacked once and merged into one read-only tree."""

    artefacts: tuple[Output, ...]

    def outputs(self) -> tuple[Output, ...]:
        return self.artefacts

    def identity(self) -> dict[str, object]:
        return {"artefacts": len(self.artefacts)}


@dataclass(frozen=True)
class Unpacked(Input):
    """An artefact, unpacked again for this step, writable."""

    artefact: Output

    def outputs(self) -> tuple[Output, ...]:
        return (self.artefact,)

    def identity(self) -> dict[str, object]:
        return {}


@dataclass(frozen=True)
class Artefact(Input):
    """An artefact as a file, read-only."""

    artefact: Output

    def outputs(self) -> tuple[Output, ...]:
        return (self.artefact,)

    def identity(self) -> dict[str, object]:
        return {}


@dataclass(frozen=True)
class TreeFile(Input):
    """A file of the checkout, read-only."""

    path: str

    def files(self) -> tuple[str, ...]:
        return (self.path,)

    def identity(self) -> dict[str, object]:
        return {}


@dataclass(frozen=True)
class Text(Input):
    """A file whose content is in the plan."""

    text: str

    def identity(self) -> dict[str, object]:
        return {"text": self.text}


@dataclass(frozen=True)
class HostFolder(Input):
    """A folder of this machine (an external toolchain), read-only; `content` identifies its content."""

    path: str
    content: str

    def identity(self) -> dict[str, object]:
        return {"identity": self.content}


@dataclass(frozen=True)
class Digests(Input):
    """The action digests of other steps, by the paths of their outputs; only for Leafroot's own steps."""

    steps: tuple[Output, ...]

    def identity(self) -> dict[str, object]:
        return {"steps": [one.path for one in self.steps]}


AnyInput = (
    Usr | Source | Sources | Folder | Overlay | Union | Unpacked | Artefact | TreeFile | Text | HostFolder | Digests
)


@dataclass(frozen=True)
class Given:
    """The inputs of one of Leafroot's own steps: their paths, by the names (`at`) in the step.

    `digest` returns the SHA-256 of an input that is an artefact, without reading it again. `actions` are the action
    digests that the step reads.
    """

    paths: Mapping[str, Path]
    digest: Callable[[str], str]
    actions: Mapping[str, str]


@dataclass(frozen=True)
class Own(ABC):
    """Work that Leafroot does itself: a frozen dataclass whose fields are the parameters, in plain values.

    `code` lists the modules that affect the output, relative to leafroot/ and without a suffix: all that the module
    imports, except `errors`, which has only messages. They are inputs of the step, like a compiler is for other steps.
    So if another version of Leafroot would make another output, exactly those steps run again. A test compares `code`
    with the imports.
    """

    code: ClassVar[tuple[str, ...]]

    @abstractmethod
    def perform(self, given: Given, output: Path) -> None:
        """Make `output` from the inputs; LeafrootError if they have an error."""

    def parameters(self) -> dict[str, Any]:
        """The fields in JSON types."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


def code_files(code: Iterable[str]) -> tuple[str, ...]:
    """The source files of Leafroot's modules, with the file that pins the libraries that they use."""
    return (*(f"leafroot/{name}.py" for name in sorted(code)), _PINS)


Environment = tuple[tuple[str, str], ...]
Commands = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Step:
    """One unit of work: commands in a sandbox, or work of Leafroot's own.

    `title` is for people. `result` becomes the output: a directory of the sandbox is packed into a tar.zst, without the
    paths that match `drop` (globs); a file is copied. The cache keeps the output unless `cached` is False, for outputs
    that are large and quick to make. `name` is the step's name on the command line: shell=NAME, explain=NAME.
    """

    title: str
    output: Output
    inputs: tuple[AnyInput, ...]
    commands: Commands = ()
    env: Environment = ()
    result: str = "/out"
    drop: tuple[str, ...] = ()
    own: Own | None = None
    cached: bool = True
    name: str = ""

    def reads(self) -> tuple[Output, ...]:
        """The outputs whose bytes this step reads, each once, in order."""
        return tuple(dict.fromkeys(output for item in self.inputs for output in item.outputs()))

    def follows(self) -> tuple[Output, ...]:
        """The outputs that must exist before this step starts, including those of which only the digests count."""
        named = (output for item in self.inputs if isinstance(item, Digests) for output in item.steps)
        return tuple(dict.fromkeys([*self.reads(), *named]))

    def files(self) -> tuple[str, ...]:
        """The files of the checkout that this step reads, including its own code, each once, in order."""
        return tuple(dict.fromkeys(self.read_files()))

    def read_files(self) -> tuple[str, ...]:
        """The same, each as often as it is read."""
        found = [path for item in self.inputs for path in item.files()]
        return (*found, *(code_files(self.own.code) if self.own else ()))

    def archives(self) -> tuple[Archive, ...]:
        """The archives that this step unpacks."""
        return tuple(archive for item in self.inputs for archive in item.archives())

    @property
    def names(self) -> tuple[str, ...]:
        """The step's names on the command line: its name, its output's path or file name, and that without a suffix."""
        file = self.output.name
        return tuple(dict.fromkeys(one for one in (self.name, self.output.path, file, file.split(".")[0]) if one))

    @property
    def file_stem(self) -> str:
        """The name of the files and folders for this step only: its log, its build folder."""
        return self.output.path.replace("/", "_")

    @cached_property
    def described(self) -> dict[str, Any]:
        """Everything that counts for the step, except the bytes of its inputs, in JSON types.

        Title, name and output path do not count: the same work is the same, whatever its name.
        """
        work: dict[str, Any] = {
            "commands": self.commands,
            "env": self.env,
            "result": self.result,
            "drop": self.drop,
            "host": self.output.host,
        }
        if self.own:
            work = {"own": type(self.own).__name__, "parameters": self.own.parameters()}
        inputs = [{"kind": type(item).__name__, "at": item.at, **item.identity()} for item in self.inputs]
        return {**work, "inputs": inputs, "workshop": WORKSHOP}

    @cached_property
    def description(self) -> str:
        """The step as canonical JSON: the same text means the same work on the same inputs."""
        return json.dumps(self.described, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Action:
    """A step and the digests of everything that it reads: exactly what is done.

    `inputs` are pairs: what is read ("artefact PATH", "file PATH", "action PATH"), and its digest.
    """

    step: Step
    inputs: tuple[tuple[str, str], ...]

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the description and of the inputs' digests; paths do not count."""
        text = "\n".join([self.step.description, *(digest for _, digest in self.inputs)])
        return hashlib.sha256(text.encode()).hexdigest()


class Actions:
    """The actions of the steps of a run: the one place that knows what went into an output.

    `digest` returns the SHA-256 of an existing output ("" if it does not exist), `file_digest` that of a file of the
    checkout. An action is computed at its first use, when its inputs must exist, and remembered; `peek` remembers
    nothing.
    """

    def __init__(self, digest: Callable[[str], str], file_digest: Callable[[str], str]) -> None:
        self._digest = digest
        self._file_digest = file_digest
        self._steps: dict[str, Step] = {}
        self._known: dict[str, Action] = {}

    def add(self, step: Step) -> None:
        """Register a step whose action others may ask for."""
        self._steps[step.output.path] = step

    def of(self, step: Step) -> Action:
        """The step's action; its inputs must exist."""
        known = self._known.get(step.output.path)
        if known is None or known.step is not step:
            known = self._known[step.output.path] = self.peek(step, self.of)
        return known

    def peek(self, step: Step, below: Callable[[Step], Action] | None = None) -> Action:
        """The step's action in the current state, whether its inputs exist or not."""
        ask = below or self.peek
        # Each as often as it is read: a step that reads the second of two once more is not one that reads the first.
        inputs = [(f"artefact {one.path}", self._read(one, ask)) for item in step.inputs for one in item.outputs()]
        inputs += [(f"file {path}", self._file_digest(path)) for path in step.read_files()]
        for item in step.inputs:
            if isinstance(item, Digests):
                inputs += [(f"action {one.path}", self._of_output(one, ask)) for one in item.steps]
        return Action(step, tuple(inputs))

    def _read(self, output: Output, ask: Callable[[Step], Action]) -> str:
        return self._of_output(output, ask) if output.host else self._digest(output.path)

    def _of_output(self, output: Output, ask: Callable[[Step], Action]) -> str:
        """The digest of the action that makes an output, without the processor of its programs."""
        action = ask(self._steps[output.path])
        if not output.host:
            return action.digest
        step = replace(action.step, output=replace(output, host=""))
        return Action(step, action.inputs).digest


def needed(output: Step, steps: Sequence[Step]) -> list[Step]:
    """Of `steps`, each of which comes after those that it reads: all that this one is made from, in their order."""
    names = set(output.reads())
    found: list[Step] = []
    for one in reversed(steps):
        if one.output in names:
            names.update(one.reads())
            found.append(one)
    return found[::-1]


def _content(archive: Archive) -> list[str]:
    return list(archive.content)


def _plain(value: Any) -> Any:
    """A parameter in JSON types; nested dataclasses become dicts."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(one) for one in value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return value
