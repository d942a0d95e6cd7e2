# SPDX-License-Identifier: Apache-2.0
"""The edge: what a person typed, turned into plans; each step of a plan, turned into one SCons node."""

from __future__ import annotations

import atexit
import functools
import hashlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import SCons.CacheDir
import SCons.Script as Script
from SCons.Node.FS import File

from leafroot.commands import EDITING, commands, help_text
from leafroot.effects.lock import hold_output
from leafroot.effects.perform import open_shell, perform
from leafroot.effects.run import end_all
from leafroot.errors import LeafrootError
from leafroot.plan.forms import Export
from leafroot.plan.step import Step, description
from leafroot.report.work import Report, print_error
from leafroot.session import Session, make_folder, open_session


def build() -> None:
    """Read the command line, plan, and give SCons its nodes; called once, by SConstruct."""
    Script.Help(help_text())
    if Script.GetOption("help"):
        return
    try:
        _declare(list(Script.COMMAND_LINE_TARGETS))
    except LeafrootError as error:
        print(f"leafroot: {error}", file=sys.stderr)
        sys.exit(2)


def _declare(targets: list[str]) -> None:
    session = open_session(Path.cwd(), dict(Script.ARGUMENTS), board_needed=targets != ["list"])
    for folder, variable in ((session.output, "OUTPUT"), (session.cache, "CACHE")):
        make_folder(folder, variable)
    lock = hold_output(session.output)
    if not targets or not set(targets) <= set(EDITING):
        session.configure()
    env = _environment(session)
    _end_on_signals()
    jobs = Script.GetOption("num_jobs")
    shop = session.workshop(jobs, lambda name: str(env.File(str(session.output / name)).get_csig()))
    report = Report(lock)
    nodes: dict[str, Step] = {}
    for plan in session.make_plans(lambda path: str(env.File(str(session.checkout / path)).get_csig())):
        for step in plan.steps:
            if nodes.setdefault(step.output, step) is step:
                work = functools.partial(perform, step, shop, _shell_hint(session, step))
                _declare_step(env, session, step, Performer(step, work, report))
        env.Default(*(str(session.output / name) for name in (*plan.checks, *plan.images)))
        for one in plan.exports:
            env.Default(_declare_export(env, session, one, shop.digest))
        if plan.legal_info:
            _declare_export(env, session, plan.legal_info, shop.digest)
        report.images.append(session.output / plan.images[0])
    known = commands(session)
    for name in targets:
        if name in known:
            known[name].check()
    for name, command in known.items():
        needs = [str(session.output / output) for output in command.needs]
        env.AlwaysBuild(env.Alias(name, needs, Action(command.work)))
    if wanted := session.variables.get("shell"):
        step = session.step(wanted)
        needs = [str(session.output / output) for output in step.artefacts()]
        env.AlwaysBuild(env.Alias("shell", needs, Action(lambda: open_shell(step, shop))))
        Script.BUILD_TARGETS[:] = ["shell"]
    atexit.register(_sum_up, report, quiet=bool(targets))


def _sum_up(report: Report, quiet: bool) -> None:
    if not Script.GetBuildFailures():
        report.summary(quiet)


def _shell_hint(session: Session, step: Step) -> str:
    variables = " ".join(f"{name}={value}" for name, value in session.variables.items())
    return f"A shell in its sandbox: scons {variables} shell={step.output}"


def _environment(session: Session) -> Any:
    Script.SetOption("hash_format", "sha256")
    # SCons's time stamps are whole seconds: too coarse to believe in a checksum for the sake of one (see _Decider).
    Script.SetOption("max_drift", -1)
    if not any(word.startswith(("-j", "--jobs")) for word in sys.argv):
        Script.SetOption("num_jobs", os.cpu_count() or 1)
    env = Script.Environment(tools=[], ENV={})
    env.Decider(_Decider(session.output / ".sconsign.dblite"))
    env.SConsignFile(str(session.output / ".sconsign"))
    env.CacheDir(str(session.cache / "artefacts"), Artefacts)
    return env


class _Decider:
    """Says whether an input has changed since its reader was made: by time stamp where that is proof, else by content.

    SCons remembers time stamps in whole seconds, so a file that is written twice in the second in which it was
    remembered looks the same. (git's index knows the problem as "racy".) A file that was written well before the
    last run noted down what it saw cannot be one of those.
    """

    def __init__(self, memory: Path) -> None:
        self._noted = memory.stat().st_mtime if memory.exists() else 0.0

    def __call__(self, dependency: Any, target: Any, previous: Any, repository_node: Any = None) -> bool:
        if isinstance(dependency, File) and dependency.exists() and dependency.get_timestamp() < self._noted - 2:
            return bool(dependency.changed_timestamp_then_content(target, previous, repository_node))
        return bool(dependency.changed_content(target, previous, repository_node))


def _end_on_signals() -> None:
    """End the steps' programs at once when we are interrupted; SCons itself would wait for them."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    # Python writes a byte here for every signal that it handles, whoever's handler is set at the time.
    signal.set_wakeup_fd(write)

    def wait() -> None:
        while os.read(read, 1):
            end_all()

    threading.Thread(target=wait, daemon=True).start()


def _declare_step(env: Any, session: Session, step: Step, performer: Performer) -> None:
    sources = [str(session.output / name) for name in step.artefacts()]
    sources += [str(session.checkout / path) for path in step.tree_files()]
    (node,) = env.Command(
        str(session.output / step.output),
        [*sources, env.Value(description(step))],
        Script.Action(performer, strfunction=None),
    )
    node.attributes.leafroot_step = step
    node.attributes.leafroot_report = performer.report
    if not step.cached:
        env.NoCache(node)
    # An output is replaced when the new one is whole, and not taken away before.
    env.Precious(node)


def _declare_export(env: Any, session: Session, export: Export, digest: Callable[[str], str]) -> Any:
    """A node for a folder that people want. It is looked at in every run, for only that can see a touched file."""
    from leafroot.effects.export import export as make

    folder, artefact = session.output / export.folder, session.output / export.artefact
    stamp = session.output / "exports" / f"{export.folder.replace('/', '_')}.json"

    def work() -> int:
        make(artefact, digest(export.artefact), folder, stamp, export.below)
        return 0

    return env.AlwaysBuild(env.Alias(str(folder), [str(artefact)], Action(work)))


class Action:
    """Work for SCons that prints errors and never a traceback."""

    def __init__(self, work: Callable[[], int]) -> None:
        self._work = work

    def __call__(self, target: Sequence[Any], source: Sequence[Any], env: Any) -> int:
        try:
            return self._work()
        except LeafrootError as error:
            print_error(error)
            return 2

    def strfunction(self, target: Sequence[Any], source: Sequence[Any], env: Any) -> str:
        """SCons prints nothing of its own."""
        return ""

    def get_contents(self, target: Sequence[Any], source: Sequence[Any], env: Any) -> bytes:
        """Nothing of our code counts for SCons: what a step does is in its description."""
        return b""


class Performer(Action):
    """A step, as work for SCons."""

    def __init__(self, step: Step, work: Callable[[], float], report: Report) -> None:
        def timed() -> int:
            seconds = work()
            report.built += 1
            report.line(step.title, f"{seconds:7.1f} s")
            return 0

        super().__init__(timed)
        self.report = report


class Artefacts(SCons.CacheDir.CacheDir):  # type: ignore[misc]
    """SCons's cache, in which an artefact's name is what went into it, and not where it is put."""

    def cachepath(self, node: Any) -> tuple[str | None, str | None]:
        """Where the cache keeps a node's file: by the step, and by the content of all that it reads."""
        if not self.is_enabled():
            return None, None
        parts = [node.attributes.leafroot_step.output, *(child.get_cachedir_csig() for child in node.children())]
        signature = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
        folder = Path(self.path) / signature[:2]
        return str(folder), str(folder / signature)

    def retrieve(self, node: Any) -> bool:
        """Bring a file back, if the cache has it."""
        begun = time.monotonic()
        if not self.is_enabled() or SCons.CacheDir.CacheRetrieveSilent(node, [], node.get_build_env(), execute=1):
            return False
        # The cache keeps the time at which the file was made; here it is new, whatever was here before.
        os.utime(node.get_internal_path())
        report = node.attributes.leafroot_report
        report.cached += 1
        report.line(node.attributes.leafroot_step.title, f"{time.monotonic() - begun:7.1f} s, from the cache")
        return True
