# SPDX-License-Identifier: Apache-2.0
"""Archives come from every kind of URL, and the SHA-256 decides what is an archive."""

from __future__ import annotations

import os
import ssl
import subprocess
from pathlib import Path

import pytest
from fetching import BODY, SUM, files
from misbehaving_server import Page, Server
from recorded_progress import Told

from leafroot.describe.archive import Archive
from leafroot.errors import LeafrootError
from leafroot.fetch.fetch import Mirrors, fetch
from leafroot.fetch.transfer import certificates

# What is written behind the host, what the server is asked for, and the file's name.
PATHS = {
    "a query": ("/download?file=a.tar&v=1", "/download?file=a.tar&v=1", "download"),
    "a query and no path": ("?file=a.tar", "/?file=a.tar", "127.0.0.1"),
    "a query at the top": ("/?p=a.git;a=snapshot;sf=tgz", "/?p=a.git;a=snapshot;sf=tgz", "127.0.0.1"),
    "a fragment": ("/a.tar#sha256=1", "/a.tar", "a.tar"),
    "a name that is encoded": ("/a%20b%2B1.tar", "/a%20b%2B1.tar", "a b+1.tar"),
    "an encoded slash": ("/projects/me%2Fproject/a.tar", "/projects/me%2Fproject/a.tar", "a.tar"),
    "an encoded slash in the name": ("/me%2Fa.tar", "/me%2Fa.tar", "a.tar"),
    "an encoded number sign": ("/c%23.tar", "/c%23.tar", "c#.tar"),
    "letters beyond ASCII": ("/größe.tar", "/gr%C3%B6%C3%9Fe.tar", "größe.tar"),
    "plus, tilde, at, colon": ("/@me/a:1+b~2.tar", "/@me/a:1+b~2.tar", "a:1+b~2.tar"),
    "brackets": ("/a[1].tar", "/a%5B1%5D.tar", "a[1].tar"),
    "a percent sign alone": ("/100%.tar", "/100%25.tar", "100%.tar"),
}


@pytest.mark.parametrize(("written", "asked", "name"), PATHS.values(), ids=PATHS.keys())
def test_a_url_reaches_the_server_as_it_was_meant(
    server: Server, tmp_path: Path, told: Told, written: str, asked: str, name: str
) -> None:
    server.pages[asked] = Page(BODY)
    assert fetch(Archive(server.url + written, SUM), tmp_path, progress=told.progress).name == f"{SUM}-{name}"
    assert server.asked == [(asked, None)]


def test_a_host_may_be_an_address_of_ipv6(tmp_path: Path, told: Told) -> None:
    server = Server("::1")
    server.pages["/a.tar"] = Page(BODY)
    try:
        assert fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress).read_bytes() == BODY
    finally:
        server.close()
    assert server.url.startswith("http://[::1]:")


REDIRECTS = {
    "301": (301, "{other}/b.tar"),
    "302": (302, "{other}/b.tar"),
    "303": (303, "{other}/b.tar"),
    "307": (307, "{other}/b.tar"),
    "308": (308, "{other}/b.tar"),
    "relative": (302, "b.tar"),
    "relative to the top": (302, "/d/b.tar"),
    "without a scheme": (302, "//{host}/d/b.tar"),
    "with a name to encode": (302, "/d/b c.tar"),
}


@pytest.mark.parametrize(("status", "location"), REDIRECTS.values(), ids=REDIRECTS.keys())
def test_a_redirect_is_followed(
    server: Server, other: Server, tmp_path: Path, told: Told, status: int, location: str
) -> None:
    where = location.format(other=other.url, host=server.address)
    server.pages["/d/a.tar"] = Page(status=status, location=where)
    for page in ("/d/b.tar", "/d/b%20c.tar"):
        server.pages[page] = Page(BODY)
    other.pages["/b.tar"] = Page(BODY)
    assert fetch(Archive(f"{server.url}/d/a.tar", SUM), tmp_path, progress=told.progress).read_bytes() == BODY
    assert files(tmp_path) == {f"{SUM}-a.tar": len(BODY)}


def test_a_transfer_through_a_redirect_is_resumed(server: Server, other: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(status=302, location=f"{other.url}/b.tar")
    other.pages["/b.tar"] = Page(BODY, breaks=[1000])
    assert fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress).read_bytes() == BODY
    assert other.asked == [("/b.tar", None), ("/b.tar", "bytes=1000-")]


NOWHERE = {
    "in a circle": ("/a.tar", "it redirects more than 10 times"),
    "to a file": ("file:///etc/passwd", "it redirects to an address that is neither http:// nor https://"),
    "to ftp": ("ftp://x.example/a.tar", "it redirects to an address that is neither http:// nor https://"),
    "to no address": ("http://[/", "this address, or one that it redirects to, is not valid"),
    "to what is missing": ("/b.tar?token=t0ken", "HTTP 404 Not Found from {url}/b.tar?token=***"),
}


@pytest.mark.parametrize(("location", "reason"), NOWHERE.values(), ids=NOWHERE.keys())
def test_a_redirect_that_leads_nowhere_is_an_error(
    server: Server, tmp_path: Path, told: Told, location: str, reason: str
) -> None:
    server.pages["/a.tar"] = Page(status=302, location=location)
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert caught.value.hint == f"{server.url}/a.tar: {reason.format(url=server.url)}"
    assert len(server.asked) <= 11


def test_a_server_that_a_redirect_led_to_in_vain_is_named(
    server: Server, other: Server, tmp_path: Path, told: Told
) -> None:
    server.pages["/a.tar"] = Page(status=302, location=f"http://me:s3cret@{other.address}/b.tar")
    other.close()
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    end = f"Connection refused (it redirects to http://***@{other.address}/b.tar)"
    assert caught.value.hint == f"{server.url}/a.tar: {end}"


def test_what_a_redirect_led_to_is_told(server: Server, other: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(status=302, location=f"{other.url}/login?next=a.tar")
    other.pages["/login?next=a.tar"] = Page(b"<html>Who are you?", content_type="text/html")
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    end = f"from {other.url}/login?next=a.tar"
    assert caught.value.hint == f"{server.url}/a.tar: sent an HTML page instead of the archive {end}"


ENCODED = {
    "the archive's own compression, by another name": (Page(BODY, encoding="gzip"), 1),
    "x-gzip": (Page(BODY, encoding="x-gzip"), 1),
    "compressed on the way": (Page(BODY, encoding="gzip", compressed=True), 2),
    "compressed on the way, in chunks": (Page(BODY, encoding="gzip", compressed=True, chunked=True), 2),
    "not compressed": (Page(BODY, encoding="identity"), 1),
    "an unknown encoding": (Page(BODY, encoding="none"), 1),
    "called HTML": (Page(BODY, content_type="text/html; charset=UTF-8"), 1),
    "called text": (Page(BODY, content_type="text/plain"), 1),
    "called XHTML, without a size": (Page(BODY, content_type="application/xhtml+xml", chunked=True), 1),
}


@pytest.mark.parametrize(("page", "requests"), ENCODED.values(), ids=ENCODED.keys())
def test_what_has_the_right_checksum_is_the_archive(
    server: Server, tmp_path: Path, told: Told, page: Page, requests: int
) -> None:
    server.pages["/a.tar"] = page
    assert fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress).read_bytes() == BODY
    assert len(server.asked) == requests


def test_an_archive_compressed_on_the_way_is_resumed_from_its_beginning(
    server: Server, tmp_path: Path, told: Told
) -> None:
    server.pages["/a.tar"] = Page(BODY, encoding="gzip", compressed=True, breaks=[1000])
    assert fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress).read_bytes() == BODY
    assert server.asked == [("/a.tar", None), ("/a.tar", "bytes=1000-"), ("/a.tar", None), ("/a.tar", None)]


def test_an_encoding_that_is_a_lie_is_an_error(server: Server, tmp_path: Path, told: Told) -> None:
    server.pages["/a.tar"] = Page(b"other", encoding="gzip")
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert caught.value.hint == f"{server.url}/a.tar: what it sent cannot be decoded"
    assert files(tmp_path) == {}


LOCAL = {
    "one slash": "file:{folder}/a b.tar",
    "three slashes": "file://{folder}/a b.tar",
    "encoded": "file://{folder}/a%20b.tar",
    "encoded, one slash": "file:{folder}/a%20b.tar",
    "this host": "file://localhost{folder}/a%20b.tar",
    "a percent sign": "file:{folder}/100%.tar",
    "a name that looks encoded": "file:{folder}/a%20c.tar",
}


@pytest.mark.parametrize("place", LOCAL.values(), ids=LOCAL.keys())
def test_a_file_may_be_named_as_a_path_or_as_a_url(tmp_path: Path, told: Told, place: str) -> None:
    for name in ("a b.tar", "100%.tar", "a%20c.tar"):
        (tmp_path / name).write_bytes(BODY)
    archive = Archive(place.format(folder=tmp_path), SUM)
    assert fetch(archive, tmp_path, progress=told.progress).read_bytes() == BODY


def test_a_mirror_may_be_a_folder_with_an_encoded_name(tmp_path: Path, told: Told) -> None:
    (tmp_path / "my mirror/pool").mkdir(parents=True)
    (tmp_path / "my mirror/pool/a.tar").write_bytes(BODY)
    mirror = f"file://{tmp_path}/my%20mirror"
    fetch(Archive("debian:pool/a.tar", SUM), tmp_path, mirrors=Mirrors(mirror), progress=told.progress)


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_only_a_regular_file_is_an_archive(tmp_path: Path, told: Told, kind: str) -> None:
    path = tmp_path / "a.tar"
    os.mkfifo(path) if kind == "pipe" else path.mkdir()
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(f"file:{path}", SUM), tmp_path, progress=told.progress)
    assert caught.value.hint == f"file:{path}: is not a regular file"


@pytest.fixture
def certificate(tmp_path: Path) -> str:
    """A certificate for 127.0.0.1 that nobody has signed, with its key."""
    file = tmp_path / "certificate.pem"
    words = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=x"]
    words += ["-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(file), "-out", str(tmp_path / "signed.pem")]
    subprocess.run(["openssl", "req", "-x509", "-nodes", *words, *files], check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + (tmp_path / "signed.pem").read_bytes())
    return str(file)


@pytest.mark.parametrize("variable", ["", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_a_server_has_a_certificate_that_the_machine_trusts(
    tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch, certificate: str, variable: str
) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, certificate)
    server = Server(certificate=certificate)
    server.pages["/a.tar"] = Page(BODY)
    archive = Archive(f"{server.url}/a.tar", SUM)
    try:
        if variable:
            assert fetch(archive, tmp_path, progress=told.progress).read_bytes() == BODY
            return
        with pytest.raises(LeafrootError) as caught:
            fetch(archive, tmp_path, progress=told.progress)
    finally:
        server.close()
    assert caught.value.hint == f"{server.url}/a.tar: its certificate is not trusted: self-signed certificate"


def test_a_machine_without_certificates_uses_those_of_requests(tmp_path: Path) -> None:
    empty, full = tmp_path / "empty", tmp_path / "full"
    empty.mkdir()
    full.mkdir()
    (full / "0123abcd.0").touch()
    found = ssl.get_default_verify_paths()
    assert certificates(found._replace(cafile="/a.pem", capath=str(empty))) == "/a.pem"
    assert certificates(found._replace(cafile=None, capath=str(full))) == str(full)
    assert certificates(found._replace(cafile=None, capath=str(empty))) is True
    assert certificates(found._replace(cafile=None, capath=None)) is True
