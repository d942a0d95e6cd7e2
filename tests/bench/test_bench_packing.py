# SPDX-License-Identifier: Apache-2.0
"""The rows of packing: roots of a given size, of a folder and of an artefact, against zstd alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import zstandard

from leafroot.bench.packing import Packing, gather, measure_packing
from leafroot.errors import LeafrootError
from tests.performing import shared_usr


def test_there_is_a_row_for_each_source_size_and_level(tmp_path: Path) -> None:
    rows = list(measure_packing(tmp_path, shared_usr(), [(1, 1, 2), (1, 3, 1)]))
    assert [(row.name, len(row.seconds), len(row.beside)) for row in rows] == [
        ("1 MiB in a folder -> cpio.zst, level 1", 2, 2),
        ("1 MiB in an artefact -> cpio.zst, level 1", 2, 2),
        ("1 MiB in a folder -> cpio.zst, level 3", 1, 1),
        ("1 MiB in an artefact -> cpio.zst, level 3", 1, 1),
    ]
    assert all(row.ratio > 0 for row in rows)


def test_all_three_compress_the_same_bytes(tmp_path: Path) -> None:
    packing = Packing(tmp_path, 2, 2, shared_usr())

    def unpacked() -> bytes:
        return zstandard.ZstdDecompressor().decompressobj().decompress(packing.packed.read_bytes())

    packing.ours(packing.tree, 3)
    of_tree = unpacked()
    packing.ours(packing.artefact, 3)
    of_artefact = unpacked()
    packing.zstd(3)
    assert unpacked() == of_artefact
    # A folder brings no modes but 0644 and 0755.
    assert len(of_artefact) == len(of_tree)
    assert 1.9 < len(of_tree) / (1 << 20) < 2.2


def test_if_files_are_too_few_they_are_copied_again(tmp_path: Path) -> None:
    (tmp_path / "few").mkdir()
    (tmp_path / "few" / "one").write_bytes(bytes(1000))
    gather(tmp_path / "tree", 10_000, [str(tmp_path / "few")])
    assert sum(file.stat().st_size for file in (tmp_path / "tree").rglob("*") if file.is_file()) == 10_000
    with pytest.raises(LeafrootError, match="found no files for a root of 10 bytes"):
        gather(tmp_path / "other", 10, [str(tmp_path / "few")])


def test_a_failing_zstd_is_an_error(tmp_path: Path) -> None:
    packing = Packing(tmp_path, 1, 1, shared_usr())
    packing.ours(packing.tree, 1)
    packing.cpio.unlink()
    with pytest.raises(LeafrootError, match="zstd failed"):
        packing.zstd(1)
