# SPDX-License-Identifier: Apache-2.0
"""The edge: what a person typed, turned into plans; each step of a plan, turned into one SCons node."""

from __future__ import annotations

import atexit
import hashlib
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import SCons.CacheDir
import SCons.Script as Script

from leafroot.effects.perform import open_shell, perform
from leafroot.errors import LeafrootError
from leafroot.plan.board import Plan
from leafroot.plan.step import Step, description
from leafroot.session import Session, open_session

_TERMINAL = threading.Lock()


def build() -> None:
    """Read the command line, plan, and give SCons its nodes; called once, by SConstruct."""
    try:
        _declare()
    except LeafrootError as error:
        print(f"leafroot: {error}", file=sys.stderr)
        sys.exit(2)


def _declare() -> None:
    session = open_session(Path.cwd(), dict(Script.ARGUMENTS), list(Script.COMMAND_LINE_TARGETS))
    Script.SetOption("hash_format", "sha256")
    # A file with the time stamp that SCons remembers has the content that SCons remembers, however old it is.
    Script.SetOption("max_drift", 0)
    Script.SetOption("num_jobs", Script.GetOption("num_jobs") if _jobs_given() else os.cpu_count() or 1)
    env = Script.Environment(tools=[], ENV={})
    env.Decider("content-timestamp")
    session.output.mkdir(parents=True, exist_ok=True)
    env.SConsignFile(str(session.output / ".sconsign"))
    env.CacheDir(str(session.cache / "artefacts"), Artefacts)
    shop = session.workshop(
        Script.GetOption("num_jobs"), lambda name: str(env.File(str(session.output / name)).get_csig())
    )
    report = Report()
    nodes: dict[str, Step] = {}
    for plan in session.make_plans(lambda path: str(env.File(str(session.checkout / path)).get_csig())):
        for step in plan.steps:
            if nodes.setdefault(step.output, step) is step:
                _declare_step(env, session, step, Performer(step, lambda one: perform(one, shop), report))
        _declare_commands(env, session, plan)
        env.Default(*(str(session.output / name) for name in plan.images))
    if wanted := session.variables.get("shell"):
        step = session.step(wanted)
        needs = [str(session.output / name) for name in step.artefacts()]
        env.AlwaysBuild(env.Alias("shell", needs, _Command(lambda: open_shell(step, shop))))
        Script.BUILD_TARGETS[:] = ["shell"]
    for name, action in session.plain_commands().items():
        env.AlwaysBuild(env.Alias(name, [], _Command(action)))
    atexit.register(lambda: report.summary(session.results()) if not Script.GetBuildFailures() else None)


def _jobs_given() -> bool:
    return any(word.startswith(("-j", "--jobs")) for word in sys.argv)


def _declare_step(env: Any, session: Session, step: Step, performer: Performer) -> None:
    text = description(step)
    sources = [str(session.output / name) for name in step.artefacts()]
    sources += [str(session.checkout / path) for path in step.tree_files()]
    (node,) = env.Command(str(session.output / step.output), [*sources, env.Value(text)], performer.action())
    node.attributes.leafroot_step = step
    env.Precious(node)


def _declare_commands(env: Any, session: Session, plan: Plan) -> None:
    for name, (needs, action) in session.board_commands(plan).items():
        sources = [str(session.output / output) for output in needs]
        env.AlwaysBuild(env.Alias(name, sources, _Command(action)))


class _Command:
    """A command for a person, as an SCons action that prints errors and never a traceback."""

    def __init__(self, action: Callable[[], int]) -> None:
        self._action = action

    def __call__(self, target: Sequence[Any], source: Sequence[Any], env: Any) -> int:
        try:
            return self._action()
        except LeafrootError as error:
            with _TERMINAL:
                print(f"leafroot: {error}", file=sys.stderr)
            return 2

    def strfunction(self, target: Sequence[Any], source: Sequence[Any], env: Any) -> str:
        """SCons prints nothing of its own."""
        return ""

    def get_contents(self, target: Sequence[Any], source: Sequence[Any], env: Any) -> bytes:
        """Nothing of our code counts for SCons: what a step does is in its description."""
        return b""


@dataclass
class Report:
    """What was done in this run, for the lines that people read."""

    built: int = 0
    cached: int = 0
    begun: float = 0.0

    def __post_init__(self) -> None:
        self.begun = time.monotonic()

    def line(self, title: str, remark: str) -> None:
        """One line for one step."""
        with _TERMINAL:
            print(f"  {title:<44} {remark}", flush=True)

    def summary(self, results: Sequence[Path]) -> None:
        """The last lines: what there is now, and what it took."""
        for path in results:
            if path.exists():
                print(f"{os.path.relpath(path)}  {path.stat().st_size / 1e6:.1f} MB")
        if self.built or self.cached:
            seconds = time.monotonic() - self.begun
            print(f"{self.built} steps built, {self.cached} from the cache, {seconds:.1f} s")


class Performer(_Command):
    """A step, as an SCons action."""

    def __init__(self, step: Step, work: Callable[[Step], None], report: Report) -> None:
        self._step = step
        self._report = report
        super().__init__(lambda: self._perform(work))

    def action(self) -> Any:
        """The action for SCons."""
        return Script.Action(self, strfunction=None)

    def _perform(self, work: Callable[[Step], None]) -> int:
        begun = time.monotonic()
        work(self._step)
        self._report.built += 1
        self._report.line(self._step.title, f"{time.monotonic() - begun:7.1f} s")
        return 0


class Artefacts(SCons.CacheDir.CacheDir):  # type: ignore[misc]
    """SCons's cache, in which an artefact's name is what went into it, and not where it is put."""

    def cachepath(self, node: Any) -> tuple[str | None, str | None]:
        """Where the cache keeps a node's file: by the step, and by the content of all that it reads."""
        if not self.is_enabled():
            return None, None
        parts = [
            node.attributes.leafroot_step.output,
            *(child.get_cachedir_csig() for child in node.children()),
        ]
        signature = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
        folder = Path(self.path) / signature[:2]
        return str(folder), str(folder / signature)
