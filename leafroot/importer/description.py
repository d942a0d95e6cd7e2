# SPDX-License-Identifier: Apache-2.0
"""Writes the texts of a draft: a package.py, laid out as Leafroot's own are, and a first test.sh, a row of a table."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from leafroot.describe.archive import Archive
from leafroot.errors import printable
from leafroot.rootfs.applets import PROGRAMS
from leafroot.rootfs.tree import File, Node

_WIDTH = 120
_INDENT = "    "
_LIBRARY = re.compile(r"usr/lib/(lib[^/]+\.so\.\d+)")
_MOST = 12


@dataclass(frozen=True)
class Call:
    """A call in a description: Meson(options=[...]); a name that begins with "_" is for an argument without one."""

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)


def archive_call(archive: Archive) -> Call:
    """An archive as an author writes it."""
    places: object = archive.places[0] if len(archive.places) == 1 else list(archive.places)
    strip = {} if archive.strip is None else {"strip": archive.strip}
    return Call("Archive", {"_places": places, "sha256": archive.sha256, **strip})


def description(doc: str, fields: Mapping[str, object], comments: Mapping[str, Sequence[str]]) -> str:
    """The text of a description; `comments` are lines above a field, and those of "" stand above the package."""
    names = sorted({"Package", *(name for value in fields.values() for name in _names_in(value))})
    lines = ["# SPDX-License-Identifier: Apache-2.0", *_docstring(doc), ""]
    lines += _fitting(f"from leafroot import {', '.join(names)}", "from leafroot import (", names, ")")
    lines += ["", *_comment(comments.get("", ()), ""), "package = Package("]
    for name, value in fields.items():
        lines += _comment(comments.get(name, ()), _INDENT)
        lines += _laid_out(f"{name}=", value, _INDENT)
    # What a field that is not there might be.
    for name, words in comments.items():
        if name and name not in fields:
            lines += _comment(words, _INDENT)
    return "\n".join([*lines, ")", ""])


def _docstring(doc: str) -> list[str]:
    text = printable(doc).replace("\\", "/").replace('"""', "'''")
    if text.endswith('"'):
        text += " "
    return f'"""{text}"""'.splitlines()


def _names_in(value: object) -> Iterator[str]:
    match value:
        case Call(name, arguments):
            yield name
            for each in arguments.values():
                yield from _names_in(each)
        case Mapping():
            for each in value.values():
                yield from _names_in(each)
        case list() | tuple():
            for each in value:
                yield from _names_in(each)


def _fitting(line: str, head: str, items: Sequence[str], tail: str) -> list[str]:
    if len(line) <= _WIDTH:
        return [line]
    return [head, *(f"{_INDENT}{one}," for one in items), tail]


def _laid_out(head: str, value: object, indent: str) -> list[str]:
    """A value with the comma after it: in one line if it fits, or else with a line for each of its parts."""
    line = f"{indent}{head}{_flat(value)},"
    if len(line) <= _WIDTH:
        return [line]
    deeper = indent + _INDENT
    inner: list[str]
    match value:
        case Call(name, arguments):
            inner = [
                part
                for key, each in arguments.items()
                for part in _laid_out("" if key.startswith("_") else f"{key}=", each, deeper)
            ]
            return [f"{indent}{head}{name}(", *inner, f"{indent}),"]
        case Mapping():
            inner = [part for key, each in value.items() for part in _laid_out(f"{_text(key)}: ", each, deeper)]
            return [f"{indent}{head}{{", *inner, f"{indent}}},"]
        case list() | tuple():
            inner = [part for each in value for part in _laid_out("", each, deeper)]
            return [f"{indent}{head}[", *inner, f"{indent}],"]
        case str() if " AND " in value:
            first, *others = value.split(" AND ")
            inner = [f"{deeper}{_text(part)}" for part in (first, *(f" AND {one}" for one in others))]
            return [f"{indent}{head}(", *inner, f"{indent}),"]
    return [line]


def _flat(value: object) -> str:
    match value:
        case Call(name, arguments):
            inner = (f"{'' if key.startswith('_') else f'{key}='}{_flat(each)}" for key, each in arguments.items())
            return f"{name}({', '.join(inner)})"
        case Mapping():
            return f"{{{', '.join(f'{_text(key)}: {_flat(each)}' for key, each in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(map(_flat, value))}]"
        case str():
            return _text(value)
    return repr(value)


def _text(value: object) -> str:
    """A string in double quotes, which JSON writes as Python does, unless it has such quotes itself."""
    if isinstance(value, str) and '"' in value and "'" not in value:
        return repr(value)
    return json.dumps(value, ensure_ascii=False)


def _comment(sentences: Sequence[str], indent: str) -> list[str]:
    """Comment lines: long sentences go on in the next line; what begins with a space is code, and does not."""
    lines: list[str] = []
    for sentence in (printable(one, longest=1000) for one in sentences):
        if sentence.startswith(" "):
            lines.append(f"{indent}#{sentence}"[:_WIDTH])
            continue
        line = f"{indent}#"
        for word in sentence.split():
            if len(line) + 1 + len(word) > _WIDTH and line != f"{indent}#":
                lines.append(line)
                line = f"{indent}#"
            line += f" {word}"
        lines.append(line)
    return lines


def row(name: str, nodes: Mapping[str, Node]) -> str:
    """The text of a test.sh: each library is loaded, each program says its version; "" if there is neither."""
    libraries = sorted({match[1] for path in nodes if (match := _LIBRARY.fullmatch(path))})
    programs = {
        PurePosixPath(path).name: node.read()
        for path, node in sorted(nodes.items())
        # Another name of a program, a link, needs no line of its own.
        if isinstance(node, File) and node.mode & 0o100 and str(PurePosixPath(path).parent) in PROGRAMS
    }
    if not libraries and not programs:
        return ""
    lines = ["# SPDX-License-Identifier: Apache-2.0", f"# A first row for {name}: none of it has been run yet."]
    lines += [f"loads {shlex.quote(one)}" for one in libraries]
    asked = [(one, data) for one, data in programs.items() if not re.search(r"(^test|-config$)", one)]
    for one, data in asked[:_MOST]:
        word = shlex.quote(one)
        lines.append(f"{word} --version" if b"version" in data else f"command -v {word}")
    return "\n".join([*lines, ""])
