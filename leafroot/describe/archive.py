# SPDX-License-Identifier: Apache-2.0
"""Archives as authors describe them, pinned by their SHA-256, with the places to find them; and Debian packages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote, urlsplit

from leafroot.errors import LeafrootError

_SCHEMES = ("https://", "http://", "debian:", "file:")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PLACEHOLDER = "{version}"
# The checksum and an ending are added to a file name, and a file system takes 255 bytes.
_LONGEST = 150
_USER = re.compile(r"(?<=://)[^/?#\s]*@")
# A password with a slash that should be %2F: what stands before the slash has a colon, and no port follows it.
_BROKEN_USER = re.compile(r"(?<=://)[^/?#\s@\[\]]*:(?!\d*(?:[/?#\s]|$))[^/?#\s@]*[/?#]\S*@")
_SECRET = re.compile(
    r"(?<=[?&;])([\w.-]*(?:token|key|secret|sig|pass|auth|credential)[\w.-]*=)[^&;#\s]+", re.IGNORECASE
)
_MOST_STRIPPED = 100


@dataclass(frozen=True, init=False)
class Archive:
    """One archive. Its SHA-256 identifies it, whatever place it comes from.

    `places` are tried in turn: `https://...`, `http://...`, `debian:pool/...` (a path below the machine's own Debian
    mirror) and `file:/...` (a path, or a URL's). A single place may be a plain string. `{version}` in a place stands
    for the package's version. `inner` is the path of a member that is itself the archive to unpack ("data.tar.xz" in a
    Debian package).
    `strip` is how many leading folders of each path are stripped, as by GNU tar's --strip-components; what is not below
    so many folders is left out. None strips a folder that all members share, but nothing from a Debian package.
    """

    places: tuple[str, ...]
    sha256: str
    inner: str = ""
    strip: int | None = None

    def __init__(self, places: str | Sequence[str], sha256: str, inner: str = "", strip: int | None = None) -> None:
        found = (places,) if isinstance(places, str) else tuple(places)
        if not found:
            raise LeafrootError(
                "an archive needs at least one place", hint="Give a URL that it can be downloaded from."
            )
        for place in found:
            _check_place(place)
        first = shown(found[0])
        _check_placeholders(inner, first)
        digest = sha256.lower()
        if not _DIGEST.fullmatch(digest):
            raise LeafrootError(
                f"{sha256!r} is not a SHA-256, which has 64 hexadecimal digits",
                where=first,
                hint="Once you trust the file, 'sha256sum FILE' prints it.",
            )
        if strip is not None and (type(strip) is not int or not 0 <= strip <= _MOST_STRIPPED):
            raise LeafrootError(
                f"strip={strip!r} is not a number of folders from 0 to {_MOST_STRIPPED}",
                where=first,
                hint="Leave it out to strip a folder that all members share.",
            )
        object.__setattr__(self, "places", found)
        object.__setattr__(self, "sha256", digest)
        object.__setattr__(self, "inner", inner)
        object.__setattr__(self, "strip", strip)

    def at(self, version: str) -> Archive:
        """The archive with the version filled in."""
        return _at(self, version)

    @property
    def content(self) -> tuple[str, ...]:
        """What decides on the tree that it is unpacked to: the checksum, and how it is unpacked."""
        return (self.sha256, self.inner, *(() if self.strip is None else (f"strip {self.strip}",)))

    @property
    def file_name(self) -> str:
        """The archive's file name in its first place, for messages."""
        return self.file_names[0]

    @property
    def file_names(self) -> tuple[str, ...]:
        """The archive's file names in its places, each once: upstream and Debian mostly name it differently."""
        return tuple(dict.fromkeys(map(_file_name, self.places)))


@cache
def _at(archive: Archive, version: str) -> Archive:
    return Archive(
        tuple(place.replace(_PLACEHOLDER, version) for place in archive.places),
        archive.sha256,
        archive.inner.replace(_PLACEHOLDER, version),
        archive.strip,
    )


def shown(url: str) -> str:
    """A URL, or a text with URLs, for people: without names, passwords, tokens and signatures."""
    return _SECRET.sub(r"\1***", _USER.sub("***@", _BROKEN_USER.sub("***@", url)))


def login_of(url: str) -> tuple[str, str]:
    """The name and the password in a URL; "" for what is missing."""
    parts = urlsplit(url)
    return unquote(parts.username or ""), unquote(parts.password or "")


def without_login(url: str) -> str:
    """The URL as it is without a name and a password."""
    return _USER.sub("", url)


def local_path(place: str) -> str:
    """The path that a `file:` place names, in any of its forms (RFC 8089); percent signs are still as written."""
    path = place.removeprefix("file:")
    return f"/{path[2:].partition('/')[2]}" if path.startswith("//") else path


def _file_name(place: str) -> str:
    if not place.startswith(("http://", "https://")):
        return unquote(place).rpartition("/")[2]
    url = urlsplit(place)
    # gitweb has its files at the top, and tells them apart by their query.
    name = unquote(url.path).rstrip("/").rpartition("/")[2] or (url.hostname or "" if url.query else "")
    return name.encode(errors="replace")[-_LONGEST:].decode(errors="ignore")


def _check_placeholders(text: str, where: str) -> None:
    if found := re.search(r"\{[^}]*\}?|\}", text.replace(_PLACEHOLDER, "")):
        raise LeafrootError(f"unknown placeholder {found[0]}: only {_PLACEHOLDER} is filled in", where=where)


def _check_place(place: str) -> None:
    where = shown(place)
    if not place.startswith(_SCHEMES):
        raise LeafrootError(
            "an archive's place must begin with https://, http://, debian: or file:",
            where=where,
            hint="debian:pool/main/m/musl/musl_1.2.5.orig.tar.gz is a path below the Debian mirror.",
        )
    _check_placeholders(place, where)
    if re.search(r"[\x00-\x1f\x7f]" if place.startswith("file:") else r"[\s\x00-\x1f\x7f]", place):
        raise LeafrootError("a place may not contain spaces or control characters", where=repr(where))
    rest = place.partition(":")[2]
    if not place.startswith("debian:"):
        check_url(place, where)
    elif not rest.startswith("pool/"):
        raise LeafrootError("a path below the Debian mirror must begin with pool/", where=where)
    if not place.startswith("file:") and ".." in re.split(r"[?#]", rest)[0].split("/"):
        raise LeafrootError("a place may not contain '..'", where=where)
    name = _file_name(place)
    if not name or re.search(r"[\x00-\x1f\x7f]", name) or name in (".", ".."):
        raise LeafrootError("a place must end with the archive's file name", where=where)


def check_url(url: str, where: str) -> None:
    """Raise a LeafrootError if the URL has no valid host (`https:`, `http:`) or no absolute path (`file:`)."""
    if url.startswith("file:"):
        rest = url.removeprefix("file:")
        hint = "Write file:/path/to/it."
        if not rest.startswith("/"):
            raise LeafrootError("a local place must be an absolute path", where=where, hint=hint)
        if rest.startswith("//") and rest[2:].partition("/")[0] not in ("", "localhost"):
            raise LeafrootError("a local place is on this machine: it may not name a host", where=where, hint=hint)
        return
    try:
        parts = urlsplit(url)
        good = bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise LeafrootError(
            "a URL must name a host, and may name a port after it",
            where=where,
            hint="In a name or password, write %2F for a slash, %3A for a colon and %40 for an @.",
        )


@dataclass(frozen=True)
class DebianPackage:
    """One binary package of Debian, as a lock file pins it; `license` comes from its copyright file."""

    name: str
    version: str
    license: str
    archive: Archive

    @property
    def documentation(self) -> str:
        """The folder with the package's documentation, relative to the folder that it is unpacked into."""
        return f"usr/share/doc/{self.name}"

    @property
    def copyright(self) -> str:
        """The file with the package's licence texts, relative to the folder that it is unpacked into."""
        return f"{self.documentation}/copyright"
