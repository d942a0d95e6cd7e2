# SPDX-License-Identifier: Apache-2.0
"""Ways out of the sandbox: what a step tries, and the guard that stops it, in bubblewrap's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

ESCAPED = "ESCAPED"
SHELL = ("sh", "/probe")
PYTHON = ("/usr/bin/python3", "-I", "/probe")
NAMESPACES = ("user", "ipc", "pid", "net", "uts", "cgroup-try")

Words = tuple[str, ...]


@dataclass(frozen=True)
class Probe:
    """One way out.

    `script` is what the step runs, by `argv`; it writes ESCAPED if it got out. {names} in it are filled in from what
    the test set up. `said` is how the last line of a script ends that the guard held back; "" if it writes nothing.
    So a probe that fails for another reason fails its test. `opened` says which words of bubblewrap's command line are
    replaced, and by what, so that there is no guard: then the script must get out. Where only root could (`root`), the
    kernel holds an ordinary user back all the same. A probe without `opened` is for what the kernel or bubblewrap never
    allow.
    """

    what: str
    script: str
    said: str
    opened: Mapping[Words, Words] = field(default_factory=dict)
    argv: Words = SHELL
    root: bool = False

    def __str__(self) -> str:
        return self.what


def without(namespace: str) -> dict[Words, Words]:
    """A sandbox that has one of its namespaces from the host."""
    return {("--unshare-all",): tuple(f"--unshare-{name}" for name in NAMESPACES if name != namespace)}


def replaced(argv: Sequence[str], opened: Mapping[Words, Words]) -> list[str]:
    """A command line with some words replaced, each of which has to be there once."""
    line = list(argv)
    for old, new in opened.items():
        places = [at for at in range(len(line)) if tuple(line[at : at + len(old)]) == old]
        assert len(places) == 1, (old, places, line)
        line[places[0] : places[0] + len(old)] = new
    return line


# bubblewrap takes all capabilities from whom it gives another number than 0, and from whoever is not root.
AS_ROOT = {("--uid", "1000", "--gid", "1000"): ("--uid", "0", "--gid", "0")}
BIND_TMP = {("--tmpfs", "/tmp"): ("--bind", "/tmp", "/tmp")}
BIND_INPUTS = {("--ro-bind", "{folder}/inputs"): ("--bind", "{folder}/inputs")}
# mount(8) looks at who calls it, the kernel at what it may: so the system call itself. MS_REMOUNT, MS_BIND, MS_NOSUID
# and MS_NODEV, without MS_RDONLY (mount(2)).
REMOUNT = """\
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(None, b"/inputs", None, 0x1026, None):
    sys.exit("remount: " + os.strerror(ctypes.get_errno()))
open("/inputs/mark", "w").close()
print("ESCAPED")
"""
# The first process of a user namespace may mount. Only the flags that its mounts had before stay locked
# (mount_namespaces(7)).
IN_A_NAMESPACE = "import os\nos.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNS)\n"

PROBES = (
    Probe(
        # Every machine that builds has git, and no build root has it.
        "a program of this machine",
        "/usr/bin/git --version && echo ESCAPED\n",
        "/usr/bin/git: not found",
        {("--ro-bind", "{usr}", "/usr"): ("--ro-bind", "/usr", "/usr")},
    ),
    Probe(
        "a TCP port of this machine",
        'import socket\nsocket.create_connection(("127.0.0.1", {tcp}), 5)\nprint("ESCAPED")\n',
        "Connection refused",
        without("net"),
        PYTHON,
    ),
    Probe(
        "a question over UDP, as to a name server",
        "import socket\n"
        "s = socket.socket(type=socket.SOCK_DGRAM)\ns.settimeout(5)\n"
        's.sendto(b"?", ("127.0.0.1", {udp}))\ns.recv(9)\nprint("ESCAPED")\n',
        "timed out",
        without("net"),
        PYTHON,
    ),
    Probe(
        "an abstract socket of this machine",
        'import socket\nsocket.socket(socket.AF_UNIX).connect("\\0{abstract}")\nprint("ESCAPED")\n',
        "Connection refused",
        without("net"),
        PYTHON,
    ),
    Probe(
        "a socket in a folder of this machine",
        'import socket\nsocket.socket(socket.AF_UNIX).connect("{folder}/socket")\nprint("ESCAPED")\n',
        "No such file or directory",
        BIND_TMP,
        PYTHON,
    ),
    Probe("a process of this machine", "kill -0 {pid} && echo ESCAPED", "No such process", without("pid")),
    Probe(
        "what another process was called with",
        "grep -q 600 /proc/{pid}/cmdline && echo ESCAPED",
        "/cmdline: No such file or directory",
        without("pid"),
    ),
    Probe(
        "shared memory of this machine",
        'import ctypes\nif ctypes.CDLL(None).shmget({shm}, 0, 0) >= 0:\n    print("ESCAPED")\n',
        "",
        without("ipc"),
        PYTHON,
    ),
    Probe(
        "the name of this machine",
        'test "$(uname -n)" = leafroot || echo ESCAPED',
        "",
        {("--hostname", "leafroot"): ()},
    ),
    Probe("a variable of the caller's", 'test -z "$LEAKED" || echo ESCAPED', "", {("--clearenv",): ()}),
    Probe(
        "the caller's home", "cat {folder}/home/secret && echo ESCAPED", "/secret: No such file or directory", BIND_TMP
    ),
    Probe(
        "a file in the machine's /tmp",
        "echo x >{folder}/mark && echo ESCAPED",
        "/mark: Directory nonexistent",
        BIND_TMP,
    ),
    Probe(
        "a tree of the cache", "echo x >{folder}/trees/mark && echo ESCAPED", "/mark: Directory nonexistent", BIND_TMP
    ),
    Probe(
        "a file beside all places",
        "echo x >/mark && echo ESCAPED",
        "Read-only file system",
        {("--remount-ro", "/"): ()},
    ),
    Probe(
        "a file of an input",
        "echo x >/inputs/mark && echo ESCAPED",
        "Read-only file system",
        BIND_INPUTS,
    ),
    Probe("an input made writable", REMOUNT, "remount: Operation not permitted", AS_ROOT, PYTHON, root=True),
    Probe(
        "an input made writable in a user namespace",
        IN_A_NAMESPACE + REMOUNT,
        "remount: Operation not permitted",
        BIND_INPUTS,
        PYTHON,
    ),
    Probe(
        "a device of this machine", "test -e /dev/{device} && echo ESCAPED", "", {("--dev",): ("--dev-bind", "/dev")}
    ),
    Probe("a new device", "mknod /build/node c 1 3 && echo ESCAPED", "/build/node: Operation not permitted"),
    Probe(
        "a setting of the kernel",
        "was=$(cat /proc/sys/kernel/printk_ratelimit) && echo $was >/proc/sys/kernel/printk_ratelimit && echo ESCAPED",
        "Read-only file system",
        {("--remount-ro", "/proc"): ()},
        root=True,
    ),
    Probe(
        "the program behind a set-uid bit",
        'user=$(/inputs/set-uid -u) && echo "user $user" && test "$user" = 1000 || echo ESCAPED',
        "user 1000",
    ),
)
