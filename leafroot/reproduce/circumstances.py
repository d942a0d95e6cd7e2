# SPDX-License-Identifier: Apache-2.0
"""Chooses the conditions of the two builds: as different as this machine allows."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leafroot.errors import LeafrootError
from leafroot.host.run import capture

# The room for sources, object trees and outputs of a build from source, with memory for its compilers.
_ROOM = 12 * 1024**3
_LOCALES = ("tr_TR.utf8", "de_DE.utf8", "en_US.utf8")
SHIFT = (400 * 24 + 5) * 3600
"""How many seconds the clock of the second build is ahead: to another year, month, day, weekday and hour."""
ORDINARY = 54321
"""The user of the second build if root runs `reproduce`; it needs no name."""
# Variables that people have in their environment, and that would change a build which let them in.
_NOISE = {
    "ARCH": "sparc",
    "CC": "/nonexistent/cc",
    "CDPATH": "/:/usr",
    "CFLAGS": "-O0 -DNOISE=1",
    "COLUMNS": "40",
    "CONFIG_SITE": "/nonexistent/site",
    "CROSS_COMPILE": "sparc-",
    "C_INCLUDE_PATH": "/nonexistent/include",
    "DEBUGINFOD_URLS": "none",
    "GREP_OPTIONS": "--invert-match",
    "GZIP": "-1",
    "KBUILD_BUILD_HOST": "noise",
    "KBUILD_BUILD_USER": "noise",
    "KBUILD_BUILD_VERSION": "77",
    "KCONFIG_ALLCONFIG": "/nonexistent/all.config",
    "LDFLAGS": "-Wl,--noise",
    "LD_LIBRARY_PATH": "/nonexistent/lib",
    "LESS": "-R",
    "LS_COLORS": "di=01;34",
    "MAKEFLAGS": "-k",
    "MTOOLS_LOWER_CASE": "1",
    "PERL_HASH_SEED": "77",
    "PKG_CONFIG_PATH": "/nonexistent/pkgconfig",
    "POSIXLY_CORRECT": "1",
    "PYTHONHASHSEED": "77",
    "SOURCE_DATE_EPOCH": "86400",
    "TAR_OPTIONS": "--format=v7",
    "TERM": "xterm-256color",
    "V": "1",
    "XZ_OPT": "-0",
    "ZERO_AR_DATE": "0",
    "ZSTD_CLEVEL": "1",
    "ZSTD_NBTHREADS": "7",
}


@dataclass(frozen=True)
class Host:
    """The facts of this machine that decide which conditions can be varied.

    `disk` is a folder for the first build. `memory` is one on a tmpfs for the second build, or None without room.
    `user` is the user who runs `reproduce`, and `prefixes` are the folders that this user's Python needs.
    """

    user: int
    processors: int
    disk: Path
    memory: Path | None
    locale: str
    python: Path
    prefixes: Sequence[Path]


def look_at_host() -> Host:
    """The facts of this machine."""
    disk = Path(os.environ.get("TMPDIR") or "/var/tmp")
    if not os.access(disk, os.W_OK):
        disk = Path(tempfile.gettempdir())
    return Host(
        user=os.geteuid(),
        processors=os.cpu_count() or 1,
        disk=disk.resolve(),
        memory=_find_memory(disk),
        locale=_find_locale(),
        python=Path(sys.executable),
        prefixes=sorted({Path(sys.prefix), Path(sys.base_prefix)}),
    )


def file_system(path: Path) -> str:
    """The type of the file system of a path, by stat(1), which calls ext4 "ext2/ext3"."""
    status, said = capture(["stat", "--file-system", "--format=%T", str(path)])
    if status != 0:
        raise LeafrootError(f"its file system cannot be determined: {said.strip()}", where=path)
    return said.strip().replace("ext2/ext3", "ext4")


def _find_memory(disk: Path) -> Path | None:
    """A tmpfs with room for a build, unless the disk is one itself."""
    found = re.search(r"^MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    available = int(found.group(1)) * 1024 if found else 0
    if available < _ROOM or file_system(disk) == "tmpfs":
        return None
    for folder in map(Path, ("/dev/shm", "/tmp", f"/run/user/{os.geteuid()}")):
        if not folder.is_dir() or not os.access(folder, os.W_OK) or file_system(folder) != "tmpfs":
            continue
        room = os.statvfs(folder)
        if room.f_bavail * room.f_frsize >= _ROOM and not room.f_flag & os.ST_NOEXEC:
            return folder
    return None


def _find_locale() -> str:
    """The installed locale that differs most from C: Turkish case of i, or a decimal comma, or any UTF-8."""
    status, said = capture(["locale", "-a"])
    known = said.split() if status == 0 else []
    return next((name for name in _LOCALES if name in known), "C.UTF-8")


@dataclass(frozen=True)
class Circumstances:
    """The conditions of one build.

    `place` is the build's own folder, and `checkout` the copy of the checkout in it. `become` is the user that root
    changes to; with `pretend`, an ordinary user is root in a user namespace. `shift` is how many seconds the clock is
    ahead. `root` is the folder of another distribution to build in. `reached` are folders that the build's user must
    have access to, even if that user may not enter a folder above them.
    """

    name: str
    place: Path
    checkout: Path
    python: Path
    umask: int
    env: Mapping[str, str]
    jobs: int
    host_name: str = ""
    become: int | None = None
    pretend: bool = False
    shift: int = 0
    shuffled: bool = False
    root: Path | None = None
    reached: tuple[str, ...] = ()

    @property
    def output(self) -> Path:
        """The folder of the build's outputs."""
        return self.checkout / "output"

    @property
    def cache(self) -> Path:
        """The build's own cache."""
        return self.place / "cache"

    @property
    def programs(self) -> Path:
        """A folder that comes first in PATH."""
        return self.place / "bin"


def choose(host: Host, first: Path, second: Path, root: Path | None, root_python: Path) -> list[Circumstances]:
    """The conditions of the two builds, in the folders `first` and `second`.

    `root` is the folder of another distribution, and `root_python` its Python with Leafroot's requirements.
    """
    is_root = host.user == 0
    path = os.environ.get("PATH", os.defpath)
    python, reached = host.python, {str(second), *map(str, host.prefixes)}
    if root is not None:
        python, path, reached = root_python, os.defpath, set()
    one = Circumstances(
        name="first",
        place=first,
        checkout=first / "leafroot",
        python=host.python,
        umask=0o022,
        env={"PATH": path, "HOME": str(first / "home"), "TZ": "UTC0", "LANG": "C"},
        jobs=host.processors,
        pretend=not is_root,
        host_name="" if is_root else "pretended",
    )
    deep = second / "a folder of another name" / "whose path is longer" / "leafroot-of-the-second-build"
    noise = {
        **_NOISE,
        "PATH": f"{second / 'bin'}:{path}",
        "HOME": str(second / "somebody"),
        "TZ": "XYZ-12:45",
        "LANG": host.locale,
        "LC_ALL": host.locale,
        "LD_PRELOAD": str(second / "shifted-clock.so"),
    }
    two = Circumstances(
        name="second",
        place=second,
        checkout=deep,
        python=python,
        umask=0o077,
        env=noise,
        jobs=host.processors + 1,
        host_name="host-77.of.the.second.example" if is_root else "",
        become=ORDINARY if is_root else None,
        shift=SHIFT,
        shuffled=True,
        root=root,
        reached=tuple(sorted(reached)) if is_root else (),
    )
    return [one, two]
