# SPDX-License-Identifier: Apache-2.0
"""No way out of the sandbox by accident: real steps try each, and get out where the guard is taken away.

As root they are run as an ordinary user, too: for each the kernel allows something else.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from probes import ESCAPED, PROBES, PYTHON, SHELL, Probe, Words, replaced, without

from leafroot.describe.archive import Archive
from leafroot.effects import perform as performing
from leafroot.effects.perform import perform
from leafroot.effects.run import run
from leafroot.effects.slots import Slots
from leafroot.effects.store import Store
from leafroot.effects.workshop import Workshop
from leafroot.errors import LeafrootError
from leafroot.plan.step import HostFolder, Step, Text

NOBODY = 65534
USERS = (os.geteuid(), *((NOBODY,) if os.geteuid() == 0 else ()))
SHM_KEY = 0x1EAF0001


def no_fetch(archive: Archive) -> Path:
    raise AssertionError("nothing here needs an archive")


class Place:
    """A folder of this machine with what a step must not reach, and listeners; steps are performed beside it."""

    def __init__(self, folder: Path, user: int) -> None:
        self.folder, self.user = folder, user
        for name in ("home", "inputs", "trees", "output"):
            (folder / name).mkdir()
        (folder / "home" / "secret").write_text("secret\n")
        shutil.copy("/usr/bin/id", folder / "inputs" / "set-uid")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user, user)
        os.chown(folder / "inputs" / "set-uid", os.geteuid(), os.getegid())
        (folder / "inputs" / "set-uid").chmod(0o4755)
        output = folder / "output"
        self.shop = Workshop(folder, output, Store(folder / "trees", no_fetch), Slots(2), {}, lambda name: "")
        self.facts: dict[str, object] = {"folder": folder, "pid": os.getpid(), "shm": SHM_KEY}

    def step(self, argv: Words, script: str) -> Step:
        """A step that runs a script, with an input."""
        inputs = (Text("/probe", script), HostFolder("/inputs", str(self.folder / "inputs"), "x"))
        return Step("a step", "made.tar.zst", inputs, commands=(argv,))

    def log(self, step: Step) -> str:
        """What the step has written."""
        return self.shop.log(step).read_text(errors="replace")

    def start(self, step: Step, opened: Mapping[Words, Words]) -> int:
        """Perform a step in a process of the user; what is `opened` is no guard."""

        def opened_run(argv: list[str], **more: object) -> int:
            # What the caller's environment has must not matter: here it has something.
            more["env"] = {**more["env"], "LEAKED": "1"}  # type: ignore[dict-item]
            return run(replaced(argv, opened), **more)  # type: ignore[arg-type]

        child = os.fork()
        if child:
            return child
        status = 3
        try:
            os.setgroups([]) if os.geteuid() == 0 else None
            os.setresgid(self.user, self.user, self.user)
            os.setresuid(self.user, self.user, self.user)
            performing.run = opened_run  # type: ignore[assignment]
            perform(step, self.shop)
            status = 0
        except LeafrootError:
            status = 1
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def perform(self, step: Step, opened: Mapping[Words, Words] | None = None) -> int:
        """Perform a step, and give 0, or 1 if it failed as steps do."""
        _, status = os.waitpid(self.start(step, opened or {}), 0)
        assert os.waitstatus_to_exitcode(status) in (0, 1)
        return os.waitstatus_to_exitcode(status)

    def listen(self) -> Iterator[None]:
        """Have something behind each of the doors that the probes try."""
        sockets = {
            "tcp": socket.socket(),
            "udp": socket.socket(type=socket.SOCK_DGRAM),
            "abstract": socket.socket(socket.AF_UNIX),
            "path": socket.socket(socket.AF_UNIX),
        }
        for name, address in (
            ("tcp", ("127.0.0.1", 0)),
            ("udp", ("127.0.0.1", 0)),
            ("abstract", f"\0leafroot-{os.getpid()}"),
            ("path", str(self.folder / "socket")),
        ):
            sockets[name].bind(address)
            if name != "udp":
                sockets[name].listen()
        (self.folder / "socket").chmod(0o777)
        self.facts |= {name: sockets[name].getsockname()[1] for name in ("tcp", "udp")}
        self.facts["abstract"] = f"leafroot-{os.getpid()}"
        threading.Thread(target=answer, args=(sockets["udp"],), daemon=True).start()
        libc = ctypes.CDLL(None)
        # IPC_CREAT, for everybody (shmget(2)).
        segment = libc.shmget(SHM_KEY, 4096, 0o1666)
        assert segment >= 0
        try:
            yield
        finally:
            libc.shmctl(segment, 0, None)  # IPC_RMID
            for one in sockets.values():
                one.close()


def answer(server: socket.socket) -> None:
    """Answer every question."""
    with suppress(OSError):
        while True:
            _, who = server.recvfrom(9)
            server.sendto(b"!", who)


@pytest.fixture(params=USERS, ids=lambda user: "as root" if user == 0 else "as an ordinary user")
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    # Not below pytest's folders, which nobody else may enter.
    folder = Path(tempfile.mkdtemp(prefix="leafroot-sandbox-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield Place(folder, request.param)
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def listening(place: Place) -> Iterator[Place]:
    devices = sorted(path.name for path in Path("/dev").iterdir() if path.is_char_device() and path.name not in DEVICES)
    place.facts["device"] = devices[0] if devices else "nothing"
    process = os.fork()
    if not process:
        # A process of the same user: what holds a step from it is not the user.
        os.setresuid(place.user, place.user, place.user)
        os.execve("/bin/sleep", ["sleep", "600"], {"SECRET": "x"})
    place.facts["pid"] = process
    try:
        yield from (place for _ in place.listen())
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def tried(place: Place, probe: Probe, opened: bool) -> tuple[bool, str]:
    """Whether a probe got out, and what it said."""

    def filled(text: str) -> str:
        for name, value in place.facts.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    step = place.step(probe.argv, filled(probe.script))
    words = {tuple(map(filled, old)): tuple(map(filled, new)) for old, new in probe.opened.items()}
    place.perform(step, words if opened else {})
    said = place.log(step)
    return ESCAPED in said, said


@pytest.mark.parametrize("probe", PROBES, ids=str)
def test_a_step_does_not_reach(listening: Place, probe: Probe) -> None:
    escaped, said = tried(listening, probe, opened=False)
    assert not escaped, said
    assert not list(listening.folder.rglob("mark"))


@pytest.mark.parametrize("probe", [probe for probe in PROBES if probe.opened], ids=str)
def test_without_its_guard_a_step_reaches(listening: Place, probe: Probe) -> None:
    if probe.what == "a device of this machine" and listening.facts["device"] == "nothing":
        pytest.skip("this machine has no other devices than a sandbox")
    escaped, said = tried(listening, probe, opened=True)
    assert escaped == (listening.user == 0 or not probe.root), said


DEVICES = {
    "core",
    "fd",
    "full",
    "null",
    "ptmx",
    "pts",
    "random",
    "shm",
    "stderr",
    "stdin",
    "stdout",
    "tty",
    "urandom",
    "zero",
}
SEEN = {
    "/": {"bin", "build", "dev", "etc", "inputs", "lib", "out", "probe", "proc", "sbin", "tmp", "usr"},
    "/dev": DEVICES,
    "/etc": {"alternatives", "group", "ld.so.cache", "passwd"},
    "/tmp": set(),
    "/build": set(),
    "/out": set(),
}
# What depends on the distribution (its processor's other libraries, its table of alternatives).
MAY_BE = {"lib32", "lib64", "libx32"}
MAY_LACK = {"alternatives", "ld.so.cache"}


def test_a_step_sees_this_and_no_more(place: Place) -> None:
    step = place.step(SHELL, "".join(f"echo {folder}: $(ls -A {folder})\n" for folder in SEEN))
    assert place.perform(step) == 0
    lines = [line.partition(":") for line in place.log(step).splitlines()[1:]]
    seen = {folder: set(names.split()) for folder, _, names in lines}
    assert {folder: names - MAY_BE - MAY_LACK for folder, names in seen.items()} == {
        folder: names - MAY_LACK for folder, names in SEEN.items()
    }


LIST_OPEN = """\
import os
for fd in os.listdir("/proc/self/fd"):
    if os.path.lexists(f"/proc/self/fd/{fd}"):
        print(fd, os.readlink(f"/proc/self/fd/{fd}"))
"""


def test_a_step_has_no_more_files_open_than_the_log_and_the_job_servers_pipe(place: Place) -> None:
    leaked = os.open(place.folder / "home" / "secret", os.O_RDONLY)
    os.set_inheritable(leaked, True)
    step = place.step(PYTHON, LIST_OPEN)
    try:
        assert place.perform(step) == 0
    finally:
        os.close(leaked)
    found = dict(line.split(" ", 1) for line in place.log(step).splitlines()[1:])
    read, write = map(str, place.shop.slots.descriptors)
    assert {number for number, what in found.items() if what != "/probe"} == {"0", "1", "2", read, write}
    assert found["0"] == "/dev/null"
    assert found["1"] == found["2"] == str(place.shop.log(step))


def processes(word: str) -> list[int]:
    """The processes with this word on their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and word.encode() in (entry / "cmdline").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def end(numbers: list[int]) -> None:
    for number in numbers:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def becomes(wanted: Callable[[], bool], seconds: float) -> bool:
    """Whether something comes true within some time."""
    last = time.monotonic() + seconds
    while not wanted():
        if time.monotonic() > last:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("opened", [{}, without("pid")], ids=["guarded", "without its guard"])
def test_no_process_outlives_its_step(place: Place, opened: dict[Words, Words]) -> None:
    word = f"60{os.getpid()}.{place.user}"
    step = place.step(SHELL, f"setsid sleep {word} >/dev/null 2>&1 &\nsleep 0.2\n")
    assert place.perform(step, opened) == 0
    left = processes(word)
    end(left)
    assert bool(left) == bool(opened)


@pytest.mark.parametrize("opened", [{}, {("--die-with-parent",): ()}], ids=["guarded", "without its guard"])
def test_a_step_ends_with_the_build_that_is_killed(place: Place, opened: dict[Words, Words]) -> None:
    word = f"61{os.getpid()}.{place.user}"
    build = place.start(place.step(SHELL, f"sleep {word}"), opened)
    try:
        assert becomes(lambda: bool(processes(word)), 60)
    finally:
        os.kill(build, signal.SIGKILL)
        os.waitpid(build, 0)
    gone = becomes(lambda: not processes(word), 0.5 if opened else 10)
    end(processes(word))
    assert gone == (not opened)
