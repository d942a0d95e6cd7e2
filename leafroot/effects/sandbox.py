# SPDX-License-Identifier: Apache-2.0
"""The sandbox of a step: bubblewrap, no network, fixed paths, an environment built from nothing.

A step sees the host's /usr (its tools), its declared inputs, /build and /out, and nothing else.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leafroot.effects.run import capture
from leafroot.errors import LeafrootError

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
_LINKED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
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
    """What a step's commands see; `scratch` is a folder for the files that the sandbox itself needs."""

    scratch: Path
    bindings: Sequence[Binding]
    env: Mapping[str, str] = field(default_factory=dict)

    def argv(self, command: Sequence[str], *, interactive: bool = False) -> list[str]:
        """The command line that runs `command` in the sandbox."""
        etc = self.scratch / "etc"
        etc.mkdir(parents=True, exist_ok=True)
        (etc / "passwd").write_text(_PASSWD)
        (etc / "group").write_text(_GROUP)
        line = ["bwrap", "--unshare-all", "--uid", _UID, "--gid", _UID, "--hostname", "leafroot"]
        line += ["--die-with-parent", "--clearenv"]
        if not interactive:
            line += ["--new-session"]
        line += ["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
        for name in _LINKED:
            host = Path("/") / name
            if host.is_symlink():
                line += ["--symlink", f"usr/{name}", f"/{name}"]
            elif host.is_dir():
                line += ["--ro-bind", str(host), f"/{name}"]
        line += ["--ro-bind", str(etc / "passwd"), "/etc/passwd", "--ro-bind", str(etc / "group"), "/etc/group"]
        for name in ("alternatives", "ld.so.cache"):
            if (host := Path("/etc") / name).exists():
                line += ["--ro-bind", str(host), f"/etc/{name}"]
        for binding in sorted(self.bindings, key=lambda item: item.at):
            line += ["--bind" if binding.writable else "--ro-bind", str(binding.path), binding.at]
        for name, value in sorted({**ENVIRONMENT, **self.env}.items()):
            line += ["--setenv", name, value]
        return [*line, "--chdir", "/build", "--", *command]


@functools.cache
def check_sandbox() -> None:
    """Raise a LeafrootError if bubblewrap cannot make a sandbox on this machine."""
    status, output = capture(["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"])
    if status != 0:
        raise LeafrootError(
            f"bubblewrap cannot make a sandbox here: {output.strip()}",
            where="sandbox",
            hint="Steps are built in a sandbox of user namespaces. A plain chroot forbids these: enter the root\n"
            "with 'systemd-nspawn -D' or 'bwrap' instead. Elsewhere, see 'sysctl user.max_user_namespaces' and\n"
            "'kernel.apparmor_restrict_unprivileged_userns'.",
        )
