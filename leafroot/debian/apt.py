# SPDX-License-Identifier: Apache-2.0
"""Asks Debian about packages: their dependencies as apt resolves them, and the licences in their copyright files.

apt gets its own configuration (APT_CONFIG; apt.conf(5)): the indices of one release, which need not be this machine's,
no installed packages, and none of the machine's sources. It verifies the signature of the release and the checksums of
the indices. The format of copyright files: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from debian.copyright import Copyright, MachineReadableFormatError, NotMachineReadableError

from leafroot.describe.archive import DebianPackage, login_of, without_login
from leafroot.errors import LeafrootError
from leafroot.fetch.mirror import locate
from leafroot.host.run import capture
from leafroot.units.lock import pinned

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SOURCE = "src:"
_MINUTES = 30
# As apt prints them: 'URL' file_version_architecture.deb size SHA256:digest
_URI = re.compile(
    r"^'(?P<url>[^']+)' (?P<name>[^_ ]+)_(?P<version>[^_ ]+)_\S+\.deb \d+ SHA256:(?P<sha256>[0-9a-f]{64})$"
)

_CONFIGURATION = """\
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "{folder}/none";
Dir::Etc::netrc "{folder}/auth.conf";
Dir::Etc::netrcparts "{folder}/none";
Dir::Etc::preferences "{folder}/none/preferences";
Dir::Etc::preferencesparts "{folder}/none";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::ForceHash "SHA256";
{architecture}"""
# Debian's short names of licences that have another name in the SPDX list.
_SPDX = {
    "Expat": "MIT",
    "Apache-2": "Apache-2.0",
    "BSD-2-clause": "BSD-2-Clause",
    "BSD-3-clause": "BSD-3-Clause",
    "BSD-4-clause": "BSD-4-Clause",
}
_UNKNOWN = "unknown"
# It warns of each copyright file that names its format in another way.
logging.getLogger("debian.copyright").setLevel(logging.ERROR)


class Apt:
    """apt with the indices of one release, kept in `folder`; `architecture` is Debian's name, "" for this machine's."""

    def __init__(self, folder: Path, release: str, mirror: str = "", architecture: str = "") -> None:
        self._folder = folder
        self._release = release
        self._architecture = architecture
        base = locate("debian:pool/", mirror)[0].removesuffix("/pool/")
        self._login = login_of(base)
        self._base = without_login(base)

    def update(self) -> None:
        """Update the indices; raises LeafrootError if there is no such release, or if its signature is wrong."""
        if not _KEYRING.exists():
            raise LeafrootError(
                f"{_KEYRING} is missing: Debian releases are verified with it",
                where="apt",
                hint="Install debian-archive-keyring. On a distribution without apt, run this command on Debian.",
            )
        for name in ("state/lists/partial", "cache/archives/partial", "none"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        lines = [f"{kind} [signed-by={_KEYRING}] {self._base} {self._release} main\n" for kind in ("deb", "deb-src")]
        (self._folder / "sources.list").write_text("".join(lines))
        (self._folder / "status").write_text("")
        self._write_login()
        name = self._architecture
        architecture = f'APT::Architecture "{name}";\nAPT::Architectures "{name}";\n' if name else ""
        (self._folder / "apt.conf").write_text(_CONFIGURATION.format(folder=self._folder, architecture=architecture))
        self._run(["update", "-o", "APT::Update::Error-Mode=any"], "fetch the indices")

    def _write_login(self) -> None:
        """Hand the mirror's login to apt in a file that nobody else may read (apt_auth.conf(5))."""
        file = self._folder / "auth.conf"
        file.unlink(missing_ok=True)
        name, password = self._login
        if not name:
            return
        machine = "/".join(self._base.split("/", 3)[:3])
        file.touch(0o600)
        file.write_text(f"machine {machine} login {name} password {password}\n")

    def closure(self, names: Sequence[str]) -> list[DebianPackage]:
        """The packages of these names with all their dependencies; for "src:NAME", the build dependencies of NAME."""
        sources = [name.removeprefix(_SOURCE) for name in names if name.startswith(_SOURCE)]
        others = [name for name in names if not name.startswith(_SOURCE)]
        found: dict[str, DebianPackage] = {}
        for verb, wanted in (("build-dep", sources), ("install", others)):
            if wanted:
                said = self._run([verb, "--print-uris", "-qq", "-y", *wanted], f"resolve {' '.join(wanted)}")
                found |= {package.name: package for package in packages_in(said.splitlines(), self._base)}
        return [found[name] for name in sorted(found)]

    def _run(self, words: Sequence[str], purpose: str) -> str:
        env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "APT_CONFIG": f"{self._folder}/apt.conf"}
        env |= {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
        status, said = capture(["apt-get", *words], env=env, timeout=_MINUTES * 60)
        if status != 0:
            lines = [line for line in said.splitlines() if line.startswith(("E:", "W:", "Err:"))]
            raise LeafrootError(
                f"apt could not {purpose}",
                where=f"Debian {self._release}, {self._base}",
                hint="\n".join(dict.fromkeys(lines or said.splitlines()[-10:])),
            )
        return said


def packages_in(lines: Iterable[str], base: str) -> list[DebianPackage]:
    """The binary packages that `apt-get --print-uris` lists, sorted by name; `base` is the mirror that it uses."""
    found = []
    for line in lines:
        if match := _URI.match(line):
            path = unquote(match["url"]).removeprefix(f"{base}/")
            version = unquote(match["version"])
            found.append(pinned(match["name"], version, path, match["sha256"]))
    return sorted(found, key=lambda package: package.name)


def licenses(text: str) -> str:
    """The licences of a package's own files, sorted and with ", " between; "unknown" if the file is in free form.

    The licence of Debian's own files, the packaging, does not count: nothing of them goes into a program.
    """
    try:
        paragraphs: list[Any] = [*Copyright(text.splitlines(keepends=True), strict=False).all_files_paragraphs()]
    except (NotMachineReadableError, MachineReadableFormatError):
        return _UNKNOWN
    names = {
        one.license.synopsis
        for one in paragraphs
        if one.license and not all(name.startswith("debian/") for name in one.files)
    }
    return ", ".join(sorted(re.sub(r"[^\s,]+", _spdx, name) for name in names)) or _UNKNOWN


def _spdx(word: re.Match[str]) -> str:
    # By custom, the part after a ~ tells wordings of the same licence apart.
    name = word[0].partition("~")[0]
    return _SPDX.get(name, name)
