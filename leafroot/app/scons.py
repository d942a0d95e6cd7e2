# SPDX-License-Identifier: Apache-2.0
"""The edge: reads the command line, and turns each step of a plan into one SCons node."""

from __future__ import annotations

import atexit
import dataclasses
import functools
import gc
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import SCons.Action
import SCons.CacheDir
import SCons.Errors
import SCons.Script as Script
from SCons.Util.hashes import set_hash_format

from leafroot.app import importing
from leafroot.app.commands import COMMANDS, EDITING, PLAIN, WITHOUT_BOARD, Command, commands, help_text, show
from leafroot.app.folders import make_folder
from leafroot.app.measuring import bench_compare
from leafroot.app.session import Session, open_session, shared_progress
from leafroot.app.targets import Target, Words
from leafroot.app.variables import read_variables
from leafroot.build.executor import Executor
from leafroot.errors import LeafrootError
from leafroot.host.disk import of_system, remove
from leafroot.host.run import InterruptedBuildError, end_on_signals, interrupted
from leafroot.plan.forms import Export
from leafroot.record.explain import History
from leafroot.record.ledger import Ledger, Report, Result, print_error, tell_dropped
from leafroot.record.times import Times
from leafroot.step import Action, Actions, Step
from leafroot.store.artefacts import ArtefactCache
from leafroot.store.locks import hold_output
from leafroot.store.memory import Memory


def build() -> None:
    """Read the command line, plan, and give SCons its nodes; called once, by SConstruct."""
    # The one environment, which SCons would otherwise make of every compiler that it finds on this machine.
    env = Script.DefaultEnvironment(tools=[], ENV={})
    env.Help(help_text())
    if Script.GetOption("help"):
        return
    # What is declared stays until the end: the garbage collector would look through it again and again.
    gc.disable()
    try:
        _declare(env, list(Script.COMMAND_LINE_TARGETS))
    except LeafrootError as error:
        print_error(error)
        sys.exit(2)
    except OSError as error:
        print_error(of_system(error, "what is written before anything is built", Path.cwd()))
        sys.exit(2)
    gc.freeze()
    gc.enable()


def _declare(env: Any, typed: list[str]) -> None:
    if typed[:1] == ["bench-compare"]:
        sys.exit(bench_compare(typed[1:]))
    checkout = Path.cwd()
    variables = read_variables(checkout, Script.ARGUMENTS)
    base = Path(Script.GetLaunchDir()) if Script.GetOption("climb_up") else checkout
    words = Words(typed, base, variables.output, COMMANDS)
    words.check()
    session = open_session(checkout, variables, board_needed=not typed or not set(typed) <= set(WITHOUT_BOARD))
    if typed == ["list"]:
        # It reads units and nothing else: it waits for no build, and makes no folder.
        sys.exit(commands(session)["list"].work())
    if "new-package" in typed:
        session = _draft(session, typed)
    builds = session.draft is not None or not typed or not set(typed) <= {*EDITING, *PLAIN}
    make_folder(session.output, "OUTPUT", writes=True, runs=builds)
    # Nothing need be written to a cache that has everything.
    make_folder(session.cache, "CACHE", runs=builds)
    lock = hold_output(session.output)
    if not typed or not set(typed) <= set(EDITING):
        session.configure()
        for note in session.notes():
            print(f"leafroot: {note}", flush=True)
    memory = Memory(session.output / ".sconsign", session.output)
    memory.failed = _end_with
    tell_dropped(memory, memory.check(), functools.partial(print, flush=True))
    _set_up(env, session, memory)
    end_on_signals()
    jobs = Script.GetOption("num_jobs")
    if jobs > 1:
        # More threads than slots: a step that waits for a download leaves no processor idle. (SetOption cannot
        # change what -j says.)
        Script.Main.OptionsParser.values.num_jobs = jobs + 4
    executor = session.executor(jobs, memory.current, held=(lock.fileno(),))
    # This run has the lock, so whatever is there was left by a run that was killed.
    remove(executor.own_room)
    report, times = Report(lock, lambda: shared_progress().moved), Times(executor.slots.in_use)
    # What a step reads does not change any more once it is asked for, and a thousand steps may read one output.
    actions = Actions(
        functools.cache(memory.current), functools.cache(lambda path: memory.file_digest(checkout / path))
    )
    history = History(session.output, actions)
    keep = env.get_CacheDir().keep
    ledger = Ledger(session.output, memory, report, history, actions, checkout.joinpath, times, keep)
    atexit.register(times.write, session.output / "times.json")
    exports = _declare_plans(env, session, executor, ledger)
    known = commands(session)
    targets = words.find({step.output.path for step in session.steps()}, exports)
    for target in targets:
        if target.command:
            known[target.command].check()
    for name, command in known.items():
        needs = [_file(env, session, one.path) for one in command.needs]
        _declare_alias(env, name, [*needs, *(exports[folder] for folder in command.folders)], command.work)
    asked = _asked_step(env, session, history, executor)
    if asked:
        Script.BUILD_TARGETS[:] = [asked]
    elif targets:
        Script.BUILD_TARGETS[:] = [node for one in targets for node in _nodes(env, session, one, exports)]
    report.results += [] if asked else _results(session, targets, known)
    if not Script.GetOption("silent"):
        atexit.register(_sum_up, report)
    _be_quiet()


def _draft(session: Session, typed: list[str]) -> Session:
    """Have the importer write a package; the session that builds it. Without a build, the run ends here."""
    if typed != ["new-package"]:
        others = " ".join(one for one in typed if one != "new-package")
        raise LeafrootError("new-package is asked for alone", "command line", f"Call scons again for {others}.")
    if _only_shows():
        raise LeafrootError("new-package writes a file: it cannot be only shown", "command line", "Leave out -n.")
    make_folder(session.cache, "CACHE", writes=True)
    draft = importing.new_package(session)
    if not session.variables.build:
        sys.exit(0)
    make_folder(session.output, "OUTPUT", writes=True, runs=True)
    building = importing.session_with(session, draft)
    atexit.register(_tell_of_draft, building)
    return building


def _tell_of_draft(session: Session) -> None:
    if Script.GetBuildFailures() and not interrupted():
        print(importing.not_built(session), file=sys.stderr)


def _declare_plans(env: Any, session: Session, executor: Executor, ledger: Ledger) -> dict[str, Any]:
    """Declare all steps and exported folders, and which of them are made by default; returns the folders' nodes."""
    order = Order()
    exports: dict[str, Any] = {}
    for plan in session.make_plans(ledger.memory.file_digest):
        for step in plan.steps:
            if step.output.path not in order:
                ledger.actions.add(step)
                _declare_step(env, session, StepWork(step, executor, ledger), order.add(step))
        env.Default(*(_file(env, session, one.path) for one in (*plan.checks, *plan.images)))
        for one in (*plan.exports, plan.legal_info):
            exports[one.folder] = _declare_export(env, session, one, ledger.memory.current)
        env.Default(*(exports[one.folder] for one in plan.exports))
    return exports


def _asked_step(env: Any, session: Session, history: History, executor: Executor) -> str:
    """Declare the work that shell= or explain= asks for, and return its name; "" if neither was given."""
    if wanted := session.variables.shell:
        step = session.step(wanted)
        needs = [_file(env, session, one.path) for one in step.reads()]
        _declare_alias(env, "shell", needs, lambda: executor.shell(step))
        return "shell"
    if wanted := session.variables.explain:
        _declare_alias(env, "explain", [], functools.partial(_explain, session, history, wanted))
        return "explain"
    return ""


def _explain(session: Session, history: History, wanted: str) -> int:
    show(history.explain(session.step(wanted), session.steps()))
    return 0


def _nodes(env: Any, session: Session, target: Target, exports: Mapping[str, Any]) -> list[Any]:
    """What SCons is to make for a target: nodes, and the name of a command's alias."""
    outputs = [_file(env, session, path) for path in target.outputs]
    return [*([target.command] if target.command else []), *outputs, *(exports[folder] for folder in target.exports)]


def _file(env: Any, session: Session, path: str) -> Any:
    """The node of an output. SCons would expand its variables, $NAME, in a string, and not everywhere once."""
    return env.fs.File(str(session.output / path))


def _results(session: Session, targets: Sequence[Target], known: Mapping[str, Command]) -> list[Result]:
    """What the last lines of the run are about: the images, or the paths that were named."""
    images = [plan.image.path for _, plan in session.planned]
    if not targets:
        return [Result(session.output / path, [path]) for path in images]
    found: list[Result] = []
    for one in targets:
        if one.command:
            needed = [output.path for output in known[one.command].needs]
            found += [Result(session.output / path, [path], told=False) for path in images if path in needed]
        else:
            found.append(Result(one.place, one.outputs))
    return found


def _end_with(error: LeafrootError) -> None:
    print_error(error)
    sys.exit(2)


def _sum_up(report: Report) -> None:
    # SCons sets its number of jobs when it begins to build; before that, it may have refused its own options.
    begun = Script.Main.num_jobs is not None
    if begun and not interrupted() and not Script.GetBuildFailures() and not _only_shows():
        report.summary()


def _only_shows() -> bool:
    """Whether SCons was asked only to show or to remove what it would build."""
    return any(Script.GetOption(name) for name in ("no_exec", "question", "clean"))


def _be_quiet() -> None:
    """Keep SCons from printing that each target is up to date; it prints errors all the same."""
    if not _only_shows():
        Script.SetOption("silent", True)


def _set_up(env: Any, session: Session, memory: Memory) -> None:
    # SCons applies the option when it begins to build, but files are hashed before that, while plans are made.
    Script.SetOption("hash_format", "sha256")
    set_hash_format("sha256")
    # In KiB: large outputs are read in large pieces.
    Script.SetOption("hash_chunksize", 1024)
    # SCons computes no checksums of its own: the memory has them.
    Script.SetOption("max_drift", -1)
    if not any(word.startswith(("-j", "--jobs")) for word in sys.argv):
        Script.SetOption("num_jobs", os.cpu_count() or 1)
    # Only the digest of its action decides whether an output is up to date; SCons has it from `_Action`.
    env.Decider(lambda dependency, target, previous, repository_node=None: False)
    env.SConsignFile(_word(session.output / ".sconsign"), memory)
    env.CacheDir(_word(session.cache / "artefacts"), Artefacts)


def _word(path: Path) -> str:
    """A path for the functions of SCons that expand variables of SCons, $NAME, in their arguments."""
    return str(path).replace("$", "$$")


class Order:
    """The order of steps, each added after those that it follows.

    A package follows all that it is linked with, hundreds of steps in a large tree. SCons needs only those that no
    other one of them follows: the rest is done before these.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        # For each step, itself and all that are done before it: one bit for each number.
        self._done: list[int] = []

    def __contains__(self, path: str) -> bool:
        return path in self._numbers

    def add(self, step: Step) -> list[str]:
        """Add a step, and return the paths of the outputs that it follows directly."""
        number, done, direct = len(self._done), 0, []
        self._numbers[step.output.path] = number
        # A later step cannot be done before an earlier one.
        for path in sorted((one.path for one in step.follows()), key=self._numbers.__getitem__, reverse=True):
            other = self._numbers[path]
            if not done >> other & 1:
                direct.append(path)
                done |= self._done[other]
        self._done.append(done | 1 << number)
        return direct


def _declare_step(env: Any, session: Session, work: StepWork, follows: Sequence[str]) -> None:
    # Nodes, not strings, in which SCons would expand its variables, $NAME. And no pathlib: a thousand steps name ten
    # thousand files.
    file, output, step = env.fs.File, str(session.output), work.step
    sources = [file(os.path.join(output, path)) for path in follows]  # noqa: PTH118
    (node,) = _BUILDER(env, [file(os.path.join(output, step.output.path))], sources)  # noqa: PTH118
    node.attributes.leafroot = work
    if not step.cached:
        node.set_nocache()
    # An output stays until the new one is complete and replaces it.
    node.set_precious()


def _declare_alias(env: Any, name: str, needs: Sequence[Any], work: Callable[[], int]) -> Any:
    """A name for work that is done in every run that asks for it, after everything that it needs."""
    (node,) = env.AlwaysBuild(env.Alias(name, needs, _ACTION))
    node.attributes.leafroot = AliasWork(work)
    return node


def _declare_export(env: Any, session: Session, export: Export, digest: Callable[[str], str]) -> Any:
    """A node for a folder that people want. Every run checks the folder, for its files may have been edited."""
    from leafroot.build.export import export as make

    folder, artefact = session.output / export.folder, session.output / export.artefact.path
    stamp = session.output / "exports" / f"{export.folder.replace('/', '_')}.json"

    def work() -> int:
        make(artefact, digest(export.artefact.path), folder, stamp, export.below)
        return 0

    return _declare_alias(env, _word(folder), [_file(env, session, export.artefact.path)], work)


@dataclasses.dataclass(frozen=True)
class StepWork:
    """How the node of a step is made: the step, who performs it, and where that is recorded."""

    step: Step
    executor: Executor
    ledger: Ledger

    def perform(self) -> int:
        """Have the step performed; 0."""
        return self.ledger.perform(self.step, self.executor)

    def digest(self) -> str:
        """The digest of the step's action; SCons asks for it once the step's inputs are up to date."""
        return self.ledger.actions.of(self.step).digest

    def told(self) -> str:
        """What is printed in place of the work (-n)."""
        return f"  {self.step.title:<44} would be built, or taken from the cache"


@dataclasses.dataclass(frozen=True)
class AliasWork:
    """Work that is done in every run that asks for it; `work` gives an exit status."""

    perform: Callable[[], int]

    def digest(self) -> str:
        """Nothing: it does not matter what was done before."""
        return ""

    def told(self) -> str:
        """Nothing is printed in place of the work."""
        return ""


class _Action(SCons.Action.FunctionAction):  # type: ignore[misc]
    """The one action of all nodes, whose work hangs on the node. By its signature SCons decides what is up to date.

    (SCons would ask a plain function for its `get_contents` only if it could not look at the function's code.)
    """

    def __init__(self) -> None:
        super().__init__(_perform, {})

    def get_presig(self, target: Sequence[Any], source: Sequence[Any], env: Any, executor: Any = None) -> bytes:
        """What counts for a node."""
        work: StepWork | AliasWork = target[0].attributes.leafroot
        try:
            return work.digest().encode()
        except LeafrootError as error:
            raise _told(error, target[0]) from error

    def strfunction(self, target: Sequence[Any], source: Sequence[Any], env: Any, executor: Any = None) -> str:
        """What SCons prints before it does the work, or with -n in its place."""
        work: StepWork | AliasWork = target[0].attributes.leafroot
        return work.told() if Script.GetOption("no_exec") else ""


def _perform(target: Sequence[Any], source: Sequence[Any], env: Any) -> int:
    """Do a node's work, and return its exit status."""
    work: StepWork | AliasWork = target[0].attributes.leafroot
    try:
        return work.perform()
    except OSError as error:
        raise _told(of_system(error, str(target[0]), Path(str(target[0]))), target[0]) from error
    except LeafrootError as error:
        raise _told(error, target[0]) from error


def _told(error: LeafrootError, node: Any) -> Exception:
    """Print an error, and return the one with which SCons gives up the node without a traceback."""
    if not isinstance(error, InterruptedBuildError):
        # SCons itself says that the build was interrupted.
        print_error(error)
    return SCons.Errors.BuildError(node, "Error 2", status=2, exitstatus=2)  # type: ignore[no-any-return]


class Artefacts(SCons.CacheDir.CacheDir):  # type: ignore[misc]
    """The cache of artefacts as SCons calls it. The digest of an action is the name of its output there."""

    def __init__(self, path: str) -> None:
        super().__init__(None)
        self.path = path
        note = functools.partial(print, flush=True)
        self._cache = ArtefactCache(Path(path), note)

    def cachepath(self, node: Any) -> tuple[str | None, str | None]:
        """Nothing: SCons itself reads and writes no file of the cache."""
        return None, None

    def retrieve(self, node: Any) -> bool:
        """Take a file from the cache, if it is there; it gets the present time."""
        begun = time.monotonic()
        if not self.is_enabled() or not SCons.Action.execute_actions:
            return False
        work: StepWork = node.attributes.leafroot
        target = Path(node.get_abspath())
        try:
            key = work.ledger.actions.of(work.step).digest
            digest = self._cache.bring(key, target)
            if digest:
                work.ledger.brought(work.step, digest, begun)
        except OSError as error:
            raise _told(of_system(error, target.name, target), node) from error
        except LeafrootError as error:
            raise _told(error, node) from error
        return bool(digest)

    def push(self, node: Any) -> bool:
        """Nothing: the ledger keeps what was built."""
        return False

    def keep(self, action: Action, file: Path, digest: str) -> None:
        """Put a file that was just built into the cache."""
        if self.is_enabled() and not self.is_readonly():
            self._cache.keep(action.digest, file, digest)


_ACTION = _Action()
_BUILDER = Script.Builder(action=_ACTION)
