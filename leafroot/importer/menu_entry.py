# SPDX-License-Identifier: Apache-2.0
"""Finds a package's line in the menu, and its group there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from debian.deb822 import Deb822

from leafroot.debian.source_packages import Binary
from leafroot.importer.build_system import read

_LONGEST = 100
# Debian's sections (Debian policy, 2.4), those of several groups by what most of their packages are.
_GROUPS = {
    "admin": "system",
    "cli-mono": "languages",
    "comm": "network",
    "database": "servers",
    "debug": "debugging",
    "devel": "debugging",
    "editors": "shell",
    "electronics": "hardware",
    "embedded": "hardware",
    "fonts": "media",
    "graphics": "media",
    "hamradio": "wireless",
    "httpd": "servers",
    "interpreters": "languages",
    "javascript": "languages",
    "kernel": "system",
    "libdevel": "libraries",
    "libs": "libraries",
    "lisp": "languages",
    "mail": "servers",
    "metapackages": "other",
    "net": "network",
    "otherosfs": "storage",
    "perl": "languages",
    "php": "languages",
    "python": "languages",
    "ruby": "languages",
    "rust": "languages",
    "shells": "shell",
    "sound": "media",
    "text": "shell",
    "utils": "system",
    "video": "media",
    "web": "servers",
    "x11": "media",
}
# Synopses of the parts of one source end with what the part is.
_PART = re.compile(
    r"\s+-+\s+[\w\s]*\b(files|headers|libraries|library|package|programs?|tools|utilities|symbols|runtime)$|"
    r"\s*(-+|\(|,|\u2013)\s*\(?(runtime|shared|development|dynamic|static|main|common|core|debug|binary|utilities|tools|command"
    r"|client|example|programs?|headers|library|libraries|c library|the library)\b[^)]*\)?$",
    re.IGNORECASE,
)


def group_of(section: str) -> str:
    """The group of the menu for a section of Debian."""
    return _GROUPS.get(section.rpartition("/")[2], "other")


def summary_of(name: str, binaries: Sequence[str], known: Mapping[str, Binary], tree: Path) -> str:
    """One sentence for the menu: Debian's synopsis of the package with the programs, or the source's own words.

    "" if nobody says what it is.
    """
    for one in in_order(name, binaries):
        if one in known and known[one].synopsis:
            return sentence(known[one].synopsis)
    return sentence(_own_words(tree))


def in_order(name: str, binaries: Sequence[str]) -> list[str]:
    """The binary packages of a source, first that which says most of it."""
    return sorted(binaries, key=lambda one: (_aside(one), one != name, name not in one, len(one), one))


def sentence(synopsis: str) -> str:
    """A synopsis as a sentence: without article and the name of a part, with a capital letter and a full stop."""
    text = re.sub(r"\s+", " ", synopsis).strip().rstrip(".")
    text = _PART.sub("", text)
    text = re.sub(r"^(an?|the)\s+", "", text, flags=re.IGNORECASE)
    if not text:
        return ""
    if len(text) > _LONGEST:
        text = text[:_LONGEST].rpartition(" ")[0].rstrip(" ,;:-(")
    # Names such as "iptables" or "eBPF" keep their letters.
    word = text.partition(" ")[0]
    if word.islower():
        text = text[0].upper() + text[1:]
    return f"{text}."


def _aside(name: str) -> bool:
    """Whether a binary package is not what a source is for: documentation, headers, symbols, bindings."""
    return bool(
        re.search(r"-(dev|doc|docs|dbg|dbgsym|data|common|examples|tests?|udeb|perl|java|ruby)$|^python3?-", name)
    )


def _own_words(tree: Path) -> str:
    """What the source says of itself: PKG-INFO, a .pc file, CMake's project()."""
    record = Deb822(read(tree / "PKG-INFO"))
    if found := record.get("Summary", ""):
        return str(found)
    for file in (*sorted(tree.glob("*.pc.in")), *sorted(tree.glob("*/*.pc.in"))):
        if match := re.search(r"^Description:\s*([^@\n]+)$", read(file), re.M):
            return match[1]
    if match := re.search(r"\bproject\s*\([^)]*DESCRIPTION\s+\"([^\"]+)\"", read(tree / "CMakeLists.txt"), re.I):
        return match[1]
    for file in sorted(tree.glob("*.spec*")):
        if match := re.search(r"^Summary:\s*([^%\n]+)$", read(file), re.M):
            return match[1]
    return ""
