# SPDX-License-Identifier: Apache-2.0
"""Performing a step: its inputs are laid out, its commands run in the sandbox, its output is packed."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leafroot.effects.disk import HINT, FullError, free_words, full, has_room, room_for
from leafroot.effects.interrupt import mortal
from leafroot.effects.missing import owners
from leafroot.effects.pack import pack
from leafroot.effects.remove import remove
from leafroot.effects.run import command_line, run
from leafroot.effects.sandbox import Binding, Sandbox, check_sandbox
from leafroot.effects.slots import Slots
from leafroot.effects.store import Store
from leafroot.effects.unpack import unpack
from leafroot.errors import LeafrootError
from leafroot.plan.step import (
    SOURCE_DATE_EPOCH,
    Artefact,
    Folder,
    HostFolder,
    Overlay,
    Source,
    Sources,
    Step,
    Text,
    TreeFile,
    Union,
    Unpacked,
)

Call = Callable[[dict[str, Any], Mapping[str, Path], Path], None]

# Where a command of a step leaves its own words for the person whose input was wrong.
ERROR_FILE = ".leafroot-error"
_ARTEFACT_LEVEL = 3
_SHOWN_LINES = 25
# What strerror(3) says of ENOSPC, and with it every program, for their messages are those of the C locale.
_NO_ROOM = os.strerror(errno.ENOSPC)


@dataclass(frozen=True)
class Workshop:
    """Where steps are performed: the checkout, the output folder, the store, the job slots, the step calls.

    `digest` gives the SHA-256 of an output that another step made. `held` is the descriptor of the output folder's
    lock, which programs of steps hold with us, if there is one.
    """

    checkout: Path
    output: Path
    store: Store
    slots: Slots
    calls: Mapping[str, Call]
    digest: Callable[[str], str]
    held: tuple[int, ...] = ()

    def room(self, step: Step) -> Path:
        """The folder in which the step is built, and which stays if it fails."""
        return self.output / "build" / step.output.replace("/", "_")

    @property
    def calls_room(self) -> Path:
        """Where Leafroot's own steps write what is not whole yet; who holds the output folder may remove it."""
        return self.output / ".calls"

    def log(self, step: Step) -> Path:
        """The step's log."""
        return self.output / "logs" / f"{step.output.replace('/', '_')}.log"

    def tree_file(self, path: str) -> Path:
        """A file that a unit names: below the checkout unless it is absolute."""
        return self.checkout / path


def perform(step: Step, shop: Workshop, shell_hint: str = "") -> float:
    """Make the step's output, and give the seconds that took once there was a slot for it.

    Raises LeafrootError if a command fails, with the end of its log.
    """
    output, room = shop.output / step.output, shop.room(step)
    with mortal(), room_for(step.output, output):
        output.parent.mkdir(parents=True, exist_ok=True)
        if step.call:
            # No compiler, and soon done: it would wait long for a slot beside a make that takes every one.
            return _timed(lambda: _call(step, shop, shop.calls_room / room.name, output))
        with shop.slots.one():
            return _timed(lambda: _build(step, shop, room, output, shell_hint))


def _timed(work: Callable[[], None]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def _call(step: Step, shop: Workshop, room: Path, output: Path) -> None:
    files = _called_inputs(step, shop)
    remove(room)
    room.mkdir(parents=True)
    try:
        result = room / output.name
        shop.calls[step.call](json.loads(step.parameters or "{}"), files, result)
        result.replace(output)
    finally:
        remove(room)


def _build(step: Step, shop: Workshop, room: Path, output: Path, shell_hint: str) -> None:
    remove(room)
    sandbox = lay_out(step, shop)
    _run_commands(step, sandbox, shop, shell_hint)
    _take_result(step, room, output)
    remove(room)


def open_shell(step: Step, shop: Workshop) -> int:
    """A shell in the step's sandbox, for a person; what a failed run left behind is there to be looked at."""
    if step.call:
        raise LeafrootError("this step is Leafroot's own work: it has no sandbox", where=step.title)
    shop.room(step).parent.mkdir(parents=True, exist_ok=True)
    sandbox = lay_out(step, shop)
    print("The step's commands, in order:")
    print("\n".join(f"  {command_line(command)}" for command in step.commands))
    return run(
        sandbox.argv(["sh", "-i"], interactive=True),
        env={"PATH": os.environ.get("PATH", os.defpath)},
        pass_fds=(*shop.slots.descriptors, *shop.held),
        stdin=None,
    )


def lay_out(step: Step, shop: Workshop) -> Sandbox:
    """The step's sandbox, with all its inputs in place.

    If the step failed before, its folders are still there, and what is in them is left as it is.
    """
    check_sandbox()
    room = shop.room(step)
    fresh = not room.exists()
    for name in ("build", "out", "scratch"):
        (room / name).mkdir(parents=True, exist_ok=True)
    bindings = [Binding("/build", room / "build", writable=True), Binding("/out", room / "out", writable=True)]
    for number, item in enumerate(step.inputs):
        place = room / "scratch" / str(number)
        match item:
            case Source():
                patches = [shop.tree_file(path) for path in item.patches]
                place = shop.store.source(item.archive, patches, item.parts, item.debian)
            case Sources():
                place = shop.store.united(item.archives)
            case Folder():
                _copy_files(item, place, shop)
            case Union():
                place = shop.store.union([(shop.output / name, shop.digest(name)) for name in item.artefacts])
            case Unpacked():
                if fresh:
                    _unpack(shop.output / item.artefact, _inside(room, item.at))
                continue
            case Artefact():
                place = shop.output / item.artefact
            case TreeFile():
                place = shop.tree_file(item.path)
            case Text():
                place.write_text(item.text)
            case HostFolder():
                place = Path(item.path)
        bindings.append(Binding(item.at, place))
    env = {**dict(step.env), "MAKEFLAGS": shop.slots.makeflags, "SOURCE_DATE_EPOCH": str(SOURCE_DATE_EPOCH)}
    return Sandbox(room / "scratch", bindings, env)


def _unpack(artefact: Path, place: Path) -> None:
    """Unpack an artefact to be worked on: all its files have one time, later than that of any tool or header.

    An object tree names headers of the host's /usr among what its programs were made from, and make must find
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


def _called_inputs(step: Step, shop: Workshop) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for item in step.inputs:
        match item:
            case Artefact():
                files[item.at] = shop.output / item.artefact
            case TreeFile():
                files[item.at] = shop.tree_file(item.path)
            case Overlay():
                files[item.at] = shop.tree_file(item.listing.folder)
            case _:
                raise AssertionError(f"{step.output}: a call takes no {type(item).__name__}")
    return files


def _copy_files(folder: Folder, place: Path, shop: Workshop) -> None:
    for name, path, mode in folder.files:
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shop.tree_file(path), target)
        target.chmod(mode)
        os.utime(target, (SOURCE_DATE_EPOCH, SOURCE_DATE_EPOCH))


def _run_commands(step: Step, sandbox: Sandbox, shop: Workshop, shell_hint: str) -> None:
    log_path = shop.log(step)
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with log_path.open("wb") as log:
        for command in step.commands:
            # The sandbox's own variables come in through bwrap; bwrap itself needs only its PATH.
            status = run(
                sandbox.argv(command),
                env={"PATH": os.environ.get("PATH", os.defpath)},
                log=log,
                shown=command,
                pass_fds=(*shop.slots.descriptors, *shop.held),
            )
            if status != 0:
                raise _failure(step, command, status, shop, shell_hint)
    if not has_room(shop.room(step)):
        # Not every program looks whether what it wrote was written.
        raise full(f"what {step.title} writes while it is built", shop.room(step))


def _failure(step: Step, command: tuple[str, ...], status: int, shop: Workshop, shell_hint: str) -> LeafrootError:
    told = shop.room(step) / "build" / ERROR_FILE
    if told.exists():
        return LeafrootError(told.read_text().strip(), where=step.title)
    log = shop.log(step)
    text = log.read_text(errors="replace")
    lines = [f"| {line}" for line in text.splitlines()[-_SHOWN_LINES:]]
    had = frozenset(name.rpartition("/")[2] for name in (*step.artefacts(), step.output))
    missed = owners(text, (shop.output / step.output).parent, had)
    said = f"'{' '.join(command)[:120]}' ended with status {status}"
    if _NO_ROOM in text or not has_room(shop.room(step)):
        words = (
            f"{said}: there was no room left in {shop.room(step)}. {free_words(shop.room(step))}. The end of its log:"
        )
        return FullError(words, where=step.title, hint="\n".join([*lines, f"The whole log: {log}", HINT]))
    return LeafrootError(
        f"{said}. The end of its log:",
        where=step.title,
        hint="\n".join([*lines, *missed, f"The whole log: {log}", shell_hint]).rstrip(),
    )


def _inside(room: Path, at: str) -> Path:
    """The place on this machine of a path in the sandbox's /build or /out."""
    return room / at.lstrip("/")


def _take_result(step: Step, room: Path, output: Path) -> None:
    # A link in the sandbox may lead to what is another file out here.
    result = _inside(room, step.result).resolve()
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
