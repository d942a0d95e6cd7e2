# SPDX-License-Identifier: Apache-2.0
"""Mirrors that a team keeps: when they are asked, for which names, and what they may not do."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest
from fetching import BODY, SUM, files
from misbehaving_server import Page, Server
from recorded_progress import Told

from leafroot.describe.archive import Archive
from leafroot.errors import LeafrootError
from leafroot.fetch import places, transfer
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


LIES = {
    "other bytes": Page(b"something else"),
    "other bytes of the same number": Page(bytes(len(BODY))),
    "a page in HTML": Page(b"<html>Welcome", content_type="text/html"),
    "the beginning alone": Page(BODY[:1000]),
    "more than the archive": Page(BODY + b"x"),
}


@pytest.mark.parametrize("page", LIES.values(), ids=LIES.keys())
def test_a_mirror_that_lies_is_passed_over(
    server: Server, other: Server, told: Told, tmp_path: Path, page: Page
) -> None:
    server.pages["/own/a.tar"] = Page(BODY)
    other.pages |= {f"/{NAME}": page, "/a.tar": page}
    mirrors = Mirrors(first=(other.url,))
    assert fetch(archive(server), tmp_path, mirrors=mirrors, progress=told.progress).read_bytes() == BODY
    assert set(paths(other)) == {f"/{NAME}", "/a.tar"} and paths(server) == ["/own/a.tar"]


@pytest.mark.parametrize("page", LIES.values(), ids=LIES.keys())
def test_of_a_mirror_that_lies_nothing_stays(server: Server, told: Told, tmp_path: Path, page: Page) -> None:
    server.pages |= {f"/{NAME}": page, "/a.tar": page}
    mirrors = Mirrors(first=(server.url,), origins=False)
    with pytest.raises(LeafrootError, match=r"a\.tar: cannot be fetched from any of its places"):
        fetch(archive(server), tmp_path, mirrors=mirrors, progress=told.progress)
    assert files(tmp_path) == {}


def test_a_mirror_that_stops_sending_is_left_for_the_next_place(
    server: Server, other: Server, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has come from the mirror is kept, and only the rest is asked for."""
    monkeypatch.setattr(transfer, "TIMEOUT", 0.2)
    server.pages["/own/a.tar"] = Page(BODY)
    other.pages[f"/{NAME}"] = Page(BODY, breaks=[1000] * 9, stalls=threading.Event())
    mirrors = Mirrors(first=(other.url,))
    assert fetch(archive(server), tmp_path, mirrors=mirrors, progress=told.progress).read_bytes() == BODY
    assert server.asked == [("/own/a.tar", "bytes=1000-")]


def test_a_mirror_that_sends_a_few_bytes_a_second_is_left_for_the_next_place(
    server: Server, other: Server, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "PATIENCE", 0.0)
    monkeypatch.setattr(transfer, "CHUNK", 1000)
    server.pages["/own/a.tar"] = Page(BODY)
    other.pages[f"/{NAME}"] = Page(BODY)
    mirrors = Mirrors(first=(other.url,))
    assert fetch(archive(server), tmp_path, mirrors=mirrors, progress=told.progress).read_bytes() == BODY
    assert "a.tar: sent less than 65.5 kB in 0 s; resuming at 1.0 kB" in told.lines
    assert server.asked[0] == ("/own/a.tar", "bytes=1000-")


def test_a_mirror_that_does_not_answer_is_left_for_the_next_place(
    server: Server, other: Server, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "TIMEOUT", 0.2)
    server.pages["/own/a.tar"] = Page(BODY)
    other.pages[f"/{NAME}"] = Page(BODY, held=threading.Event())
    mirrors = Mirrors(first=(other.url,))
    assert fetch(archive(server), tmp_path, mirrors=mirrors, progress=told.progress).read_bytes() == BODY
    assert paths(server) == ["/own/a.tar"]


def test_a_mirror_that_did_not_answer_comes_last_for_all_further_archives(
    server: Server, other: Server, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "TIMEOUT", 0.2)
    server.pages |= {"/own/a.tar": Page(BODY), "/own/b.tar": Page(b"b")}
    other.pages[f"/{NAME}"] = Page(BODY, held=threading.Event())
    mirrors = Mirrors(first=(other.url,))
    fetch(archive(server), tmp_path, mirrors=mirrors, progress=told.progress)
    assert paths(other) == [f"/{NAME}"]
    second, third = (hashlib.sha256(data).hexdigest() for data in (b"b", b"c"))
    fetch(Archive(f"{server.url}/own/b.tar", second), tmp_path, mirrors=mirrors, progress=told.progress)
    assert paths(other) == [f"/{NAME}"]
    # It is asked for what nobody else has, and then counts as any other.
    other.pages[f"/{third}-c.tar"] = Page(b"c")
    fetch(Archive(f"{server.url}/own/c.tar", third), tmp_path, mirrors=mirrors, progress=told.progress)
    assert paths(other)[1:] == [f"/{third}-c.tar"]
    server.asked.clear()
    fourth = hashlib.sha256(b"d").hexdigest()
    server.pages["/own/d.tar"] = other.pages[f"/{fourth}-d.tar"] = Page(b"d")
    fetch(Archive(f"{server.url}/own/d.tar", fourth), tmp_path, mirrors=mirrors, progress=told.progress)
    assert paths(other)[2:] == [f"/{fourth}-d.tar"] and paths(server) == []


def test_a_slow_mirror_that_has_no_other_beside_it_is_asked_until_it_has_sent_all(
    server: Server, other: Server, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "PATIENCE", 0.0)
    monkeypatch.setattr(transfer, "CHUNK", len(BODY) // 10)
    other.pages[f"/{NAME}"] = Page(BODY)
    mirrors = Mirrors(first=(other.url,), origins=False)
    assert fetch(archive(server), tmp_path, mirrors=mirrors, progress=told.progress).read_bytes() == BODY
    assert paths(other).count(f"/{NAME}") > places.TRIES and paths(server) == []


def test_a_mirror_behind_a_proxy_is_reached_beside_one_that_needs_none(
    server: Server, other: Server, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://me:s3cret@{other.address}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    mirrors = Mirrors(first=("http://outside.invalid/all",), last=(f"{server.url}/inside",), origins=False)
    server.pages[f"/inside/{NAME}"] = Page(BODY)
    assert fetch(archive(server), tmp_path / "a", mirrors=mirrors, progress=told.progress).read_bytes() == BODY
    assert paths(other) == [f"http://outside.invalid/all/{NAME}", "http://outside.invalid/all/a.tar"]
    assert other.proxy_logins == ["me:s3cret"] * 2 and server.proxy_logins == [None]
    server.asked.clear()
    other.pages[f"http://outside.invalid/all/{NAME}"] = Page(BODY)
    assert fetch(archive(server), tmp_path / "b", mirrors=mirrors, progress=told.progress).read_bytes() == BODY
    assert paths(server) == []


def test_without_no_proxy_the_proxy_is_asked_for_both(
    server: Server, other: Server, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://{other.address}")
    mirrors = Mirrors(last=(f"{server.url}/inside",), origins=False)
    other.pages[f"{server.url}/inside/{NAME}"] = Page(BODY)
    assert fetch(archive(server), tmp_path, mirrors=mirrors, progress=told.progress).read_bytes() == BODY
    assert paths(server) == []


def test_a_mirror_may_have_the_archive_by_the_name_of_any_of_its_places(
    server: Server, other: Server, told: Told, tmp_path: Path
) -> None:
    one = Archive(["debian:pool/main/a/a/a_1.orig.tar", f"{server.url}/a-1.tar"], SUM)
    other.pages["/a-1.tar"] = Page(BODY)
    mirrors = Mirrors(first=(other.url,), origins=False)
    assert fetch(one, tmp_path, mirrors=mirrors, progress=told.progress).read_bytes() == BODY
    assert paths(other) == [f"/{SUM}-a_1.orig.tar", f"/{SUM}-a-1.tar", "/a_1.orig.tar", "/a-1.tar"]


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
    folder.mkdir()
    fill_mirror([(one, cached)], folder)
    fill_mirror([(one, cached)], folder)
    assert (folder / "index.tsv").read_text() == f"{SUM}\t{len(BODY)}\ta b.tar\t{server.url}/own/a%20b.tar\n"
    assert sorted(path.name for path in folder.iterdir()) == sorted([f"{SUM}-a b.tar", "index.tsv"])
    server.asked.clear()
    mirrors = Mirrors(first=(f"file:{folder}".replace(" ", "%20"),), origins=False)
    assert fetch(one, tmp_path / "empty", mirrors=mirrors, progress=told.progress).read_bytes() == BODY
    assert paths(server) == []


@pytest.fixture
def filled(server: Server, told: Told, tmp_path: Path) -> tuple[Archive, Path, Path]:
    """An archive, its file in a cache, and a folder that was filled with it."""
    server.pages["/own/a.tar"] = Page(BODY)
    one, folder = archive(server), tmp_path / "mirror"
    folder.mkdir()
    file = fetch(one, tmp_path / "full", progress=told.progress)
    assert fill_mirror([(one, file)], folder) == 1
    return one, file, folder


def test_a_mirror_has_each_file_once_whatever_a_unit_calls_it(filled: tuple[Archive, Path, Path]) -> None:
    _, file, folder = filled
    before = (folder / "index.tsv").read_text()
    other = Archive("debian:pool/main/b/b/b.tar", SUM)
    assert fill_mirror([(other, file)], folder) == 1
    assert sorted(path.name for path in folder.iterdir()) == [NAME, "index.tsv"]
    assert (
        before.split("\t")[:3] == (folder / "index.tsv").read_text().split("\t")[:3] == [SUM, str(len(BODY)), "a.tar"]
    )


def test_a_damaged_file_of_a_mirror_is_replaced(filled: tuple[Archive, Path, Path]) -> None:
    one, file, folder = filled
    (folder / NAME).unlink()
    (folder / NAME).write_bytes(BODY[:-1])
    (folder / f".{NAME}.new").write_bytes(b"left by a run that was killed")
    assert fill_mirror([(one, file)], folder) == 1
    assert (folder / NAME).read_bytes() == BODY
    assert sorted(path.name for path in folder.iterdir()) == [NAME, "index.tsv"]


def test_the_index_lists_what_the_mirror_has(filled: tuple[Archive, Path, Path]) -> None:
    _, _, folder = filled
    index = folder / "index.tsv"
    index.write_text(f"{index.read_text()}not a line of ours\n")
    assert fill_mirror([], folder) == 1
    assert index.read_text().startswith(SUM) and index.read_text().count("\n") == 1
    (folder / NAME).unlink()
    assert fill_mirror([], folder) == 0
    assert index.read_text() == ""
