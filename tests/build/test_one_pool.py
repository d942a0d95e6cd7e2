# SPDX-License-Identifier: Apache-2.0
"""All steps share one pool of slots, whatever builds them: never more compilers than slots, and none idle."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.app.session import open_session
from leafroot.build.executor import Local
from leafroot.describe.archive import Archive
from leafroot.host.jobserver import Slots
from leafroot.rootfs.layers import layer_from_tar
from leafroot.step import Output, Source, Step, Text
from tests.archive.tar_members import member, tar_bytes
from tests.build.processes import Watch, below
from tests.performing import local_in, no_fetch, perform

ROOT = Path(__file__).parents[2]
COMPILER = "fake-cc"
# What stands for a compiler, and for configure: it says in a log when it began and when it ended.
SCRIPT = '#!/bin/sh\necho "$0 + $(date +%s%N)" >>{log}\nsleep 0.2\necho "$0 - $(date +%s%N)" >>{log}\n'
MAKEFILE = "all: 1 2 3 4 5 6\n1 2 3 4 5 6:\n\tsh /cc/run\n"
COPY = ("sh", "-c", f"mkdir /build/bin && cp /script /build/bin/{COMPILER} && chmod +x /build/bin/{COMPILER}")
CONFIGURE = ("sh", "-c", "cp /script /build/bin/configure && chmod +x /build/bin/configure")


def step(name: str, *inputs: Source, configure: int = 1) -> Step:
    """A step that configures (which takes so many compilers' time), then compiles six files with make."""
    makefile = Text("/Makefile", MAKEFILE.replace("sh /cc/run", f"/build/bin/{COMPILER}"))
    commands = (COPY, CONFIGURE, *[("/build/bin/configure",)] * configure, ("make", "-f", "/Makefile"))
    script = Text("/script", SCRIPT.format(log="/out/log"))
    return Step(name, Output(f"t/{name}.tar.zst"), (script, makefile, *inputs), commands)


def side_by_side(log: str) -> tuple[int, bool]:
    """How many compilers ran at once at the most, and whether one ran beside configure."""
    now = {COMPILER: 0, "configure": 0}
    most, beside = 0, False
    # At the same moment, one that ends comes before one that begins.
    events = sorted((int(when), word, name.rpartition("/")[2]) for name, word, when in map(str.split, log.splitlines()))
    for _, word, name in sorted(events, key=lambda event: (event[0], event[1] == "+")):
        now[name] += 1 if word == "+" else -1
        most = max(most, now[COMPILER])
        beside = beside or all(now.values())
    return most, beside


def local_with(folder: Path, slots: int, get: Callable[[Archive], Path] = no_fetch) -> Local:
    return local_in(folder, ROOT, get, slots)


def in_threads(*works: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_steps_together_run_as_many_compilers_as_there_are_slots(tmp_path: Path, count: int) -> None:
    local = local_with(tmp_path, count)
    # One configures longer than the other, so that they do not go in step.
    steps = [step(name, configure=number) for number, name in enumerate("abc", 1)]
    in_threads(*(functools.partial(perform, local, one) for one in steps))
    layers = [layer_from_tar(name, local.output / f"t/{name}.tar.zst") for name in "abc"]
    log = b"".join(layer.nodes["log"].read() for layer in layers).decode()  # type: ignore[union-attr]
    most, beside = side_by_side(log)
    print(f"-j{count}: {log.count(COMPILER) // 2} compilers, at most {most} at once")
    assert log.count(COMPILER) == 2 * 18
    assert most == count
    assert beside or count == 1, "no step configured while another compiled"


def test_a_step_that_waits_for_its_archive_has_no_slot(tmp_path: Path) -> None:
    """One slot; the first step's download does not end before the second is built."""
    data = tar_bytes(member("a/x", b"x"))
    file = tmp_path / "a.tar"
    file.write_bytes(data)
    asked, built = threading.Event(), threading.Event()

    def get(archive: Archive) -> Path:
        asked.set()
        assert built.wait(60), "the second step waited for the first one's download"
        return file

    local = local_with(tmp_path, 1, get)
    archive = Archive("https://downloads.example/a.tar", sha256=hashlib.sha256(data).hexdigest())

    def second() -> None:
        assert asked.wait(60)
        perform(local, step("second"))
        built.set()

    in_threads(lambda: perform(local, step("first", Source("/src", archive))), second)
    assert (local.output / "t/first.tar.zst").exists()


def test_what_was_killed_takes_no_slot_with_it(tmp_path: Path) -> None:
    slots = Slots(3)
    (tmp_path / "Makefile").write_text("all: 1 2 3\n1 2 3:\n\tsleep 60\n")
    env = {"PATH": os.environ["PATH"], "MAKEFLAGS": slots.makeflags}

    def free() -> int:
        read, write = slots.descriptors
        os.set_blocking(read, False)
        found = os.read(read, 100)
        os.write(write, found)
        return len(found)

    with slots.one():
        make = subprocess.Popen(["make"], cwd=tmp_path, env=env, pass_fds=slots.descriptors, start_new_session=True)
        deadline = time.monotonic() + 60
        while below(make.pid)["sleep"] < 3:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        os.killpg(make.pid, signal.SIGKILL)
        make.wait()
    assert free() == 3


@pytest.fixture(scope="module")
def slot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("slot") / "job-slot"
    subprocess.run(["gcc", "-static", "-O1", "-o", built, ROOT / "leafroot/tools/job-slot/job-slot.c"], check=True)
    return built


@pytest.fixture
def compiler(tmp_path: Path) -> Path:
    file = tmp_path / COMPILER
    file.write_text(SCRIPT.format(log=tmp_path / "log"))
    file.chmod(0o755)
    return file


def most_beside_make(tmp_path: Path, compiler: Path, slots: Slots, argv: list[str]) -> int:
    """How many compilers a make and a build tool run at once, six each, and each with a slot as a step has."""
    (tmp_path / "Makefile").write_text(MAKEFILE.replace("sh /cc/run", str(compiler)))
    env = {**os.environ, "MAKEFLAGS": slots.makeflags}

    def one(words: list[str]) -> None:
        with slots.one():
            subprocess.run(words, cwd=tmp_path, env=env, pass_fds=slots.descriptors, check=True, capture_output=True)

    in_threads(lambda: one(["make"]), lambda: one(argv))
    log = (tmp_path / "log").read_text()
    assert log.count(COMPILER) == 2 * 12
    return side_by_side(log)[0]


NINJA = "rule cc\n  command = {} && touch $out\n" + "".join(f"build {number}.o: cc\n" for number in range(6))


@pytest.mark.parametrize("wrapped", [True, False], ids=["with the slot program", "without"])
def test_ninja_beside_make(tmp_path: Path, slot: Path, compiler: Path, wrapped: bool) -> None:
    (tmp_path / "build.ninja").write_text(NINJA.format(f"{slot} {compiler}" if wrapped else compiler))
    most = most_beside_make(tmp_path, compiler, Slots(2), ["ninja", "-j16"])
    print(f"ninja beside make, -j2: at most {most} compilers")
    assert most == 2 if wrapped else most > 2


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("cargo"), reason="this machine has no cargo, and no build root has it")
def test_cargo_beside_make(tmp_path: Path, compiler: Path) -> None:
    """cargo asks the job server by itself."""
    wrapper = tmp_path / "wrapper"
    wrapper.write_text(f'#!/bin/sh\ncase "$*" in *--crate-name\\ c[0-9]*) {compiler} ;; esac\nexec "$@"\n')
    wrapper.chmod(0o755)
    crates = [f"c{number}" for number in range(6)]
    (tmp_path / "Cargo.toml").write_text(f"[workspace]\nresolver = '2'\nmembers = {crates}\n")
    for name in crates:
        (tmp_path / name / "src").mkdir(parents=True)
        (tmp_path / name / "src/lib.rs").write_text("")
        (tmp_path / name / "Cargo.toml").write_text(
            f"[package]\nname = '{name}'\nversion = '1.0.0'\nedition = '2021'\n"
        )
    slots = Slots(2)
    argv = ["env", f"RUSTC_WRAPPER={wrapper}", "cargo", "build", "--offline", "-q"]
    most = most_beside_make(tmp_path, compiler, slots, argv)
    print(f"cargo beside make, -j2: at most {most} compilers")
    assert most == 2


COUNTING = """\
import threading, time
import leafroot.app.scons
from leafroot.app.session import open_session
from leafroot.build.executor import Local
lock, now, most = threading.Lock(), 0, 0
def perform(local, action):
    global now, most
    with lock:
        now += 1
        most = max(most, now)
    time.sleep(0.2)
    output = local.output / action.step.output.path
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(action.step.output.path)
    with lock:
        now -= 1
    print(f"at once: {most}, slots: {local.slots.count}", flush=True)
    return 0.0
Local.perform = perform
leafroot.app.scons.build()
"""


@pytest.mark.parametrize(("jobs", "slots", "hands"), [("-j2", 2, 6), ("-j1", 1, 1)])
def test_more_hands_than_slots(tmp_path: Path, jobs: str, slots: int, hands: int) -> None:
    """SCons lets more steps begin than there are slots: those that download or wait keep no slot."""
    (tmp_path / "SConstruct").write_text(COUNTING)
    from tests.scale.synthetic_tree import BOARD, write_tree

    write_tree(tmp_path / "tree", 12)
    words = [f"BOARD={BOARD}", f"EXTERNAL={tmp_path}/tree", f"OUTPUT={tmp_path}/o", f"CACHE={tmp_path}/c", "OFFLINE=1"]
    argv = [sys.executable, "-m", "SCons", "-Q", jobs, "-f", tmp_path / "SConstruct", *words, "TOOLCHAIN=debian"]
    said = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    last = [line for line in said.splitlines() if line.startswith("at once")][-1]
    assert last == f"at once: {hands}, slots: {slots}" or (jobs == "-j2" and 2 < int(last.split()[2][:-1]) <= hands)


REAL = ("busybox", "libcap", "libseccomp", "crun", "bubblewrap", "iptables")
COMPILERS = frozenset({"cc1", "cc1plus", "lto1", "compile", "rustc"})


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [2, 3])
def test_a_real_build_of_several_packages(tmp_path: Path, jobs: int) -> None:
    """Autotools, Meson, Make and Kbuild side by side, nothing from the cache: never more compilers than slots."""
    fragment = tmp_path / "x.config"
    fragment.write_text("".join(f"CONFIG_PACKAGE_{name.upper()}=y\n" for name in REAL))
    argv = [sys.executable, "-m", "SCons", "-Q", f"-j{jobs}", "--cache-disable", "BOARD=qemu_x86_64"]
    argv += ["TOOLCHAIN=debian", f"CONFIG={fragment}", f"OUTPUT={tmp_path}/o"]
    session = open_session(
        ROOT,
        {"BOARD": "qemu_x86_64", "TOOLCHAIN": "debian", "CONFIG": str(fragment), "OUTPUT": f"{tmp_path}/o"},
        board_needed=True,
    )
    session.configure()
    session.make_plans(str)
    argv += [f"{tmp_path}/o/{session.step(name).output.path}" for name in REAL]
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(argv, cwd=ROOT, stdout=log, stderr=log) as scons,
        Watch(scons.pid, COMPILERS, every=0.005) as seen,
    ):
        status = scons.wait()
    assert status == 0, (tmp_path / "log").read_text()
    share = {number: f"{100 * count / seen.samples:.0f}%" for number, count in sorted(seen.busy.items())}
    overlap = sum(count for names, count in seen.beside.items() if len(names) > 1 and "configure" in names)
    print(f"-j{jobs}: at most {seen.most} compilers in {seen.samples} looks, {share}; configure beside cc1: {overlap}")
    assert 1 < seen.most <= jobs and overlap
