# SPDX-License-Identifier: Apache-2.0
"""A step's inputs laid out: in a sandbox for its commands, as paths of this machine for a call."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from leafroot.archive.unpack import unpack
from leafroot.effects.sandbox import Binding, Sandbox, check_sandbox
from leafroot.effects.workshop import Workshop
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
                    _unpack(shop.output / item.artefact, inside(room, item.at))
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


def called_inputs(step: Step, shop: Workshop) -> dict[str, Path]:
    """The files and folders that a call reads, by the names that its step gives them."""
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


def inside(room: Path, at: str) -> Path:
    """The place on this machine of a path in the sandbox's /build or /out."""
    return room / at.lstrip("/")
