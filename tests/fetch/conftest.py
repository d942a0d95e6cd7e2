# SPDX-License-Identifier: Apache-2.0
"""A server for each test, and the progress that people would see."""

from __future__ import annotations

from collections.abc import Iterator

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
