# SPDX-License-Identifier: Apache-2.0
"""Archives fetched from a server that does what servers do; each kind of bad answer with its exact message."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from misbehaving_server import Page, Server
from recorded_progress import Told

from leafroot.describe.archive import Archive
from leafroot.effects import transfer
from leafroot.effects.fetch import check_offline, fetch, fetch_all, missing
from leafroot.errors import LeafrootError

BODY = os.urandom(300_000)
SUM = hashlib.sha256(BODY).hexdigest()
OTHER = hashlib.sha256(b"other").hexdigest()


def files(cache: Path) -> dict[str, int]:
    """What lies in the cache: name -> size."""
    return {path.name: path.stat().st_size for path in sorted((cache / "dl").glob("*"))}


def put(cache: Path, archive: Archive, data: bytes, suffix: str = "") -> Path:
    path = cache / "dl" / f"{archive.sha256}-{archive.file_name}{suffix}"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


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


def test_the_next_place_serves_where_one_fails(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/old/a.tar"] = Page(b"other")
    server.pages["/b.tar"] = Page(BODY)
    archive = Archive([f"{server.url}/gone.tar", f"{server.url}/old/a.tar", f"{server.url}/b.tar"], SUM)
    assert fetch(archive, tmp_path, progress=told.progress).read_bytes() == BODY
    assert files(tmp_path) == {f"{SUM}-gone.tar": len(BODY)}


def test_a_debian_place_lies_below_the_mirror(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/debian/pool/main/m/musl/musl_1.tar.gz"] = Page(BODY)
    archive = Archive("debian:pool/main/m/musl/musl_1.tar.gz", SUM)
    fetch(archive, tmp_path, mirror=f"{server.url}/debian/", progress=told.progress)
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


def test_a_transfer_that_breaks_off_is_taken_up_at_once(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY, breaks=[100_000, 50_000])
    assert fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress).read_bytes() == BODY
    assert [asked for _, asked in server.asked] == [None, "bytes=100000-", "bytes=150000-"]
    assert "a.tar: ended after 100000 of 300000 bytes; going on at 100.0 kB" in told.lines


@pytest.mark.parametrize(
    ("page", "part", "ranges"),
    [
        (Page(BODY, ranges=False), BODY[:1000], ["bytes=1000-"]),
        (Page(BODY), BODY + b"more", ["bytes=300004-", None]),
        (Page(BODY, shifted=7), BODY[:1000], ["bytes=1000-", None]),
        (Page(BODY), b"x" * 1000, ["bytes=1000-", None]),
        (Page(BODY), b"x" * len(BODY), ["bytes=300000-", None]),
    ],
    ids=["range-ignored", "416-too-long", "other-range", "wrong-beginning", "416-all-wrong"],
)
def test_a_part_that_does_not_fit_is_fetched_anew(
    server: Server, tmp_path: Path, told: Told, page: Page, part: bytes, ranges: list[str | None]
) -> None:
    server.pages["/a.tar"] = page
    archive = Archive(f"{server.url}/a.tar", SUM)
    put(tmp_path, archive, part, ".part")
    assert fetch(archive, tmp_path, progress=told.progress).read_bytes() == BODY
    assert [asked for _, asked in server.asked] == ranges
    assert files(tmp_path) == {f"{SUM}-a.tar": len(BODY)}


HTML = b"\n <!DOCTYPE html><html><body>Please log in</body></html>"

BAD = {
    "wrong checksum": (Page(b"other"), f"its SHA-256 is {OTHER}, not {SUM}"),
    "not found": (None, "HTTP 404 Not Found"),
    "server error": (Page(b"", status=503), "HTTP 503 Service Unavailable"),
    "html by its type": (
        Page(b"Hello", content_type="text/html; charset=utf-8"),
        "an HTML page came in place of the archive",
    ),
    "html by its bytes": (Page(HTML), "an HTML page came in place of the archive"),
    "empty": (Page(b""), f"its SHA-256 is {hashlib.sha256().hexdigest()}, not {SUM}"),
    "longer": (Page(BODY + b"x"), f"its SHA-256 is {hashlib.sha256(BODY + b'x').hexdigest()}, not {SUM}"),
}


@pytest.mark.parametrize(("page", "reason"), BAD.values(), ids=BAD.keys())
def test_a_bad_answer_is_told_and_leaves_nothing(
    server: Server, tmp_path: Path, told: Told, page: Page | None, reason: str
) -> None:
    if page is not None:
        server.pages["/a.tar"] = page
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert str(caught.value) == f"a.tar: no place gave this archive\n  {server.url}/a.tar: {reason}"
    assert files(tmp_path) == {}


def test_a_truncated_file_is_told_and_what_came_is_kept(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY[:1000], ranges=False, announced=len(BODY))
    archive = Archive(f"{server.url}/a.tar", SUM)
    with pytest.raises(LeafrootError) as caught:
        fetch(archive, tmp_path, progress=told.progress)
    assert caught.value.hint == f"{server.url}/a.tar: ended after 1000 of 300000 bytes"
    assert files(tmp_path) == {f"{SUM}-a.tar.part": 1000}
    server.pages["/a.tar"] = Page(BODY)
    assert fetch(archive, tmp_path, progress=told.progress).read_bytes() == BODY
    assert server.asked[-1] == ("/a.tar", "bytes=1000-")


def test_each_place_has_its_own_reason(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/b.tar"] = Page(b"other")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        refusing = f"http://127.0.0.1:{closed.getsockname()[1]}/c.tar"
        places = [
            f"{server.url}/a.tar",
            f"{server.url}/b.tar",
            refusing,
            f"file:{tmp_path}/none.tar",
            "debian:pool/x.tar",
        ]
        with pytest.raises(LeafrootError) as caught:
            fetch(Archive(places, SUM), tmp_path, mirror="ftp://x", progress=told.progress)
    assert str(caught.value).splitlines() == [
        "a.tar: no place gave this archive",
        f"  {server.url}/a.tar: HTTP 404 Not Found",
        f"  {server.url}/b.tar: its SHA-256 is {OTHER}, not {SUM}",
        f"  {refusing}: Connection refused",
        f"  file:{tmp_path}/none.tar: No such file or directory",
        "  DEBIAN_MIRROR=ftp://x: a Debian mirror must begin with https://, http:// or file:/",
        "  It is the URL below which pool/ lies.",
    ]
    assert files(tmp_path) == {}


def test_a_server_that_falls_silent_is_given_up(
    server: Server, tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "TIMEOUT", 0.2)
    server.pages["/a.tar"] = Page(BODY, breaks=[1000, 0], stalls=threading.Event())
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert caught.value.hint == f"{server.url}/a.tar: broke off after 1000 bytes: no answer within 0.2 s"
    assert files(tmp_path) == {f"{SUM}-a.tar.part": 1000}


def test_an_interrupt_leaves_what_came(
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


def test_a_damaged_cached_file_is_told_once_and_fetched_again(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY)
    archive = Archive(f"{server.url}/a.tar", SUM)
    path = put(tmp_path, archive, b"other")
    assert fetch(archive, tmp_path, progress=told.progress).read_bytes() == BODY
    fetch(archive, tmp_path, progress=told.progress)
    assert told.lines[0] == f"{path} is damaged: its SHA-256 is {OTHER}, not {SUM}; fetching it again"
    assert sum("damaged" in line for line in told.lines) == 1


def test_the_checksum_counts_and_not_the_name(server: Server, tmp_path: Path, told: Told) -> None:
    put(tmp_path, Archive("https://somewhere.invalid/earlier.tar", SUM), BODY)
    renamed = Archive(f"{server.url}/later.tar", SUM)
    assert fetch(renamed, tmp_path, offline=True, progress=told.progress).read_bytes() == BODY
    assert missing([renamed], tmp_path) == []
    assert server.asked == []


def test_offline_a_cached_file_serves(server: Server, tmp_path: Path, told: Told) -> None:
    archive = Archive(f"{server.url}/a.tar", SUM)
    path = put(tmp_path, archive, BODY)
    assert fetch(archive, tmp_path, offline=True, progress=told.progress) == path


def test_offline_a_missing_file_is_an_error(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY)
    archive = Archive(f"{server.url}/a.tar", SUM)
    put(tmp_path, archive, BODY[:1000], ".part")
    with pytest.raises(LeafrootError) as caught:
        fetch(archive, tmp_path, offline=True, progress=told.progress)
    assert str(caught.value).splitlines() == [
        f"OFFLINE=1: 1 archive is missing from {tmp_path / 'dl'}",
        f"  a.tar  {SUM}",
        "  'scons source' fetches all that is needed while there is a network.",
    ]
    assert server.asked == []


def test_offline_a_damaged_file_is_an_error(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY)
    archive = Archive(f"{server.url}/a.tar", SUM)
    path = put(tmp_path, archive, b"other")
    with pytest.raises(LeafrootError) as caught:
        fetch(archive, tmp_path, offline=True, progress=told.progress)
    assert str(caught.value).splitlines() == [
        f"OFFLINE=1: {path} is damaged: its SHA-256 is {OTHER}, not {SUM}",
        "  'scons source' fetches it again while there is a network.",
    ]
    assert server.asked == []


def test_offline_all_that_is_missing_is_listed_at_once(tmp_path: Path) -> None:
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
        "  'scons source' fetches all that is needed while there is a network.",
    ]
    check_offline([have], tmp_path)


def test_fetching_all_goes_on_after_a_failure(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY)
    good = Archive(f"{server.url}/a.tar", SUM)
    bad = [Archive(f"{server.url}/{name}.tar", name * 64) for name in "bc"]
    with pytest.raises(LeafrootError) as caught:
        fetch_all([*bad, good], tmp_path, progress=told.progress)
    assert str(caught.value).splitlines() == [
        "2 archives could not be fetched",
        "  b.tar: no place gave this archive",
        f"    {server.url}/b.tar: HTTP 404 Not Found",
        "  c.tar: no place gave this archive",
        f"    {server.url}/c.tar: HTTP 404 Not Found",
    ]
    assert fetch_all([good, good], tmp_path, progress=told.progress) == [tmp_path / "dl" / f"{SUM}-a.tar"] * 2


def test_a_cache_that_cannot_be_made_is_told(tmp_path: Path, told: Told) -> None:
    (tmp_path / "dl").write_text("in the way")
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive("https://x.invalid/a.tar", SUM), tmp_path, progress=told.progress)
    assert str(caught.value) == f"{tmp_path / 'dl'}: cannot be made: File exists"


def until(reached: Callable[[], bool]) -> None:
    """Wait for something that happens soon."""
    for _ in range(3000):
        if reached():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen within 30 s")


def test_threads_that_want_the_same_archive_fetch_it_once(server: Server, tmp_path: Path, told: Told) -> None:
    held = threading.Event()
    server.pages["/a.tar"] = Page(BODY, held=held)
    archive = Archive(f"{server.url}/a.tar", SUM)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(fetch, archive, tmp_path, progress=told.progress) for _ in range(4)]
        until(lambda: told.lines.count("waiting for another process that fetches a.tar") == 3)
        held.set()
        assert {done.result().read_bytes() for done in waiting} == {BODY}
    assert len(server.asked) == 1
    assert files(tmp_path) == {f"{SUM}-a.tar": len(BODY)}


def test_a_thread_that_waited_tries_itself_when_the_other_failed(server: Server, tmp_path: Path, told: Told) -> None:
    held = threading.Event()
    server.pages["/a.tar"] = Page(b"other", held=held)
    archive = Archive(f"{server.url}/a.tar", SUM)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(fetch, archive, tmp_path, progress=told.progress) for _ in range(2)]
        until(lambda: "waiting for another process that fetches a.tar" in told.lines)
        held.set()
        assert [type(done.exception()) for done in waiting] == [LeafrootError] * 2
    assert len(server.asked) == 2
    assert files(tmp_path) == {}


def _fetch_quietly(archive: Archive, cache: Path) -> None:
    fetch(archive, cache, progress=Told().progress)


def test_processes_that_want_the_same_archive_fetch_it_once(server: Server, tmp_path: Path) -> None:
    server.pages["/a.tar"] = Page(BODY)
    archive = Archive(f"{server.url}/a.tar", SUM)
    context = multiprocessing.get_context("spawn")
    started = [context.Process(target=_fetch_quietly, args=(archive, tmp_path)) for _ in range(3)]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    assert [process.exitcode for process in started] == [0, 0, 0]
    assert len(server.asked) == 1
    assert files(tmp_path) == {f"{SUM}-a.tar": len(BODY)}
