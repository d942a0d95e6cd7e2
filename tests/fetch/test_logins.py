# SPDX-License-Identifier: Apache-2.0
"""Names and passwords reach the server that they are for, and nobody reads them in a message."""

from __future__ import annotations

from pathlib import Path

import pytest
from fetching import BODY, SUM
from misbehaving_server import Page, Server
from recorded_progress import Told

from leafroot.describe.archive import Archive
from leafroot.errors import LeafrootError
from leafroot.fetch.fetch import fetch, fetch_all


def with_login(url: str, login: str) -> str:
    """The URL with a name and password before its host."""
    return url.replace("//", f"//{login}@")


WRITTEN = {
    "name and password": ("me:s3cret", "me:s3cret"),
    "encoded": ("me%40home:s%2F3%3Acret", "me@home:s/3:cret"),
    "an @ in the password": ("me:s3@cret", "me:s3@cret"),
    "letters beyond Latin-1": ("me:%E2%82%AC", "me:€"),
    "a token alone": ("t0ken", "t0ken:"),
}


@pytest.mark.parametrize(("written", "login"), WRITTEN.values(), ids=WRITTEN.keys())
def test_a_login_in_a_url_is_used_and_shown_to_nobody(
    server: Server, tmp_path: Path, told: Told, written: str, login: str
) -> None:
    server.pages["/a.tar"] = Page(BODY, login=login, before=[503])
    archive = Archive(f"{with_login(server.url, written)}/a.tar", SUM)
    path = fetch(archive, tmp_path, progress=told.progress)
    assert path.read_bytes() == BODY
    assert server.logins == [login, login]
    shown = "\n".join([*told.lines, path.name])
    assert "cret" not in shown
    assert "t0ken" not in shown


ANSWERS = {
    "refused": (Page(BODY, login="else"), "HTTP 401 Unauthorized: the name and password for 127.0.0.1 were refused"),
    "busy": (Page(before=[503] * 5), "HTTP 503 Service Unavailable; asked 5 times"),
    "missing": (None, "HTTP 404 Not Found"),
    "a circle": (Page(status=302, location="/a.tar?token=t0ken"), "it redirects more than 10 times"),
    "nonsense": (
        Page(status=302, location="http://me:s3cret@[/"),
        "this address, or one that it redirects to, is not valid",
    ),
    "no port": (
        Page(status=302, location="http://me:s3cret@x:y/"),
        "this address, or one that it redirects to, is not valid",
    ),
}


@pytest.mark.parametrize(("page", "reason"), ANSWERS.values(), ids=ANSWERS.keys())
def test_no_message_shows_a_password(
    server: Server, tmp_path: Path, told: Told, page: Page | None, reason: str
) -> None:
    if page is not None:
        server.pages["/a.tar?token=t0ken"] = page
    archive = Archive(f"{with_login(server.url, 'me:s3cret')}/a.tar?token=t0ken", SUM)
    with pytest.raises(LeafrootError) as caught:
        fetch_all([archive], tmp_path, progress=told.progress)
    shown = with_login(server.url, "***")
    assert caught.value.hint == f"{shown}/a.tar?token=***: {reason}"
    assert "s3cret" not in "".join([*told.lines, str(caught.value)])


@pytest.mark.parametrize("variable", [False, True])
def test_a_login_of_netrc_is_used(
    server: Server, tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch, nothing_around: Path, variable: bool
) -> None:
    file = tmp_path / "logins" if variable else nothing_around / ".netrc"
    file.write_text("machine x.example login a password b\nmachine 127.0.0.1 login me password s3cret\n")
    if variable:
        monkeypatch.setenv("NETRC", str(file))
    server.pages["/a.tar"] = Page(BODY, login="me:s3cret")
    fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert server.logins == ["me:s3cret"]


def test_a_login_in_the_url_counts_before_one_of_netrc(
    server: Server, tmp_path: Path, told: Told, nothing_around: Path
) -> None:
    (nothing_around / ".netrc").write_text("machine 127.0.0.1 login other password other\n")
    server.pages["/a.tar"] = Page(BODY, login="me:s3cret")
    fetch(Archive(f"{with_login(server.url, 'me:s3cret')}/a.tar", SUM), tmp_path, progress=told.progress)


@pytest.mark.parametrize("status", [401, 403])
def test_without_a_login_the_error_says_where_to_put_it(
    server: Server, tmp_path: Path, told: Told, status: int
) -> None:
    server.pages["/a.tar"] = Page(BODY, before=[status])
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert caught.value.hint.endswith(": if it wants a name and password, put those of 127.0.0.1 into ~/.netrc")


BAD_NETRC = {
    "a word too many": (
        b"machine 127.0.0.1 login me\npassword s3 cret\n",
        "HTTP 401 Unauthorized: ~/.netrc, near line 3, is not 'machine HOST login NAME password PASSWORD'",
    ),
    "Latin-1": (b"machine 127.0.0.1 login me password s3cr\xe9t\n", "~/.netrc is not UTF-8"),
}


@pytest.mark.parametrize(("text", "reason"), BAD_NETRC.values(), ids=BAD_NETRC.keys())
def test_a_netrc_that_cannot_be_read_is_told(
    server: Server, tmp_path: Path, told: Told, nothing_around: Path, text: bytes, reason: str
) -> None:
    (nothing_around / ".netrc").write_bytes(text)
    server.pages["/a.tar"] = Page(BODY, login="me:s3cret")
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)
    assert caught.value.hint == f"{server.url}/a.tar: {reason}"


def test_a_redirect_to_another_server_takes_no_login_along(
    server: Server, other: Server, tmp_path: Path, told: Told
) -> None:
    server.pages["/a.tar"] = Page(status=302, location="/b.tar")
    server.pages["/b.tar"] = Page(status=302, location=f"{other.url}/c.tar")
    other.pages["/c.tar"] = Page(BODY)
    fetch(Archive(f"{with_login(server.url, 'me:s3cret')}/a.tar", SUM), tmp_path, progress=told.progress)
    assert server.logins == ["me:s3cret", "me:s3cret"]
    assert other.logins == [None]


PROXIES = {
    "http_proxy": {"http_proxy": "http://{login}{proxy}"},
    "HTTP_PROXY": {"HTTP_PROXY": "http://{login}{proxy}"},
    "all_proxy": {"all_proxy": "http://{login}{proxy}"},
    "ALL_PROXY": {"ALL_PROXY": "http://{login}{proxy}"},
    "without a scheme": {"http_proxy": "{proxy}"},
    "other hosts excepted": {"http_proxy": "http://{login}{proxy}", "no_proxy": "x.invalid.example,10.0.0.0/8"},
    "socks for the rest": {"http_proxy": "http://{login}{proxy}", "all_proxy": "socks://x.invalid:1080/"},
}


@pytest.mark.parametrize("environment", PROXIES.values(), ids=PROXIES.keys())
def test_a_proxy_of_the_environment_is_asked(
    server: Server, tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value.format(login="me:s3cret@", proxy=server.address))
    server.pages["http://x.invalid/a.tar"] = Page(BODY)
    fetch(Archive("http://x.invalid/a.tar", SUM), tmp_path, progress=told.progress)
    assert server.asked == [("http://x.invalid/a.tar", None)]
    assert server.proxy_logins == ["me:s3cret" if "{login}" in "".join(environment.values()) else None]


@pytest.mark.parametrize("variable", ["no_proxy", "NO_PROXY"])
@pytest.mark.parametrize("value", ["127.0.0.1", "x.example, 127.0.0.1", "127.0.0.0/8", "*"])
def test_an_excepted_host_is_asked_without_a_proxy(
    server: Server, tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv("all_proxy", "http://proxy.invalid:3128")
    monkeypatch.setenv(variable, value)
    server.pages["/a.tar"] = Page(BODY)
    fetch(Archive(f"{server.url}/a.tar", SUM), tmp_path, progress=told.progress)


BAD_PROXIES = {
    "socks": ("socks5h://me:s3cret@x:1080", "socks5h://***@x:1080"),
    "unknown scheme": ("ftp://me:s3cret@x:21", "ftp://***@x:21"),
    "no host": ("http://", "http://"),
    "a slash in its password": ("http://me:s3/cret@x:3128", "http://***@x:3128"),
    "no scheme before a password": ("me:s3cret@x:3128", "***@x:3128"),
}


@pytest.mark.parametrize(("value", "shown"), BAD_PROXIES.values(), ids=BAD_PROXIES.keys())
def test_a_proxy_that_cannot_be_used_is_told(
    tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch, value: str, shown: str
) -> None:
    monkeypatch.setenv("https_proxy", value)
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive("https://x.invalid/a.tar", SUM), tmp_path, progress=told.progress)
    assert caught.value.hint == (
        f"https://x.invalid/a.tar: the proxy {shown} cannot be used: it must be http://HOST:PORT or https://HOST:PORT"
    )


REFUSING = {
    "login": (407, 1, "Tunnel connection failed: 407 Proxy Authentication Required"),
    "busy": (503, 5, "Tunnel connection failed: 503 Service Unavailable; asked 5 times"),
}


@pytest.mark.parametrize(("status", "times", "reason"), REFUSING.values(), ids=REFUSING.keys())
def test_a_proxy_that_refuses_is_named_without_its_password(
    server: Server, tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch, status: int, times: int, reason: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:s3cret@{server.address}")
    server.pages["x.invalid:443"] = Page(status=status)
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive("https://x.invalid/a.tar", SUM), tmp_path, progress=told.progress)
    assert caught.value.hint == f"https://x.invalid/a.tar: the proxy http://***@{server.address}: {reason}"
    assert server.proxy_logins == ["me:s3cret"] * times


def test_a_proxy_that_is_not_there_is_named(tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://me:s3cret@127.0.0.1:9")
    with pytest.raises(LeafrootError) as caught:
        fetch(Archive("http://x.invalid/a.tar", SUM), tmp_path, progress=told.progress)
    assert caught.value.hint == "http://x.invalid/a.tar: the proxy http://***@127.0.0.1:9: Connection refused"
