# SPDX-License-Identifier: Apache-2.0
"""Mirrors that a team keeps: when they are asked, for which names, and what they may not do."""

from __future__ import annotations

from pathlib import Path

import pytest
from fetching import BODY, SUM
from misbehaving_server import Page, Server
from recorded_progress import Told

from leafroot.describe.archive import Archive
from leafroot.errors import LeafrootError
from leafroot.fetch.fetch import Mirrors, fetch, fill_mirror

NAME = f"{SUM}-a.tar"


def archive(server: Server) -> Archive:
    return Archive(f"{server.url}/own/a.tar", SUM)


def paths(server: Server) -> list[str]:
    return [path for path, _ in server.asked]


@pytest.mark.parametrize("name", [NAME, "a.tar"], ids=["by checksum and name", "by name"])
def test_a_primary_mirror_is_asked_before_the_archives_own_places(
    server: Server, other: Server, told: Told, tmp_path: Path, name: str
) -> None:
    other.pages[f"/all/{name}"] = Page(BODY)
    found = fetch(archive(server), tmp_path, mirrors=Mirrors(first=(f"{other.url}/all/",)), progress=told.progress)
    assert found.read_bytes() == BODY
    assert paths(server) == [] and paths(other)[-1] == f"/all/{name}"


def test_a_backup_mirror_is_asked_when_no_other_place_has_it(
    server: Server, other: Server, told: Told, tmp_path: Path
) -> None:
    other.pages[f"/all/{NAME}"] = Page(BODY)
    mirrors = Mirrors(last=(f"{other.url}/all",))
    assert fetch(archive(server), tmp_path, mirrors=mirrors, progress=told.progress).read_bytes() == BODY
    assert paths(server) == ["/own/a.tar"] and paths(other) == [f"/all/{NAME}"]


def test_a_mirror_that_lies_is_passed_over(server: Server, other: Server, told: Told, tmp_path: Path) -> None:
    server.pages["/own/a.tar"] = Page(BODY)
    other.pages[f"/{NAME}"] = Page(b"something else")
    mirrors = Mirrors(first=(other.url,))
    assert fetch(archive(server), tmp_path, mirrors=mirrors, progress=told.progress).read_bytes() == BODY


def test_offline_mirrors_alone_are_asked(server: Server, other: Server, told: Told, tmp_path: Path) -> None:
    server.pages["/own/a.tar"] = Page(BODY)
    mirrors = Mirrors(first=(other.url,), origins=False)
    with pytest.raises(LeafrootError) as caught:
        fetch(archive(server), tmp_path, mirrors=mirrors, progress=told.progress)
    assert str(caught.value) == (
        "a.tar: cannot be fetched from any of its places\n"
        f"  {other.url}/{NAME}: HTTP 404 Not Found\n"
        f"  {other.url}/a.tar: HTTP 404 Not Found"
    )
    assert paths(server) == []


def test_a_mirror_that_was_filled_serves_an_empty_cache(server: Server, told: Told, tmp_path: Path) -> None:
    server.pages["/own/a%20b.tar"] = Page(BODY)
    one = Archive(f"{server.url}/own/a%20b.tar", SUM)
    cached = fetch(one, tmp_path / "full", progress=told.progress)
    folder = tmp_path / "a mirror"
    fill_mirror([(one, cached)], folder)
    fill_mirror([(one, cached)], folder)
    assert (folder / "index.tsv").read_text() == f"{SUM}\t{len(BODY)}\ta b.tar\t{server.url}/own/a%20b.tar\n"
    assert sorted(path.name for path in folder.iterdir()) == sorted([f"{SUM}-a b.tar", "index.tsv"])
    server.asked.clear()
    mirrors = Mirrors(first=(f"file:{folder}".replace(" ", "%20"),), origins=False)
    assert fetch(one, tmp_path / "empty", mirrors=mirrors, progress=told.progress).read_bytes() == BODY
    assert paths(server) == []
