# SPDX-License-Identifier: Apache-2.0
"""The edge: what a person typed, turned into plans; each step of a plan, turned into one SCons node."""

from __future__ import annotations

import atexit
import dataclasses
import functools
import gc
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import SCons.Action
import SCons.CacheDir
import SCons.Errors
import SCons.Script as Script
from SCons.Util.hashes import set_hash_format

from leafroot.app.commands import EDITING, WITHOUT_BOARD, commands, help_text
from leafroot.app.measuring import bench_compare
from leafroot.app.session import Session, make_folder, open_session
from leafroot.build.executor import Executor
from leafroot.errors import LeafrootError
from leafroot.host.disk import Scratch, of_system, remove
from leafroot.host.run import InterruptedBuildError, end_on_signals
from leafroot.plan.forms import Export
from leafroot.record.explain import History
from leafroot.record.ledger import Ledger, Report, print_error, tell_dropped
from leafroot.record.times import Times
from leafroot.step import Action, Actions, Step
from leafroot.store.artefacts import ArtefactCache
from leafroot.store.locks import hold_output
from leafroot.store.memory import Memory


def build() -> None:
    """Read the command line, plan, and give SCons its nodes; called once, by SConstruct."""
    Script.Help(help_text())
    if Script.GetOption("help"):
        return
    # What is declared stays until the end: looking through it for garbage, again and again, finds none.
    gc.disable()
    try:
        _declare(list(Script.COMMAND_LINE_TARGETS))
    except LeafrootError as error:
        print(f"leafroot: {error}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        print(f"leafroot: {of_system(error, 'what is written before anything is built', Path.cwd())}", file=sys.stderr)
        sys.exit(2)
    gc.freeze()
    gc.enable()


def _declare(targets: list[str]) -> None:
    session = open_session(Path.cwd(), dict(Script.ARGUMENTS), board_needed=not set(targets) & set(WITHOUT_BOARD))
    if targets == ["list"]:
        # It reads units and nothing else: it waits for no build, and makes no folder.
        sys.exit(commands(session)["list"].work())
    if targets[:1] == ["bench-compare"]:
        sys.exit(bench_compare(targets[1:]))
    for folder, variable in ((session.output, "OUTPUT"), (session.cache, "CACHE")):
        make_folder(folder, variable, session.checkout)
    lock = hold_output(session.output)
    if not targets or not set(targets) <= set(EDITING):
        session.configure()
    memory = Memory(session.output / ".sconsign", session.output)
    memory.failed = _end_with
    tell_dropped(memory, memory.check(), functools.partial(print, flush=True))
    env = _environment(session, memory)
    end_on_signals()
    jobs = Script.GetOption("num_jobs")
    if jobs > 1:
        # More hands than slots: who waits for a download keeps no processor idle. (SetOption leaves -j alone.)
        Script.Main.OptionsParser.values.num_jobs = jobs + 4
    executor = session.executor(jobs, memory.current, held=(lock.fileno(),))
    # Nobody but us is at work here: what lies there is from a run that was killed.
    remove(executor.own_room)
    report, times = Report(lock), Times(executor.slots.in_use)
    actions = Actions(memory.current, lambda path: memory.file_digest(session.checkout / path))
    history = History(session.output, executor.own_room, actions)
    keep = env.get_CacheDir().keep
    ledger = Ledger(session.output, memory, report, history, actions, session.checkout.joinpath, times, keep)
    atexit.register(times.write, session.output / "times.json", executor.own_room)
    declared: set[str] = set()
    for plan in session.make_plans():
        for step in plan.steps:
            if step.output.path not in declared:
                declared.add(step.output.path)
                actions.add(step)
                _declare_step(env, session, StepWork(step, executor, ledger))
        env.Default(*(_word(session.output / one.path) for one in (*plan.checks, *plan.images)))
        for one in plan.exports:
            env.Default(_declare_export(env, session, one, memory.current))
        _declare_export(env, session, plan.legal_info, memory.current)
        report.images.append(session.output / plan.image.path)
    known = commands(session)
    for name in targets:
        if name in known:
            known[name].check()
    for name, command in known.items():
        needs = [_word(session.output / name) for name in (*(one.path for one in command.needs), *command.folders)]
        env.AlwaysBuild(env.Alias(name, needs, Work(command.work)))
    if wanted := session.variables.get("shell"):
        step = session.step(wanted)
        needs = [_word(session.output / one.path) for one in step.reads()]
        env.AlwaysBuild(env.Alias("shell", needs, Work(lambda: executor.shell(step))))
        Script.BUILD_TARGETS[:] = ["shell"]
    if wanted := session.variables.get("explain"):
        env.AlwaysBuild(env.Alias("explain", [], Work(functools.partial(_explain, session, history, wanted))))
        Script.BUILD_TARGETS[:] = ["explain"]
    asked = targets or session.variables.get("shell") or session.variables.get("explain")
    atexit.register(_sum_up, report, quiet=bool(asked))


def _explain(session: Session, history: History, wanted: str) -> int:
    print(history.explain(session.step(wanted), session.steps()))
    return 0


def _end_with(error: LeafrootError) -> None:
    print_error(error)
    sys.exit(2)


def _sum_up(report: Report, quiet: bool) -> None:
    if not Script.GetBuildFailures():
        report.summary(quiet)


def _environment(session: Session, memory: Memory) -> Any:
    # The option holds from when SCons begins to build; files are looked at before that, while plans are made.
    Script.SetOption("hash_format", "sha256")
    set_hash_format("sha256")
    # In KiB: large outputs are read in as few pieces as do good.
    Script.SetOption("hash_chunksize", 1024)
    # SCons takes no checksums of its own: the memory has them.
    Script.SetOption("max_drift", -1)
    if not any(word.startswith(("-j", "--jobs")) for word in sys.argv):
        Script.SetOption("num_jobs", os.cpu_count() or 1)
    env = Script.Environment(tools=[], ENV={})
    # What went into an output is told by the digest of its action alone, which SCons has from `_Perform`.
    env.Decider(lambda dependency, target, previous, repository_node=None: False)
    env.SConsignFile(_word(session.output / ".sconsign"), memory)
    env.CacheDir(_word(session.cache / "artefacts"), Artefacts)
    return env


def _word(path: Path) -> str:
    """A path for those functions of SCons that look for variables of its own, $NAME, in what they are given."""
    return str(path).replace("$", "$$")


def _declare_step(env: Any, session: Session, work: StepWork) -> None:
    # Nodes and no strings: SCons would look for variables of its own, $NAME, in them. And nothing of pathlib, for a
    # thousand steps name ten thousand files.
    file, output, step = env.fs.File, str(session.output), work.step
    sources = [file(os.path.join(output, one.path)) for one in step.follows()]  # noqa: PTH118
    (node,) = _BUILDER(env, [file(os.path.join(output, step.output.path))], sources)  # noqa: PTH118
    node.attributes.leafroot = work
    if not step.cached:
        node.set_nocache()
    # An output is replaced when the new one is whole, and not taken away before.
    node.set_precious()


def _declare_export(env: Any, session: Session, export: Export, digest: Callable[[str], str]) -> Any:
    """A node for a folder that people want. It is looked at in every run, for only that can see a touched file."""
    from leafroot.build.export import export as make

    folder, artefact = session.output / export.folder, session.output / export.artefact.path
    stamp = session.output / "exports" / f"{export.folder.replace('/', '_')}.json"

    def work() -> int:
        make(artefact, digest(export.artefact.path), folder, stamp, export.below)
        return 0

    return env.AlwaysBuild(env.Alias(_word(folder), [_word(artefact)], Work(work)))


class Work:
    """Work for SCons, called with nodes: it gives an exit status, prints errors and never a traceback."""

    def __init__(self, work: Callable[[], int]) -> None:
        self._work = work

    def __call__(self, target: Sequence[Any], source: Sequence[Any], env: Any) -> int:
        try:
            return self._work()
        except InterruptedBuildError:
            # SCons says so itself, once.
            return 2
        except LeafrootError as error:
            print_error(error)
            return 2
        except OSError as error:
            print_error(of_system(error, str(target[0]), Path(str(target[0]))))
            return 2

    def strfunction(self, target: Sequence[Any], source: Sequence[Any], env: Any) -> str:
        """SCons prints nothing of its own."""
        return ""

    def get_contents(self, target: Sequence[Any], source: Sequence[Any], env: Any) -> bytes:
        """Nothing of our code counts for SCons."""
        return b""


@dataclasses.dataclass(frozen=True)
class StepWork:
    """A step, who performs it, and where that is noted down."""

    step: Step
    executor: Executor
    ledger: Ledger

    def perform(self) -> int:
        """Have the step performed; 0."""
        return self.ledger.perform(self.step, self.executor)


class _Perform:
    """The action of every step's node. Its contents, by which SCons decides, are the digest of the step's action."""

    def __call__(self, target: Sequence[Any], source: Sequence[Any], env: Any) -> int:
        return Work(target[0].attributes.leafroot.perform)(target, source, env)

    def strfunction(self, target: Sequence[Any], source: Sequence[Any], env: Any) -> str:
        """What SCons prints where it does not perform the step (-n)."""
        if Script.GetOption("no_exec"):
            return f"  {target[0].attributes.leafroot.step.title:<44} would be built, or brought from the cache"
        return ""

    def get_contents(self, target: Sequence[Any], source: Sequence[Any], env: Any) -> bytes:
        """The action's digest; SCons asks for it once the step's inputs are up to date."""
        work: StepWork = target[0].attributes.leafroot
        return work.ledger.actions.of(work.step).digest.encode()


class Artefacts(SCons.CacheDir.CacheDir):  # type: ignore[misc]
    """SCons's door to the cache of artefacts, in which the digest of an action names what came of it."""

    def __init__(self, path: str) -> None:
        super().__init__(None)
        self.path = path
        note = functools.partial(print, flush=True)
        self._cache = ArtefactCache(Path(path), Scratch(Path(path).with_name("tmp")), note)

    def cachepath(self, node: Any) -> tuple[str | None, str | None]:
        """Nothing for SCons to look at: bringing and keeping is ours."""
        return None, None

    def retrieve(self, node: Any) -> bool:
        """Bring a file back, if the cache has it; its time is that of now, whatever was there before."""
        begun = time.monotonic()
        if not self.is_enabled() or not SCons.Action.execute_actions:
            return False
        work: StepWork = node.attributes.leafroot
        target = Path(node.get_abspath())
        try:
            key = work.ledger.actions.of(work.step).digest
            digest = self._cache.bring(key, target, target.with_name(f".{target.name}.brought"))
            if digest:
                work.ledger.brought(work.step, digest, begun)
        except (LeafrootError, OSError) as error:
            if not isinstance(error, InterruptedBuildError):
                print_error(error if isinstance(error, LeafrootError) else of_system(error, target.name, target))
            raise SCons.Errors.BuildError(node, "Error 2") from error
        return bool(digest)

    def push(self, node: Any) -> bool:
        """Nothing: the ledger keeps what was made."""
        return False

    def keep(self, action: Action, file: Path, digest: str) -> None:
        """Put a file that was just made into the cache."""
        if self.is_enabled() and not self.is_readonly():
            self._cache.keep(action.digest, file, digest)


# One action for all steps.
_BUILDER = Script.Builder(action=Script.Action(_Perform()))
