# SPDX-License-Identifier: Apache-2.0
"""The formatter, the linter and the type checker, as a part of the tests."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "command",
    [("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",)],
    ids=["format", "lint", "types"],
)
def test_the_code_passes(command: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_file_says_its_licence() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    without_comments = (
        ".md",
        ".json",
        "LICENSE",
        "requirements.txt",
        ".gitignore",
        ".editorconfig",
        "shells",
        "boot-mode",
    )
    silent = [
        name
        for name in listed.split("\0")
        if name
        and not name.startswith("LICENSES/")
        and not name.endswith(without_comments)
        and (ROOT / name).is_file()
        and (ROOT / name).stat().st_size
        and "SPDX-License-Identifier" not in (ROOT / name).read_text(errors="replace")
    ]
    assert not silent


def test_no_two_modules_of_tests_have_one_name() -> None:
    """pytest imports them by their names alone, and collects nothing at all once two are the same."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []
