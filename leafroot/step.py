# SPDX-License-Identifier: Apache-2.0
"""Steps: one hermetic unit of work each, as pure data, and the digest that tells one piece of work from another.

A step has declared inputs, one environment, one command line after another and one output file: what the Remote
Execution API (build.bazel.remote.execution.v2) calls an action. The work of a step may also be Leafroot's own (`Own`):
a value whose type says its parameters, and whose module does the work. It too reads its inputs and nothing else.
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
from leafroot.rootfs.layers import Listing

# Every time stamp that a build leaves, in seconds since 1970: 2026-01-01T00:00:00Z. Sources newer than this
# are given this time, so that make never takes an unpacked object tree for older than its sources.
SOURCE_DATE_EPOCH = 1767225600

# What every step is done with beside what it declares: the sandbox (leafroot/build/sandbox.py), and how inputs are
# unpacked and outputs packed. To be raised when that changes so that a step could make other bytes: all is built anew
# then, and nothing is taken from a cache. tests/build/test_workshop.py knows what it stands for.
WORKSHOP = 2

# The libraries that Leafroot's own steps call, and which decide on bytes too, are pinned here.
_PINS = "requirements.txt"


@dataclass(frozen=True)
class Output:
    """A handle on what a step makes: a file below OUTPUT.

    `host` names the platform whose programs it holds, where these run on the building machine. Their bytes differ from
    machine to machine, and nothing of them reaches the target; so a step that reads them is told apart by what they
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
    """Something that a step reads, seen at `at`: each kind knows which outputs, files and archives it is made of."""

    at: str

    def outputs(self) -> tuple[Output, ...]:
        """The outputs of other steps whose bytes are read."""
        return ()

    def files(self) -> tuple[str, ...]:
        """The files of the checkout (or absolute ones of an external tree) whose bytes are read."""
        return ()

    def archives(self) -> tuple[Archive, ...]:
        """The archives that are fetched for it."""
        return ()

    @abstractmethod
    def identity(self) -> dict[str, object]:
        """What counts besides the bytes of outputs and files, as JSON has it.

        Where an archive is found and where a file lies do not count: an archive is its checksum.
        """


@dataclass(frozen=True)
class Source(Input):
    """An archive, unpacked and patched, read-only; `patches` are files of the checkout, in order.

    `parts` are archives that are unpacked into folders of it, `debian` is one whose patches are applied first.
    """

    archive: Archive
    patches: tuple[str, ...] = ()
    parts: tuple[tuple[str, Archive], ...] = ()
    debian: Archive | None = None

    def files(self) -> tuple[str, ...]:
        return self.patches

    def archives(self) -> tuple[Archive, ...]:
        return (self.archive, *(part for _, part in self.parts), *((self.debian,) if self.debian else ()))

    def identity(self) -> dict[str, object]:
        return {
            "archive": _content(self.archive),
            "patches": len(self.patches),
            "parts": [(folder, *_content(part)) for folder, part in self.parts],
            "debian": _content(self.debian) if self.debian else [],
        }


@dataclass(frozen=True)
class Sources(Input):
    """Archives as they are, each unpacked once and united into one read-only tree."""

    members: tuple[Archive, ...]

    def archives(self) -> tuple[Archive, ...]:
        return self.members

    def identity(self) -> dict[str, object]:
        return {"archives": [_content(archive) for archive in self.members]}


@dataclass(frozen=True)
class Folder(Input):
    """Files of the checkout as a read-only folder: (name in it, path in the checkout, mode)."""

    entries: tuple[tuple[str, str, int], ...]

    def files(self) -> tuple[str, ...]:
        return tuple(path for _, path, _ in self.entries)

    def identity(self) -> dict[str, object]:
        return {"files": [(name, mode) for name, _, mode in self.entries]}


@dataclass(frozen=True)
class Overlay(Input):
    """A folder laid over the root, with its listing; only for Leafroot's own steps."""

    listing: Listing

    def files(self) -> tuple[str, ...]:
        return self.listing.files()

    def identity(self) -> dict[str, object]:
        return {"listing": self.listing.entries}


@dataclass(frozen=True)
class Union(Input):
    """Artefacts, each unpacked once and united into one read-only tree."""

    artefacts: tuple[Output, ...]

    def outputs(self) -> tuple[Output, ...]:
        return self.artefacts

    def identity(self) -> dict[str, object]:
        return {"artefacts": len(self.artefacts)}


@dataclass(frozen=True)
class Unpacked(Input):
    """An artefact unpacked afresh, to be written to."""

    artefact: Output

    def outputs(self) -> tuple[Output, ...]:
        return (self.artefact,)

    def identity(self) -> dict[str, object]:
        return {}


@dataclass(frozen=True)
class Artefact(Input):
    """An artefact's file itself, read-only."""

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
    """A file that the plan itself wrote."""

    text: str

    def identity(self) -> dict[str, object]:
        return {"text": self.text}


@dataclass(frozen=True)
class HostFolder(Input):
    """A folder of this machine (an external toolchain), read-only; `content` stands for what is in it."""

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


AnyInput = Source | Sources | Folder | Overlay | Union | Unpacked | Artefact | TreeFile | Text | HostFolder | Digests


@dataclass(frozen=True)
class Given:
    """What a step of Leafroot's own is given: its inputs, by the names (`at`) that the step has for them.

    `digest` gives the SHA-256 of an input that is an artefact, without reading it again. `actions` are the action
    digests that the step asked for.
    """

    paths: Mapping[str, Path]
    digest: Callable[[str], str]
    actions: Mapping[str, str]


@dataclass(frozen=True)
class Own(ABC):
    """Work that Leafroot does itself: a frozen dataclass, whose fields are the work's parameters, in plain values.

    `code` names the modules that decide on the bytes, below leafroot/ and without their ending: all that the module
    imports but `errors`, which has words alone. They are inputs of the step, as compilers are of others; so a step of
    which another version of Leafroot makes other bytes is done again, and no other step is. A test compares them with
    what is imported.
    """

    code: ClassVar[tuple[str, ...]]

    @abstractmethod
    def perform(self, given: Given, output: Path) -> None:
        """Make `output` from what is given; LeafrootError for what is wrong with it."""

    def parameters(self) -> dict[str, Any]:
        """The fields, as JSON has them."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


def code_files(code: Iterable[str]) -> tuple[str, ...]:
    """The files of the checkout that modules of Leafroot's are, with the file that pins the libraries they use."""
    return (*(f"leafroot/{name}.py" for name in sorted(code)), _PINS)


Environment = tuple[tuple[str, str], ...]
Commands = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Step:
    """One unit of work: commands in a sandbox, or work of Leafroot's own.

    `title` is what people read. `result` is what becomes the output: a directory of the sandbox is packed into a
    tar.zst, without the paths in `drop` (globs); a file is taken as it is. The cache keeps an output unless `cached`
    says that it is large and quickly made. `name` is what people call the step: shell=NAME, explain=NAME.
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
        """The outputs that must be there before this step begins, also where only their digests count."""
        named = (output for item in self.inputs if isinstance(item, Digests) for output in item.steps)
        return tuple(dict.fromkeys([*self.reads(), *named]))

    def files(self) -> tuple[str, ...]:
        """The files of the checkout that this step reads, its own code among them, each once, in order."""
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
        """What people may call the step: its name, its output's path or file, that without its ending."""
        file = self.output.name
        return tuple(dict.fromkeys(one for one in (self.name, self.output.path, file, file.split(".")[0]) if one))

    @property
    def file_stem(self) -> str:
        """What folders and files are called that belong to the step alone: its log, its room."""
        return self.output.path.replace("/", "_")

    @cached_property
    def described(self) -> dict[str, Any]:
        """All that counts for the step but the bytes of its inputs, as JSON has it.

        Its title, its output's place and its name do not count: equal work is equal, whatever it is called.
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
        """The step as canonical JSON: equal text, equal work on equal inputs."""
        return json.dumps(self.described, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Action:
    """A step, and the digests of all that it reads: what is done, down to the last byte.

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
    """The actions of the steps of a run: the one place that says what went into an output.

    `digest` gives the SHA-256 of an output that is there ("" if it is not), `file_digest` that of a file of the
    checkout. An action is computed when it is asked for the first time, which must be once its inputs are there, and
    is remembered; `peek` remembers nothing.
    """

    def __init__(self, digest: Callable[[str], str], file_digest: Callable[[str], str]) -> None:
        self._digest = digest
        self._file_digest = file_digest
        self._steps: dict[str, Step] = {}
        self._known: dict[str, Action] = {}

    def add(self, step: Step) -> None:
        """Make a step known, whose action others may ask for."""
        self._steps[step.output.path] = step

    def of(self, step: Step) -> Action:
        """The step's action, its inputs being there."""
        known = self._known.get(step.output.path)
        if known is None or known.step is not step:
            known = self._known[step.output.path] = self.peek(step, self.of)
        return known

    def peek(self, step: Step, below: Callable[[Step], Action] | None = None) -> Action:
        """The step's action as things are now, whether its inputs are there or not."""
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
        """The digest of the action that makes an output, the machine on which its programs run left aside."""
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
    return [archive.sha256, archive.inner]


def _plain(value: Any) -> Any:
    """A parameter as JSON has it: nested dataclasses as tables."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(one) for one in value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return value
