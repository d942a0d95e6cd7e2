# SPDX-License-Identifier: Apache-2.0
"""Finds the licence of a source: an SPDX expression, the files with the texts, and what an author has to check.

Debian's copyright file comes first (https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/). The second
sources are SPDX tags in the source's own files, PKG-INFO of Python packages, and the wording of licence texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from debian.copyright import Copyright, MachineReadableFormatError, NotMachineReadableError
from debian.deb822 import Deb822

from leafroot.debian.apt import spdx_name
from leafroot.importer.build_system import read
from leafroot.units.check import license_fault

# Debian's short names in small letters, beside those that debian/apt.py knows.
_NAMES = {
    "apache": "Apache-2.0",
    "apache-2.0": "Apache-2.0",
    "artistic": "Artistic-1.0-Perl",
    "boost": "BSL-1.0",
    "boost-1.0": "BSL-1.0",
    "bsd": "BSD-3-Clause",
    "bsd-1-clause": "BSD-1-Clause",
    "bsd-2-clauses": "BSD-2-Clause",
    "bsd-3-clauses": "BSD-3-Clause",
    "bsd-2": "BSD-2-Clause",
    "bsd-3": "BSD-3-Clause",
    "bsd2": "BSD-2-Clause",
    "bsd3": "BSD-3-Clause",
    "pd": "LicenseRef-public-domain",
    "cc0": "CC0-1.0",
    "expat": "MIT",
    "isc-license": "ISC",
    "libpng": "libpng-2.0",
    "mit-license": "MIT",
    "mit/x11": "MIT",
    "psf": "PSF-2.0",
    "psf-2": "PSF-2.0",
    "zlib/libpng": "Zlib",
    "zlib": "Zlib",
    "x11": "X11",
    "unicode": "Unicode-DFS-2016",
    "openssl": "OpenSSL",
    "ofl-1.1": "OFL-1.1",
    "wtfpl-2": "WTFPL",
    "fsfullrwd": "FSFULLRWD",
}
_NO_INVARIANTS = re.compile(r"GFDL-NIV-(?P<version>\d\.\d)(?P<later>\+?)", re.IGNORECASE)
_GNU = re.compile(
    r"(?P<name>A?GPL|LGPL|GFDL)-?(?P<version>\d(?:\.\d)?)?(?:-only)?(?P<later>\+|-or-later)?", re.IGNORECASE
)
_NEWEST = {"GPL": "1.0", "LGPL": "2.0", "AGPL": "3.0", "GFDL": "1.1"}
# Files that no program is made from. What only such files have under it, is no licence of a program.
_NO_PROGRAM = re.compile(
    r"(debian|doc|docs|man|(unit)?tests?(-\w+)?|testsuite|t|examples?|contrib|m4|po|build-aux|config|packaging|cmake|fuzz\w*|bench\w*"
    r"|scripts?|tools/test\w*|website|\.github|autotools|admin|aux|dist|win32|windows|misc|autoconf|subprojects)/.*"
    r"|(.*/)?(aclocal\.m4|configure|configure\.(ac|in)|config\.(guess|sub|rpath)|install-sh|ltmain\.sh|missing|depcomp"
    r"|compile|INSTALL.*|test-driver|ylwrap|mkinstalldirs|ltconfig|.*\.m4|.*\.(md|rst|txt|html|texi|1|3|5|7|8|spec)"
    r"|Makefile\.in|Makefile\.am|ChangeLog.*|NEWS|README.*|.*\.cmake|.*\.po|.*\.bash|py-compile|autogen\.sh|bootstrap)"
)
_TEXTS = re.compile(r"(COPYING|LICEN[CS]E|COPYRIGHT|NOTICE|UNLICENSE)([._-].*)?", re.IGNORECASE)
_NO_TEXT = re.compile(r".*\.(c|h|py|sh|in|am|m4|html|xml|cmake)$")
_TAG = re.compile(r"SPDX-License-Identifier:\s*([^\n*\"']+)")
_MOST_FILES = 2000


@dataclass(frozen=True)
class Licence:
    """An SPDX expression, the paths of the texts in the source, and what an author has to check."""

    expression: str
    files: tuple[str, ...]
    checks: tuple[str, ...] = ()


def find_licence(tree: Path, copyright_file: str = "") -> Licence:
    """The licence of an unpacked source; `copyright_file` is the text of Debian's copyright file, if there is one."""
    texts = tuple(_texts(tree))
    checks: list[str] = []
    debian, left_out, unknown = _of_debian(copyright_file)
    tags = tagged(tree)
    others = [name for name in (*tags, *_of_pkg_info(tree)) if not license_fault(name)]
    worded = _of_words(tree, texts)
    if debian:
        expression = debian
        if left_out:
            checks.append(f"not counted, for files that no program is made from: {', '.join(left_out)}.")
    elif others:
        expression = _joined(others)
        checks.append(
            "from the SPDX tags in the source" + (", for Debian's file is in free form." if copyright_file else ".")
        )
    elif worded:
        expression = worded
        checks.append(
            "from the words of the licence texts" + (": Debian's file is in free form." if copyright_file else ".")
        )
    else:
        expression = "LicenseRef-unknown"
        checks.append("nothing in the source says it in a way that the importer can read.")
    if unknown:
        checks.append(f"not in the SPDX list: {', '.join(unknown)}.")
    missing = sorted({name for name in others if not _has(expression, name)})
    if debian and missing:
        checks.append(f"SPDX tags in the source also say {', '.join(missing)}.")
    elif debian and not others and worded and not _has_any(expression, worded):
        checks.append(f"the texts in the source read like {worded}.")
    if license_fault(expression):
        checks.append(f"Debian calls it {expression!r}.")
        expression = "LicenseRef-unknown"
    if not texts:
        checks.append("there is no file with the text at the top of the source.")
    return Licence(expression, texts, tuple(checks))


# Debian


def _of_debian(text: str) -> tuple[str, list[str], list[str]]:
    """The expression by Debian's copyright file; names left out; names that are not in the SPDX list.

    "" if the file is in free form.
    """
    try:
        paragraphs: list[Any] = [*Copyright(text.splitlines(keepends=True), strict=False).all_files_paragraphs()]
    except (NotMachineReadableError, MachineReadableFormatError, ValueError):
        return "", [], []
    counted: dict[str, None] = {}
    others: dict[str, None] = {}
    unknown: list[str] = []
    for one in paragraphs:
        if not one.license or all(name.startswith("debian/") for name in one.files):
            continue
        expression = spdx_expression(one.license.synopsis, unknown)
        aside = all(_NO_PROGRAM.fullmatch(name.removeprefix("./")) for name in one.files)
        (others if aside else counted)[expression] = None
    left_out = [name for name in others if name not in counted]
    known = _joined(counted)
    unknown = [name for name in dict.fromkeys(unknown) if f"LicenseRef-{_ref(name)}" in known]
    return known, left_out, unknown


def spdx_expression(synopsis: str, unknown: list[str]) -> str:
    """An SPDX expression for Debian's short names with "and", "or", "with" and commas; names not in the list are added
    to `unknown`.

    A comma binds less than "and" and "or": "GPL-2+ or Artistic, and MIT".
    """
    words = re.sub(r"\s+", " ", synopsis.strip())
    groups = [group for group in re.split(r",\s*(?:and\s+)?", words) if group]
    found = []
    for group in groups:
        alternatives = [
            _joined(_one(name, unknown) for name in re.split(r"\s+(?:and|AND)\s+|\s*&\s*", alternative))
            for alternative in re.split(r"\s+(?:or|OR|and/or)\s+|\s*\|\s*", group)
        ]
        several = len(set(alternatives)) > 1
        each = (f"({one})" if several and " AND " in one else one for one in dict.fromkeys(alternatives))
        found.append(" OR ".join(each))
    return _joined(found)


def _one(name: str, unknown: list[str]) -> str:
    name, _, exception = re.sub(r"[()]", "", name).strip().partition(" with ")
    if not exception:
        name, _, exception = name.partition(" WITH ")
    found = _gnu(name) or _NAMES.get(name.partition("~")[0].lower()) or spdx_name(name)
    found = _in_its_case(found)
    if license_fault(found):
        unknown.append(name)
        return f"LicenseRef-{_ref(name)}"
    if exception:
        given = _exception(found, exception)
        if given and not license_fault(f"{found} WITH {given}"):
            return f"{found} WITH {given}"
        unknown.append(f"{name} with {exception}")
        return f"LicenseRef-{_ref(f'{name} with {exception}')}"
    return found


def _ref(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-") or "unknown"


def _gnu(name: str) -> str:
    if free := _NO_INVARIANTS.fullmatch(name):
        return f"GFDL-{free['version']}-no-invariants-{'or-later' if free['later'] else 'only'}"
    found = _GNU.fullmatch(name.partition("~")[0])
    if not found:
        return ""
    kind = found["name"].upper()
    version = found["version"] or _NEWEST[kind]
    version = version if "." in version else f"{version}.0"
    return f"{kind}-{version}-{'or-later' if found['later'] or not found['version'] else 'only'}"


def _exception(name: str, words: str) -> str:
    words = words.lower()
    if "autoconf" in words:
        return "Autoconf-exception-3.0" if "-3" in name else "Autoconf-exception-2.0"
    for part, exception in (
        ("libtool", "Libtool-exception"),
        ("bison", "Bison-exception-2.2"),
        ("classpath", "Classpath-exception-2.0"),
        ("linking", ""),
        ("gcc", "GCC-exception-3.1" if "-3" in name else "GCC-exception-2.0"),
        ("font", "Font-exception-2.0"),
        ("syscall", "Linux-syscall-note"),
        ("linux-syscall-note", "Linux-syscall-note"),
    ):
        if part in words:
            return exception
    return ""


def _in_its_case(name: str) -> str:
    """An expression as the SPDX list writes it: "bsd-3-clause" is BSD-3-Clause there, and GPL-2.0+ GPL-2.0-or-later."""
    found = re.fullmatch(r"write '([^']+)'", license_fault(name))
    return found[1] if found else name


def _joined(expressions: Iterable[str]) -> str:
    """All of these expressions together, each once."""
    each = list(dict.fromkeys(filter(None, expressions)))
    parts: dict[str, None] = {}
    for one in each:
        if " OR " in one:
            parts[f"({one})" if len(each) > 1 and not one.startswith("(") else one] = None
        else:
            parts |= dict.fromkeys(one.split(" AND ") if "(" not in one else [one])
    return " AND ".join(parts)


def _names(expression: str) -> set[str]:
    return set(re.findall(r"[\w.+-]+", expression)) - {"AND", "OR", "WITH"}


def _has(expression: str, other: str) -> bool:
    return _names(other) <= _names(expression)


def _has_any(expression: str, other: str) -> bool:
    stems = {re.sub(r"-(only|or-later)$", "", name) for name in _names(expression)}
    return bool(stems & {re.sub(r"-(only|or-later)$", "", name) for name in _names(other)})


# The source itself


def _texts(tree: Path) -> Iterator[str]:
    """The paths of licence texts at the top of a source, and in its folder LICENSES."""
    for one in sorted(tree.iterdir()):
        if one.is_file() and not one.is_symlink() and _TEXTS.fullmatch(one.name) and not _NO_TEXT.fullmatch(one.name):
            yield one.name
    for folder in ("LICENSES", "LICENSE", "licenses", "COPYING"):
        if (tree / folder).is_dir() and not (tree / folder).is_symlink():
            yield from (f"{folder}/{one.name}" for one in sorted((tree / folder).iterdir()) if one.is_file())


def _sources(tree: Path) -> Iterator[Path]:
    """The files that programs are made from."""
    stack, count = [tree], 0
    while stack and count < _MOST_FILES:
        here = stack.pop()
        for one in sorted(here.iterdir()):
            path = one.relative_to(tree).as_posix()
            if one.is_symlink() or _NO_PROGRAM.fullmatch(path if one.is_file() else f"{path}/"):
                continue
            if one.is_dir() and not one.name.startswith("."):
                stack.append(one)
            elif one.suffix in (".c", ".h", ".cc", ".cpp", ".hpp", ".cxx", ".S", ".s", ".y", ".l"):
                count += 1
                yield one


def tagged(tree: Path) -> dict[str, list[str]]:
    """The expressions of SPDX tags in the files that programs are made from, each with the paths of its files."""
    found: dict[str, list[str]] = {}
    for file in _sources(tree):
        if match := _TAG.search(read(file)[:3000]):
            expression = _in_its_case(re.sub(r"\s*(\*/|//).*", "", match[1]).strip())
            found.setdefault(expression, []).append(file.relative_to(tree).as_posix())
    return dict(sorted(found.items()))


def _of_pkg_info(tree: Path) -> list[str]:
    record = Deb822(read(tree / "PKG-INFO"))
    found = record.get("License-Expression") or record.get("License", "")
    return [_in_its_case(found)] if found and "\n" not in found else []


# Words of licence texts, and what they are the text of.
_WORDS = (
    (r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3", "LGPL-3.0"),
    (r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version 2\.1", "LGPL-2.1"),
    (r"GNU LIBRARY GENERAL PUBLIC LICENSE\s+Version 2", "LGPL-2.0"),
    (r"GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3", "AGPL-3.0"),
    (r"GNU GENERAL PUBLIC LICENSE\s+Version 3", "GPL-3.0"),
    (r"GNU GENERAL PUBLIC LICENSE\s+Version 2", "GPL-2.0"),
    (r"Apache License\s+Version 2\.0", "Apache-2.0"),
    (r"Mozilla Public License,?\s+[Vv]ersion 2\.0", "MPL-2.0"),
    (r"Boost Software License - Version 1\.0", "BSL-1.0"),
    (r"Permission is hereby granted, free of charge, to any person obtaining a\s+copy of this software", "MIT"),
    (
        r"Permission to use, copy, modify,? and( or)? distribute this software for any purpose with or without fee is "
        r"hereby granted, provided that the above copyright notice and this permission notice appear in all copies[ .]*"
        r"THE SOFTWARE IS PROVIDED .{1,3}AS IS.{1,4}AND",
        "ISC",
    ),
    (r"This software is provided 'as-is', without any express or implied", "Zlib"),
    (r"This is free and unencumbered software released into the public domain", "Unlicense"),
)
_LATER = re.compile(r"any\s+(\W+\s+)?later\s+(\W+\s+)?version")


def read_like(text: str) -> list[str]:
    """The licences that a text has, of those that the importer knows; GNU's without "-only" or "-or-later"."""
    # Without the marks of comments, and in one line.
    words = re.sub(r"(\s|[*#/>])+", " ", text)
    found = [licence for known, licence in _WORDS if re.search(known, words, re.IGNORECASE)]
    if "Redistribution and use in source and binary forms" in words:
        third = re.search(r"(Neither the name|names? of .{0,80}may (not )?be used to endorse)", words, re.S)
        found.append("BSD-3-Clause" if third else "BSD-2-Clause")
    return found


def _of_words(tree: Path, texts: Sequence[str]) -> str:
    """The licences that the texts read like; "" if they read like none."""
    found = dict.fromkeys(licence for name in texts for licence in read_like(read(tree / name)[:12000]))
    gnu = [name for name in found if "GPL" in name]
    later = (
        any(_LATER.search(read(file)[:3000]) for file, _ in zip(_sources(tree), range(40), strict=False))
        if gnu
        else False
    )
    return " AND ".join(f"{name}-{'or-later' if later else 'only'}" if name in gnu else name for name in sorted(found))
