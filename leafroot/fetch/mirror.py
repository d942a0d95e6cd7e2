# SPDX-License-Identifier: Apache-2.0
"""Finds `debian:pool/...` places: on the mirrors that this machine's apt is configured with.

The formats are those of sources.list(5): one-line entries in `*.list`, deb822 stanzas in `*.sources`; of
apt-transport-mirror(1): lists of mirrors, which a source may name instead of a mirror; and of apt_auth.conf(5).
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import netrc
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from debian.deb822 import Deb822

from leafroot.describe.archive import check_url, local_path, login_of, shown
from leafroot.errors import LeafrootError

_APT = Path("/etc/apt")
_USABLE = ("http://", "https://", "file:/")
_LINE = re.compile(r"\s*deb(?:-src)?\s+(?:\[[^]]*\]\s*)?(cdrom:\[[^]]*\]\S*|\S+)\s+[^\s#]")
_LAST = 1 << 31
_DECOMPRESS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".xz": lzma.decompress,
    ".lzma": lzma.decompress,
    ".bz2": bz2.decompress,
}


class _UnusableError(Exception):
    """Why Leafroot cannot use one of apt's sources."""


@dataclass(frozen=True)
class Sources:
    """apt's sources: `bases` are the URLs of mirrors, `unusable` says of the others why they are none for Leafroot."""

    bases: tuple[str, ...]
    unusable: tuple[str, ...] = ()


def locate(place: str, mirror: str = "", apt: Path = _APT) -> list[str]:
    """The URLs of a `debian:pool/...` place, the likeliest first.

    If `mirror` (the variable DEBIAN_MIRROR) is given, only it is used; otherwise every Debian mirror that apt knows.
    """
    path = place.removeprefix("debian:")
    if mirror:
        _check_mirror(mirror)
        bases = [_with_login(mirror.rstrip("/"), _logins(apt))]
    else:
        bases = _configured_bases(place, apt)
    # The security archive keeps its files below pool/updates; no other archive has that folder.
    updates = path.startswith("pool/updates/")
    fitting = [base for base in bases if ("security" in base) == updates]
    return [f"{base}/{path}" for base in fitting or bases]


def configured(apt: Path = _APT) -> Sources:
    """All sources that apt is configured with, in apt's order, each once."""
    bases: list[str] = []
    unusable: list[str] = []
    for path in [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))]:
        if path.suffix not in (".list", ".sources") or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            unusable.append(f"{path}: {error.strerror}")
            continue
        for uri in parse_stanzas(text) if path.suffix == ".sources" else parse_lines(text):
            try:
                bases += _mirrors(uri)
            except _UnusableError as error:
                unusable.append(f"{path}: {shown(uri)} {error}")
    logins = list(_logins(apt))
    return Sources(tuple(dict.fromkeys(_with_login(base, logins) for base in bases)), tuple(dict.fromkeys(unusable)))


def parse_lines(text: str) -> list[str]:
    """The URIs of a one-line-style file: `deb [option=value ...] uri suite [component ...]`."""
    return [found[1] for line in text.splitlines() if (found := _LINE.match(line)) and "#" not in found[1]]


def parse_stanzas(text: str) -> list[str]:
    """The URIs of a deb822-style file, except those of stanzas with `Enabled: no`."""
    found: list[str] = []
    for stanza in Deb822.iter_paragraphs(text, use_apt_pkg=False):
        if stanza.get("Enabled", "yes").lower() not in ("no", "false", "without", "off", "disable"):
            found += stanza.get("URIs", "").split()
    return found


def parse_mirrors(text: str) -> list[str]:
    """The URIs of a list of mirrors, `uri[TAB]key:value ...` a line, those with the lowest priority number first."""
    found: list[tuple[int, str]] = []
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        uri, *words = line.split()
        about = [word.partition(":")[::2] for word in words]
        kinds = {value for key, value in about if key == "type"}
        if kinds and kinds <= {"index"}:
            continue
        priorities = [int(value) for key, value in about if key == "priority" and value.isdecimal()]
        found.append((min(priorities, default=_LAST), uri))
    return [uri for _, uri in sorted(found, key=lambda one: one[0])]


def likely(bases: Iterable[str]) -> list[str]:
    """The URLs that look like Debian's own archive, or all if none does.

    Repositories of other vendors have no Debian pool: asking them only takes time and makes the error longer.
    """
    every = list(bases)
    return [base for base in every if "debian" in base.lower()] or every


def _check_mirror(mirror: str) -> None:
    where = f"DEBIAN_MIRROR={shown(mirror)}"
    hint = "Give the URL of the folder that holds pool/."
    if not mirror.startswith(_USABLE):
        raise LeafrootError("a Debian mirror must begin with https://, http:// or file:/", where=where, hint=hint)
    check_url(mirror, where)


def _configured_bases(place: str, apt: Path) -> list[str]:
    sources = configured(apt)
    if not sources.bases:
        found = "none of apt's sources can be used" if sources.unusable else "this machine has no apt configuration"
        give = "Give one with DEBIAN_MIRROR=URL, the URL of the folder that holds pool/."
        raise LeafrootError(
            f"no Debian mirror is known: {found}", where=place, hint="\n".join([*sources.unusable, give])
        )
    return likely(sources.bases)


def _mirrors(uri: str) -> list[str]:
    """The base URLs that a source stands for: itself, or those of the list that it names."""
    if uri.startswith("mirror://"):
        return _of_list(f"http://{uri.removeprefix('mirror://')}")
    if uri.startswith("mirror+"):
        return _of_list(uri.removeprefix("mirror+"))
    if uri.startswith("copy:/"):
        uri = f"file:{uri.removeprefix('copy:')}"
    if not uri.startswith(_USABLE):
        raise _UnusableError("cannot be used: Leafroot fetches with http, https and file alone")
    try:
        check_url(uri, uri)
    except LeafrootError as error:
        raise _UnusableError(f"cannot be used: {error.message}") from error
    return [uri.rstrip("/")]


def _of_list(place: str) -> list[str]:
    if place.startswith(("file:/", "copy:/")):
        text = _local_list(Path(unquote(local_path(place.replace("copy:", "file:", 1)))))
        allowed: tuple[str, ...] = (*_USABLE, "copy:/")
    else:
        text = _remote_list(place)
        # Whoever sends the list says nothing about the files of this machine.
        allowed = ("http://", "https://")
    found = [base for uri in parse_mirrors(text) if uri.startswith(allowed) for base in _mirrors(uri)]
    if not found:
        raise _UnusableError("names no mirror that Leafroot can use")
    return found


def _local_list(path: Path) -> str:
    try:
        data = path.read_bytes()
        return _DECOMPRESS.get(path.suffix, bytes)(data).decode(errors="replace")
    except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
        raise _UnusableError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from error


@cache
def _remote_list(url: str) -> str:
    from leafroot.fetch.transfer import PlaceError, page

    if not url.startswith(("http://", "https://")):
        raise _UnusableError("cannot be used: Leafroot fetches with http, https and file alone")
    try:
        return page(url)
    except PlaceError as error:
        raise _UnusableError(f"cannot be read: {error}") from error


def _logins(apt: Path) -> Iterator[tuple[str, str, str]]:
    """apt's logins: the beginning of the URLs that each is for, name and password."""
    for path in [apt / "auth.conf", *sorted((apt / "auth.conf.d").glob("*.conf"))]:
        try:
            hosts = netrc.netrc(str(path)).hosts
        except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
            # Mostly it is for root alone. If the login was needed, the server's answer says so.
            continue
        for machine, (name, _, password) in hosts.items():
            yield machine if "://" in machine else f"https://{machine}", name or "", password or ""


def _with_login(base: str, logins: Iterable[tuple[str, str, str]]) -> str:
    """The URL with the first login that fits, unless it has one."""
    parts = urlsplit(base)
    if not base.startswith(("http://", "https://")) or any(login_of(base)):
        return base
    for machine, name, password in logins:
        wanted = urlsplit(machine)
        host = parts.netloc if wanted.port else parts.hostname
        if (wanted.scheme, wanted.netloc) == (parts.scheme, host) and f"{parts.path}/".startswith(wanted.path):
            login = f"{quote(name, safe='')}:{quote(password, safe='')}"
            return base.replace("://", f"://{login}@", 1)
    return base
