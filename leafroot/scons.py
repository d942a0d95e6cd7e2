# SPDX-License-Identifier: Apache-2.0
"""The edge: what a person typed, turned into plans; each step of a plan, turned into one SCons node."""

from __future__ import annotations

import atexit
import functools
import hashlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import SCons.CacheDir
import SCons.Script as Script
from SCons.Node.FS import File

from leafroot.commands import EDITING, WITHOUT_BOARD, commands, help_text
from leafroot.effects.lock import hold_output
from leafroot.effects.perform import open_shell, perform
from leafroot.effects.run import end_on_signals
from leafroot.errors import LeafrootError
from leafroot.plan.forms import Export
from leafroot.plan.step import Step, description
from leafroot.report.history import History
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
    session = open_session(Path.cwd(), dict(Script.ARGUMENTS), board_needed=not set(targets) & set(WITHOUT_BOARD))
    if targets == ["list"]:
        # It reads units and nothing else: it waits for no build, and makes no folder.
        sys.exit(commands(session)["list"].work())
    for folder, variable in ((session.output, "OUTPUT"), (session.cache, "CACHE")):
        make_folder(folder, variable)
    lock = hold_output(session.output)
    if not targets or not set(targets) <= set(EDITING):
        session.configure()
    env = _environment(session)
    end_on_signals()
    jobs = Script.GetOption("num_jobs")
    digest, file_digest = _digests(env, session)
    shop = session.workshop(jobs, digest)
    report = Report(lock)
    nodes: dict[str, Step] = {}
    history = History(session.output, digest, file_digest)
    for plan in session.make_plans(file_digest):
        for step in plan.steps:
            if nodes.setdefault(step.output, step) is step:
                work = functools.partial(perform, step, shop, _shell_hint(session, step))
                _declare_step(env, session, step, Performer(step, work, report, history))
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
    if wanted := session.variables.get("explain"):
        env.AlwaysBuild(env.Alias("explain", [], Action(functools.partial(_explain, session, history, wanted))))
        Script.BUILD_TARGETS[:] = ["explain"]
    asked = targets or session.variables.get("shell") or session.variables.get("explain")
    atexit.register(_sum_up, report, quiet=bool(asked))


def _digests(env: Any, session: Session) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """What gives the SHA-256 of an output, and of a file that a unit names: as SCons sees them."""

    def of(folder: Path) -> Callable[[str], str]:
        return lambda name: str(env.File(str(folder / name)).get_csig())

    return of(session.output), of(session.checkout)


def _explain(session: Session, history: History, wanted: str) -> int:
    print(history.explain(session.step(wanted), session.steps()))
    return 0


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


def _declare_step(env: Any, session: Session, step: Step, performer: Performer) -> None:
    sources = [str(session.output / name) for name in step.artefacts()]
    sources += [str(session.checkout / path) for path in step.tree_files()]
    (node,) = env.Command(
        str(session.output / step.output),
        [*sources, env.Value(description(step))],
        Script.Action(performer, strfunction=None),
    )
    node.attributes.leafroot_step = step
    node.attributes.leafroot_performer = performer
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

    def __init__(self, step: Step, work: Callable[[], float], report: Report, history: History) -> None:
        def timed() -> int:
            seconds = work()
            self.note(f"{seconds:7.1f} s", f"built in {seconds:.1f} s")
            report.built += 1
            return 0

        super().__init__(timed)
        self._step, self._report, self._history = step, report, history

    def note(self, remark: str, how: str) -> None:
        """Tell people that the output is there now, and keep what it was made from."""
        self._report.line(self._step.title, remark)
        self._history.record(self._step, how)

    def from_cache(self, seconds: float) -> None:
        """The output was not made, but brought back."""
        self.note(f"{seconds:7.1f} s, from the cache", "brought from the cache")
        self._report.cached += 1


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
        node.attributes.leafroot_performer.from_cache(time.monotonic() - begun)
        return True
