# SPDX-License-Identifier: Apache-2.0
"""The places beside which steps are performed."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from forbidden_place import DEVICES, USERS, Place

from leafroot.files import link_or_copy
from tests.performing import shared_usr


@pytest.fixture(scope="session")
def usr() -> Iterator[Path]:
    """The usual /usr where every user may enter: the caller's cache may be closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="leafroot-usr-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        shutil.copytree(shared_usr(), folder / "usr", symlinks=True, copy_function=link_or_copy)
        yield folder / "usr"
    finally:
        shutil.rmtree(folder)


@pytest.fixture(params=USERS, ids=lambda user: "as root" if user == 0 else "as an ordinary user")
def place(request: pytest.FixtureRequest, usr: Path) -> Iterator[Place]:
    """A place of each user."""
    # Not below pytest's folders, which nobody else may enter.
    folder = Path(tempfile.mkdtemp(prefix="leafroot-sandbox-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield Place(folder, request.param, usr)
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def listening(place: Place) -> Iterator[Place]:
    """The place with listeners, and a process of its user beside it."""
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
