# SPDX-License-Identifier: Apache-2.0
"""Entering a build's circumstances: a program that changes what surrounds it, and becomes another program.

It runs in namespaces of its own (unshare(1)), so that nothing of it is seen outside; see `entering`.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

import leafroot
from leafroot.errors import LeafrootError
from leafroot.host.run import capture
from leafroot.reproduce.circumstances import Circumstances


def entering(there: Circumstances, argv: Sequence[str]) -> list[str]:
    """The command line that runs `argv` in the circumstances, in their checkout; its environment is `ENVIRONMENT`."""
    order = {
        "argv": list(argv),
        "env": dict(there.env),
        "checkout": str(there.checkout),
        "umask": there.umask,
        "host_name": there.host_name,
        "become": there.become,
        "root": str(there.root) if there.root else "",
        "place": str(there.place),
        "reached": list(there.reached),
    }
    namespaces: list[str] = []
    if there.pretend:
        namespaces = ["unshare", "--user", "--map-root-user", "--mount", "--uts", "--"]
    elif there.become is not None or there.root or there.reached:
        namespaces = ["unshare", "--mount", "--uts", "--propagation", "private", "--"]
    return [*namespaces, sys.executable, "-m", "leafroot.reproduce.enter", json.dumps(order)]


def outside() -> dict[str, str]:
    """The environment of the program that enters; that of the build is built from nothing."""
    return {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(Path(leafroot.__file__).parents[1])}


def _enter(order: dict[str, object]) -> None:
    if order["host_name"]:
        socket.sethostname(str(order["host_name"]))
    reached = order["reached"]
    assert isinstance(reached, list)
    _open_up([Path(path) for path in reached])
    if order["root"]:
        _change_root(Path(str(order["root"])), Path(str(order["place"])))
    os.chdir(str(order["checkout"]))
    os.umask(int(str(order["umask"])))
    if order["become"] is not None:
        user = int(str(order["become"]))
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    argv, env = order["argv"], order["env"]
    assert isinstance(argv, list) and isinstance(env, dict)
    os.execve(argv[0], argv, env)


def _open_up(paths: Sequence[Path]) -> None:
    """Let everybody reach these folders, although one above them may be closed to all but its owner.

    In its place stands a folder in which there is nothing but them.
    """
    # Held open, they can be bound when they are out of sight.
    held = {path: os.open(path, os.O_PATH) for path in paths if _closed_above(path)}
    for above in sorted({above for path in held if (above := _closed_above(path))}):
        _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", str(above))
    for path, descriptor in held.items():
        path.mkdir(parents=True, exist_ok=True)
        _mount("--no-canonicalize", "--bind", f"/proc/{os.getpid()}/fd/{descriptor}", str(path))


def _closed_above(path: Path) -> Path | None:
    """The uppermost folder above a path through which not everybody may go."""
    return next((above for above in reversed(path.parents) if not above.stat().st_mode & stat.S_IXOTH), None)


def _change_root(root: Path, place: Path) -> None:
    """Make a folder the root. By pivot_root, since the kernel allows no user namespace in a chroot."""
    inner = root / place.relative_to("/")
    inner.mkdir(parents=True, exist_ok=True)
    _mount("--bind", str(root), str(root))
    _mount("-t", "tmpfs", "tmpfs", str(root / "tmp"))
    for name in ("proc", "dev"):
        _mount("--rbind", f"/{name}", str(root / name))
    # Below what was mounted just now there may be the place itself.
    inner.mkdir(parents=True, exist_ok=True)
    _mount("--bind", str(place), str(inner))
    os.chdir(root)
    _call("pivot_root", ".", ".")
    _call("umount", "--lazy", ".")


def _mount(*words: str) -> None:
    _call("mount", *words)


def _call(*argv: str) -> None:
    status, said = capture(argv)
    if status != 0:
        raise LeafrootError(f"'{' '.join(argv)}' failed: {said.strip()}", where="reproduce")


if __name__ == "__main__":
    try:
        _enter(json.loads(sys.argv[1]))
    except (LeafrootError, OSError) as error:
        sys.exit(f"leafroot: {error}")
