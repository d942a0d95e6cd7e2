# SPDX-License-Identifier: Apache-2.0
"""Archives are fetched once, from the first place that works, and broken transfers are resumed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fetching import BODY, NOWHERE, OTHER, SUM, files, put
from misbehaving_server import Page, Server
from recorded_progress import Told

from leafroot.describe.archive import Archive
from leafroot.fetch.fetch import Mirrors, fetch, missing


def test_an_archive_is_fetched_once(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY)
    archive = Archive(f"{server.url}/a.tar", SUM)
    path = fetch(archive, tmp_path, progress=told.progress)
    assert path.read_bytes() == BODY
    assert fetch(archive, tmp_path, progress=told.progress) == path
    assert server.asked == [("/a.tar", None)]
    assert files(tmp_path) == {f"{SUM}-a.tar": len(BODY)}
    assert told.lines == ["fetching a.tar (300.0 kB)", "fetched a.tar, 300.0 kB in 0 s"]


def test_an_archive_without_announced_size_is_fetched(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY, chunked=True)
    assert fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress).read_bytes() == BODY
    assert told.lines[0] == "fetching a.tar"


def test_a_plus_and_a_tilde_reach_the_server_as_they_are(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/gmp_6.3.0+dfsg~1.tar.xz"] = Page(BODY)
    archive = Archive(f"{server.url}/gmp_6.3.0+dfsg~1.tar.xz", SUM)
    assert fetch(archive, tmp_path, progress=told.progress).name == f"{SUM}-gmp_6.3.0+dfsg~1.tar.xz"


def test_if_one_place_fails_the_next_is_used(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/old/a.tar"] = Page(b"other")
    server.pages["/b.tar"] = Page(BODY)
    archive = Archive([f"{server.url}/gone.tar", f"{server.url}/old/a.tar", f"{server.url}/b.tar"], SUM)
    assert fetch(archive, tmp_path, progress=told.progress).read_bytes() == BODY
    assert files(tmp_path) == {f"{SUM}-gone.tar": len(BODY)}


def test_a_debian_place_is_fetched_from_the_mirror(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/debian/pool/main/m/musl/musl_1.tar.gz"] = Page(BODY)
    archive = Archive("debian:pool/main/m/musl/musl_1.tar.gz", SUM)
    fetch(archive, tmp_path, mirrors=Mirrors(f"{server.url}/debian/"), progress=told.progress)
    assert [path for path, _ in server.asked] == ["/debian/pool/main/m/musl/musl_1.tar.gz"]


def test_a_file_of_this_machine_is_copied(tmp_path: Path, told: Told) -> None:
    source = tmp_path / "with space.tar"
    source.write_bytes(BODY)
    path = fetch(Archive(f"file:{source}", SUM), tmp_path, progress=told.progress)
    assert path.read_bytes() == BODY
    assert source.exists()


@pytest.mark.parametrize("have", [1, 299_999])
def test_a_transfer_is_resumed_with_a_range(server: Server, tmp_path: Path, told: Told, have: int) -> None:
    server.pages["/a.tar"] = Page(BODY)
    archive = Archive(f"{server.url}/a.tar", SUM)
    put(tmp_path, archive, BODY[:have], ".part")
    assert fetch(archive, tmp_path, progress=told.progress).read_bytes() == BODY
    assert server.asked == [("/a.tar", f"bytes={have}-")]
    assert files(tmp_path) == {f"{SUM}-a.tar": len(BODY)}


def test_a_transfer_that_was_complete_is_not_fetched_again(server: Server, tmp_path: Path, told: Told) -> None:
    archive = Archive(f"{server.url}/a.tar", SUM)
    put(tmp_path, archive, BODY, ".part")
    assert fetch(archive, tmp_path, progress=told.progress).read_bytes() == BODY
    assert server.asked == []


def test_a_transfer_that_breaks_off_is_resumed_at_once(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY, breaks=[100_000, 50_000])
    assert fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress).read_bytes() == BODY
    assert [asked for _, asked in server.asked] == [None, "bytes=100000-", "bytes=150000-"]
    assert "a.tar: ended after 100000 of 300000 bytes; resuming at 100.0 kB" in told.lines


def test_a_transfer_in_chunks_that_breaks_off_is_resumed(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY, chunked=True, breaks=[100_000])
    assert fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress).read_bytes() == BODY
    assert server.asked[1][1] is not None
    assert any("the connection was closed; resuming at 100.0 kB" in line for line in told.lines)


@pytest.mark.parametrize(
    ("page", "part", "ranges"),
    [
        (Page(BODY, ranges=False), BODY[:1000], ["bytes=1000-"]),
        (Page(BODY), BODY + b"more", ["bytes=300004-", None]),
        (Page(BODY, shifted=7), BODY[:1000], ["bytes=1000-", None]),
        (Page(BODY), b"x" * 1000, ["bytes=1000-", None]),
        (Page(BODY), b"x" * len(BODY), ["bytes=300000-", None]),
        (Page(BODY, refused=400), BODY[:1000], ["bytes=1000-", None]),
        (Page(BODY, refused=403), BODY[:1000], ["bytes=1000-", None]),
        (Page(BODY, refused=412), BODY[:1000], ["bytes=1000-", None]),
        (Page(BODY, refused=416), BODY[:1000], ["bytes=1000-", None]),
        (Page(BODY, refused=501), BODY[:1000], ["bytes=1000-", None]),
        (Page(BODY, refused=500), BODY[:1000], [*["bytes=1000-"] * 4, None]),
        (Page(BODY, refused=503), BODY[:1000], [*["bytes=1000-"] * 4, None]),
    ],
    ids=[
        "range-ignored",
        "416-too-long",
        "other-range",
        "wrong-beginning",
        "416-all-wrong",
        "400-to-ranges",
        "403-to-ranges",
        "412-to-ranges",
        "416-to-ranges",
        "501-to-ranges",
        "500-to-ranges",
        "503-to-ranges",
    ],
)
def test_a_partial_file_that_does_not_fit_is_fetched_again(
    server: Server, tmp_path: Path, told: Told, page: Page, part: bytes, ranges: list[str | None]
) -> None:
    server.pages["/a.tar"] = page
    archive = Archive(f"{server.url}/a.tar", SUM)
    put(tmp_path, archive, part, ".part")
    assert fetch(archive, tmp_path, progress=told.progress).read_bytes() == BODY
    assert [asked for _, asked in server.asked] == ranges
    assert files(tmp_path) == {f"{SUM}-a.tar": len(BODY)}


def test_parts_that_make_the_file_longer_than_it_is_are_not_asked_for_without_end(
    server: Server, tmp_path: Path, told: Told
) -> None:
    server.pages["/a.tar"] = Page(BODY, wrong_part=b"x" * 40_000)
    archive = Archive(f"{server.url}/a.tar", SUM)
    put(tmp_path, archive, BODY[:200_000], ".part")
    assert fetch(archive, tmp_path, progress=told.progress).read_bytes() == BODY
    assert [asked for _, asked in server.asked] == ["bytes=200000-", "bytes=240000-", "bytes=280000-", None]
    assert "a.tar: the part fetched earlier does not fit; starting over" in told.lines


def test_an_interrupt_keeps_the_bytes_that_came(
    server: Server, tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.pages["/a.tar"] = Page(BODY)
    archive = Archive(f"{server.url}/a.tar", SUM)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            fetch(archive, tmp_path, progress=told.progress)
    assert files(tmp_path) == {f"{SUM}-a.tar.part": len(BODY)}
    fetch(archive, tmp_path, progress=told.progress)
    assert len(server.asked) == 1


def test_a_damaged_cached_file_is_reported_once_and_fetched_again(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY)
    archive = Archive(f"{server.url}/a.tar", SUM)
    path = put(tmp_path, archive, b"other")
    assert fetch(archive, tmp_path, progress=told.progress).read_bytes() == BODY
    fetch(archive, tmp_path, progress=told.progress)
    assert told.lines[0] == f"{path} is damaged: its SHA-256 is {OTHER}, not {SUM}; fetching it again"
    assert sum("damaged" in line for line in told.lines) == 1


def test_a_cached_file_is_found_by_its_checksum_under_any_name(server: Server, tmp_path: Path, told: Told) -> None:
    put(tmp_path, Archive("https://somewhere.invalid/earlier.tar", SUM), BODY)
    renamed = Archive(f"{server.url}/later.tar", SUM)
    assert fetch(renamed, tmp_path, mirrors=NOWHERE, progress=told.progress).read_bytes() == BODY
    assert missing([renamed], tmp_path) == []
    assert server.asked == []
