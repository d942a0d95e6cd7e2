# SPDX-License-Identifier: Apache-2.0
"""Steps performed on this machine, as tests do that: what `Local` needs beside the step, in a folder of the test's.

The build root comes from the caller's cache: it is unpacked once, and not for each test.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from leafroot.build.executor import Local
from leafroot.describe.archive import Archive
from leafroot.fetch.fetch import fetch
from leafroot.guest.emulators import Emulators
from leafroot.host.jobserver import Slots
from leafroot.plan.build_machine import Machine, this_processor
from leafroot.step import Action, Source, Sources, Step, Usr
from leafroot.store.trees import Store
from leafroot.units.catalog import load_catalog
from tests.real_builds import CALLERS_CACHE
from tests.small_tree import CHECKOUT

# What precedes a command so that modes of files are an obstacle to it, as they are to everybody but root.
ORDINARY = (
    ("bwrap", "--dev-bind", "/", "/", "--cap-drop", "CAP_DAC_OVERRIDE", "--cap-drop", "CAP_DAC_READ_SEARCH", "--")
    if os.geteuid() == 0
    else ()
)


@cache
def this_machine() -> Machine:
    """This machine, with its real build roots."""
    processor = this_processor()
    return Machine(processor, load_catalog(CHECKOUT, processor=processor).roots)


@cache
def shared_store() -> Store:
    """The store in the caller's cache."""
    return Store(CALLERS_CACHE / "trees", lambda archive: fetch(archive, CALLERS_CACHE), this_machine().usr())


def shared_usr(*names: str) -> Path:
    """The usual /usr, with further build roots, in the caller's cache."""
    return shared_store().usr(this_machine().usr(*names))


def usr_alone(tree: Path, name: str) -> Path:
    """The /usr of one build root on x86_64; the root is in a tree of the tests' own."""
    roots = load_catalog(CHECKOUT, [tree], processor="x86_64").roots
    return shared_store().usr(Machine("x86_64", roots).alone(name))


def copy_of_usr(target: Path, *names: str) -> Path:
    """A copy of the /usr with these build roots, for a user who cannot reach the caller's cache."""
    return Path(shutil.copytree(shared_usr(*names), target, symlinks=True))


@cache
def emulators() -> Emulators:
    """QEMU and its firmware, of the build root `guests`."""
    return Emulators(shared_store().usr(this_machine().alone("guests")))


class OwnTrees(Store):
    """Trees of a test's own, but for the build roots."""

    def __init__(self, folder: Path, get: Callable[[Archive], Path], usr: Path | None = None) -> None:
        super().__init__(folder, get, this_machine().usr())
        self._usr = usr

    def usr(self, item: Usr) -> Path:
        return self._usr or shared_store().usr(item)

    def fetch(self, item: Source | Sources | Usr) -> None:
        if not isinstance(item, Usr):
            super().fetch(item)


def no_fetch(archive: Archive) -> Path:
    """For steps that need no archive."""
    raise AssertionError(archive)


def local_in(
    folder: Path,
    checkout: Path | None = None,
    get: Callable[[Archive], Path] = no_fetch,
    slots: int = 2,
    hint: Callable[[Step], str] = lambda step: "",
    usr: Path | None = None,
) -> Local:
    """What performs steps with outputs and unpacked trees below `folder`, which is the checkout unless another is.

    `usr` is a /usr in place of the one in the caller's cache.
    """
    output = folder / "output"
    output.mkdir(exist_ok=True)

    def digest(name: str) -> str:
        return hashlib.sha256((output / name).read_bytes()).hexdigest()

    return Local(checkout or folder, output, OwnTrees(folder / "trees", get, usr), Slots(slots), digest, hint=hint)


def with_usr(step: Step) -> Step:
    """The step with the usual /usr, if it has commands and no /usr yet."""
    if not step.commands or any(isinstance(item, Usr) for item in step.inputs):
        return step
    return replace(step, inputs=(this_machine().usr(), *step.inputs))


def perform(local: Local, step: Step) -> float:
    """Have a step performed that no cache is asked for: digests of inputs are nobody's concern."""
    return local.perform(Action(with_usr(step), ()))
