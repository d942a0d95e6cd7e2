# SPDX-License-Identifier: Apache-2.0
"""A file that nobody has pinned yet gets its checksum when it is fetched for the first time."""

from __future__ import annotations

from pathlib import Path

import pytest
from fetching import BODY, SUM, files
from misbehaving_server import Page, Server
from recorded_progress import Told

from leafroot.errors import LeafrootError
from leafroot.fetch.fetch import fetch, fetch_unpinned


def test_the_file_is_pinned_as_it_is(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY)
    archive = fetch_unpinned(f"{server.url}/a.tar", tmp_path, progress=told.progress)
    assert (archive.sha256, archive.file_name) == (SUM, "a.tar")
    assert files(tmp_path) == {f"{SUM}-a.tar": len(BODY)}
    fetch(archive, tmp_path, progress=told.progress)
    assert len(server.asked) == 1


def test_what_is_not_there_leaves_nothing(server: Server, tmp_path: Path, told: Told) -> None:
    with pytest.raises(LeafrootError, match="cannot be fetched: HTTP 404"):
        fetch_unpinned(f"{server.url}/a.tar", tmp_path, progress=told.progress)
    assert files(tmp_path) == {}
    assert [one.name for one in tmp_path.iterdir()] == ["dl"]


def test_a_page_for_people_is_no_archive(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(b"<!DOCTYPE html><title>Sign in</title>")
    with pytest.raises(LeafrootError, match="sent an HTML page instead of the archive"):
        fetch_unpinned(f"{server.url}/a.tar", tmp_path, progress=told.progress)
    assert files(tmp_path) == {}
