# SPDX-License-Identifier: Apache-2.0
"""Mirrors are read from apt's configuration, and give the URLs of a place."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from fetching import write_apt
from hypothesis import given, settings
from hypothesis import strategies as st

from leafroot.errors import LeafrootError
from leafroot.fetch.mirror import Sources, configured, likely, locate, parse_lines, parse_stanzas

LINES = {
    "": [],
    "deb http://m.example/debian trixie main\n": ["http://m.example/debian"],
    "deb-src http://m.example/debian trixie main": ["http://m.example/debian"],
    "# deb http://m.example/debian trixie main": [],
    "  deb   http://m.example/debian/   trixie main  # the nearest": ["http://m.example/debian/"],
    "deb [arch=amd64 signed-by=/k.gpg] https://m.example/debian trixie main": ["https://m.example/debian"],
    "deb [ arch=amd64,arm64 ] https://m.example/debian ./": ["https://m.example/debian"],
    "deb http://a.example/debian trixie main\ndeb http://b.example/x y z": [
        "http://a.example/debian",
        "http://b.example/x",
    ],
    "deb http://incomplete.example": [],
    "deb http://incomplete.example # main": [],
    "#deb http://m.example/debian trixie main": [],
    "deb [signed-by=/k.gpg] http://[2001:db8::1]:8080/debian trixie main": ["http://[2001:db8::1]:8080/debian"],
    "deb cdrom:[Debian GNU/Linux 13 _Trixie_]/ trixie main": ["cdrom:[Debian GNU/Linux 13 _Trixie_]/"],
    "deb\tmirror+file:/etc/apt/mirrors.list\ttrixie main": ["mirror+file:/etc/apt/mirrors.list"],
    "deb tor+https://m.example/debian trixie main": ["tor+https://m.example/debian"],
    "rpm http://m.example/debian trixie main": [],
}


@pytest.mark.parametrize(("text", "uris"), LINES.items())
def test_uris_are_read_from_one_line_entries(text: str, uris: list[str]) -> None:
    assert parse_lines(text) == uris


STANZAS = {
    "": [],
    "Types: deb\nURIs: http://m.example/debian\nSuites: trixie\n": ["http://m.example/debian"],
    "URIs: http://a.example/debian http://b.example/debian\n": ["http://a.example/debian", "http://b.example/debian"],
    "URIs:\n http://a.example/debian\n\thttp://b.example/debian\nSuites: x\n": [
        "http://a.example/debian",
        "http://b.example/debian",
    ],
    "uris: http://m.example/debian": ["http://m.example/debian"],
    "# URIs: http://old.example/debian\nURIs: http://m.example/debian\n": ["http://m.example/debian"],
    "URIs: http://a.example/debian\n# a note\n http://b.example/debian\n": [
        "http://a.example/debian",
        "http://b.example/debian",
    ],
    "Enabled: no\nURIs: http://off.example/debian\n\nURIs: http://on.example/debian\n": ["http://on.example/debian"],
    "Enabled: yes\nURIs: http://on.example/debian\n\n\n\nSuites: x\n": ["http://on.example/debian"],
    "Enabled: FALSE\nURIs: http://off.example/debian\n": [],
    "Types: deb deb-src\nURIs: mirror+file:///etc/apt/mirrors/debian.list\n": [
        "mirror+file:///etc/apt/mirrors/debian.list"
    ],
    "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQ==\nURIs: http://m.example/debian\n": [
        "http://m.example/debian"
    ],
}


@pytest.mark.parametrize(("text", "uris"), STANZAS.items())
def test_uris_are_read_from_deb822_stanzas(text: str, uris: list[str]) -> None:
    assert parse_stanzas(text) == uris


def test_other_vendors_are_used_only_if_nothing_looks_like_debian() -> None:
    assert likely(["https://cloud.example/apt", "http://m.example/debian"]) == ["http://m.example/debian"]
    assert likely(["http://mirror.example/apt"]) == ["http://mirror.example/apt"]


UNUSABLE = {
    "cdrom": ("deb cdrom:[Debian]/ trixie main", "cdrom:[Debian]/ cannot be used: {kinds}"),
    "tor": ("deb tor+http://me:s3cret@a.onion/debian x main", "tor+http://***@a.onion/debian cannot be used: {kinds}"),
    "ftp": ("deb ftp://a.example/debian x main", "ftp://a.example/debian cannot be used: {kinds}"),
    "a slash in a password": (
        "deb https://me:s3/cret@x/debian x main",
        "https://***@x/debian cannot be used: a URL must name a host, and may name a port after it",
    ),
    "no list": ("deb mirror+file:/no/list x main", "mirror+file:/no/list cannot be read: No such file or directory"),
    "a list in another way": ("deb mirror+ftp://x/list x main", "mirror+ftp://x/list cannot be used: {kinds}"),
    "an empty list": (
        "deb mirror+file:{apt}/mirrors/empty.list x main",
        "mirror+file:{apt}/mirrors/empty.list names no mirror that Leafroot can use",
    ),
    "a damaged list": (
        "deb mirror+file:{apt}/mirrors/m.gz x main",
        "mirror+file:{apt}/mirrors/m.gz cannot be read: Not a gzipped file (b'no')",
    ),
    "no host": (
        "deb https:///debian x main",
        "https:///debian cannot be used: a URL must name a host, and may name a port after it",
    ),
    "another machine's files": (
        "deb file://server/debian x main",
        "file://server/debian cannot be used: a local place is on this machine: it may not name a host",
    ),
}
KINDS = "Leafroot fetches with http, https and file alone"


@pytest.mark.parametrize(("lines", "reason"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_if_no_source_can_be_used_the_error_says_why(tmp_path: Path, lines: str, reason: str) -> None:
    apt = write_apt(tmp_path / "apt", lines=lines, empty="# nothing\n")
    (apt / "mirrors/m.gz").write_bytes(b"no gzip")
    with pytest.raises(LeafrootError) as caught:
        locate("debian:pool/x.tar", apt=apt)
    assert str(caught.value).splitlines() == [
        "debian:pool/x.tar: no Debian mirror is known: none of apt's sources can be used",
        f"  {apt}/sources.list: {reason.format(apt=apt, kinds=KINDS)}",
        "  Give one with DEBIAN_MIRROR=URL, the URL of the folder that holds pool/.",
    ]


LOGINS = {
    "a host": ("machine a.example login me password s3cret", "https://me:s3cret@a.example/debian"),
    "its port does not matter": ("machine a.example login me password s:3", "https://me:s%3A3@a.example/debian"),
    "a folder": ("machine https://a.example/deb login me password s3cret", "https://me:s3cret@a.example/debian"),
    "another folder": ("machine a.example/private login me password s3cret", "https://a.example/debian"),
    "another scheme": ("machine http://a.example login me password s3cret", "https://a.example/debian"),
    "another port": ("machine a.example:8443 login me password s3cret", "https://a.example/debian"),
    "nonsense": ("login login login", "https://a.example/debian"),
}


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize(("text", "base"), LOGINS.values(), ids=LOGINS.keys())
def test_the_logins_of_apt_are_used(tmp_path: Path, text: str, base: str, given: bool) -> None:
    apt = write_apt(tmp_path / "apt", lines="deb https://a.example/debian trixie main")
    (apt / "auth.conf.d").mkdir()
    (apt / "auth.conf.d/a.conf").write_text(f"{text}\n")
    assert locate("debian:pool/x", "https://a.example/debian" if given else "", apt) == [f"{base}/pool/x"]


@pytest.fixture
def apt(tmp_path: Path) -> Path:
    """The configuration of a machine with several mirrors, some of no use."""
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text(
        "deb cdrom:[Debian GNU/Linux 13]/ trixie main\ndeb http://near.example/debian/ trixie main\n"
    )
    (tmp_path / "sources.list.d/debian.sources").write_text(
        f"URIs: mirror+file:{tmp_path}/mirrors.list http://near.example/debian http://far.example/debian\n\n"
        "URIs: http://security.example/debian-security\n"
    )
    (tmp_path / "sources.list.d/vendor.list").write_text("deb https://vendor.example/apt stable main\n")
    (tmp_path / "sources.list.d/old.list.save").write_text("deb http://saved.example/debian trixie main\n")
    return tmp_path


def test_all_files_are_read_and_each_mirror_is_listed_once(apt: Path) -> None:
    assert configured(apt) == Sources(
        (
            "http://near.example/debian",
            "http://far.example/debian",
            "http://security.example/debian-security",
            "https://vendor.example/apt",
        ),
        (
            f"{apt}/sources.list: cdrom:[Debian GNU/Linux 13]/ cannot be used: "
            "Leafroot fetches with http, https and file alone",
            f"{apt}/sources.list.d/debian.sources: mirror+file:{apt}/mirrors.list cannot be read: "
            "No such file or directory",
        ),
    )


def test_a_place_has_a_url_on_every_mirror(apt: Path) -> None:
    assert locate("debian:pool/main/m/musl/musl_1.tar.gz", apt=apt) == [
        "http://near.example/debian/pool/main/m/musl/musl_1.tar.gz",
        "http://far.example/debian/pool/main/m/musl/musl_1.tar.gz",
    ]


def test_security_updates_have_a_url_on_the_security_archive_alone(apt: Path) -> None:
    assert locate("debian:pool/updates/main/l/linux/linux_1.tar.xz", apt=apt) == [
        "http://security.example/debian-security/pool/updates/main/l/linux/linux_1.tar.xz"
    ]


@pytest.mark.parametrize("mirror", ["https://own.example/debian", "https://own.example/debian/"])
def test_with_debian_mirror_no_other_mirror_is_used(apt: Path, mirror: str) -> None:
    assert locate("debian:pool/x.tar", mirror, apt) == ["https://own.example/debian/pool/x.tar"]


def test_debian_mirror_may_be_a_folder(apt: Path) -> None:
    assert locate("debian:pool/x.tar", "file:/srv/debian", apt) == ["file:/srv/debian/pool/x.tar"]


def test_without_apt_the_error_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(LeafrootError) as caught:
        locate("debian:pool/x.tar", apt=tmp_path / "none")
    assert str(caught.value).splitlines() == [
        "debian:pool/x.tar: no Debian mirror is known: this machine has no apt configuration",
        "  Give one with DEBIAN_MIRROR=URL, the URL of the folder that holds pool/.",
    ]


BAD = {
    "no scheme": ("m.example/debian", "m.example/debian: a Debian mirror must begin with https://, http:// or file:/"),
    "ftp": ("ftp://me:s3cret@x/", "ftp://***@x/: a Debian mirror must begin with https://, http:// or file:/"),
    "no host": ("https:///debian", "https:///debian: a URL must name a host, and may name a port after it"),
    "another machine": ("file://x/srv", "file://x/srv: a local place is on this machine: it may not name a host"),
}


@pytest.mark.parametrize(("mirror", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_a_mirror_is_refused(mirror: str, message: str) -> None:
    with pytest.raises(LeafrootError) as caught:
        locate("debian:pool/x.tar", mirror)
    assert str(caught.value).splitlines()[0] == f"DEBIAN_MIRROR={message}"
    assert caught.value.hint


PIECES = "URIs:|Types: deb|\n|\r\n| |\t|http://a/debian|mirror+file:/x|#|[|]|cdrom:[x y]/|\0|é|-----BEGIN PGP"
MORE = (
    "Enabled: no|deb |deb-src |:|http://[::1/x|http://x:y/|https://u:p/w@h/x|file:|copy:|mirror+|%zz|Signed-By:|machine"
    "|\ndeb http://b/debian x main\n|\n\nURIs: http://c/debian\n"
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([*PIECES.split("|"), *MORE.split("|")]), max_size=12))
def test_whatever_apts_files_say_is_used_or_told(words: list[str]) -> None:
    text = "".join(words)
    with tempfile.TemporaryDirectory() as folder:
        apt = write_apt(Path(folder, "apt"), lines=text, sources=text)
        (apt / "auth.conf").write_text(text)
        found = configured(apt)
    assert all(base.startswith(("http://", "https://", "file:/")) for base in found.bases)
    assert all(reason.startswith(str(apt)) for reason in found.unusable)
