# SPDX-License-Identifier: Apache-2.0
"""bubblewrap: whether it works on this machine, and the words that show a program another /usr than this machine's."""

from __future__ import annotations

import functools
from pathlib import Path

from leafroot.errors import LeafrootError
from leafroot.host.run import capture

# Folders of / that lead into /usr, as far as it has them.
_LINKED = ("bin", "sbin", "lib", "lib64")


def usr_words(usr: Path) -> list[str]:
    """The words that show the tree `usr` as /usr, and /bin and its like as links into it."""
    words = ["--ro-bind", str(usr), "/usr"]
    for name in _LINKED:
        if (usr / name).exists():
            words += ["--symlink", f"usr/{name}", f"/{name}"]
    return words


def with_usr(usr: Path) -> list[str]:
    """The words that run a program on this machine as it is, but with the tree `usr` as its /usr and its PATH."""
    line = ["bwrap", "--die-with-parent", "--dev-bind", "/", "/", "--ro-bind", str(usr), "/usr"]
    line += ["--setenv", "PATH", "/usr/sbin:/usr/bin"]
    for name in _LINKED:
        # Where a machine has these in /usr, they are links.
        if not Path("/", name).is_symlink() and Path("/", name).is_dir() and (usr / name).is_dir():
            line += ["--ro-bind", str(usr / name), f"/{name}"]
    return [*line, "--"]


def alone_with(usr: Path, place: str, file: Path, folder: Path, at: str) -> list[str]:
    """The words that run a program with the tree `usr`, a read-only file at `place`, and one folder to write to."""
    line = ["bwrap", "--unshare-all", "--die-with-parent", *usr_words(usr), "--dev", "/dev", "--tmpfs", "/tmp"]
    return [*line, "--ro-bind", str(file), place, "--bind", str(folder), at, "--"]


@functools.cache
def check_bubblewrap() -> None:
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
