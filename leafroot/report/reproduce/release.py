# SPDX-License-Identifier: Apache-2.0
"""Another distribution to build in: a root of a Debian release, made once with debootstrap and kept in the cache."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from leafroot.effects.lock import locked
from leafroot.effects.mirror import locate
from leafroot.effects.run import run
from leafroot.errors import LeafrootError
from leafroot.report.reproduce.circumstances import Circumstances
from leafroot.report.reproduce.enter import entering, outside

PYTHON = Path("/opt/leafroot/bin/python3")
"""The root's Python, with what requirements.txt names."""

_CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
_REQUIREMENTS = "opt/requirements.txt"
# What is in bootstrap's table for the tests' sake.
_NOT_FOR_BUILDING = re.compile(r"qemu-system-\w+")


def check_release(release: str, *, external: bool) -> None:
    """Raise a LeafrootError if the second build could not take place in this release, or would prove nothing there."""
    where = f"RELEASE={release}"
    if os.geteuid() != 0:
        raise LeafrootError("only root can make another distribution's root and enter it", where)
    if external:
        raise LeafrootError(
            "the compiler of another release is another compiler: it gives other bytes",
            where,
            "Say TOOLCHAIN=source: that is what makes images the same on every distribution.",
        )
    if not re.fullmatch(r"[a-z]+", release):
        raise LeafrootError("this is no name of a Debian release", where, "Say RELEASE=trixie, or bookworm.")
    if not shutil.which("debootstrap"):
        raise LeafrootError("debootstrap is not installed", where, "Install it: apt-get install debootstrap")


def host_packages(bootstrap: str) -> list[str]:
    """The Debian packages that a build needs: those of the table in `bootstrap`, but for the emulators."""
    table = re.search(r"^requirements\(\) \{\n.*?<<'END'\n#[^\n]*\n(.*?)^END$", bootstrap, re.MULTILINE | re.DOTALL)
    if table is None:
        raise LeafrootError("has no table of host packages", where="bootstrap")
    rows = [line.split() for line in table[1].splitlines()]
    packages = {row[1] for row in rows} | {"ca-certificates", "python3-venv"}
    return sorted(name for name in packages if not _NOT_FOR_BUILDING.fullmatch(name))


def other_root(release: str, checkout: Path, cache: Path, mirror: str) -> Path:
    """The root of a Debian release in which Leafroot can build, made if it is not there yet."""
    packages = host_packages((checkout / "bootstrap").read_text())
    requirements = checkout / "requirements.txt"
    parts = [release, *packages, requirements.read_text()]
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
    root = cache / "roots" / f"{release}-{key}"
    if root.is_dir():
        return root
    with locked(root.with_suffix(".lock"), f"makes a root of Debian {release}"):
        if not root.is_dir():
            fresh = root.with_suffix(".new")
            if fresh.exists():
                shutil.rmtree(fresh)
            print(f"making a root of Debian {release}, with what a build needs: {root}", flush=True)
            _make(release, packages, requirements, fresh, mirror)
            fresh.rename(root)
    return root


def _make(release: str, packages: list[str], requirements: Path, root: Path, mirror: str) -> None:
    base = locate("debian:pool/", mirror)[0].removesuffix("/pool/")
    env = {"PATH": os.environ.get("PATH", os.defpath), "DEBIAN_FRONTEND": "noninteractive", **_network()}
    log = root.with_suffix(".log")
    include = f"--include={','.join(packages)}"
    _do(["debootstrap", "--variant=minbase", include, release, str(root), base], env, log)
    certificates = Path("/") / _CERTIFICATES
    if certificates.exists():
        # A proxy's own certificate is in the machine's list, and not in the release's.
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
    """What leads to the network from here: the proxies, and the index of Python packages."""
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
