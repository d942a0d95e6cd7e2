# SPDX-License-Identifier: Apache-2.0
"""Makes the folder of a build: a copy of the checkout, a cache with only the downloads, and maybe a distribution.

That is a root of a Debian release, which debootstrap makes once, and which stays in the cache.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

import leafroot
from leafroot.describe.archive import login_of, shown
from leafroot.errors import LeafrootError
from leafroot.fetch.mirror import locate
from leafroot.files import NOT_COPIED, link_or_copy
from leafroot.host.bubblewrap import with_usr
from leafroot.host.run import capture, run
from leafroot.reproduce.circumstances import Circumstances
from leafroot.reproduce.enter import entering, outside
from leafroot.store.locks import locked

_LISTS = {"EXTERNAL": ":", "OVERLAY": ":", "CONFIG": ","}
_PASSED = ("BOARD", "BOOT", "KERNEL", "TOOLCHAIN")
_CLOCK = Path(leafroot.__file__).parent / "tools" / "shifted-clock" / "shifted-clock.c"

# Every program in the sandbox loads the library, and the environment of steps does not change. These options are the
# first: bwrap handles its options in order, and makes the root of the sandbox read-only later.
_WRAPPER = """\
#!/bin/sh
# Calls bwrap with one file more: /etc/ld.so.preload (see ld.so(8)).
exec {bwrap} --ro-bind '{library}' /shifted-clock.so --ro-bind '{preload}' /etc/ld.so.preload "$@"
"""
PYTHON = Path("/opt/leafroot/bin/python3")
"""The Python of such a root, with the packages of requirements.txt."""
_CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
_REQUIREMENTS = "opt/requirements.txt"
# What Leafroot needs of a machine, and the certificates for downloads.
_PACKAGES = ("bubblewrap", "ca-certificates", "git", "python3", "python3-venv")


def lay_place(
    there: Circumstances,
    checkout: Path,
    usr: Path,
    variables: Mapping[str, str],
    archives: Iterable[Path],
    configured: Mapping[str, Path],
) -> list[str]:
    """Make everything that one build needs in its folder; returns the variables to call scons with.

    `usr` has the compiler of the library that shifts the clock. `variables` are those of this call of scons, `archives`
    are the downloads, and `configured` the .config files of the boards.
    """
    order = random.Random(there.name) if there.shuffled else None
    for folder in (there.checkout.parent, there.cache / "dl", there.programs):
        folder.mkdir(parents=True, exist_ok=True)
    _copy(checkout, there.checkout, there.umask, order, NOT_COPIED)
    for path in archives:
        # Another user gets files of its own: it may not be allowed to read root's.
        lay = link_or_copy if there.become is None else shutil.copyfile
        lay(path, there.cache / "dl" / path.name)
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
        _shift_clock(there, usr)
    _hand_over(there)
    return [*words, f"CACHE={there.cache}", "OFFLINE=1"]


def _copy(source: Path, target: Path, umask: int, order: random.Random | None, left_out: Iterable[str] = ()) -> None:
    """Copy a tree as a version control system checks it out: modes by the umask, current times.

    Entries are made in the order of their names, or shuffled: many file systems list them in the order of creation.
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
        raise LeafrootError("cannot be copied: not a file, a folder or a link", where=source)


def _shift_clock(there: Circumstances, usr: Path) -> None:
    library, preload = there.place / "shifted-clock.so", there.place / "ld.so.preload"
    gcc = ["gcc", "-shared", "-fPIC", "-O1", f"-DSHIFT={there.shift}", "-o", str(library)]
    status, said = capture([*with_usr(usr), *gcc, str(_CLOCK)])
    if status != 0:
        raise LeafrootError(f"cannot compile the library that shifts the clock: {said.strip()}", where=_CLOCK)
    preload.write_text("/shifted-clock.so\n")
    bwrap = "/usr/bin/bwrap" if there.root else shutil.which("bwrap")
    wrapper = there.programs / "bwrap"
    wrapper.write_text(_WRAPPER.format(library=library, preload=preload, bwrap=bwrap))
    for path in (preload, library, wrapper):
        path.chmod(0o755)


def _hand_over(there: Circumstances) -> None:
    """Make the build's user the owner of everything in its folder."""
    there.place.chmod(0o755)
    if there.become is None:
        return
    for folder, _, names in os.walk(there.place):
        os.chown(folder, there.become, there.become)
        for name in names:
            os.chown(Path(folder, name), there.become, there.become, follow_symlinks=False)


def check_release(release: str, *, external: bool) -> None:
    """Raise a LeafrootError if the second build is not possible in this release, or would prove nothing."""
    where = f"RELEASE={release}"
    if os.geteuid() != 0:
        raise LeafrootError("only root can make and enter the root of another distribution", where)
    if external:
        raise LeafrootError(
            "another release does not have the compiler that is in a folder of this machine",
            where,
            "Use TOOLCHAIN=source or debian: they make the same images on every distribution.",
        )
    if not re.fullmatch(r"[a-z]+", release):
        raise LeafrootError("not the name of a Debian release", where, "For example RELEASE=trixie, or bookworm.")
    if not shutil.which("debootstrap"):
        raise LeafrootError(
            "the program debootstrap is not installed", where, "Install it: apt-get install debootstrap"
        )


def other_root(release: str, checkout: Path, cache: Path, mirror: str) -> Path:
    """A root of a Debian release that Leafroot can build in; makes it if it does not exist."""
    requirements = checkout / "requirements.txt"
    parts = [release, *_PACKAGES, requirements.read_text()]
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
    root = cache / "roots" / f"{release}-{key}"
    if root.is_dir():
        return root
    with locked(root.with_suffix(".lock"), f"is making a root of Debian {release}"):
        if not root.is_dir():
            fresh = root.with_suffix(".new")
            if fresh.exists():
                shutil.rmtree(fresh)
            print(f"making a root of Debian {release}: {root}", flush=True)
            _make(release, requirements, fresh, mirror)
            fresh.rename(root)
    return root


def _make(release: str, requirements: Path, root: Path, mirror: str) -> None:
    base = locate("debian:pool/", mirror)[0].removesuffix("/pool/")
    if any(login_of(base)):
        raise LeafrootError(
            "this mirror needs a password, and debootstrap would write it into its log and into the new root",
            where=shown(base),
            hint="Give another mirror with DEBIAN_MIRROR=URL.",
        )
    env = {"PATH": os.environ.get("PATH", os.defpath), "DEBIAN_FRONTEND": "noninteractive", **_network()}
    log = root.with_suffix(".log")
    include = f"--include={','.join(_PACKAGES)}"
    _do(["debootstrap", "--variant=minbase", include, release, str(root), base], env, log)
    certificates = Path("/") / _CERTIFICATES
    if certificates.exists():
        # The machine's list has the certificate of a proxy, and the release's does not.
        shutil.copyfile(certificates, root / _CERTIFICATES)
    shutil.copyfile(requirements, root / _REQUIREMENTS)
    inside = {"PATH": os.defpath, "HOME": "/root", "PIP_CERT": f"/{_CERTIFICATES}", **_network()}
    there = Circumstances("root", root / "opt", Path("/opt"), PYTHON, 0o022, inside, 1, root=root)
    venv = str(PYTHON.parents[1])
    pip = ["-m", "pip", "install", "--quiet", "--no-input", "--require-hashes", "--only-binary", ":all:"]
    _do(entering(there, ["/usr/bin/python3", "-m", "venv", venv]), outside(), log)
    _do(entering(there, [str(PYTHON), *pip, "-r", f"/{_REQUIREMENTS}"]), outside(), log)
    log.unlink()


def _network() -> Mapping[str, str]:
    """The variables for access to the network: proxies, and the index of Python packages."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.lower().endswith("_proxy") or name in ("PIP_INDEX_URL", "PIP_TRUSTED_HOST")
    }


def _do(argv: list[str], env: Mapping[str, str], log: Path) -> None:
    with log.open("ab") as out:
        status = run(argv, env=env, log=out)
    if status != 0:
        lines = log.read_text(errors="replace").splitlines()[-15:]
        raise LeafrootError(
            f"'{' '.join(argv)[:100]}' ended with status {status}:",
            "RELEASE=",
            "\n".join([*(f"| {line}" for line in lines), f"The whole log: {log}"]),
        )
