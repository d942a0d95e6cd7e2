# SPDX-License-Identifier: Apache-2.0
"""What a test has to itself: a server, what people would see of it, an archive with a place to unpack it to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from misbehaving_server import Server
from recorded_progress import Told


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server of this test alone, reached without any proxy that the machine may have."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    made = Server()
    yield made
    for page in made.pages.values():
        for event in (page.held, page.stalls):
            if event is not None:
                event.set()
    made.close()


@pytest.fixture
def told() -> Told:
    """What people would see, as lines."""
    return Told()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Where a test writes its archive."""
    return tmp_path / "some.tar"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Where the archive is unpacked to; its folder is not there yet."""
    return tmp_path / "trees" / "tree"
