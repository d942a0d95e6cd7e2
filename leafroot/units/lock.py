# SPDX-License-Identifier: Apache-2.0
"""Lock files: which Debian packages of source code a package's programs are built with, down to the byte.

One line for each, its columns parted by tabs: name, version, licence, path below the Debian mirror, SHA-256. Lines
that begin with # are for people.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from leafroot.describe.archive import Archive, Module
from leafroot.errors import LeafrootError

LOCK = "go.lock"
"""The lock file's name in the folder of a package."""

_COLUMNS = ("name", "version", "license", "path below the Debian mirror", "SHA-256")
# What is in a Debian package, as it is to lie in a root.
_CONTENT = "data.tar.xz"


def read_lock(file: Path, shown: str) -> tuple[Module, ...]:
    """The modules of a lock file, which people know as `shown`; LeafrootError with the line that is at fault."""
    found: dict[str, Module] = {}
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise LeafrootError("is no text in UTF-8", shown, _remedy(shown)) from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        where = f"{shown}:{number}"
        columns = line.split("\t")
        if len(columns) != len(_COLUMNS) or not all(columns):
            wanted = ", ".join(_COLUMNS)
            raise LeafrootError(f"this line has not the {len(_COLUMNS)} columns {wanted}", where, _remedy(shown))
        name, version, license_, path, digest = columns
        if name in found:
            raise LeafrootError(f"{name!r} is here twice", where, _remedy(shown))
        try:
            archive = Archive(f"debian:{path}", digest, _CONTENT)
        except LeafrootError as error:
            raise LeafrootError(f"{error.where}: {error.message}", where, _remedy(shown)) from error
        found[name] = Module(name, version, license_, archive)
    return tuple(found.values())


def lock_text(modules: Iterable[Module], heading: Iterable[str]) -> str:
    """The text of a lock file: the heading's lines as comments, then the modules by name."""
    lines = [f"# {line}".rstrip() for line in heading]
    for module in sorted(modules, key=lambda module: module.name):
        path = module.archive.places[0].removeprefix("debian:")
        lines.append("\t".join((module.name, module.version, module.license, path, module.archive.sha256)))
    return "".join(f"{line}\n" for line in lines)


def module_at(name: str, version: str, path: str, sha256: str, license_: str = "unknown") -> Module:
    """A module that lies at `path` below the Debian mirror."""
    return Module(name, version, license_, Archive(f"debian:{path}", sha256, _CONTENT))


def _remedy(shown: str) -> str:
    package = Path(shown).parent.name
    return f"'scons go-lock PACKAGE={package}' makes the file anew; it is not for editing."
