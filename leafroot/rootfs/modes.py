# SPDX-License-Identifier: Apache-2.0
"""Modes and owners of what a folder brings into a root: a table in the folder, and what is known without one.

Modes on a disk cannot be trusted: git keeps only whether a file is executable, and the rest comes from the umask of
whoever cloned. So a file has the mode that the folder's table says, else a mode by its path, else 0755 or 0644.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from leafroot.errors import LeafrootError, nearest
from leafroot.files import read_text
from leafroot.rootfs.tree import TABLE, Permissions, is_normal

# Modes that programs insist on, or that keep a secret, by path: the first pattern that matches counts. `*` matches
# slashes too. A folder gets an x for each r.
KNOWN_MODES: tuple[tuple[str, int], ...] = (
    ("tmp", 0o1777),
    ("var/tmp", 0o1777),
    ("root", 0o700),
    ("etc/shadow", 0o600),
    ("etc/shadow-", 0o600),
    ("etc/gshadow", 0o600),
    ("etc/gshadow-", 0o600),
    # sudo refuses to start with any other mode.
    ("etc/sudoers", 0o440),
    ("etc/sudoers.d/*", 0o440),
    ("etc/ssh/ssh_host_*_key", 0o600),
    ("etc/dropbear/*_key", 0o600),
    (".ssh", 0o700),
    ("*/.ssh", 0o700),
    ("*/.ssh/*", 0o600),
    ("*/.netrc", 0o600),
    ("etc/ssl/private", 0o700),
    ("etc/ssl/private/*", 0o600),
    ("etc/wireguard", 0o700),
    ("etc/wireguard/*", 0o600),
    ("etc/ppp/*-secrets", 0o600),
    ("etc/wpa_supplicant.conf", 0o600),
    ("etc/wpa_supplicant/*.conf", 0o600),
)
# RFC 7468, and the older forms "RSA PRIVATE KEY" and so on.
_PRIVATE_KEY = re.compile(rb"^-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----", re.MULTILINE)
_HEAD = 64 << 10
_LINE = re.compile(r"(?P<path>\S.*?)\s+0?(?P<mode>[0-7]{3,4})(\s+(?P<user>[\w.-]+)\s+(?P<group>[\w.-]+))?")
_FORM = "Write: PATH MODE, or PATH MODE USER GROUP; for example: etc/acme/token 0640 root acme"
_SHOWN = 20


def read_table(folder: Path) -> dict[str, Permissions]:
    """Read the table of a folder, if it has one: for each path its mode and its owners.

    Each line is PATH MODE [USER GROUP], the mode in octal, the owners as names or numbers (root without them); empty
    lines and lines that begin with # say nothing.
    """
    file = folder / TABLE
    if not file.exists() and not file.is_symlink():
        return {}
    found: dict[str, Permissions] = {}
    for number, line in enumerate(read_text(file, str(file)).removeprefix("\ufeff").splitlines(), 1):
        text, where = line.strip(), f"{file}:{number}"
        if not text or text.startswith("#"):
            continue
        match = _LINE.fullmatch(text)
        if not match:
            raise LeafrootError(f"not a line of a table of modes: {text[:120]}", where, _FORM)
        path = match["path"].strip("/")
        if not is_normal(path):
            raise LeafrootError(f"{match['path']!r} is not a path below the root", where)
        if path in found:
            raise LeafrootError(f"{path} is already in {found[path].where}", where)
        found[path] = Permissions(int(match["mode"], 8), match["user"] or "0", match["group"] or "0", where)
    return found


def check_named(table: Mapping[str, Permissions], paths: Iterable[str]) -> None:
    """Raise a LeafrootError if a table names a path that its folder does not bring."""
    known = set(paths)
    for path, one in table.items():
        if path not in known:
            raise LeafrootError(f"the folder has no {path}", one.where, nearest(path, known))


def known_mode(path: str, is_folder: bool) -> int | None:
    """The mode that a path has whatever the disk says; None for all others."""
    for pattern, mode in KNOWN_MODES:
        if fnmatchcase(path, pattern):
            return mode | (mode & 0o444) >> 2 if is_folder else mode
    return None


def has_private_key(file: Path) -> bool:
    """Whether a file has a private key in PEM form within its first 64 KiB."""
    try:
        with file.open("rb") as source:
            return _PRIVATE_KEY.search(source.read(_HEAD)) is not None
    except OSError as error:
        raise LeafrootError(f"cannot be read: {error.strerror}", file) from error


def is_open(mode: int) -> bool:
    """Whether all users can read a file or folder of this mode."""
    return bool(mode & stat.S_IROTH)


def refuse_closed(folder: Path, closed: Mapping[str, int]) -> None:
    """Refuse files and folders that are closed on the disk, and that would be open in the root.

    `closed` are the modes on the disk of those that neither the table nor a rule closes.
    """
    lines = [f"{path} {mode & 0o777:04o}" for path, mode in sorted(closed.items())]
    more = [f"(and {len(lines) - _SHOWN} more)"] if len(lines) > _SHOWN else []
    first = min(closed)
    raise LeafrootError(
        f"not everybody may read it on this disk ({closed[first] & 0o777:04o}), but everybody could in the root",
        folder / first,
        "\n".join(
            [
                f"git does not keep modes, so the mode must be in the table {folder / TABLE}:",
                *(f"  {line}" for line in [*lines[:_SHOWN], *more]),
                f"If nothing is secret: chmod -R o+rX {folder}",
            ]
        ),
    )
