# SPDX-License-Identifier: Apache-2.0
"""A program that sets up the conditions of a build, and then replaces itself by another program.

It runs in its own namespaces (unshare(1)), so it changes nothing outside; see `entering`.
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
    """The command line that runs `argv` under the conditions, in the copy of the checkout; run it with `outside()`."""
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
    """The environment of this program; that of the build is made from nothing."""
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
    """Give everybody access to these folders, even if only the owner may enter a folder above them.

    An empty folder is mounted over that one, with only these folders in it.
    """
    # Descriptors give access to the folders when they are covered by the mount.
    held = {path: os.open(path, os.O_PATH) for path in paths if _closed_above(path)}
    for above in sorted({above for path in held if (above := _closed_above(path))}):
        _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", str(above))
    for path, descriptor in held.items():
        path.mkdir(parents=True, exist_ok=True)
        _mount("--no-canonicalize", "--bind", f"/proc/{os.getpid()}/fd/{descriptor}", str(path))


def _closed_above(path: Path) -> Path | None:
    """The topmost folder above a path that not everybody may enter."""
    return next((above for above in reversed(path.parents) if not above.stat().st_mode & stat.S_IXOTH), None)


def _change_root(root: Path, place: Path) -> None:
    """Make a folder the root, with pivot_root: the kernel allows no user namespace in a chroot."""
    inner = root / place.relative_to("/")
    inner.mkdir(parents=True, exist_ok=True)
    _mount("--bind", str(root), str(root))
    _mount("-t", "tmpfs", "tmpfs", str(root / "tmp"))
    for name in ("proc", "dev"):
        _mount("--rbind", f"/{name}", str(root / name))
    # The folder may have been covered by one of these mounts.
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
