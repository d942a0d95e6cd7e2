# SPDX-License-Identifier: Apache-2.0
"""A folder of this machine with all that a step must not reach, beside which steps are performed."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from probes import Words, replaced

from leafroot.build import executor
from leafroot.errors import LeafrootError
from leafroot.host.run import run
from leafroot.step import HostFolder, Output, Step, Text
from tests.performing import local_in, perform

NOBODY = 65534
# As root, steps are run as an ordinary user, too: for each the kernel allows something else.
USERS = (os.geteuid(), *((NOBODY,) if os.geteuid() == 0 else ()))
SHM_KEY = 0x1EAF0001

# What a sandbox has in /dev.
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


class Place:
    """A folder of this machine with what a step must not reach, and listeners; steps are performed beside it."""

    def __init__(self, folder: Path, user: int, usr: Path) -> None:
        self.folder, self.user = folder, user
        for name in ("home", "inputs", "trees", "output"):
            (folder / name).mkdir()
        (folder / "home" / "secret").write_text("secret\n")
        shutil.copy(usr / "bin/id", folder / "inputs" / "set-uid")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user, user)
        os.chown(folder / "inputs" / "set-uid", os.geteuid(), os.getegid())
        (folder / "inputs" / "set-uid").chmod(0o4755)
        self.local = local_in(folder, usr=usr)
        self.facts: dict[str, object] = {"folder": folder, "usr": usr, "pid": os.getpid(), "shm": SHM_KEY}

    def step(self, argv: Words, script: str) -> Step:
        """A step that runs a script, with an input."""
        inputs = (Text("/probe", script), HostFolder("/inputs", str(self.folder / "inputs"), "x"))
        return Step("a step", Output("made.tar.zst"), inputs, commands=(argv,))

    def log(self, step: Step) -> str:
        """What the step has written."""
        return self.local.log(step).read_text(errors="replace")

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
            executor.run = opened_run  # type: ignore[assignment]
            perform(self.local, step)
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
