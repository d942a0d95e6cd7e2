# SPDX-License-Identifier: Apache-2.0
"""Busy servers are asked again, with growing pauses and up to a limit; and others are not."""

from __future__ import annotations

import random
import tempfile
import threading
from email.utils import formatdate
from pathlib import Path
from time import time

import pytest
from fetching import BODY, SUM, files, put
from hypothesis import given, settings
from hypothesis import strategies as st
from misbehaving_server import Page, Server
from recorded_progress import Told

from leafroot.describe.archive import Archive
from leafroot.errors import LeafrootError
from leafroot.fetch import places, transfer
from leafroot.fetch.fetch import fetch
from leafroot.host.run import InterruptedBuildError

BUSY = {
    "202 while it is made": (202, "HTTP 202 Accepted"),
    "408": (408, "HTTP 408 Request Timeout"),
    "429": (429, "HTTP 429 Too Many Requests"),
    "500": (500, "HTTP 500 Internal Server Error"),
    "502": (502, "HTTP 502 Bad Gateway"),
    "503": (503, "HTTP 503 Service Unavailable"),
    "504": (504, "HTTP 504 Gateway Timeout"),
    "reset": ("reset", "Connection reset by peer"),
    "closed": ("closed", "the connection was closed without an answer"),
}


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses in seconds, which nobody waits for."""
    made: list[float] = []
    monkeypatch.setattr(places, "pause", lambda seconds: made.append(round(seconds, 1)) if seconds > 0.01 else None)
    return made


@pytest.mark.parametrize(("how", "reason"), BUSY.values(), ids=BUSY.keys())
def test_a_busy_server_is_asked_again_and_that_is_told_once(
    server: Server, tmp_path: Path, told: Told, how: int | str, reason: str
) -> None:
    server.pages["/a.tar"] = Page(BODY, before=[how, how])
    assert fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress).read_bytes() == BODY
    assert server.asked == [("/a.tar", None)] * 3
    assert told.lines == [
        f"a.tar: {reason} (127.0.0.1); asking again in 0 s",
        "fetching a.tar (300.0 kB)",
        "fetched a.tar, 300.0 kB in 0 s",
    ]


@pytest.mark.parametrize(("how", "reason"), BUSY.values(), ids=BUSY.keys())
def test_a_server_that_stays_busy_is_asked_five_times(
    server: Server, tmp_path: Path, told: Told, how: int | str, reason: str
) -> None:
    server.pages["/a.tar"] = Page(BODY, before=[how] * 5)
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert caught.value.hint == f"{server.url}/a.tar: {reason}; asked 5 times"
    assert files(tmp_path) == {}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 501])
def test_a_server_that_refuses_is_not_asked_again(server: Server, tmp_path: Path, told: Told, status: int) -> None:
    server.pages["/a.tar"] = Page(BODY, before=[status])
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert f"{server.url}/a.tar: HTTP {status} " in caught.value.hint
    assert "asked" not in caught.value.hint
    assert len(server.asked) == 1


def test_another_place_is_asked_before_a_busy_one_again(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/busy.tar"] = Page(BODY, before=[503] * 5)
    server.pages["/b.tar"] = Page(BODY, before=[503])
    fetch(Archive([f"{server.url}/busy.tar", f"{server.url}/b.tar"], SUM), tmp_path, progress=told.progress)
    assert [path for path, _ in server.asked] == ["/busy.tar", "/b.tar", "/busy.tar", "/b.tar"]


def test_each_pause_is_twice_as_long_as_the_last(
    server: Server, tmp_path: Path, told: Told, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "FIRST", 1.0)
    server.pages["/a.tar"] = Page(BODY, before=[503] * 5)
    with pytest.raises(LeafrootError):
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert pauses == [1, 2, 4, 8]


def test_pauses_are_longer_by_chance(
    server: Server, tmp_path: Path, told: Told, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "FIRST", 10.0)
    monkeypatch.setattr(places, "JITTER", 0.5)
    monkeypatch.setattr(random, "random", lambda: 0.5)
    server.pages["/a.tar"] = Page(BODY, before=[503])
    fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert pauses == [12.5]


AFTER = {
    "seconds": ("7", [7]),
    "a date that has passed": (formatdate(time() - 60, usegmt=True), []),
    "zero": ("0", []),
    "nonsense": ("soon", [1]),
}


@pytest.mark.parametrize(("after", "expected"), AFTER.values(), ids=AFTER.keys())
def test_a_server_is_asked_again_when_it_says(
    server: Server,
    tmp_path: Path,
    told: Told,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
    after: str,
    expected: list[float],
) -> None:
    monkeypatch.setattr(places, "FIRST", 1.0)
    server.pages["/a.tar"] = Page(BODY, before=[429], retry_after=after)
    fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert pauses == expected


@pytest.mark.parametrize("dated", [False, True])
def test_a_server_that_asks_for_too_long_a_wait_is_given_up(
    server: Server, tmp_path: Path, told: Told, pauses: list[float], dated: bool
) -> None:
    after = formatdate(time() + 3600, usegmt=True) if dated else "86400"
    server.pages["/a.tar"] = Page(BODY, before=[429], retry_after=after)
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert caught.value.hint.startswith(f"{server.url}/a.tar: HTTP 429 Too Many Requests; it asks to wait ")
    assert pauses == []


def test_a_date_is_a_time_from_now(server: Server, tmp_path: Path, told: Told, pauses: list[float]) -> None:
    server.pages["/a.tar"] = Page(BODY, before=[503], retry_after=formatdate(time() + 60, usegmt=True))
    fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert 50 < pauses[0] <= 60


def test_all_pauses_together_have_a_limit(server: Server, tmp_path: Path, told: Told, pauses: list[float]) -> None:
    server.pages["/a.tar"] = Page(BODY, before=[503] * 5, retry_after="50")
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert pauses == [50, 50]
    assert caught.value.hint.endswith("HTTP 503 Service Unavailable; asked 3 times; it asks to wait 50 s")


def test_a_server_that_does_not_answer_is_asked_again(
    server: Server, tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "TIMEOUT", 0.2)
    monkeypatch.setattr(places, "LONGEST", 0.5)
    server.pages["/a.tar"] = Page(BODY, held=threading.Event())
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert caught.value.hint == f"{server.url}/a.tar: no answer within 0.2 s; asked 3 times"


def test_short_answers_go_on_as_long_as_bytes_come(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY, breaks=[20_000] * 14)
    assert fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress).read_bytes() == BODY
    assert [asked for _, asked in server.asked[-2:]] == ["bytes=260000-", "bytes=280000-"]


def test_an_interrupt_ends_a_pause(server: Server, tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()
    monkeypatch.setattr("leafroot.host.run._ASKED", asked)
    monkeypatch.setattr(places, "FIRST", 100.0)
    server.pages["/a.tar"] = Page(BODY, before=[503])
    monkeypatch.setattr(asked, "wait", lambda _: asked.set())
    with pytest.raises(InterruptedBuildError):
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert files(tmp_path) == {}


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    before=st.lists(st.sampled_from([503, 429, 500, "reset", "closed"]), max_size=4),
    breaks=st.lists(st.integers(0, len(BODY)), max_size=6),
    refused=st.sampled_from([0, 400, 403, 416, 501]),
    shifted=st.sampled_from([0, 0, 1]),
    have=st.sampled_from([b"", BODY[:1000], BODY, b"x" * 5000, BODY + b"x"]),
    how=st.sampled_from(["plain", "chunked", "named gzip", "gzip"]),
)
def test_whatever_comes_together_no_wrong_file_and_no_old_part_stays(
    before: list[int | str], breaks: list[int], refused: int, shifted: int, have: bytes, how: str
) -> None:
    server = Server()
    server.pages["/a.tar"] = Page(
        BODY,
        before=before,
        breaks=breaks,
        refused=refused,
        shifted=shifted,
        chunked=how == "chunked",
        encoding="gzip" if "gzip" in how else "",
        compressed=how == "gzip",
    )
    archive = Archive(f"{server.url}/a.tar", SUM)
    try:
        with tempfile.TemporaryDirectory() as folder:
            cache = Path(folder)
            put(cache, archive, have, ".part")
            for _ in range(3):
                try:
                    assert fetch(archive, cache, progress=Told().progress).read_bytes() == BODY
                    break
                except LeafrootError as error:
                    assert "asked" in error.hint
            assert files(cache) == {f"{SUM}-a.tar": len(BODY)}
    finally:
        server.close()
