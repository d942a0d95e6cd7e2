# SPDX-License-Identifier: Apache-2.0
"""Mirrors are read from apt's configuration, and give the URLs of a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.fetch.mirror import configured, likely, locate, parse_lines, parse_stanzas

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


@pytest.fixture
def apt(tmp_path: Path) -> Path:
    """The configuration of a machine with several mirrors, some of no use."""
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text(
        "deb cdrom:[Debian GNU/Linux 13]/ trixie main\ndeb http://near.example/debian/ trixie main\n"
    )
    (tmp_path / "sources.list.d/debian.sources").write_text(
        "URIs: mirror+file:/etc/apt/mirrors.list http://near.example/debian http://far.example/debian\n\n"
        "URIs: http://security.example/debian-security\n"
    )
    (tmp_path / "sources.list.d/vendor.list").write_text("deb https://vendor.example/apt stable main\n")
    (tmp_path / "sources.list.d/old.list.save").write_text("deb http://saved.example/debian trixie main\n")
    return tmp_path


def test_all_files_are_read_and_each_mirror_is_listed_once(apt: Path) -> None:
    assert configured(apt) == [
        "http://near.example/debian",
        "http://far.example/debian",
        "http://security.example/debian-security",
        "https://vendor.example/apt",
    ]


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


def test_a_mirror_without_a_known_scheme_is_refused() -> None:
    with pytest.raises(LeafrootError) as caught:
        locate("debian:pool/x.tar", "m.example/debian")
    assert str(caught.value).splitlines() == [
        "DEBIAN_MIRROR=m.example/debian: a Debian mirror must begin with https://, http:// or file:/",
        "  Give the URL of the folder that holds pool/.",
    ]
