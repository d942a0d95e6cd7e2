# SPDX-License-Identifier: Apache-2.0
"""The content of files is read from the building machine; if that fails, it is an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.rootfs.tree import File, Slice


def test_a_slice_of_a_file_is_read(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"0123456789")
    assert File(Slice(source, 2, 3)).read() == b"234"
    assert File(Slice(source, 2, 3)).size == 3


def test_content_that_has_become_shorter_is_an_error(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"0123456789")
    with pytest.raises(LeafrootError) as raised:
        File(Slice(source, 8, 5)).read()
    assert str(raised.value) == f"{source}: 3 bytes are missing: the file was changed meanwhile"


def test_content_whose_file_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LeafrootError) as raised:
        File(Slice(tmp_path / "gone", 0, 1)).read()
    assert str(raised.value) == f"{tmp_path}/gone: cannot be read: No such file or directory"
