# SPDX-License-Identifier: Apache-2.0
"""Finds `debian:pool/...` places: on the mirrors that this machine's apt is configured with.

The formats are those of sources.list(5): one-line entries in `*.list`, deb822 stanzas in `*.sources`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from debian.deb822 import Deb822

from leafroot.errors import LeafrootError

_APT = Path("/etc/apt")
_USABLE = ("http://", "https://", "file:/")


def locate(place: str, mirror: str = "", apt: Path = _APT) -> list[str]:
    """The URLs of a `debian:pool/...` place, the likeliest first.

    If `mirror` (the variable DEBIAN_MIRROR) is given, only it is used; otherwise every Debian mirror that apt knows.
    """
    path = place.removeprefix("debian:")
    if mirror:
        if not mirror.startswith(_USABLE):
            raise LeafrootError(
                "a Debian mirror must begin with https://, http:// or file:/",
                where=f"DEBIAN_MIRROR={mirror}",
                hint="Give the URL of the folder that holds pool/.",
            )
        bases = [mirror.rstrip("/")]
    else:
        bases = likely(configured(apt))
    if not bases:
        raise LeafrootError(
            "no Debian mirror is known: this machine has no apt configuration",
            where=place,
            hint="Give one with DEBIAN_MIRROR=URL, the URL of the folder that holds pool/.",
        )
    # The security archive keeps its files below pool/updates; no other archive has that folder.
    updates = path.startswith("pool/updates/")
    fitting = [base for base in bases if ("security" in base) == updates]
    return [f"{base}/{path}" for base in fitting or bases]


def configured(apt: Path = _APT) -> list[str]:
    """The base URLs of all sources that apt is configured with, in apt's order, each once."""
    found: list[str] = []
    for path in [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))]:
        if path.suffix not in (".list", ".sources") or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except PermissionError:
            continue
        found += parse_stanzas(text) if path.suffix == ".sources" else parse_lines(text)
    return _usable(found)


def parse_lines(text: str) -> list[str]:
    """The URIs of a one-line-style file: `deb [option=value ...] uri suite [component ...]`."""
    found = []
    for line in text.splitlines():
        fields = re.sub(r"\[[^]]*\]", " ", line.partition("#")[0]).split()
        if len(fields) >= 3 and fields[0] in ("deb", "deb-src"):
            found.append(fields[1])
    return found


def parse_stanzas(text: str) -> list[str]:
    """The URIs of a deb822-style file, except those of stanzas with `Enabled: no`."""
    found: list[str] = []
    for stanza in Deb822.iter_paragraphs(text, use_apt_pkg=False):
        if stanza.get("Enabled", "yes").lower() not in ("no", "false", "without", "off", "disable"):
            found += stanza.get("URIs", "").split()
    return found


def likely(bases: Iterable[str]) -> list[str]:
    """The URLs that look like Debian's own archive, or all if none does.

    Repositories of other vendors have no Debian pool: asking them only takes time and makes the error longer.
    """
    every = list(bases)
    return [base for base in every if "debian" in base.lower()] or every


def _usable(uris: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(uri.rstrip("/") for uri in uris if uri.startswith(_USABLE)))
