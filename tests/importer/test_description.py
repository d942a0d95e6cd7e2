# SPDX-License-Identifier: Apache-2.0
"""The text of a draft: it is laid out as ruff lays it out, and says what it was made from."""

from __future__ import annotations

import subprocess
import sys

import pytest

from leafroot.describe.archive import Archive
from leafroot.importer.description import Call, archive_call, description

SHA = "0" * 64
SHORT = {"version": "1", "license": "MIT", "build": Call("Make", {"folder": "."})}
LONG = {
    "version": "1.2",
    "archive": archive_call(
        Archive(["debian:pool/main/f/foo/foo_{version}.orig.tar.xz", "https://foo.example/x"], SHA)
    ),
    "parts": {"cli": archive_call(Archive("https://foo.example/cli-{version}.tar.xz", SHA, strip=0))},
    "license": " AND ".join(f"LicenseRef-{number}" for number in range(20)),
    "group": 'an "odd" one',
    "depends": ["libcap", Call("Dependency", {"_name": "argp", "libc": ["musl"]})],
    "languages": ["c++"],
    "build": Call(
        "Autotools", {"autoreconf": True, "options": [f"--without-library-{number}" for number in range(12)]}
    ),
}
COMMENTS = {
    "": ["check: " + "word " * 40],
    "license": ["check: one.", "check: two."],
    "options": ["It can do without x:", '   Option("x", "X"),'],
}


@pytest.mark.parametrize("fields", [SHORT, LONG], ids=["short", "long"])
def test_the_formatter_changes_nothing(fields: dict[str, object]) -> None:
    text = description("Does foo.", fields, COMMENTS)
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "120", "-"]
    assert subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout == text


def test_a_draft_reads_as_a_person_writes_it() -> None:
    assert description("Does foo.", SHORT, {"license": ["check: one."]}) == (
        "# SPDX-License-Identifier: Apache-2.0\n"
        '"""Does foo."""\n'
        "\n"
        "from leafroot import Make, Package\n"
        "\n"
        "package = Package(\n"
        '    version="1",\n'
        "    # check: one.\n"
        '    license="MIT",\n'
        '    build=Make(folder="."),\n'
        ")\n"
    )


@pytest.mark.parametrize("doc", ['Says """quotes""".', 'Ends with a quote"', "Has a \\ in it."])
def test_no_words_of_others_break_the_text(doc: str) -> None:
    compile(description(doc, SHORT, {}), "package.py", "exec")
