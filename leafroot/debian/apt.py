# SPDX-License-Identifier: Apache-2.0
"""Asks Debian about packages: their versions and dependencies as apt knows them, and the licences in copyright files.

apt gets its own configuration (APT_CONFIG; apt.conf(5)): the indices of one release, which need not be this machine's,
no installed packages, and none of the machine's sources. It verifies the signature of the release and the checksums of
the indices. The format of copyright files: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from debian.copyright import Copyright, MachineReadableFormatError, NotMachineReadableError
from debian.deb822 import Deb822

from leafroot.describe.archive import DebianPackage, login_of, without_login
from leafroot.errors import LeafrootError
from leafroot.fetch.mirror import locate
from leafroot.host.run import capture
from leafroot.units.lock import pinned

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SOURCE = "src:"
# What apt-cache says if it knows none of the packages.
_NONE = "No packages found"
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
APT::Get::List-Cleanup "false";
{architectures}"""
# Debian's short names of licences that have another name in the SPDX list.
_SPDX = {
    "Expat": "MIT",
    "Apache-2": "Apache-2.0",
    "BSD-2-clause": "BSD-2-Clause",
    "BSD-3-clause": "BSD-3-Clause",
    "BSD-4-clause": "BSD-4-Clause",
}
_UNKNOWN = "unknown"
# python-debian warns about every copyright file that names its format differently.
logging.getLogger("debian.copyright").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Offer:
    """One version of a source package, or of binary packages of one source: `files` are paths below the mirror.

    Each path has the file's SHA-256. `source` is the name of the source package, `version` Debian's, with its epoch.
    """

    source: str
    version: str
    files: Mapping[str, str]


class Apt:
    """apt with the indices of one release, kept in `folder`.

    `architectures` are Debian's names; dependencies are resolved for the first. By default, this machine's.
    `components` are the parts of the archive ("main").
    """

    def __init__(
        self,
        folder: Path,
        release: str,
        mirror: str = "",
        architectures: Sequence[str] = (),
        components: Sequence[str] = ("main",),
    ) -> None:
        self._folder = folder
        self._release = release
        self._architectures = architectures
        self._components = components
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
        where = f"[signed-by={_KEYRING}] {self._base} {self._release} {' '.join(self._components)}"
        lines = [f"{kind} {where}\n" for kind in ("deb", "deb-src")]
        (self._folder / "sources.list").write_text("".join(lines))
        (self._folder / "status").write_text("")
        self._write_login()
        names = self._architectures
        lines = [f'APT::Architecture "{names[0]}";', f'APT::Architectures "{",".join(names)}";\n'] if names else []
        configuration = _CONFIGURATION.format(folder=self._folder, architectures="\n".join(lines))
        (self._folder / "apt.conf").write_text(configuration)
        self._run(["apt-get", "update", "-o", "APT::Update::Error-Mode=any"], "fetch the indices")

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
                words = ["apt-get", verb, "--print-uris", "-qq", "-y", *wanted]
                said = self._run(words, f"resolve {' '.join(wanted)}")
                found |= {package.name: package for package in packages_in(said.splitlines(), self._base)}
        return [found[name] for name in sorted(found)]

    def offers(self, sources: Iterable[str], binaries: Iterable[str] = ()) -> list[Offer]:
        """All versions that the release has of source packages, and of binary packages ("name" or "name:architecture").

        A name that the release does not have adds nothing.
        """
        found: list[Offer] = []
        for words, names in ((["showsrc", "--only-source"], sources), (["show"], binaries)):
            found += offers_of(self.records(words, names))
        return found

    def records(self, words: Sequence[str], names: Iterable[str]) -> list[Deb822]:
        """What apt-cache, called with these words, prints of these names; a name that it does not know adds nothing."""
        wanted = sorted(set(names))
        said = self._run(["apt-cache", *words, *wanted], f"look up {' '.join(wanted)}", none=_NONE) if wanted else ""
        return records_in(said)

    def names(self) -> list[str]:
        """The names of all binary packages of the release."""
        return self._run(["apt-cache", "pkgnames"], "list the packages", none=_NONE).split()

    @property
    def codename(self) -> str:
        """The name of the release whose indices there are: "forky" for "testing"."""
        name = re.compile(r"^Codename: (\S+)$", re.MULTILINE)
        for file in sorted((self._folder / "state/lists").glob(f"*_dists_{self._release}_*Release")):
            if match := name.search(file.read_text(errors="replace")):
                return match[1]
        return self._release

    def _run(self, words: Sequence[str], purpose: str, none: str = "") -> str:
        """What apt prints; "" if it failed and printed `none`. Raises LeafrootError if it failed otherwise."""
        env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "APT_CONFIG": f"{self._folder}/apt.conf"}
        env |= {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
        status, said = capture(words, env=env, timeout=_MINUTES * 60)
        if status != 0 and none and none in said:
            return ""
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


def records_in(text: str) -> list[Deb822]:
    """The paragraphs in the output of apt-cache."""
    lines = (line for line in text.splitlines(keepends=True) if not line.startswith(("W: ", "N: ")))
    return list(Deb822.iter_paragraphs("".join(lines), use_apt_pkg=False))


def offers_in(text: str) -> list[Offer]:
    """The versions in the output of apt-cache."""
    return offers_of(records_in(text))


def offers_of(records: Iterable[Deb822]) -> list[Offer]:
    """The versions in these paragraphs, those of one source package and version together."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for record in records:
        files = {record["Filename"]: record["SHA256"]} if "Filename" in record else {}
        for line in record.get("Checksums-Sha256", "").split("\n"):
            if len(columns := line.split()) == len(("digest", "size", "name")):
                files[f"{record.get('Directory', '')}/{columns[2]}"] = columns[0]
        if name := record.get("Source", record.get("Package", "")).partition(" ")[0]:
            found.setdefault((name, record.get("Version", "")), {}).update(files)
    return [Offer(name, version, files) for (name, version), files in found.items()]


def licenses_of(package: DebianPackage, tree: Path) -> str:
    """The licences of a package that is unpacked in a tree, in its copyright file; "" if the tree does not have it."""
    file = tree / package.copyright
    return licenses(file.read_text(errors="replace")) if file.is_file() else ""


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
    return spdx_name(word[0])


def spdx_name(name: str) -> str:
    """The name in the SPDX list for Debian's short name of a licence, as far as both are known to differ."""
    # By custom, the part after a ~ tells wordings of the same licence apart.
    name = name.partition("~")[0]
    return _SPDX.get(name, name)
