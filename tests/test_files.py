# SPDX-License-Identifier: Apache-2.0
"""A person's file is written whole or stays as it was."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.files import write_text


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """A disk that is full after so many bytes of a file, as far as this process can see."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_cannot_be_written_whole_leaves_the_file(tmp_path: Path) -> None:
    file = tmp_path / "board_defconfig"
    file.write_text("CONFIG_OLD=y\n")
    with files_up_to(20), pytest.raises(LeafrootError, match="board_defconfig: cannot be written: File too large"):
        write_text(file, "CONFIG_NEW=y\n" * 10)
    assert file.read_text() == "CONFIG_OLD=y\n"
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_stays_and_its_target_keeps_its_mode(tmp_path: Path) -> None:
    target, link = tmp_path / "theirs", tmp_path / "board_defconfig"
    target.write_text("CONFIG_OLD=y\n")
    target.chmod(0o640)
    link.symlink_to(target)
    write_text(link, "CONFIG_NEW=y\n")
    assert link.is_symlink()
    assert target.read_text() == "CONFIG_NEW=y\n"
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_new_file_in_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(LeafrootError, match="cannot be written: No such file or directory"):
        write_text(tmp_path / "nothing" / "here", "")
