# SPDX-License-Identifier: Apache-2.0
"""A Debian mirror in a folder, and programs that answer as apt does for it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from leafroot.debian import apt

# For which release it is called, it sees from the folder of its configuration: trixie-all.
_APT_GET = """\
#!/bin/sh
folder=$(dirname "$APT_CONFIG"); name=$(basename "$folder" -all)
echo "$name: $*" >> "{indices}/called"
[ -e "{indices}/$name.codename" ] || {{ echo "E: The repository has no release $name"; exit 100; }}
cp "{indices}/$name.codename" "$folder/state/lists/m_dists_${{name}}_InRelease"
"""
_APT_CACHE = """\
#!/bin/sh
name=$(basename "$(dirname "$APT_CONFIG")" -all)
echo "$name: $*" >> "{indices}/called"
cat "{indices}/$name.$1" 2> /dev/null || {{ echo "E: No packages found"; exit 100; }}
"""


class MadeUpDebian:
    """`mirror` is the URL of a mirror with what was added; nothing else is known of any release."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pool = folder / "debian"
        self.mirror = f"file:{self.pool}"
        self._indices = folder / "indices"
        self._indices.mkdir(parents=True)
        (folder / "bin").mkdir()
        for name, text in (("apt-get", _APT_GET), ("apt-cache", _APT_CACHE)):
            program = folder / "bin" / name
            program.write_text(text.format(indices=self._indices))
            program.chmod(0o755)
        keyring = folder / "keyring.gpg"
        keyring.write_bytes(b"")
        monkeypatch.setattr(apt, "_KEYRING", keyring)
        monkeypatch.setenv("PATH", f"{folder / 'bin'}:/usr/bin:/bin")

    @property
    def called(self) -> list[str]:
        """How apt's programs were called: "RELEASE: words"."""
        file = self._indices / "called"
        return file.read_text().splitlines() if file.exists() else []

    def release(self, name: str, codename: str = "") -> None:
        """The mirror has this release from now on."""
        (self._indices / f"{name}.codename").write_text(f"Suite: x\nCodename: {codename or name}\n")

    def source(self, release: str, folder: str, version: str, fields: str = "", **files: bytes) -> dict[str, str]:
        """Add a version of a source package to a release; returns the checksums of its files.

        `fields` are further lines of its paragraph.
        """
        sums = self._put(folder, files)
        lines = "".join(f" {digest} {len(files[name])} {name}\n" for name, digest in sums.items())
        package = folder.rpartition("/")[2]
        self._record(
            release,
            "showsrc",
            f"Package: {package}\nVersion: {version}\n{fields}Directory: {folder}\nChecksums-Sha256:\n{lines}",
        )
        return sums

    def names(self, release: str, *names: str) -> None:
        """The release has binary packages of these names, of which nothing else need be known."""
        self._record(release, "pkgnames", "\n".join(names))

    def binary(self, release: str, folder: str, version: str, fields: str = "", **files: bytes) -> dict[str, str]:
        """Add Debian packages of one source and version to a release; returns the checksums of the files."""
        sums = self._put(folder, files)
        for name, digest in sums.items():
            head = f"Package: {name.partition('_')[0]}\nSource: {folder.rpartition('/')[2]}\nVersion: {version}\n"
            self._record(release, "show", f"{head}{fields}Filename: {folder}/{name}\nSHA256: {digest}\n")
        return sums

    def _put(self, folder: str, files: dict[str, bytes]) -> dict[str, str]:
        (self.pool / folder).mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (self.pool / folder / name).write_bytes(data)
        return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}

    def _record(self, release: str, verb: str, text: str) -> None:
        if not (self._indices / f"{release}.codename").exists():
            self.release(release)
        with (self._indices / f"{release}.{verb}").open("a") as file:
            file.write(f"{text}\n")
