# SPDX-License-Identifier: Apache-2.0
"""Executors perform steps: the one interface between a plan's action and whoever does the work.

`Local` does it on this machine: inputs are laid out, commands run in bubblewrap, the output is packed. Nothing above
this module knows of mounts, folders or sandboxes.
"""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, assert_never

from leafroot.archive.pack import pack
from leafroot.archive.unpack import unpack
from leafroot.build.owners import owners
from leafroot.build.sandbox import Binding, Sandbox
from leafroot.errors import LeafrootError
from leafroot.host.bubblewrap import check_bubblewrap
from leafroot.host.disk import HINT, FullError, free_words, full, has_room, remove, room_for
from leafroot.host.jobserver import Slots
from leafroot.host.run import command_line, mortal, run
from leafroot.step import (
    ERRORS,
    SOURCE_DATE_EPOCH,
    Action,
    AnyInput,
    Artefact,
    Digests,
    Folder,
    Given,
    HostFolder,
    Overlay,
    Own,
    Source,
    Sources,
    Step,
    Text,
    TreeFile,
    Union,
    Unpacked,
    Usr,
)
from leafroot.store.trees import Store

# Where the sandbox says which command failed, by its number, and with which status.
_FAILED = ".leafroot-failed"
_SCRIPT = "/leafroot-commands"
_ARTEFACT_LEVEL = 3
_SHOWN_LINES = 25
# What strerror(3) says of ENOSPC, and with it every program, for their messages are those of the C locale.
_NO_ROOM = os.strerror(errno.ENOSPC)


class Executor(Protocol):
    """Performs actions. A step's output is below the folder that the executor was made for."""

    def perform(self, action: Action) -> float:
        """Make the output of the action's step, and give the seconds that took once there was a slot for it.

        Raises LeafrootError if a command fails, with the end of its log.
        """

    def shell(self, step: Step) -> int:
        """A shell among the step's inputs, for a person; its exit status."""


@dataclass(frozen=True)
class Local:
    """Performs actions on this machine, in bubblewrap.

    `checkout` is where files of the tree lie, `output` where outputs go. `digest` gives the SHA-256 of an output that
    is there. `held` is the descriptor of the output folder's lock, which programs of steps hold with us. `hint` says
    how a person looks at what a failed step left.
    """

    checkout: Path
    output: Path
    store: Store
    slots: Slots
    digest: Callable[[str], str]
    held: tuple[int, ...] = ()
    hint: Callable[[Step], str] = field(default=lambda step: "")

    def perform(self, action: Action) -> float:
        step = action.step
        output = self.output / step.output.path
        with mortal(), room_for(step.output.path, output):
            output.parent.mkdir(parents=True, exist_ok=True)
            if (own := step.own) is not None:
                # No compiler, and soon done: it would wait long for a slot beside a make that takes every one.
                return _timed(lambda: self._do_own(action, own, output))
            # Downloads go on beside what others build: whoever waits for one has no slot.
            for item in step.inputs:
                if isinstance(item, (Source, Sources, Usr)):
                    self.store.fetch(item)
            with self.slots.one():
                return _timed(lambda: self._build(step, output))

    def shell(self, step: Step) -> int:
        if step.own:
            raise LeafrootError("this step is Leafroot's own work: it has no sandbox", where=step.title)
        self.room(step).parent.mkdir(parents=True, exist_ok=True)
        sandbox = self._lay_out(step)
        print("The step's commands, in order:")
        print("\n".join(f"  {command_line(command)}" for command in step.commands))
        return run(
            sandbox.argv(["sh", "-i"], interactive=True),
            env={"PATH": os.environ.get("PATH", os.defpath)},
            pass_fds=(*self.slots.descriptors, *self.held),
            stdin=None,
        )

    def room(self, step: Step) -> Path:
        """The folder in which the step is built, and which stays if it fails."""
        return self.output / "build" / step.file_stem

    def log(self, step: Step) -> Path:
        """The step's log."""
        return self.output / "logs" / f"{step.file_stem}.log"

    @property
    def own_room(self) -> Path:
        """Where Leafroot's own steps write what is not whole yet; who holds the output folder may remove it."""
        return self.output / ".own"

    def _do_own(self, action: Action, own: Own, output: Path) -> None:
        room = self.own_room / action.step.file_stem
        remove(room)
        room.mkdir(parents=True)
        try:
            result = room / output.name
            own.perform(self._given(action), result)
            result.replace(output)
        finally:
            remove(room)

    def _given(self, action: Action) -> Given:
        """The files and folders that a step of Leafroot's own reads, by the names that it has for them."""
        paths: dict[str, Path] = {}
        outputs: dict[str, str] = {}
        for item in action.step.inputs:
            match item:
                case Artefact():
                    paths[item.at] = self.output / item.artefact.path
                    outputs[item.at] = item.artefact.path
                case TreeFile():
                    paths[item.at] = self.checkout / item.path
                case Overlay():
                    paths[item.at] = self.checkout / item.listing.folder
                case Digests():
                    pass
                case _:
                    kind = type(item).__name__
                    raise AssertionError(f"{action.step.title}: a step of Leafroot's own takes no {kind}")
        prefix = "action "
        actions = {name.removeprefix(prefix): one for name, one in action.inputs if name.startswith(prefix)}
        return Given(paths, lambda at: self.digest(outputs[at]), actions)

    def _build(self, step: Step, output: Path) -> None:
        remove(self.room(step))
        self._run_commands(step, self._lay_out(step))
        self._take_result(step, output)
        remove(self.room(step))

    def _lay_out(self, step: Step) -> Sandbox:
        """The step's sandbox, with all its inputs in place.

        If the step failed before, its folders are still there, and what is in them is left as it is.
        """
        check_bubblewrap()
        room = self.room(step)
        fresh = not room.exists()
        for name in ("build", "out", "scratch"):
            (room / name).mkdir(parents=True, exist_ok=True)
        bindings = [Binding("/build", room / "build", writable=True), Binding("/out", room / "out", writable=True)]
        usr: Path | None = None
        for number, item in enumerate(step.inputs):
            if isinstance(item, Usr):
                usr = self.store.usr(item)
                continue
            if isinstance(item, Unpacked):
                if fresh:
                    _unpack(self.output / item.artefact.path, inside(room, item.at))
                continue
            bindings.append(Binding(item.at, self._place(item, room / "scratch" / str(number))))
        script = room / "scratch" / "commands"
        script.write_text("".join(_script(step)))
        bindings.append(Binding(_SCRIPT, script))
        assert usr is not None, f"{step.title}: a step with commands needs a /usr"
        env = {**dict(step.env), "MAKEFLAGS": self.slots.makeflags, "SOURCE_DATE_EPOCH": str(SOURCE_DATE_EPOCH)}
        return Sandbox(room / "scratch", usr, bindings, env)

    def _place(self, item: AnyInput, made: Path) -> Path:
        """Where an input lies on this machine; `made` is for what is written only now."""
        match item:
            case Source():
                patches = [replace(patch, path=str(self.checkout / patch.path)) for patch in item.patches]
                return self.store.source(item.archive, patches, item.parts, item.debian)
            case Sources():
                return self.store.united(item.members)
            case Folder():
                self._copy_files(item, made)
                return made
            case Union():
                return self.store.union([(self.output / one.path, self.digest(one.path)) for one in item.artefacts])
            case Artefact():
                return self.output / item.artefact.path
            case TreeFile():
                return self.checkout / item.path
            case Text():
                made.write_text(item.text)
                return made
            case HostFolder():
                return Path(item.path)
            case Overlay() | Digests() | Unpacked() | Usr():
                raise AssertionError(f"{item.at}: no step with commands is given a {type(item).__name__} so")
        assert_never(item)

    def _copy_files(self, folder: Folder, place: Path) -> None:
        for name, path, mode in folder.entries:
            target = place / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.checkout / path, target)
            target.chmod(mode)
            os.utime(target, (SOURCE_DATE_EPOCH, SOURCE_DATE_EPOCH))
        for name, text in folder.links:
            link = place / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(text)
            os.utime(link, (SOURCE_DATE_EPOCH, SOURCE_DATE_EPOCH), follow_symlinks=False)

    def _run_commands(self, step: Step, sandbox: Sandbox) -> None:
        """Run all commands of the step in one sandbox, each after the one before; its log shows each command first."""
        log_path = self.log(step)
        log_path.parent.mkdir(parents=True, exist_ok=True)
        with log_path.open("wb") as log:
            # The sandbox's own variables come in through bwrap; bwrap itself needs only its PATH.
            status = run(
                sandbox.argv(["sh", _SCRIPT]),
                env={"PATH": os.environ.get("PATH", os.defpath)},
                log=log,
                titled=False,
                pass_fds=(*self.slots.descriptors, *self.held),
            )
        if status != 0:
            raise self._failure(step, status)
        if not has_room(self.room(step)):
            # Not every program looks whether what it wrote was written.
            raise full(f"what {step.title} writes while it is built", self.room(step))

    def _failure(self, step: Step, status: int) -> LeafrootError:
        room = self.room(step)
        told = inside(room, ERRORS)
        if told.exists():
            return LeafrootError(told.read_text().strip(), where=step.title)
        log = self.log(step)
        text = log.read_text(errors="replace")
        lines = [f"| {line}" for line in text.splitlines()[-_SHOWN_LINES:]]
        had = frozenset(one.name for one in (*step.reads(), step.output))
        missed = owners(text, (self.output / step.output.path).parent, had)
        try:
            number, status = map(int, (room / "build" / _FAILED).read_text().split())
            said = f"'{' '.join(step.commands[number])[:120]}' ended with status {status}"
        except (OSError, ValueError):
            # The shell that runs the commands was ended itself: by a signal, or by what a command did.
            said = f"its commands ended with status {status}"
        if _NO_ROOM in text or not has_room(room):
            words = f"{said}: there was no room left in {room}. {free_words(room)}. The end of its log:"
            return FullError(words, where=step.title, hint="\n".join([*lines, f"The whole log: {log}", HINT]))
        return LeafrootError(
            f"{said}. The end of its log:",
            where=step.title,
            hint="\n".join([*lines, *missed, f"The whole log: {log}", self.hint(step)]).rstrip(),
        )

    def _take_result(self, step: Step, output: Path) -> None:
        room = self.room(step)
        # A link in the sandbox may lead to what is another file out here.
        result = inside(room, step.result).resolve()
        if not result.is_relative_to(room.resolve()):
            raise LeafrootError(f"{step.result} is a link that leads out of the sandbox", where=step.title)
        if not result.exists():
            raise LeafrootError(f"its commands made no {step.result}", where=step.title)
        if result.is_dir():
            packed = room / f"packed-{output.name}"
            pack(result, packed, mtime=SOURCE_DATE_EPOCH, level=_ARTEFACT_LEVEL, threads=2, drop=step.drop)
            packed.replace(output)
            return
        # Moved, not copied: the image of a card is large, and mostly a hole.
        result.chmod(0o644)
        os.utime(result)
        result.replace(output)


def inside(room: Path, at: str) -> Path:
    """The place on this machine of a path in the sandbox's /build or /out."""
    return room / at.lstrip("/")


def _timed(work: Callable[[], None]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def _script(step: Step) -> Iterator[str]:
    """A shell script that shows and runs each command, and stops at the first that fails."""
    for number, command in enumerate(step.commands):
        line = shlex.join(command)
        yield f"printf '%s\\n' {shlex.quote(f'$ {line}')}\n"
        yield f'{line} || {{ status=$?; echo {number} "$status" >/build/{_FAILED}; exit "$status"; }}\n'


def _unpack(artefact: Path, place: Path) -> None:
    """Unpack an artefact to be worked on: all its files have one time, later than that of any tool or header.

    An object tree names headers of the sandbox's /usr among what its programs were made from, and make must find
    none of them newer.
    """
    place.rmdir()
    unpack(artefact, place, strip=0, mtime_limit=SOURCE_DATE_EPOCH, exact_modes=True)
    # As the file system has it, which need not go by the clock of this process.
    with tempfile.TemporaryFile(dir=place.parent) as fresh:
        now = os.fstat(fresh.fileno()).st_mtime - 1
    for folder, _, names in os.walk(place):
        for name in names:
            os.utime(os.path.join(folder, name), (now, now), follow_symlinks=False)  # noqa: PTH118
