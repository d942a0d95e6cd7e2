# SPDX-License-Identifier: Apache-2.0
"""Build roots that name roots which do not exist, or links that are none, each with its exact message."""

from pathlib import Path

import pytest
from refusal import assert_refused

from tests.small_tree import SmallTree


def root(*, packages: str = "['make']", **fields: object) -> str:
    given = "".join(f"    {name}={value!r},\n" for name, value in fields.items())
    return f'"""Programs."""\nfrom leafroot import BuildRoot\n\nroot = BuildRoot(\n    packages={packages},\n{given})\n'


A, B, C = (f"buildroots/{name}/root.py" for name in ("alpha", "beta", "gamma"))

CASES: dict[str, tuple[dict[str, str | None], str]] = {
    "unknown root beside": (
        {A: root(beside=["betta"]), B: root()},
        "buildroots/alpha/root.py:6: unknown build root 'betta'\n  Did you mean beta?",
    ),
    "beside itself": (
        {A: root(beside=["alpha"])},
        "buildroots/alpha/root.py:6: build roots are beside each other in a circle: alpha -> alpha",
    ),
    "circle": (
        {A: root(beside=["beta"]), B: root(beside=["gamma"]), C: root(beside=["alpha"])},
        "buildroots/alpha/root.py:6: build roots are beside each other in a circle: alpha -> beta -> gamma -> alpha",
    ),
    "link outside usr": (
        {A: root(links={"bin/awk": "gawk"})},
        "buildroots/alpha/root.py:6: 'bin/awk' is not in usr/\n  For example: usr/bin/awk.",
    ),
    "link out of usr": (
        {A: root(links={"usr/../awk": "gawk"})},
        "buildroots/alpha/root.py:6: 'usr/../awk' is not a plain path\n  For example: usr/bin/awk.",
    ),
    "link to nothing": (
        {A: root(links={"usr/bin/awk": ""})},
        "buildroots/alpha/root.py:6: '' is no target of a link\n  For example: gawk.",
    ),
    "null byte in a target": (
        {A: root(links={"usr/bin/awk": "ga\0wk"})},
        "buildroots/alpha/root.py:6: 'ga\\x00wk' is no target of a link\n  For example: gawk.",
    ),
}


@pytest.mark.parametrize(("files", "message"), CASES.values(), ids=CASES)
def test_message_about_a_build_root(files: dict[str, str | None], message: str, tmp_path: Path) -> None:
    assert_refused(SmallTree(tmp_path, files), message)
