# SPDX-License-Identifier: Apache-2.0
"""A server for each test, and the progress that people would see."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from misbehaving_server import Server
from recorded_progress import Told

from leafroot.fetch import places


@pytest.fixture(autouse=True)
def nothing_around(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """No proxy, no passwords, and no pause before a server is asked again; a home without files."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("NETRC", raising=False)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(places, "FIRST", 0.0)
    monkeypatch.setattr(places, "JITTER", 0.0)
    monkeypatch.setattr(places, "_SILENT", {})
    return home


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of this test alone."""
    made = Server()
    yield made
    made.close()


@pytest.fixture
def other() -> Iterator[Server]:
    """A second server, at another port."""
    made = Server()
    yield made
    made.close()


@pytest.fixture
def told() -> Told:
    """What people would see, as lines."""
    return Told()
