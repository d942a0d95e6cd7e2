# SPDX-License-Identifier: Apache-2.0
"""The cache of artefacts gives back exactly what was kept, or nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from leafroot.store.artefacts import ArtefactCache

SIGNATURE = "ab" * 32
CONTENT = b"an artefact" * 100
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def cache(tmp_path: Path, notes: list[str]) -> ArtefactCache:
    return ArtefactCache(tmp_path / "artefacts", notes.append)


@pytest.fixture
def kept(cache: ArtefactCache, tmp_path: Path) -> Path:
    """The file in the cache, of an artefact that was kept."""
    (tmp_path / "made").write_bytes(CONTENT)
    cache.keep(SIGNATURE, tmp_path / "made", DIGEST)
    return tmp_path / "artefacts/ab" / f"{SIGNATURE}-{DIGEST}"


def bring(cache: ArtefactCache, tmp_path: Path) -> str:
    digest = cache.bring(SIGNATURE, tmp_path / "out/target")
    assert [path.name for path in (tmp_path / "out").glob("*")] == (["target"] if digest else [])
    return digest


def test_a_kept_artefact_comes_back(cache: ArtefactCache, kept: Path, tmp_path: Path, notes: list[str]) -> None:
    assert kept.read_bytes() == CONTENT
    assert bring(cache, tmp_path) == DIGEST
    assert (tmp_path / "out/target").read_bytes() == CONTENT
    assert not notes


def test_an_unknown_artefact_does_not_come_back(cache: ArtefactCache, tmp_path: Path) -> None:
    assert bring(cache, tmp_path) == ""


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT[:-1] + b"x", b""], ids=["cut off", "changed", "empty"])
def test_a_damaged_artefact_is_removed_and_reported(
    cache: ArtefactCache, kept: Path, tmp_path: Path, notes: list[str], content: bytes
) -> None:
    kept.write_bytes(content)
    assert bring(cache, tmp_path) == ""
    assert not (tmp_path / "out/target").exists() and not kept.exists()
    assert len(notes) == 1 and "is damaged" in notes[0] and str(kept) in notes[0]


def test_an_artefact_that_changed_since_it_was_made_is_not_kept(cache: ArtefactCache, tmp_path: Path) -> None:
    (tmp_path / "made").write_bytes(b"something else")
    cache.keep(SIGNATURE, tmp_path / "made", DIGEST)
    assert bring(cache, tmp_path) == ""


def test_a_cache_that_cannot_be_written_is_reported_once(
    cache: ArtefactCache, tmp_path: Path, notes: list[str]
) -> None:
    (tmp_path / "artefacts").write_text("no folder")
    (tmp_path / "made").write_bytes(CONTENT)
    for _ in range(2):
        cache.keep(SIGNATURE, tmp_path / "made", DIGEST)
    assert len(notes) == 1 and "artefacts are not kept" in notes[0]
