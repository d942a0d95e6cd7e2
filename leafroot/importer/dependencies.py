# SPDX-License-Identifier: Apache-2.0
"""Finds the units that a source needs: what its build files ask for, through Debian's Build-Depends, in the catalog.

A binary package of Build-Depends belongs to a source package, whose files are in one folder of Debian's pool; the unit
with an archive of that folder is the dependency.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leafroot.debian.pins import pinned_files
from leafroot.debian.source_packages import Binary
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.importer.needs import Need

# Packages with -dev in their names that no program is linked with.
_NO_LIBRARIES = re.compile(
    r"(libc6|linux-libc|libltdl|dpkg|systemd|gettext|autotools|gnulib|libtool|(lib)?python3?(-all)?"
    r"|lib(girepository|glib|gmodule)[\d.-]*|gobject-introspection|libperl|lua[\d.]*|tcl|tk|ruby|ocaml|guile[\d.-]*"
    r"|libgtest|googletest|libgmock|check|catch2|libcunit1(-ncurses)?|libcmocka|cppunit|libcppunit|librust-.*|golang-.*"
    r"|libselinux1|libaudit)-dev"
)
# Libraries of the glib family are one source, and needed by programs after all.
_AFTER_ALL = re.compile(
    r"lib(glib|gmodule)[\d.-]*-dev|libselinux1-dev|libaudit-dev|lua[\d.]*-dev|(lib)?python3?(-all)?-dev"
)
# Names under which build files look for a library whose -dev package is called otherwise.
_OTHER_NAMES = {
    "curses": "ncurses",
    "ncursesw": "ncurses",
    "tinfo": "ncurses",
    "tinfow": "ncurses",
    "panel": "ncurses",
    "form": "ncurses",
    "menu": "ncurses",
    "openssl": "ssl",
    "crypto": "ssl",
    "libcrypto": "ssl",
    "z": "zlib",
    "lzma": "liblzma",
    "gio-2.0": "glib",
    "gio-unix-2.0": "glib",
    "gobject-2.0": "glib",
    "gmodule-2.0": "glib",
    "gthread-2.0": "glib",
    "bzip2": "bz2",
    "udev": "libudev",
    "com_err": "comerr",
    "e2p": "ext2fs",
    "history": "readline",
    "jpeg": "jpeg",
    "zstd": "libzstd",
    "libpcre2-8": "pcre2",
    "pcre2-posix": "pcre2",
    "hogweed": "nettle",
}
# Programs that a build runs and whose version must be that of the target's library.
_MATCHED_TOOLS = frozenset(
    (
        "protobuf-compiler",
        "protobuf-c-compiler",
        "libprotobuf-c-dev",
        "libglib2.0-dev-bin",
        "libwayland-bin",
        "libwayland-dev",
    )
)
# Headers that musl does not have, and the packages with them.
HEADERS = {"argp.h": "argp", "fts.h": "musl-fts", "obstack.h": "musl-obstack", "error.h": ""}


@dataclass(frozen=True)
class Optional:
    """A library that the source can do without: its unit, "" if there is none, and the word that leaves it out."""

    name: str
    unit: str
    off: str


@dataclass(frozen=True)
class Missing:
    """A library that the source needs, and which no unit has; `source` is Debian's source package, "" if unknown."""

    name: str
    source: str

    def __str__(self) -> str:
        return f"{self.name} (Debian's source package {self.source})" if self.source else self.name


@dataclass(frozen=True)
class Dependencies:
    """What a source needs: units, libraries it can do without, libraries that no unit has.

    `tools` are units whose programs a build runs. `unsaid` are the libraries that Debian builds it with, but of which
    its build files say nothing.
    """

    depends: tuple[str, ...] = ()
    optional: tuple[Optional, ...] = ()
    missing: tuple[Missing, ...] = ()
    unsaid: tuple[Missing, ...] = ()


def find_dependencies(
    needs: Sequence[Need],
    build_depends: Iterable[str],
    binaries: Mapping[str, Binary],
    packages: Mapping[str, Unit[Package]],
) -> Dependencies:
    """What a source needs; `binaries` are those of `build_depends` as Debian knows them."""
    built_with = list(build_depends)
    libraries = [name for name in built_with if is_library(name)]
    units = _Units(packages)
    depends: dict[str, None] = {}
    optional: dict[str, Optional] = {}
    missing: dict[str, Missing] = {}
    said: set[str] = set()
    for need in needs:
        name = next((one for each in need.names for one in [_best(each, libraries)] if one), "")
        binary = binaries.get(name)
        said |= {name}
        known = (name, *need.names) if name else need.names
        unit = units.of(binary) if binary else next((found for one in known if (found := units.called(one))), "")
        # Debian builds it without: the C library has it, or nobody needs it. A header alone says less than a name.
        if not unit and not name and (built_with or not need.required or need.names[0].endswith(".h")):
            continue
        if need.required and unit:
            depends[unit] = None
        elif need.required:
            missing.setdefault(name or need.names[0], Missing(name or need.names[0], binary.source if binary else ""))
        else:
            key = unit or name or need.names[0]
            before = optional.get(key)
            optional[key] = Optional(name or need.names[0], unit, need.off or (before.off if before else ""))
    unsaid = [Missing(name, binaries[name].source) for name in libraries if name not in said and name in binaries]
    return Dependencies(
        tuple(sorted(depends)),
        tuple(one for key, one in sorted(optional.items()) if key not in depends and one.name not in missing),
        tuple(missing.values()),
        tuple(one for one in unsaid if units.of(binaries[one.name]) not in depends),
    )


def tools_of(
    build_depends: Iterable[str], binaries: Mapping[str, Binary], packages: Mapping[str, Unit[Package]]
) -> tuple[str, ...]:
    """The units whose programs the build runs in the version of their libraries: compilers of protocols."""
    units = _Units(packages)
    found = {units.of(binaries[name]) for name in build_depends if name in _MATCHED_TOOLS and name in binaries}
    return tuple(sorted(found - {""}))


def is_library(name: str) -> bool:
    """Whether a package of Build-Depends has headers and a library that programs are linked with."""
    if not name.endswith("-dev"):
        return False
    return not _NO_LIBRARIES.fullmatch(name) or bool(_AFTER_ALL.fullmatch(name))


class _Units:
    """The packages of the catalog by the folders of Debian's pool that their archives come from."""

    def __init__(self, packages: Mapping[str, Unit[Package]]) -> None:
        self._names = {_key(name): name for name in sorted(packages, reverse=True)}
        self._folders: dict[str, str] = {}
        self._sources: dict[str, str] = {}
        for name, unit in packages.items():
            if unit.value.build.place != "root":
                continue
            for file in pinned_files(unit.value):
                self._folders.setdefault(file.folder, name)
                self._sources.setdefault(file.source, name)

    def of(self, binary: Binary) -> str:
        """The unit that a binary package is built from; "" if there is none."""
        found = self._folders.get(binary.pool) or self._sources.get(binary.source)
        return found or self._names.get(_key(binary.source), "")

    def called(self, name: str) -> str:
        """The unit that is called as build files call a library; "" if there is none."""
        return self._names.get(_key(name), "")


def _best(name: str, libraries: Sequence[str]) -> str:
    """The -dev package of a library that build files call `name`; "" if none is called alike."""
    wanted = _key(name)
    if len(wanted) < 1:
        return ""
    keys = {library: _key(library.removesuffix("-dev")) for library in libraries}
    for library, key in keys.items():
        if key == wanted:
            return library
    if len(wanted) < 3:
        return ""
    begins = [
        library for library, key in keys.items() if len(key) > 2 and (key.startswith(wanted) or wanted.startswith(key))
    ]
    return min(begins, key=lambda library: (abs(len(keys[library]) - len(wanted)), library), default="")


def _key(name: str) -> str:
    """A name as it is compared: in small letters, without "lib", numbers and marks, and as -dev packages have it."""
    name = name.lower().rpartition("/")[2].removesuffix(".h")
    name = _OTHER_NAMES.get(name, name)
    name = re.sub(r"[\d.]+([a-z]?)$", r"\1", re.sub(r"-[\d.]+$", "", name))
    return re.sub(r"^lib(?=.)|[^a-z]", "", name)
