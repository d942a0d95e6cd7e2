# SPDX-License-Identifier: Apache-2.0
"""Performing a step: its inputs are laid out, its commands run in the sandbox, its output is packed."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from leafroot.archive.pack import pack
from leafroot.build.owners import owners
from leafroot.effects.layout import called_inputs, inside, lay_out
from leafroot.effects.sandbox import Sandbox
from leafroot.effects.workshop import Workshop
from leafroot.errors import LeafrootError
from leafroot.host.disk import HINT, FullError, free_words, full, has_room, remove, room_for
from leafroot.host.run import command_line, mortal, run
from leafroot.plan.step import SOURCE_DATE_EPOCH, Source, Sources, Step

# Where a command of a step leaves its own words for the person whose input was wrong.
ERROR_FILE = ".leafroot-error"
_ARTEFACT_LEVEL = 3
_SHOWN_LINES = 25
# What strerror(3) says of ENOSPC, and with it every program, for their messages are those of the C locale.
_NO_ROOM = os.strerror(errno.ENOSPC)


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
        # Downloads go on beside what others build: whoever waits for one has no slot.
        for item in step.inputs:
            if isinstance(item, (Source, Sources)):
                shop.store.fetch(item)
        with shop.slots.one():
            return _timed(lambda: _build(step, shop, room, output, shell_hint))


def _timed(work: Callable[[], None]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def _call(step: Step, shop: Workshop, room: Path, output: Path) -> None:
    files = called_inputs(step, shop)
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


def _take_result(step: Step, room: Path, output: Path) -> None:
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
