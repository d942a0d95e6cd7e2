# SPDX-License-Identifier: Apache-2.0
"""Without a network, cached archives are used, and missing ones are an error."""

from __future__ import annotations

from pathlib import Path

import pytest
from fetching import BODY, NOWHERE, OTHER, SUM, put
from misbehaving_server import Page, Server
from recorded_progress import Told

from leafroot.describe.archive import Archive
from leafroot.errors import LeafrootError
from leafroot.fetch.fetch import check_offline, fetch, missing


def test_offline_a_cached_file_is_used(server: Server, tmp_path: Path, told: Told) -> None:
    archive = Archive(f"{server.url}/a.tar", SUM)
    path = put(tmp_path, archive, BODY)
    assert fetch(archive, tmp_path, mirrors=NOWHERE, progress=told.progress) == path


def test_offline_a_missing_file_is_an_error(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY)
    archive = Archive(f"{server.url}/a.tar", SUM)
    put(tmp_path, archive, BODY[:1000], ".part")
    with pytest.raises(LeafrootError) as caught:
        fetch(archive, tmp_path, mirrors=NOWHERE, progress=told.progress)
    assert str(caught.value).splitlines() == [
        f"OFFLINE=1: 1 archive is missing from {tmp_path / 'dl'}",
        f"  a.tar  {SUM}",
        "  With a network, 'scons source' fetches all archives that are needed.",
    ]
    assert server.asked == []


def test_offline_a_damaged_file_is_an_error(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY)
    archive = Archive(f"{server.url}/a.tar", SUM)
    path = put(tmp_path, archive, b"other")
    with pytest.raises(LeafrootError) as caught:
        fetch(archive, tmp_path, mirrors=NOWHERE, progress=told.progress)
    assert str(caught.value).splitlines() == [
        f"OFFLINE=1: {path} is damaged: its SHA-256 is {OTHER}, not {SUM}",
        "  With a network, 'scons source' fetches it again.",
    ]
    assert server.asked == []


def test_offline_all_missing_archives_are_listed_at_once(tmp_path: Path) -> None:
    have = Archive("https://x.invalid/have.tar", SUM)
    put(tmp_path, have, BODY)
    first = Archive("https://x.invalid/first.tar", "1" * 64)
    second = Archive("https://x.invalid/second.tar", "2" * 64)
    assert missing([first, have, second, first], tmp_path) == [first, second]
    with pytest.raises(LeafrootError) as caught:
        check_offline([first, have, second, first], tmp_path)
    assert str(caught.value).splitlines() == [
        f"OFFLINE=1: 2 archives are missing from {tmp_path / 'dl'}",
        f"  first.tar  {'1' * 64}",
        f"  second.tar  {'2' * 64}",
        "  With a network, 'scons source' fetches all archives that are needed.",
    ]
    check_offline([have], tmp_path)
