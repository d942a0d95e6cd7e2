# SPDX-License-Identifier: Apache-2.0
"""The edge: what a person typed, turned into plans; each step of a plan, turned into one SCons node."""

from __future__ import annotations

import atexit
import dataclasses
import functools
import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import SCons.Script as Script
from SCons.Node.FS import File
from SCons.Util.hashes import set_hash_format

from leafroot.commands import EDITING, WITHOUT_BOARD, commands, help_text
from leafroot.effects.perform import open_shell, perform
from leafroot.errors import LeafrootError
from leafroot.host.disk import of_system, remove
from leafroot.host.run import end_on_signals
from leafroot.measuring import bench_compare
from leafroot.plan.forms import Export
from leafroot.report.history import History
from leafroot.report.ledger import Ledger, tell_dropped
from leafroot.report.performer import Action, Performer
from leafroot.report.times import Times
from leafroot.report.work import Report, print_error
from leafroot.scons_cache import Artefacts
from leafroot.session import Session, make_folder, open_session
from leafroot.step import Step
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
    digest, file_digest = _digests(env, session)
    shop = dataclasses.replace(session.workshop(jobs, digest), held=(lock.fileno(),))
    # Nobody but us is at work here: what lies there is from a run that was killed.
    remove(shop.calls_room)
    report = Report(lock)
    nodes: dict[str, Step] = {}
    history = History(session.output, shop.calls_room, digest, file_digest)
    times = Times(shop.slots.in_use)
    ledger = Ledger(session.output, memory, report, history, digest, file_digest, shop.tree_file, times)
    atexit.register(times.write, session.output / "times.json", shop.calls_room)
    for plan in session.make_plans(file_digest):
        for step in plan.steps:
            if nodes.setdefault(step.output, step) is step:
                work = functools.partial(perform, step, shop, session.shell_hint(step))
                _declare_step(env, session, step, Performer(step, work, ledger))
        env.Default(*(_word(session.output / name) for name in (*plan.checks, *plan.images)))
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
        needs = [_word(session.output / output) for output in command.needs]
        env.AlwaysBuild(env.Alias(name, needs, Action(command.work)))
    if wanted := session.variables.get("shell"):
        step = session.step(wanted)
        needs = [_word(session.output / output) for output in step.artefacts()]
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
        return lambda name: str(env.fs.File(os.path.join(folder, name)).get_csig())  # noqa: PTH118

    return of(session.output), of(session.checkout)


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
    # SCons's time stamps are whole seconds: too coarse to believe in a checksum for the sake of one (see _Decider).
    Script.SetOption("max_drift", -1)
    if not any(word.startswith(("-j", "--jobs")) for word in sys.argv):
        Script.SetOption("num_jobs", os.cpu_count() or 1)
    env = Script.Environment(tools=[], ENV={})
    env.Decider(_Decider(memory.written))
    env.SConsignFile(_word(session.output / ".sconsign"), memory)
    env.CacheDir(_word(session.cache / "artefacts"), Artefacts)
    return env


def _word(path: Path) -> str:
    """A path for those functions of SCons that look for variables of its own, $NAME, in what they are given."""
    return str(path).replace("$", "$$")


class _Decider:
    """Says whether an input has changed since its reader was made: by time stamp where that is proof, else by content.

    SCons remembers time stamps in whole seconds, so a file that is written twice in the second in which it was
    remembered looks the same. (git's index knows the problem as "racy".) A file that was written well before the
    last run noted down what it saw cannot be one of those.
    """

    def __init__(self, noted: float) -> None:
        self._noted = noted

    def __call__(self, dependency: Any, target: Any, previous: Any, repository_node: Any = None) -> bool:
        if isinstance(dependency, File) and dependency.exists() and dependency.get_timestamp() < self._noted - 2:
            return bool(dependency.changed_timestamp_then_content(target, previous, repository_node))
        return bool(dependency.changed_content(target, previous, repository_node))


def _declare_step(env: Any, session: Session, step: Step, performer: Performer) -> None:
    # Nodes and no strings: SCons would look for variables of its own, $NAME, in them. And nothing of pathlib, for a
    # thousand steps name ten thousand files.
    file, output, checkout = env.fs.File, str(session.output), str(session.checkout)
    sources = [file(os.path.join(output, name)) for name in step.artefacts()]  # noqa: PTH118
    sources += [file(os.path.join(checkout, path)) for path in step.tree_files()]  # noqa: PTH118
    (node,) = _BUILDER(env, [file(os.path.join(output, step.output))], [*sources, env.Value(step.description)])  # noqa: PTH118
    node.attributes.leafroot_step = step
    node.attributes.leafroot_performer = performer
    if step.cached:
        performer.keep = functools.partial(env.get_CacheDir().keep, node)
    else:
        node.set_nocache()
    # An output is replaced when the new one is whole, and not taken away before.
    node.set_precious()


def _declare_export(env: Any, session: Session, export: Export, digest: Callable[[str], str]) -> Any:
    """A node for a folder that people want. It is looked at in every run, for only that can see a touched file."""
    from leafroot.build.export import export as make

    folder, artefact = session.output / export.folder, session.output / export.artefact
    stamp = session.output / "exports" / f"{export.folder.replace('/', '_')}.json"

    def work() -> int:
        make(artefact, digest(export.artefact), folder, stamp, export.below)
        return 0

    return env.AlwaysBuild(env.Alias(_word(folder), [_word(artefact)], Action(work)))


def _perform_node(target: Sequence[Any], source: Sequence[Any], env: Any) -> int:
    status: int = target[0].attributes.leafroot_performer(target, source, env)
    return status


def _would_perform(target: Sequence[Any], source: Sequence[Any], env: Any) -> str:
    return f"  {target[0].attributes.leafroot_step.title:<44} would be built, or brought from the cache"


# One action for all steps: SCons would read the code of each, to tell whether it has changed. It tells of a step only
# where it does not perform it (-n).
_ACTION = Script.Action(_perform_node, strfunction=_would_perform if Script.GetOption("no_exec") else None)
_BUILDER = Script.Builder(action=_ACTION)
