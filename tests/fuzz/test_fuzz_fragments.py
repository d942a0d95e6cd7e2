# SPDX-License-Identifier: Apache-2.0
"""Lines that are nearly right: each is honoured, refused or a comment, and none is read as other than it looks.

What a line means is known in two ways that share nothing with the reader: by construction, and from other readers:
kconfiglib, and the rules of the kernel's conf (conf_read_simple() and sym_string_valid() in scripts/kconfig).
"""

from __future__ import annotations

import random
import re
import string
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kconfiglib
import pytest

from leafroot.errors import LeafrootError
from leafroot.kconfig.assign import assign
from leafroot.kconfig.fragment import Assignment, check_for_kbuild, parse_fragment

COUNT = 20_000
KCONFIG = """\
config MODULES
\tbool "m"
\toption modules
config USB
\tbool "b"
config TUN
\ttristate "t"
config NR_CPUS
\tint "i"
config PHYS_64
\thex "h"
config CMDLINE
\tstring "s"
"""
NAMES = ("USB", "TUN", "NR_CPUS", "PHYS_64", "CMDLINE", "USB_STORAGE", "9P_FS")
VALUES = ("y", "y", "n", "7", "-12", "0x1F", "ff", '""', '"a b"', r'"x=\"1\" \\"', '"# CONFIG_USB is not set"')
ENDS = ("", "", " ", "\t", "  \t", "\r", " \r")
PROSE = (
    *(
        "stays as the defconfig has it",
        "is needed by the flashing tool",
        "=y",
        "=m for now",
        "is not needed",
        "was here",
    ),
    *("depends on CONFIG_USB=y", "is not yet ready", "(see above)", ": the tunnel", "is set", "is not set by us", "y"),
)
# What slips of the finger and of the editor put in: letters, digits, and all that has a meaning in such a file.
ALPHABET = string.ascii_letters + string.digits + " \t=#_-\"'\\.;:$/" + "\u00a0\u200b\ufeff\u0421\r\x00\x1b\u2028"

Line = tuple[str, str]
"""A line, and what it is by construction: right, an unset option with a slip, or anything else."""


def right(draw: random.Random) -> Line:
    name = draw.choice(NAMES)
    line = f"# CONFIG_{name} is not set" if draw.random() < 0.4 else f"CONFIG_{name}={draw.choice(VALUES)}"
    return draw.choice(("", "", " ", "\t")) + line + draw.choice(ENDS), "right"


def slip(draw: random.Random, line: str) -> str:
    """The line with one character more, less, another, in another place, or in the other case."""
    at = draw.randrange(len(line))
    match draw.randrange(6):
        case 0:
            return line[:at] + draw.choice(ALPHABET) + line[at:]
        case 1:
            return line[:at] + line[at + 1 :]
        case 2:
            return line[:at] + draw.choice(ALPHABET) + line[at + 1 :]
        case 3:
            return line[:at] + line[at : at + 2][::-1] + line[at + 2 :]
        case 4:
            return line[:at] + line[at].swapcase() + line[at + 1 :]
        case _:
            return line[:at] + line[at] + line[at:]


def near_unset(draw: random.Random) -> Line:
    return slip(draw, f"# CONFIG_{draw.choice(NAMES)} is not set"), "unset"


def near_set(draw: random.Random) -> Line:
    line = f"CONFIG_{draw.choice(NAMES)}={draw.choice(VALUES)}"
    for _ in range(draw.choice((1, 1, 2))):
        line = slip(draw, line)
    return line, "any"


def text_behind(draw: random.Random) -> Line:
    behind = draw.choice((" # saves 30 kB", ".", " by us", " yet", ", really", " =y", '"'))
    return f"# CONFIG_{draw.choice(NAMES)} is not set{behind}", "unset"


def prose(draw: random.Random) -> Line:
    sign = draw.choice(("# ", "#", "## ", "#\t"))
    return f"{sign}CONFIG_{draw.choice(NAMES)} {draw.choice(PROSE)}", "any"


def commented_out(draw: random.Random) -> Line:
    return f"{draw.choice(('# ', '#', '## '))}CONFIG_{draw.choice(NAMES)}={draw.choice(VALUES)}", "comment"


def nonsense(draw: random.Random) -> Line:
    return "".join(draw.choice(ALPHABET) for _ in range(draw.randrange(40))), "any"


KINDS: tuple[Callable[[random.Random], Line], ...] = (
    *(right, near_unset, near_unset, near_unset, near_set, near_set, near_set),
    *(text_behind, prose, prose, commented_out, nonsense),
)


def conf_reads(line: str) -> tuple[str, str] | None:
    """What the kernel's conf takes from a line of a .config."""
    if line.startswith("#"):
        name, blank, rest = line[9:].partition(" ")
        return (name, "n") if line[2:9] == "CONFIG_" and blank and rest.startswith("is not set") else None
    if line.startswith("CONFIG_"):
        name, equals, value = line[7:].partition("=")
        return (name, value) if equals else None
    return None


def values(kconf: Any, file: Path, text: str) -> dict[str, object]:
    """What kconfiglib takes from a file."""
    file.write_bytes(text.encode())
    kconf.load_config(str(file))
    return {option.name: option.user_value for option in kconf.unique_defined_syms if option.user_value is not None}


@pytest.fixture
def kconf(tmp_path: Path) -> Any:
    (tmp_path / "Kconfig").write_text(KCONFIG)
    return kconfiglib.Kconfig(str(tmp_path / "Kconfig"), warn=False)


def try_line(line: str, kind: str, kconf: Any, file: Path) -> str:
    """What becomes of a line between two others, compared with what it is."""
    around = ("CONFIG_FIRST=y", "CONFIG_LAST=7")
    text = f"{around[0]}\n{line}\n{around[1]}\n"
    try:
        found = parse_fragment(text.encode(), "x.config")
        check_for_kbuild(found)
    except LeafrootError as error:
        assert str(error).startswith("x.config:2: "), error
        assert kind not in ("right", "comment"), error
        assert str(error).replace("\n", "").isprintable(), ascii(str(error))
        return "refused"
    assert (found[0].line, found[-1].line) == around
    plain = line.strip(" \t\r")
    assert not any(unicodedata.category(one) in ("Cc", "Zl", "Zp") for one in plain.replace("\t", "")), ascii(line)
    if len(found) == 2:
        # Nothing that anybody takes for an option, whatever they strip from it.
        assert kind in ("comment", "any") and (plain == "" or plain.startswith("#")), line
        assert {conf_reads(line), conf_reads(plain), conf_reads(plain.lstrip("#"))} <= {None, named_in(plain)}, line
        assert values(kconf, file, text) == {}, line
        return "comment"
    assert len(found) == 3 and kind != "comment"
    one = found[1]
    assert (one.symbol, one.value) == conf_reads(plain), line
    assert re.fullmatch("[A-Za-z0-9_]+", one.symbol) and one.value == one.value.strip()
    if one.value.startswith('"'):
        inner = one.value[1:-1]
        assert kconfiglib.escape(kconfiglib.unescape(inner)) == inner, line
    # Written as Kconfig writes it, it is what was written by hand.
    assert values(kconf, file, f"{one.line}\n") == values(kconf, file, f"{plain}\n"), line
    return "honoured"


def named_in(comment: str) -> tuple[str, str] | None:
    """The assignment that is commented out in a comment."""
    return conf_reads(comment.lstrip("# \t")) if not comment.lstrip("# \t").startswith("#") else None


def try_lines(kconf: Any, file: Path, count: int, seed: int) -> None:
    draw = random.Random(seed)
    seen = {"refused": 0, "comment": 0, "honoured": 0}
    for _ in range(count):
        line, kind = draw.choice(KINDS)(draw)
        if "\n" not in line:
            seen[try_line(line, kind, kconf, file)] += 1
    # Each of the three is met often: none of the claims is empty.
    assert min(seen.values()) > count // 20, seen


def test_lines_that_are_nearly_right(kconf: Any, tmp_path: Path) -> None:
    try_lines(kconf, tmp_path / "config", COUNT, 14)


NUMBERS = {"NR_CPUS": r"-?(0|[1-9][0-9]*)", "PHYS_64": "(0[xX])?[0-9a-fA-F]+"}
PIECES = (
    "0",
    "7",
    "10",
    "0x",
    "ff",
    "-",
    "+",
    "_",
    " ",
    ".",
    "e3",
    '"',
    "\u0667",
    "y",
    "m",
    "n",
    "99999999999999999999",
)


def try_values(kconf: Any, count: int, seed: int) -> None:
    """Each value is taken as it is, or refused: by its type alone, as no option has a range or a dependency."""
    draw = random.Random(seed)
    seen = {True: 0, False: 0}
    for _ in range(count):
        value = "".join(draw.choice(PIECES) for _ in range(draw.randrange(1, 4)))
        name = draw.choice(("USB", "TUN", *NUMBERS, "CMDLINE"))
        option = kconf.syms[name]
        option.unset_value()
        problems = assign(kconf, [Assignment(name, value, "x.config:1")])
        if name in NUMBERS:
            fits = bool(re.fullmatch(NUMBERS[name], value)) and len(value) <= 20
        elif name == "CMDLINE":
            fits = len(value) > 1 and value[0] == value[-1] == '"' and '"' not in value[1:-1]
        else:
            fits = value in ("y", "n")
        assert bool(problems) is not fits, (name, value, problems)
        taken = option.str_value
        assert not fits or taken == (value[1:-1] if name == "CMDLINE" else value), (name, value, taken)
        assert fits or (option.user_value is None and str(problems[0]).startswith("x.config:1: ")), (name, value)
        seen[fits] += 1
    assert min(seen.values()) > count // 20, seen


def test_values_of_each_type(kconf: Any) -> None:
    try_values(kconf, COUNT, 14)


@pytest.mark.slow
def test_many_lines_and_values(kconf: Any, tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    try_lines(kconf, tmp_path / "config", 20 * COUNT, seed)
    try_values(kconf, 5 * COUNT, seed)
