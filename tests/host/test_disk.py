# SPDX-License-Identifier: Apache-2.0
"""Errors of the file system in words."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from leafroot.host.disk import SHARING, of_system, user_words

WHILE = "It happened while writing x."
OWNER = "{place} belongs to user 4321, and this is user 54321.\n" + SHARING


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        ("EACCES", f"{WHILE}\n{OWNER}"),
        ("EPERM", f"{WHILE}\n{OWNER}"),
        ("EROFS", f"{WHILE}\nSet another folder with OUTPUT= or CACHE=."),
        ("EMFILE", f"{WHILE}\nLet the shell allow more open files: ulimit -n 1024."),
        ("EIO", WHILE),
    ],
)
def test_an_error_says_where_and_what_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: str, hint: str
) -> None:
    here = os.stat_result([0o40755, 1, 1, 2, 4321, 4321, 0, 0, 0, 0])
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    monkeypatch.setattr(Path, "stat", lambda self, **_: here)
    code = getattr(errno, number)
    error = of_system(OSError(code, os.strerror(code), str(tmp_path / "gone/file")), "x", Path("/"))
    assert (error.where, error.message) == (f"{tmp_path}/gone/file", os.strerror(code))
    assert error.hint == hint.format(place=tmp_path)


def test_what_is_ones_own_is_not_told(tmp_path: Path) -> None:
    error = of_system(OSError(errno.EACCES, os.strerror(errno.EACCES), str(tmp_path)), "x", tmp_path)
    assert error.hint == WHILE


def test_a_user_is_a_number_with_the_name_if_there_is_one() -> None:
    assert (user_words(0), user_words(54321)) == ("user 0 (root)", "user 54321")
