# SPDX-License-Identifier: Apache-2.0
"""Lock files: written and read back, and what a damaged one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.units.lock import LOCK, lock_text, module_at, read_lock

LINE = f"golang-x-dev\t1.0-1\tMIT\tpool/main/g/golang-x/golang-x-dev_1.0-1_all.deb\t{'a' * 64}"


def test_a_lock_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    modules = (
        module_at("golang-b-dev", "1.0~rc1+ds-1", "pool/g/golang-b-dev_1.0~rc1+ds-1_all.deb", "1" * 64, "MIT"),
        module_at("golang-a-dev", "2", "pool/g/golang-a-dev_2_all.deb", "2" * 64, "Apache-2.0, MIT"),
    )
    file = tmp_path / LOCK
    file.write_text(lock_text(modules, ("Made by a test.",)))
    assert file.read_text().startswith("# Made by a test.\ngolang-a-dev\t2\tApache-2.0, MIT\tpool/g/golang-a-dev_2_all")
    assert read_lock(file, LOCK) == (modules[1], modules[0])
    assert {module.archive.inner for module in modules} == {"data.tar.xz"}


DAMAGED = {
    "a column too few": (LINE.replace("\tMIT", ""), 1, "this line has not the 5 columns name, version, license,"),
    "an empty column": (LINE.replace("MIT", ""), 1, "this line has not the 5 columns"),
    "twice": (f"# x\n\n{LINE}\n{LINE}", 4, "'golang-x-dev' is here twice"),
    "no digest": (LINE[:-1], 1, "debian:pool/main/g/golang-x/golang-x-dev_1.0-1_all.deb: 'aaa"),
    "out of the pool": (
        LINE.replace("pool/", ""),
        1,
        "debian:main/g/golang-x/golang-x-dev_1.0-1_all.deb: a path below",
    ),
    "merged badly": (f"<<<<<<< HEAD\n{LINE}", 1, "this line has not the 5 columns"),
}


@pytest.mark.parametrize(("text", "line", "message"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_lock_file(tmp_path: Path, text: str, line: int, message: str) -> None:
    (tmp_path / LOCK).write_text(text)
    with pytest.raises(LeafrootError) as caught:
        read_lock(tmp_path / LOCK, "package/x/go.lock")
    assert str(caught.value).startswith(f"package/x/go.lock:{line}: {message}")
    assert str(caught.value).endswith("'scons go-lock PACKAGE=x' makes the file anew; it is not for editing.")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_bytes(b"\xff\xfe")
    with pytest.raises(LeafrootError, match=r"package/x/go\.lock: is no text in UTF-8"):
        read_lock(tmp_path / LOCK, "package/x/go.lock")
