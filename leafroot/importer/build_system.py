# SPDX-License-Identifier: Apache-2.0
"""Finds the build system of a source in its own files, and the recipe for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leafroot.errors import LeafrootError

_AUTOCONF = re.compile(rb"Generated (by GNU Autoconf|automatically using autoconf)")
# Folders that say nothing of how the source is built for a target.
_ASIDE = frozenset(
    (
        *("debian", "doc", "docs", "example", "examples", "contrib", "fuzz", "fuzzing", "bench", "benchmark"),
        *("subprojects", "test", "tests", "testsuite", "third_party", "vendor", "packaging", "po", "man", ".git"),
        *("acorn", "amiga", "atari", "beos", "macos", "msdos", "os2", "qdos", "vms"),
        *("win", "win32", "windows", "msvc", "android", "python", "perl", "java", "swig", "bindings"),
    )
)
# What other build systems leave in a source, and why no draft is made of it.
_OTHERS = {
    "go.mod": "Go: the recipe Go builds it, once its modules are locked",
    "Cargo.toml": "Cargo, for which there is no recipe",
    "pyproject.toml": "Python's build tools",
    "setup.py": "Python's build tools",
    "Makefile.PL": "Perl's ExtUtils::MakeMaker",
    "SConstruct": "SCons",
    "wscript": "Waf",
    "BUILD.bazel": "Bazel",
}
# Options that no library hangs on, whatever their condition says.
_NO_FEATURES = ("static", "shared", "debug", "silent-rules", "maintainer-mode", "dependency-tracking", "nls", "pic")
_LARGEST = 4 << 20
_ASSIGNED = r"^ *(?:export\s+)?(\w+)[ \t]*[:?]*=[ \t]*([^\n#]*)"


@dataclass(frozen=True)
class BuildSystem:
    """How a source is built: the recipe's name and its arguments, and the files that say what the source needs.

    `folder` is the folder of the source that has them. `checks` are remarks for the author, by the field they are on.
    """

    recipe: str
    folder: str = ""
    arguments: Mapping[str, object] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    checks: tuple[str, ...] = ()


def find_build_system(tree: Path, rules: str = "", where: object = None) -> BuildSystem:
    """The build system of an unpacked source; `rules` is Debian's debian/rules, which may name one of several.

    Raises LeafrootError if there is none that a recipe is for.
    """
    for folder in _folders(tree):
        names = {one.name for one in (tree / folder).iterdir() if _is_own(one)}
        if kind := _kind(tree / folder, names, rules):
            return _KINDS[kind](tree, folder, rules)
    names = {one.name for one in tree.iterdir()}
    other = next((what for name, what in _OTHERS.items() if name in names), "")
    raise LeafrootError(
        f"the source is built with {other}" if other else "the source has no build files that the importer knows",
        where,
        "It knows meson.build, CMakeLists.txt, configure scripts and Makefiles. Write this package by hand:\n"
        "docs/add-a-package.md shows how.",
    )


def read(file: Path) -> str:
    """The text of a file of the source; "" for one that is no regular file, or too large to be written by people."""
    return file.read_text(errors="replace") if _is_own(file) and file.stat().st_size <= _LARGEST else ""


def _is_own(file: Path) -> bool:
    """Whether this is a regular file: links of a source may lead out of it."""
    return file.is_file() and not file.is_symlink()


def build_files(top: Path, name: str, most: int = 400) -> tuple[Path, ...]:
    """The files of this name in a folder and below it, but for those of tests, documentation and the like."""
    found: list[Path] = []
    stack = [top]
    while stack and len(found) < most:
        here = stack.pop()
        if _is_own(here / name):
            found.append(here / name)
        stack += sorted((one for one in here.iterdir() if _is_inside(one)), reverse=True)
    return tuple(found)


def _is_inside(one: Path) -> bool:
    return one.is_dir() and not one.is_symlink() and one.name.lower() not in _ASIDE and not one.name.startswith(".")


def _folders(tree: Path) -> Iterator[str]:
    """The folders that may have build files: the top, then those one level below it, if they are few."""
    yield ""
    likely = sorted((one.name for one in tree.iterdir() if _is_inside(one)), key=lambda name: (name != "src", name))
    yield from likely
    if (tree / "build" / "cmake").is_dir():
        yield "build/cmake"


# The kinds of build systems, the one to be used first.
_ORDER = ("autoconf", "meson", "cmake", "autoreconf", "configure", "makefile")


def _kind(folder: Path, names: set[str], rules: str) -> str:
    """The kind of build system of a folder with these files, "" if it has none.

    Debian's choice comes first. A configure script that is there already needs no other program; a script that is not
    autoconf's comes late, for its arguments cannot be known.
    """
    has = {
        "meson": "meson.build" in names,
        "cmake": "CMakeLists.txt" in names,
        "autoconf": "configure" in names and bool(_AUTOCONF.search((folder / "configure").read_bytes()[:4096])),
        "autoreconf": bool(names & {"configure.ac", "configure.in"}),
        "makefile": bool(names & {"Makefile", "makefile", "GNUmakefile"}),
    }
    has["configure"] = "configure" in names and not has["autoconf"]
    if has["autoconf"] and not names & {"configure.ac", "configure.in", "Makefile.in"}:
        has["configure"], has["autoconf"] = True, False
    asked: list[str] = re.findall(r"(?:--buildsystem[= ]|-S ?)(meson|cmake|autoconf|makefile)", rules)
    if "autoconf" in asked:
        asked.append("autoreconf")
    return next((kind for kind in (*asked, *_ORDER) if has[kind]), "")


def _meson(tree: Path, folder: str, rules: str) -> BuildSystem:
    where = {"folder": folder} if folder else {}
    return BuildSystem("Meson", folder, where, build_files(tree / folder, "meson.build"))


def _cmake(tree: Path, folder: str, rules: str) -> BuildSystem:
    where = {"folder": folder} if folder else {}
    return BuildSystem("CMake", folder, where, build_files(tree / folder, "CMakeLists.txt"))


def _autotools(tree: Path, folder: str, rules: str) -> BuildSystem:
    top = tree / folder
    arguments: dict[str, object] = {"folder": folder} if folder else {}
    given = next((top / name for name in ("configure.ac", "configure.in") if _is_own(top / name)), None)
    if given and _is_to_be_made(top):
        arguments["autoreconf"] = True
    elif not _builds_elsewhere(top):
        arguments["in_tree"] = True
    return BuildSystem("Autotools", folder, arguments, (given,) if given else (top / "configure",))


def _is_to_be_made(top: Path) -> bool:
    """Whether there is no configure script yet, or none with what automake adds to it."""
    return not (top / "configure").is_file() or (
        (top / "Makefile.am").is_file() and not (top / "Makefile.in").is_file()
    )


def _builds_elsewhere(top: Path) -> bool:
    """Whether the Makefiles can be used in another folder than the source: automake's can, others say VPATH.

    A header that configure writes, and that the source has already, would be found before the one that is written.
    """
    headers = (*top.glob("*.h.in"), *top.glob("*/*.h.in"))
    if any(header.with_suffix("").is_file() for header in headers):
        return False
    makefile = read(top / "Makefile.in") or read(top / "GNUmakefile.in")
    return "generated by automake" in makefile or bool(re.search(r"VPATH|@(abs_)?(top_)?srcdir@", makefile))


def _configure(tree: Path, folder: str, rules: str) -> BuildSystem:
    script = f"{folder}/configure".lstrip("/")
    arguments: dict[str, object] = {"script": script} if folder else {}
    text = read(tree / script)
    check = f"{script} is not Autoconf's: its arguments are its own."
    if "autosetup" in text:
        # Its arguments are those of Autoconf.
        arguments["options"] = ["--host={target}", "--prefix=/usr"]
        check = "the script is made with autosetup."
    elif "--prefix" not in text:
        arguments["options"] = []
        check += " It does not know --prefix."
    return BuildSystem("Configure", folder, arguments, _makefiles(tree / folder), (check,))


def _makefiles(top: Path) -> tuple[Path, ...]:
    return tuple(file for name in ("GNUmakefile", "Makefile", "makefile") for file in build_files(top, name))


def _make(tree: Path, folder: str, rules: str) -> BuildSystem:
    top, files = tree / folder, _makefiles(tree / folder)
    text = "\n".join(map(read, files))
    main = read(next(top / name for name in ("GNUmakefile", "makefile", "Makefile") if _is_own(top / name)))
    arguments: dict[str, object] = {"folder": folder or "."}
    checks: list[str] = []
    variables = _variables(text)
    installs = re.search(r"^[\w ./-]*\binstall\b[\w ./-]*:", main, re.M)
    if not installs:
        checks.append("the Makefile has no target 'install': install= names what installs.")
    if installs and "DESTDIR" not in text:
        prefix = next((name for name, value in variables.items() if value == "/usr"), "")
        if prefix:
            variables[prefix] = "/out/usr"
        checks.append("the Makefile knows no DESTDIR" + (f": {prefix} is the folder of the result." if prefix else "."))
    if variables:
        arguments["variables"] = variables
    if targets := _without_tests(main):
        arguments["targets"] = targets
    return BuildSystem("Make", folder, arguments, files, tuple(checks))


def _without_tests(makefile: str) -> list[str]:
    """What the default target makes, if that includes tests, which run what was built for another machine."""
    found = re.search(r"^all[ \t]*:(?![:=])[ \t]*([^\n#;]*)", makefile, re.M)
    made = found[1].split() if found else []
    tests = {"test", "tests", "check"} & set(made)
    return [one for one in made if one not in tests] if tests and not any("$" in one for one in made) else []


# Makefiles set these to programs of the build machine.
_PROGRAMS = {"CC": "gcc", "CXX": "g++", "AR": "ar", "RANLIB": "ranlib", "STRIP": "strip", "LD": "ld", "NM": "nm"}


def _variables(text: str) -> dict[str, str]:
    """What a call of make has to override: a prefix that is not /usr, and what the Makefile sets itself."""
    # A line that begins with a tab is a command.
    said = {name: value.strip() for name, value in re.findall(_ASSIGNED, text, re.M)}
    found = {
        name: "/usr"
        for name, value in said.items()
        if name in ("prefix", "PREFIX") or value.removeprefix("$(DESTDIR)").rstrip("/") == "/usr/local"
    }
    fixed = {name for name in _PROGRAMS if re.search(rf"^ *(export\s+)?{name}[ \t]*:*=", text, re.M)}
    found |= {name: f"{{prefix}}{_PROGRAMS[name]}" for name in _PROGRAMS if name in fixed}
    return found | {name: flags for name in ("CFLAGS", "LDFLAGS") if (flags := _flags(name, text))}


def _flags(name: str, text: str) -> str:
    """The toolchain's flags and those that the Makefile sets; "" if it takes them from the environment.

    What a call of make overrides, no assignment adds to: nothing is overridden that has several, or variables in it.
    """
    assigned = set(re.findall(rf"^[^\t\n#]*\b{name}[ \t]*([:+?!]*=)[ \t]*([^\n#]*)", text, re.M))
    how, own = assigned.pop() if len(assigned) == 1 else ("", "")
    if how not in ("=", ":=", "::=") or re.search(r"\$|\\|(^|\s)-l", own):
        return ""
    return f"{{{name.lower()}}} {own}".strip()


def switches(files: Sequence[Path]) -> frozenset[str]:
    """The names of the options of a configure script that a library may hang on: "with-zlib", "enable-ipv6"."""
    text = "\n".join(map(read, files))
    found = re.findall(r"AC_ARG_(WITH|ENABLE)\s*\(\s*\[?\s*([\w.+-]+)", text)
    found += [(kind.upper(), name) for kind, name in re.findall(r"--(with|enable)-([\w.+-]+)", text)]
    return frozenset(f"{kind.lower()}-{name}" for kind, name in found if name not in _NO_FEATURES)


_KINDS = {
    "meson": _meson,
    "cmake": _cmake,
    "autoconf": _autotools,
    "autoreconf": _autotools,
    "makefile": _make,
    "configure": _configure,
}
