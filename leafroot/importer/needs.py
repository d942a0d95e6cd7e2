# SPDX-License-Identifier: Apache-2.0
"""Reads what a source asks for in its build files: which libraries, and whether it can be built without them.

Nothing is run. So what is inside a condition counts as optional, with the switch that the condition names if there is
one; what nobody can tell from the text is for the author to check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from leafroot.importer.build_system import BuildSystem, read

# What the C library and the compiler bring.
_ALWAYS_THERE = frozenset(
    (
        *(
            "c",
            "m",
            "dl",
            "rt",
            "pthread",
            "util",
            "crypt",
            "resolv",
            "nsl",
            "socket",
            "anl",
            "gcc",
            "stdc++",
            "atomic",
        ),
        *(
            "threads",
            "intl",
            "iconv",
            "pkgconfig",
            "pkg-config",
            "git",
            "doxygen",
            "python",
            "python3",
            "perl",
            "gettext",
        ),
        *("pythoninterp", "perllibs", "sphinx", "cmath", "gnuinstalldirs", "libm", "bison", "flex", "openmp", "xnet"),
    )
)


@dataclass(frozen=True)
class Need:
    """A library that build files ask for: under which names they look for it, and whether it must be there.

    `off` is the word for the recipe that does without it, "" if none is known.
    """

    names: tuple[str, ...]
    required: bool
    off: str = ""


def find_needs(system: BuildSystem, tree: Path, switches: frozenset[str]) -> list[Need]:
    """What the build files of a source ask for, each library once; `switches` are the options of its script."""
    found: list[Need] = []
    for file in system.files:
        text = read(file)
        match system.recipe:
            case "Meson":
                found += _of_meson(text, _meson_options(tree / system.folder))
            case "CMake":
                found += _of_cmake(text)
            case "Autotools":
                found += _of_autoconf(text, switches)
            case _:
                found += _of_make(text)
    return list(_once(found))


def needs_cxx(system: BuildSystem, tree: Path) -> bool:
    """Whether the source has programs in C++, by its build files."""
    text = "\n".join(map(read, system.files))
    match system.recipe:
        case "Meson":
            main = read(tree / system.folder / "meson.build")
            project = next(_calls(main, "project"), [])
            languages = f"{project[1:]} {' '.join(' '.join(one) for one in _calls(text, 'add_languages'))}"
            return "'cpp'" in languages
        case "CMake":
            return _has_cxx_sources(tree / system.folder)
        case "Autotools":
            return bool(re.search(r"^\s*(AC_PROG_CXX|AX_CXX_COMPILE_STDCXX\w*)\b", text, re.M))
        case _:
            return bool(re.search(r"\$[({]CXX[)}]|\.(cpp|cc|cxx)\b", text)) and _has_cxx_sources(tree / system.folder)


def _has_cxx_sources(top: Path) -> bool:
    stack = [top]
    while stack:
        here = stack.pop()
        for one in here.iterdir():
            if one.is_symlink():
                continue
            if one.is_dir() and not re.search(r"test|example|doc|bench|fuzz|contrib|third|debian|win|\.git", one.name):
                stack.append(one)
            elif one.suffix in (".cpp", ".cc", ".cxx", ".C"):
                return True
    return False


def _once(needs: Sequence[Need]) -> Iterator[Need]:
    """Each library once: it is required if it is anywhere, and has the switch that any mention names."""
    merged: dict[str, Need] = {}
    for need in needs:
        names = tuple(name for name in need.names if name.lower() not in _ALWAYS_THERE)
        if not names:
            continue
        before = merged.get(names[0])
        if before is None:
            merged[names[0]] = Need(names, need.required, need.off)
        else:
            required = before.required or need.required
            merged[names[0]] = Need(before.names, required, before.off or need.off)
    yield from merged.values()


# Autoconf


def _of_autoconf(text: str, switches: frozenset[str]) -> Iterator[Need]:
    text = re.sub(r"^\s*(dnl\b|#).*$|\bdnl\b.*$", "", text, flags=re.M)
    conditions = _conditions_of_shell(text)
    for name, place, arguments in _macros(text):
        arguments += [""] * (4 - len(arguments))
        if name in ("PKG_CHECK_MODULES", "PKG_CHECK_MODULES_STATIC"):
            modules, otherwise, names_at = arguments[1], arguments[3], 1
            names = tuple(re.findall(r"[A-Za-z][\w.+-]*", re.sub(r"[<>=!]+\s*\S+", " ", _plain(modules))))
        elif name == "AC_CHECK_LIB":
            names, otherwise, names_at = (_plain(arguments[0]),), arguments[3], 0
        elif name == "AC_SEARCH_LIBS":
            names, otherwise, names_at = tuple(_plain(arguments[1]).split()), arguments[3], 1
        else:
            names, otherwise, names_at = tuple(re.findall(r"[\w./+-]+\.h", arguments[0])), arguments[2], 0
        fatal = "AC_MSG_ERROR" in otherwise or "AC_MSG_FAILURE" in otherwise
        if name.startswith("PKG_CHECK_MODULES"):
            fatal = fatal or not otherwise.strip()
        if name.startswith("AC_") and len(names) != 1 and not fatal:
            # A list of headers, most of them the C library's.
            names = tuple(one for one in names if "/" in one)
        condition = next((words for begin, end, words in conditions if begin <= place < end), "")
        # "$foo" in the place of a name: what is in the variable, nobody can tell.
        if not names or "$" in arguments[names_at]:
            continue
        if name == "AC_CHECK_LIB" or name.startswith("PKG_"):
            for one in names:
                yield Need((one,), fatal and not condition, _switch_off(one, condition, switches))
        else:
            yield Need(names, fatal and not condition, _switch_off(names[0], condition, switches))


# A switch whose name begins with so many letters of a library's is for that library: --with-oniguruma for -lonig.
_LEAST = 4
_MACRO = re.compile(r"\b(PKG_CHECK_MODULES(?:_STATIC)?|AC_CHECK_LIB|AC_SEARCH_LIBS|AC_CHECK_HEADERS?)\s*\(")
_CONDITIONAL = re.compile(r"\b(AS_IF|AS_CASE|AC_ARG_WITH|AC_ARG_ENABLE|AS_VAR_IF|AM_COND_IF|m4_ifdef)\s*\(")


def _macros(text: str) -> Iterator[tuple[str, int, list[str]]]:
    for match in _MACRO.finditer(text):
        yield match[1], match.start(), _arguments(text, match.end())[0]


def _arguments(text: str, start: int) -> tuple[list[str], int]:
    """The arguments of a call from the place after its opening parenthesis on, and where it ends.

    Commas within brackets, braces and parentheses do not separate them.
    """
    found, begin, depth, at = [], start, 0, start
    while at < len(text):
        letter = text[at]
        if letter in "([{":
            depth += 1
        elif letter in "])}":
            if depth == 0:
                break
            depth -= 1
        elif letter == "," and depth == 0:
            found.append(text[begin:at].strip())
            begin = at + 1
        at += 1
    return [*found, text[begin:at].strip()], at


def _plain(argument: str) -> str:
    return argument.replace("[", " ").replace("]", " ").strip()


def _conditions_of_shell(text: str) -> list[tuple[int, int, str]]:
    """The parts of a script that are done under a condition, each with the condition's words; inner parts first."""
    found: list[tuple[int, int, str]] = []
    for match in _CONDITIONAL.finditer(text):
        arguments, end = _arguments(text, match.end())
        words = " ".join(arguments[:1]) if match[1].startswith(("AS_", "AM_")) else _plain(arguments[0])
        if match[1] in ("AC_ARG_WITH", "AC_ARG_ENABLE"):
            words = f"{match[1][7:].lower()}_{words}"
        found.append((match.end(), end, words))
    open_ones: list[tuple[int, str]] = []
    place = 0
    for line in text.splitlines(keepends=True):
        word = line.strip()
        if re.match(r"(if|case)\b", word) and not re.search(r"\b(fi|esac)\s*$", word):
            open_ones.append((place + len(line), word))
        elif re.match(r"(fi|esac)\b", word) and open_ones:
            begin, words = open_ones.pop()
            found.append((begin, place, words))
        place += len(line)
    return sorted(found, key=lambda one: one[1] - one[0])


def _switch_off(name: str, condition: str, switches: frozenset[str]) -> str:
    """The argument of configure that does without a library: what its condition names, or what is called as it is."""
    for kind, word in re.findall(r"\b(with|enable)_(\w+)", condition):
        for one in switches:
            if one.replace("-", "_") == f"{kind}_{word}":
                return _negated(one)
    short = _key(name)
    named = {one: _key(one.partition("-")[2]) for one in sorted(switches, reverse=True)}
    same = [one for one, key in named.items() if key == short]
    longer = [one for one, key in named.items() if len(short) >= _LEAST and key.startswith(short)]
    return _negated((same or longer)[0]) if same or longer else ""


def _negated(switch: str) -> str:
    kind, _, name = switch.partition("-")
    return f"--{'without' if kind == 'with' else 'disable'}-{name}"


def _key(name: str) -> str:
    return re.sub(r"^lib|[\d._-]", "", name.lower())


# Meson


def _of_meson(text: str, options: dict[str, tuple[str, str]]) -> Iterator[Need]:
    text = re.sub(r"^\s*#.*$", "", text, flags=re.M)
    conditions = _conditions_of_lines(text, r"if\b", r"endif\b")
    for function in ("dependency", "find_library"):
        for match in re.finditer(rf"\b{function}\s*\(", text):
            arguments, _ = _arguments(text, match.end())
            names = tuple(name for one in arguments if (name := _string(one)))
            asked = next((one.partition(":")[2].strip() for one in arguments if one.startswith("required")), "true")
            condition = next((words for begin, end, words in conditions if begin <= match.start() < end), "")
            option = re.search(r"get_option\(\s*'([\w-]+)'", asked) or re.search(
                r"get_option\(\s*'([\w-]+)'", condition
            )
            required, off = asked == "true" and not condition, ""
            if option:
                required, off = False, _meson_off(option[1], options)
            if names:
                yield Need(names[:1] if function == "dependency" else names, required, off)


def _meson_off(name: str, options: dict[str, tuple[str, str]]) -> str:
    """The argument that turns an option off; "" if it is off already, as all features are that Meson would detect."""
    kind, default = options.get(name, ("", ""))
    if kind == "feature":
        return f"-D{name}=disabled" if default == "enabled" else ""
    return f"-D{name}=false" if kind == "boolean" and default in ("", "true") else ""


def _meson_options(top: Path) -> dict[str, tuple[str, str]]:
    """The options of a project: type and default value."""
    text = read(top / "meson.options") or read(top / "meson_options.txt")
    found: dict[str, tuple[str, str]] = {}
    for arguments in _calls(text, "option"):
        fields = {
            key.strip(): value.strip().strip("'") for one in arguments[1:] for key, _, value in [one.partition(":")]
        }
        found[_string(arguments[0])] = (fields.get("type", ""), fields.get("value", ""))
    return found


def meson_asks_for_tests(tree: Path) -> list[str]:
    """The arguments that turn tests, documentation and examples of a project off, if those are on by default."""
    wanted = re.compile(r"(build[-_])?(tests?|unit-?tests?|docs?|documentation|examples?|man(pages)?|gtk_doc|fuzz\w*)")
    found = []
    for name, (kind, default) in sorted(_meson_options(tree).items()):
        if wanted.fullmatch(name) and kind == "boolean" and default in ("", "true"):
            found.append(f"-D{name}=false")
        if wanted.fullmatch(name) and kind == "feature" and default == "enabled":
            found.append(f"-D{name}=disabled")
    return found


_TESTS = frozenset(
    (
        *("test", "tests", "testing", "unittests", "doc", "docs", "documentation", "example", "examples"),
        *("benchmark", "benchmarks", "fuzz", "fuzzing", "fuzzers"),
    )
)


def cmake_asks_for_tests(system: BuildSystem) -> list[str]:
    """The same of a project with CMake; the recipe itself sets BUILD_TESTING."""
    found: dict[str, None] = {}
    for file in system.files:
        for name, default in re.findall(r"\boption\s*\(\s*(\w+)\s+\"[^\"]*\"\s*([^\s)]*)", read(file), re.I):
            # FOO_BUILD_TESTS and Foo_BuildTests alike.
            words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
            if _TESTS & {word.lower() for word in words} and default.upper() not in ("", "OFF", "NO", "FALSE", "0"):
                found[f"-D{name}=OFF"] = None
    found.pop("-DBUILD_TESTING=OFF", None)
    return list(found)


def _calls(text: str, function: str) -> Iterator[list[str]]:
    for match in re.finditer(rf"\b{function}\s*\(", text):
        yield _arguments(text, match.end())[0]


def _string(argument: str) -> str:
    return argument[1:-1] if re.fullmatch(r"'[^']*'", argument) else ""


# CMake


def _of_cmake(text: str) -> Iterator[Need]:
    text = re.sub(r"#.*$", "", text, flags=re.M)
    conditions = _conditions_of_lines(text, r"(?i)if\s*\(", r"(?i)endif\s*\(")
    found = re.finditer(r"\b(find_package|pkg_check_modules|pkg_search_module|find_library)\s*\(([^()]*)\)", text, re.I)
    for match in found:
        function, words = match[1].lower(), match[2].split()
        condition = next((one for begin, end, one in conditions if begin <= match.start() < end), "")
        required = "REQUIRED" in words and not condition
        switch = re.search(r"\b((?:WITH|ENABLE|USE|BUILD)_\w+|\w+_(?:ENABLE|SUPPORT)\w*)\b", condition)
        off = f"-D{switch[1]}=OFF" if switch else ""
        skipped = ("REQUIRED", "QUIET", "IMPORTED_TARGET", "GLOBAL", "NAMES", "STATIC_TARGET")
        if function == "find_package":
            names = words[:1]
        elif function == "find_library":
            names = [one for one in words[1:] if re.fullmatch(r"[a-z][\w.+-]*", one)][:1]
        else:
            names = [re.split(r"[<>=]", one)[0] for one in words[1:] if one not in skipped]
        for name in names:
            if name and "$" not in name:
                yield Need((name,), required, off)


def _conditions_of_lines(text: str, begin: str, end: str) -> list[tuple[int, int, str]]:
    """The parts of a text between lines that begin and end a condition, each with its words; inner parts first."""
    found: list[tuple[int, int, str]] = []
    open_ones: list[tuple[int, str]] = []
    place = 0
    for line in text.splitlines(keepends=True):
        word = line.strip()
        if re.match(begin, word):
            open_ones.append((place + len(line), word))
        elif re.match(end, word) and open_ones:
            start, words = open_ones.pop()
            found.append((start, place, words))
        place += len(line)
    return sorted(found, key=lambda one: one[1] - one[0])


# Makefiles


def _of_make(text: str) -> Iterator[Need]:
    text = re.sub(r"#.*$", "", text, flags=re.M)
    conditions = _conditions_of_lines(text, r"if(n?def|n?eq)\b", r"endif\b")
    asked = [
        (match.start(), name) for match in re.finditer(r"(?<![\w-])-l([a-z][\w+.-]*)", text) for name in [match[1]]
    ]
    for match in re.finditer(r"(?:pkg-config|\$[({]PKG_?CONFIG[)}])((?:\s+[\w.+-]+)+)", text):
        asked += [(match.start(), word) for word in match[1].split() if not word.startswith("-")]
    for place, name in asked:
        if re.search(rf"\blib{re.escape(name)}(\.a|\.so|\.\$)", text):
            # It makes this library itself.
            continue
        inside = any(begin <= place < end for begin, end, _ in conditions)
        yield Need((name,), not inside)


def includes(tree: Path, names: Sequence[str]) -> set[str]:
    """Which of these headers the C sources include."""
    pattern = re.compile(rf"^\s*#\s*include\s*<({'|'.join(map(re.escape, names))})>", re.M)
    found: set[str] = set()
    stack = [tree]
    while stack:
        here = stack.pop()
        for one in here.iterdir():
            if one.is_symlink():
                continue
            if one.is_dir() and not re.search(r"test|example|debian|\.git", one.name):
                stack.append(one)
            elif one.suffix in (".c", ".h", ".cpp", ".cc"):
                found |= set(pattern.findall(read(one)))
    return found
