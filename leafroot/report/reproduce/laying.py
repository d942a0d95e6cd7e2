# SPDX-License-Identifier: Apache-2.0
"""A build's own place: a copy of the checkout, and a cache that has the downloads and nothing else."""

from __future__ import annotations

import os
import random
import shutil
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

import leafroot
from leafroot.effects.run import capture
from leafroot.errors import LeafrootError
from leafroot.report.reproduce.circumstances import Circumstances

NOT_COPIED = (".git", ".venv", "output", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache")
_LISTS = {"EXTERNAL": ":", "OVERLAY": ":", "CONFIG": ","}
_PASSED = ("BOARD", "BOOT", "KERNEL", "TOOLCHAIN")
_CLOCK = Path(leafroot.__file__).parent / "tools" / "shifted-clock" / "shifted-clock.c"

# Every program in the sandbox is given the library; the environment of the steps stays as it is. What bwrap is told
# first, it does first: later on, the sandbox's root is read-only.
_WRAPPER = """\
#!/bin/sh
# Calls bwrap with one file more: /etc/ld.so.preload (see ld.so(8)).
exec {bwrap} --ro-bind '{library}' /shifted-clock.so --ro-bind '{preload}' /etc/ld.so.preload "$@"
"""


def lay_place(
    there: Circumstances,
    checkout: Path,
    variables: Mapping[str, str],
    archives: Iterable[Path],
    configured: Mapping[str, Path],
) -> list[str]:
    """Make everything that one build needs in its place, and give the variables that it is called with.

    `variables` are those of this call of scons, `archives` the downloads, `configured` the boards' own .config files.
    """
    order = random.Random(there.name) if there.shuffled else None
    for folder in (there.checkout.parent, there.cache / "dl", there.programs):
        folder.mkdir(parents=True, exist_ok=True)
    _copy(checkout, there.checkout, there.umask, order, NOT_COPIED)
    for path in archives:
        _link(path, there.cache / "dl" / path.name, copied=there.become is not None)
    for board, file in configured.items():
        target = there.output / board / ".config"
        target.parent.mkdir(parents=True)
        shutil.copyfile(file, target)
    words = [f"{name}={variables[name]}" for name in _PASSED if variables.get(name)]
    for name, separator in _LISTS.items():
        named = [part for part in variables.get(name, "").split(separator) if part]
        copies = [there.place / name.lower() / str(number) / Path(part).name for number, part in enumerate(named)]
        for part, copy in zip(named, copies, strict=True):
            copy.parent.mkdir(parents=True)
            _copy(checkout / part, copy, there.umask, order)
        if copies:
            words.append(f"{name}={separator.join(map(str, copies))}")
    if there.shift:
        _shift_clock(there)
    _hand_over(there)
    return [*words, f"CACHE={there.cache}", "OFFLINE=1"]


def _copy(source: Path, target: Path, umask: int, order: random.Random | None, left_out: Iterable[str] = ()) -> None:
    """Copy a tree as a version control system would check it out: modes by the umask, times of now.

    Entries are made in the order of their names, or shuffled: many file systems list them as they were made.
    """
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_dir():
        target.mkdir()
        target.chmod(0o777 & ~umask)
        names = sorted({entry.name for entry in source.iterdir()} - set(left_out))
        if order is not None:
            order.shuffle(names)
        for name in names:
            _copy(source / name, target / name, umask, order, left_out)
    elif source.is_file():
        shutil.copyfile(source, target)
        target.chmod((0o777 if source.stat().st_mode & stat.S_IXUSR else 0o666) & ~umask)
    else:
        raise LeafrootError("is neither a file, a folder nor a link: it cannot be copied", where=source)


def _link(source: Path, target: Path, *, copied: bool) -> None:
    try:
        if copied:
            # The ordinary user gets files of his own: root's may be closed to him.
            raise OSError
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _shift_clock(there: Circumstances) -> None:
    library, preload = there.place / "shifted-clock.so", there.place / "ld.so.preload"
    argv = ["gcc", "-shared", "-fPIC", "-O1", f"-DSHIFT={there.shift}", "-o", str(library), str(_CLOCK)]
    status, said = capture(argv)
    if status != 0:
        raise LeafrootError(f"the clock cannot be shifted: {said.strip()}", where=_CLOCK)
    preload.write_text("/shifted-clock.so\n")
    bwrap = "/usr/bin/bwrap" if there.root else shutil.which("bwrap")
    wrapper = there.programs / "bwrap"
    wrapper.write_text(_WRAPPER.format(library=library, preload=preload, bwrap=bwrap))
    for path in (preload, library, wrapper):
        path.chmod(0o755)


def _hand_over(there: Circumstances) -> None:
    """Let the build's user own all of it."""
    there.place.chmod(0o755)
    if there.become is None:
        return
    for folder, _, names in os.walk(there.place):
        os.chown(folder, there.become, there.become)
        for name in names:
            os.chown(Path(folder, name), there.become, there.become, follow_symlinks=False)
