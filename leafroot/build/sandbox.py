# SPDX-License-Identifier: Apache-2.0
"""The sandbox of a step: bubblewrap, no network, fixed paths, an environment built from nothing.

A step sees, of this machine, and cannot change:

- its declared inputs, one of which is its /usr (its tools); it sees nothing of this machine's own /usr or /etc;
- of devices null, zero, full, random, urandom and a pseudo-terminal multiplexer of its own;
- what every process learns of the kernel: its version, the processors, the memory, the time. /proc shows no process but
  the step's own; where the folders lie that are bound in can be read in its mountinfo.

It can write to /build, /out, /tmp and /dev, which are taken away when the step is done. There is no network but a
loopback of its own, no home, no other user than 1000, no capability (also where scons runs as root), and no way to gain
one by a set-uid program. All commands of a step run in one sandbox, one after the other; no process outlives it. From
outside come its standard output, which is the log, and the two ends of the job server's pipe.

It is made against accidents. A step that means harm could still count processors or time itself, fill the disk, or
look for holes in the kernel: a user namespace of its own is open to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leafroot.host.bubblewrap import usr_words

# The same for every step; a step's own environment is laid over it.
ENVIRONMENT = {
    "PATH": "/toolchain/bin:/usr/bin:/usr/sbin",
    "HOME": "/build",
    "USER": "leafroot",
    "LOGNAME": "leafroot",
    "SHELL": "/bin/sh",
    "LC_ALL": "C",
    "TZ": "UTC0",
    "TERM": "dumb",
    "TMPDIR": "/tmp",
}

_UID = "1000"
_PASSWD = "root:x:0:0:root:/:/bin/sh\nleafroot:x:1000:1000:leafroot:/build:/bin/sh\n"
_GROUP = "root:x:0:\nleafroot:x:1000:\n"


@dataclass(frozen=True)
class Binding:
    """A file or folder of this machine, seen at `at`."""

    at: str
    path: Path
    writable: bool = False


@dataclass(frozen=True)
class Sandbox:
    """What a step's commands see: `usr` at /usr, and the bindings.

    `scratch` is a folder for the files that the sandbox itself needs.
    """

    scratch: Path
    usr: Path
    bindings: Sequence[Binding]
    env: Mapping[str, str] = field(default_factory=dict)

    def argv(self, command: Sequence[str], *, interactive: bool = False) -> list[str]:
        """The command line that runs `command` in the sandbox."""
        etc = self.scratch / "etc"
        etc.mkdir(parents=True, exist_ok=True)
        (etc / "passwd").write_text(_PASSWD)
        (etc / "group").write_text(_GROUP)
        # The user must not be 0: where scons runs as root, that one would have all capabilities in the namespace, could
        # make what is bound read-only writable again, and would write to it as root.
        line = ["bwrap", "--unshare-all", "--uid", _UID, "--gid", _UID, "--hostname", "leafroot"]
        line += ["--die-with-parent", "--clearenv"]
        if not interactive:
            line += ["--new-session"]
        line += [*usr_words(self.usr), "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
        line += ["--ro-bind", str(etc / "passwd"), "/etc/passwd", "--ro-bind", str(etc / "group"), "/etc/group"]
        for binding in sorted(self.bindings, key=lambda item: item.at):
            line += ["--bind" if binding.writable else "--ro-bind", str(binding.path), binding.at]
        # Last, when all places have been made: who writes beside them is told, and does not lose it without a word.
        # And /proc, for the kernel's settings in /proc/sys belong to root, whichever namespace he is in.
        line += ["--remount-ro", "/", "--remount-ro", "/proc"]
        for name, value in sorted({**ENVIRONMENT, **self.env}.items()):
            line += ["--setenv", name, value]
        return [*line, "--chdir", "/build", "--", *command]
