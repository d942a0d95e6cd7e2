# SPDX-License-Identifier: Apache-2.0
"""Configuration files, line by line: defconfigs, saved configurations, and the fragments of Kbuild (kernel, busybox).

A line is an assignment (`CONFIG_X=value`), an unset option (`# CONFIG_X is not set`), a comment, blank, or an error.
The programs that read such files (conf of the kernel, kconfiglib) pass over what they do not understand, and take some
comments for unset options. So a comment that looks like an unset option is an error too; any other changes nothing.

Blanks around a line, CR before the newline, and a byte order mark at the start of the file do not count.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from leafroot.errors import LeafrootError, printable
from leafroot.files import read_file

_BLANKS = " \t"
_NAME = "[A-Za-z0-9_]+"
_SET = re.compile(rf"CONFIG_({_NAME})=(?! |\t)(.*)")
_UNSET = re.compile(rf"# CONFIG_({_NAME}) is not set")
_COMMENTED_OUT = re.compile(rf'#+\s*CONFIG_{_NAME}=(?:\S+|"(?:[^\\"]|\\.)*")')
# Characters that are not text, or that show a line in another way than it is read: other ends of lines, a byte order
# mark, and what changes the direction of writing.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_SHOWN = 120
_STRING = re.compile(r'"((?:[^\\"]|\\.)*)"')
_QUOTE = '"'
_ESCAPE = re.compile(r"\\(.)")
# scripts/kconfig/symbol.c of the kernel, sym_string_valid(): a hexadecimal number may go without 0x.
DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)")
HEXADECIMAL = re.compile(r"(?:0[xX])?[0-9A-Fa-f]+")
_WORDS = "isnotset"
_SHORT_FORMS = ("notset", "isunset", "unset")
_LIKE_CONFIG = 0.75
_SECRET = re.compile(r"PASSWORD|PASSPHRASE|SECRET|TOKEN|(?:PRIVATE|PRESHARED)_?KEY|_PSK(?:_|$)")
_DOTS, _QUOTED_DOTS = "...", '"..."'
_HOW = "Write CONFIG_NAME=value, or '# CONFIG_NAME is not set'."


@dataclass(frozen=True)
class Assignment:
    """One line of a configuration file, or one variable of the command line.

    `value` is as written: y, m, n, a number, or a string with its quotes. `where` is the file and the line. If it is a
    `wish`, it may have no effect.
    """

    symbol: str
    value: str
    where: str
    wish: bool = False

    def __str__(self) -> str:
        return self.shown(self.value)

    def shown(self, value: str) -> str:
        """The assignment of `value` as messages have it, which end up in logs: without a password or a hash of one."""
        hidden = _SECRET.search(self.symbol) and value not in ("y", "m", "n")
        return shortened(
            f"CONFIG_{self.symbol}={(_QUOTED_DOTS if value.startswith(_QUOTE) else _DOTS) if hidden else value}"
        )

    @property
    def line(self) -> str:
        """The assignment as Kconfig itself writes it."""
        return f"# CONFIG_{self.symbol} is not set" if self.value == "n" else f"CONFIG_{self.symbol}={self.value}"


Fragment = tuple[Assignment, ...]
"""The assignments of one file, in its order."""


def read_fragment(file: Path, shown: str) -> Fragment:
    """Read a configuration file; `shown` is its name in messages.

    Raises LeafrootError for a file that cannot be read, a malformed line and a second assignment.
    """
    return parse_fragment(read_file(file, shown), shown)


def parse_fragment(data: bytes, shown: str) -> Fragment:
    """The assignments in the bytes of a configuration file."""
    found: dict[str, Assignment] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(_decoded(data, shown).split("\n"), 1):
        one = parse_line(line, f"{shown}:{number}")
        if one is None:
            continue
        if one.symbol in found:
            raise LeafrootError(
                f"CONFIG_{one.symbol} is assigned a second time",
                one.where,
                f"Line {lines[one.symbol]} says {found[one.symbol]}; keep one of them.",
            )
        found[one.symbol] = one
        lines[one.symbol] = number
    return tuple(found.values())


def _decoded(data: bytes, shown: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise LeafrootError(
            f"not UTF-8 text: {error.reason} at byte {error.start}", f"{shown}:{line}", "Save the file as UTF-8."
        ) from None


def parse_line(line: str, where: str) -> Assignment | None:
    """What a line assigns; None for a comment or a blank line. `where` is its place."""
    line = line.removesuffix("\r")
    if control := _CONTROL.search(line):
        raise LeafrootError(f"the character {control[0]!a} is not allowed in a configuration", where)
    line = line.strip(_BLANKS)
    if match := _UNSET.fullmatch(line):
        return Assignment(match[1], "n", where)
    if line.startswith("#"):
        if not _COMMENTED_OUT.fullmatch(line) and _is_meant_as_unset(line):
            raise LeafrootError(
                f"neither an unset option nor a comment: {shortened(line)}",
                where,
                f"Write '# CONFIG_{_name_in(line)} is not set', without any other text in the line. "
                "If it is a comment, word it in another way.",
            )
        return None
    if not line:
        return None
    match = _SET.fullmatch(line)
    if not match:
        raise LeafrootError(f"not an assignment: {shortened(line)}", where, _instead_of(line))
    if not match[2]:
        raise LeafrootError(
            f"no value: {shortened(line)}",
            where,
            f"Write {line}y, '# CONFIG_{match[1]} is not set', or {line}\"\" for an empty string.",
        )
    return Assignment(match[1], match[2], where)


def _is_meant_as_unset(comment: str) -> bool:
    """Whether a comment looks like an unset option, with a slip in it or with text after it."""
    words = comment.lstrip("#").split()
    for count in (1, 2):
        head, tail = words[:count], _letters("".join(words[count:]))
        if not tail or not _is_like_an_option(head):
            continue
        if tail.startswith(_WORDS) or (count == 1 and (tail in _SHORT_FORMS or _is_a_slip_of(_WORDS, tail))):
            return True
    return False


def _is_like_an_option(words: list[str]) -> bool:
    if len(words) == 1 and re.fullmatch(r"[A-Z][A-Z0-9_]+", words[0]):
        return True
    start = _letters("".join(words)).upper()
    return any(_likeness(start[:size], "CONFIG") >= _LIKE_CONFIG for size in (5, 6, 7))


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def _is_a_slip_of(right: str, written: str) -> bool:
    """Whether one letter is missing, one too many, another one, or two are in each other's place."""
    start = 0
    while start < min(len(right), len(written)) and right[start] == written[start]:
        start += 1
    a, b = right[start:], written[start:]
    return a == b or a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2][::-1] == b[:2] and a[2:] == b[2:])


def _name_in(comment: str) -> str:
    """The option that a comment names, or NAME."""
    found = re.search(rf"(?:^|[^A-Za-z0-9])[A-Za-z]{{4,8}}[_-]({_NAME})", comment) or re.search(
        r"\b([A-Z][A-Z0-9_]+)\b", comment
    )
    return found[1].upper() if found else "NAME"


def _instead_of(line: str) -> str:
    """What to write instead of a line that is no assignment."""
    if match := re.fullmatch(rf"CONFIG_({_NAME})(?: is not set)?", line):
        unset = f"'# CONFIG_{match[1]} is not set'"
        return f"Write {unset}." if line.endswith("set") else f"Write CONFIG_{match[1]}=y, or {unset}."
    left, equals, value = line.partition("=")
    name = re.sub(r"[\s-]+", "_", left.rstrip(" \t:+?")).strip("_").upper()
    value = value.strip()
    if not equals or not value or not name.isascii():
        return _HOW
    _, config, rest = name.rpartition("CONFIG_")
    first, _, last = name.partition("_")
    if config:
        name = rest
    elif last and len(first) < 8 and _likeness(first, "CONFIG") >= _LIKE_CONFIG:
        name = last
    if not re.fullmatch(_NAME, name) or name == "CONFIG":
        return _HOW
    return f"Write {shortened(f'CONFIG_{name}={value}')}."


def shortened(text: str) -> str:
    """A line as messages show it."""
    return printable(text, _SHOWN)


def string_in(one: Assignment) -> str:
    """The string that a quoted value stands for; LeafrootError if the value is not one string in double quotes."""
    match = _STRING.fullmatch(one.value)
    if not match:
        raise LeafrootError(
            f"{one}: a string must be in double quotes",
            one.where,
            f"Write {one.shown(quoted(one.value.strip(_QUOTE)))}.",
        )
    # Kconfig leaves out a backslash before any other character: the string would not be what was written.
    if other := next((found[0] for found in _ESCAPE.finditer(match[1]) if found[1] not in '\\"'), None):
        raise LeafrootError(
            f"{one}: {other} is not an escape of Kconfig",
            one.where,
            r"Write \\ for a backslash, and \" for a quote.",
        )
    return _ESCAPE.sub(r"\1", match[1])


def quoted(text: str) -> str:
    """The value of a string option: the text in double quotes, with Kconfig's escapes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def check_for_kbuild(assignments: Iterable[Assignment]) -> None:
    """Check the values of options whose types are not known here; LeafrootError for those that no option takes.

    Modules are refused: nothing builds them.
    """
    for one in assignments:
        if one.value == "m":
            raise LeafrootError(
                f"{one} asks for a module, and Leafroot does not build modules",
                one.where,
                f"Write CONFIG_{one.symbol}=y to build it into the kernel, or '# CONFIG_{one.symbol} is not set'.",
            )
        if one.value in ("y", "n") or DECIMAL.fullmatch(one.value) or HEXADECIMAL.fullmatch(one.value):
            continue
        if not one.value.startswith('"'):
            raise LeafrootError(
                f"{one}: this is not a value",
                one.where,
                "A value is y, n, a number, or a string in double quotes. A comment needs a line of its own.",
            )
        string_in(one)
