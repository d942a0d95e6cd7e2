# SPDX-License-Identifier: Apache-2.0
"""Archives that no server delivers: each kind of bad answer has its exact message."""

from __future__ import annotations

import hashlib
import socket
import threading
from pathlib import Path

import pytest
from fetching import BODY, OTHER, SUM, files
from misbehaving_server import Page, Server
from recorded_progress import Told

from leafroot.describe.archive import Archive
from leafroot.errors import LeafrootError
from leafroot.fetch import transfer
from leafroot.fetch.fetch import Mirrors, fetch, fetch_all

HTML = b"\n <!DOCTYPE html><html><body>Please log in</body></html>"

BAD = {
    "wrong checksum": (Page(b"other"), f"its SHA-256 is {OTHER}, not {SUM}"),
    "not found": (None, "HTTP 404 Not Found"),
    "not implemented": (Page(b"", status=501), "HTTP 501 Not Implemented"),
    "no content": (Page(b"", status=204, announced=0), "HTTP 204 No Content"),
    "html by its type": (
        Page(b"Hello", content_type="text/html; charset=utf-8"),
        "sent an HTML page instead of the archive",
    ),
    "html by its bytes": (Page(HTML), "sent an HTML page instead of the archive"),
    "empty": (Page(b""), "sent an empty file"),
    "an encoding that nobody asked for": (
        Page(b"other", encoding="br"),
        f"its SHA-256 is {OTHER}, not {SUM}; it sent the Content-Encoding br, which Leafroot does not decode",
    ),
    "another protocol": (
        Page(first_line=b"SSH-2.0-OpenSSH_9.2\r\n"),
        "its answer is not HTTP: it begins with 'SSH-2.0-OpenSSH_9.2'",
    ),
    "TLS": (
        Page(first_line=b"\x15\x03\x01\x00\x02\x02(\r\n"),
        r"its answer is not HTTP: it begins with '\x15\x03\x01\x00\x02\x02('; it may want https://",
    ),
    "a chunk without a length": (
        Page(first_line=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        "broke off after 0 bytes: its answer is not valid HTTP; asked 5 times",
    ),
    "longer": (Page(BODY + b"x"), f"its SHA-256 is {hashlib.sha256(BODY + b'x').hexdigest()}, not {SUM}"),
}


@pytest.mark.parametrize(("page", "reason"), BAD.values(), ids=BAD.keys())
def test_a_bad_answer_is_an_error_and_leaves_nothing(
    server: Server, tmp_path: Path, told: Told, page: Page | None, reason: str
) -> None:
    if page is not None:
        server.pages["/a.tar"] = page
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert str(caught.value) == f"a.tar: cannot be fetched from any of its places\n  {server.url}/a.tar: {reason}"
    assert files(tmp_path) == {}


def test_a_truncated_file_is_an_error_and_its_bytes_are_kept(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY[:1000], ranges=False, announced=len(BODY))
    archive = Archive(f"{server.url}/a.tar", SUM)
    with pytest.raises(LeafrootError) as caught:
        fetch(archive, tmp_path, progress=told.progress)
    assert caught.value.hint == f"{server.url}/a.tar: ended after 1000 of 300000 bytes; asked 6 times"
    assert files(tmp_path) == {f"{SUM}-a.tar.part": 1000}
    server.pages["/a.tar"] = Page(BODY)
    assert fetch(archive, tmp_path, progress=told.progress).read_bytes() == BODY
    assert server.asked[-1] == ("/a.tar", "bytes=1000-")


def test_the_error_gives_the_reason_of_each_place(server: Server, tmp_path: Path, told: Told) -> None:
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
            fetch(Archive(places, SUM), tmp_path, mirrors=Mirrors("ftp://x"), progress=told.progress)
    assert str(caught.value).splitlines() == [
        "a.tar: cannot be fetched from any of its places",
        f"  {server.url}/a.tar: HTTP 404 Not Found",
        f"  {server.url}/b.tar: its SHA-256 is {OTHER}, not {SUM}",
        f"  {refusing}: Connection refused",
        f"  file:{tmp_path}/none.tar: No such file or directory",
        "  DEBIAN_MIRROR=ftp://x: a Debian mirror must begin with https://, http:// or file:/",
        "  Give the URL of the folder that holds pool/.",
    ]
    assert files(tmp_path) == {}


def test_a_server_that_stops_sending_times_out(
    server: Server, tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "TIMEOUT", 0.2)
    server.pages["/a.tar"] = Page(BODY, breaks=[1000, 0, 0, 0, 0, 0], stalls=threading.Event())
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert caught.value.hint == f"{server.url}/a.tar: broke off after 1000 bytes: no answer within 0.2 s; asked 6 times"
    assert files(tmp_path) == {f"{SUM}-a.tar.part": 1000}


def test_fetching_all_archives_continues_after_a_failure(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(BODY)
    good = Archive(f"{server.url}/a.tar", SUM)
    bad = [Archive(f"{server.url}/{name}.tar", name * 64) for name in "bc"]
    with pytest.raises(LeafrootError) as caught:
        fetch_all([*bad, good], tmp_path, progress=told.progress)
    assert str(caught.value).splitlines() == [
        "2 archives could not be fetched",
        "  b.tar: cannot be fetched from any of its places",
        f"    {server.url}/b.tar: HTTP 404 Not Found",
        "  c.tar: cannot be fetched from any of its places",
        f"    {server.url}/c.tar: HTTP 404 Not Found",
    ]
    assert fetch_all([good, good], tmp_path, progress=told.progress) == [tmp_path / "dl" / f"{SUM}-a.tar"] * 2


def test_a_cache_that_cannot_be_created_is_an_error(tmp_path: Path, told: Told) -> None:
    (tmp_path / "dl").write_text("in the way")
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive("https://x.invalid/a.tar", SUM), tmp_path, progress=told.progress)
    assert str(caught.value) == f"{tmp_path / 'dl'}: cannot be made: File exists"


def another(archive: Archive) -> str:
    return f"There is another {archive.file_name}."


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (None, "HTTP 404 Not Found"),
        (Page(status=410), "HTTP 410 Gone"),
        (Page(status=403), "HTTP 403 Forbidden: if it wants a name and password, put those of 127.0.0.1 into ~/.netrc"),
        (Page(b"other"), f"its SHA-256 is {OTHER}, not {SUM}"),
    ],
    ids=["not found", "gone", "forbidden", "other bytes"],
)
def test_what_debian_has_instead_is_told_only_if_the_file_is_gone(
    server: Server, tmp_path: Path, page: Page | None, reason: str
) -> None:
    if page:
        server.pages["/debian/pool/a_1.tar"] = page
    mirrors = Mirrors(f"{server.url}/debian", instead_of=another)
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive("debian:pool/a_1.tar", SUM), tmp_path, mirrors=mirrors, progress=Told().progress)
    gone = ["The Debian mirror does not have this file.", "There is another a_1.tar."]
    asked = f"{server.url}/debian/pool/a_1.tar: {reason}"
    assert caught.value.hint.splitlines() == [asked, *(gone if reason.startswith(("HTTP 404", "HTTP 410")) else [])]


@pytest.mark.parametrize("origins", [True, False], ids=["another place", "offline"])
def test_debian_is_not_asked_for_what_is_not_from_there(server: Server, tmp_path: Path, origins: bool) -> None:
    mirrors = Mirrors("file:/none", first=(server.url,), origins=origins, instead_of=another)
    place = f"{server.url}/a.tar" if origins else "debian:pool/a.tar"
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(place, SUM), tmp_path, mirrors=mirrors, progress=Told().progress)
    assert "There is another" not in caught.value.hint
