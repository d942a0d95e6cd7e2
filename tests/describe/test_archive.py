# SPDX-License-Identifier: Apache-2.0
"""Archives as authors write them, and what they may not write."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from leafroot.describe.archive import Archive, shown
from leafroot.errors import LeafrootError

SUM = "0123456789abcdef" * 4
URL = "https://x.example/a.tar"
NO_HOST = (
    "a URL must name a host, and may name a port after it\n"
    "  In a name or password, write %2F for a slash, %3A for a colon and %40 for an @."
)


def test_a_single_place_may_be_a_plain_string() -> None:
    assert Archive(URL, SUM) == Archive([URL], SUM) == Archive((URL,), SUM.upper())
    assert hash(Archive(URL, SUM)) == hash(Archive([URL], SUM))
    assert asdict(Archive(URL, SUM)) == {"places": (URL,), "sha256": SUM, "inner": "", "strip": None}
    assert replace(Archive(URL, SUM), inner="b.tar") == Archive(URL, SUM, "b.tar")


def test_the_version_is_filled_in_everywhere() -> None:
    archive = Archive(
        ["https://x.example/{version}/a-{version}.tar", "debian:pool/a_{version}.tar"], SUM, "a-{version}.tgz"
    )
    assert archive.at("1.2") == Archive(
        ["https://x.example/1.2/a-1.2.tar", "debian:pool/a_1.2.tar"], SUM, inner="a-1.2.tgz"
    )


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("https://x.example/d/a-1.tar.xz", "a-1.tar.xz"),
        ("https://x.example/d/a-1.tar.xz?raw=1", "a-1.tar.xz"),
        ("https://x.example/a%2Bb.tar", "a+b.tar"),
        ("https://x.example/group%2Fa.tar", "a.tar"),
        ("https://x.example/a.tar#sha256=1/2", "a.tar"),
        ("https://x.example/download?file=a/../b.tar", "download"),
        ("https://x.example/files/a.tar/", "a.tar"),
        ("https://git.x.example:8080/?p=a.git;a=snapshot", "git.x.example"),
        ("https://name:secret@[2001:db8::1]:8080/a.tar", "a.tar"),
        (f"https://x.example/{'long' * 60}.tar.xz", f"{'long' * 60}.tar.xz"[-150:]),
        ("file:///srv/a%20b.tar", "a b.tar"),
        ("file://localhost/srv/a.tar", "a.tar"),
        ("debian:pool/main/g/gmp/gmp_6.3.0+dfsg.orig.tar.xz", "gmp_6.3.0+dfsg.orig.tar.xz"),
        ("file:/srv/my archives/a.tar", "a.tar"),
    ],
)
def test_the_file_name_is_the_end_of_the_first_place(place: str, name: str) -> None:
    assert Archive([place, URL], SUM).file_name == name


def test_how_an_archive_is_stripped_counts_once_it_is_said() -> None:
    assert Archive(URL, SUM).content == (SUM, "")
    assert Archive(URL, SUM, strip=0).at("1").content == (SUM, "", "strip 0")
    assert Archive(URL, SUM, "b.tar", 2).content == (SUM, "b.tar", "strip 2")


@pytest.mark.parametrize("strip", [-1, 101, True, "1", 1.0])
def test_a_number_of_folders_that_cannot_be_is_refused(strip: object) -> None:
    with pytest.raises(LeafrootError) as caught:
        Archive(URL.replace("//", "//me:s3cret@"), SUM, strip=strip)  # type: ignore[arg-type]
    assert str(caught.value) == (
        f"{URL.replace('//', '//***@')}: strip={strip!r} is not a number of folders from 0 to 100\n"
        "  Leave it out to strip a folder that all members share."
    )


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://x.example/@me/a@1.tar", "https://x.example/@me/a@1.tar"),
        ("https://x.example:8080/@me/a@1.tar?v=1", "https://x.example:8080/@me/a@1.tar?v=1"),
        ("http://[2001:db8::1]/a@1.tar", "http://[2001:db8::1]/a@1.tar"),
        ("http://[2001:db8::1]:80/a@1.tar", "http://[2001:db8::1]:80/a@1.tar"),
        ("https://me:s3cret@x.example/@me/a@1.tar", "https://***@x.example/@me/a@1.tar"),
        ("https://me:s3@cret@x.example/a", "https://***@x.example/a"),
        ("https://me:s3/cret@x.example/a", "https://***@x.example/a"),
        ("tor+http://t0ken@x.example/a and http://a:b@c", "tor+http://***@x.example/a and http://***@c"),
        ("https://x.example/a?X-Amz-Signature=1%2F2&v=1", "https://x.example/a?X-Amz-Signature=***&v=1"),
        ("https://x.example/a?v=1&private_token=t0ken#x", "https://x.example/a?v=1&private_token=***#x"),
        ("file:/home/me@work/a.tar", "file:/home/me@work/a.tar"),
    ],
)
def test_a_url_is_shown_without_what_is_secret(url: str, text: str) -> None:
    assert shown(url) == text


BAD = {
    "no place": ([], SUM, "an archive needs at least one place\n  Give a URL that it can be downloaded from."),
    "unknown scheme": (
        "ftp://x.example/a.tar",
        SUM,
        "ftp://x.example/a.tar: an archive's place must begin with https://, http://, debian: or file:\n"
        "  debian:pool/main/m/musl/musl_1.2.5.orig.tar.gz is a path below the Debian mirror.",
    ),
    "not in the pool": ("debian:a.tar", SUM, "debian:a.tar: a path below the Debian mirror must begin with pool/"),
    "relative file": (
        "file:a.tar",
        SUM,
        "file:a.tar: a local place must be an absolute path\n  Write file:/path/to/it.",
    ),
    "dots": ("debian:pool/../../a", SUM, "debian:pool/../../a: a place may not contain '..'"),
    "placeholder": (
        "https://x.example/{name}.tar",
        SUM,
        "https://x.example/{name}.tar: unknown placeholder {name}: only {version} is filled in",
    ),
    "placeholder beside the version": (
        "https://x.example/{version}/{}.tar",
        SUM,
        "https://x.example/{version}/{}.tar: unknown placeholder {}: only {version} is filled in",
    ),
    "half a placeholder": (
        "debian:pool/a-{version.tar",
        SUM,
        "debian:pool/a-{version.tar: unknown placeholder {version.tar: only {version} is filled in",
    ),
    "the other half": (
        "debian:pool/a-version}.tar",
        SUM,
        "debian:pool/a-version}.tar: unknown placeholder }: only {version} is filled in",
    ),
    "space": (
        "https://x.example/a b",
        SUM,
        "'https://x.example/a b': a place may not contain spaces or control characters",
    ),
    "newline": ("file:/a\nb", SUM, "'file:/a\\nb': a place may not contain spaces or control characters"),
    "no name": ("https://x.example/", SUM, "https://x.example/: a place must end with the archive's file name"),
    "hidden newline": (
        "https://x.example/a%0Ab.tar",
        SUM,
        "https://x.example/a%0Ab.tar: a place must end with the archive's file name",
    ),
    "another machine's file": (
        "file://fileserver/srv/a.tar",
        SUM,
        "file://fileserver/srv/a.tar: a local place is on this machine: it may not name a host\n"
        "  Write file:/path/to/it.",
    ),
    "no host": ("https:///a.tar", SUM, f"https:///a.tar: {NO_HOST}"),
    "half an address": ("https://[::1/a.tar", SUM, f"https://[::1/a.tar: {NO_HOST}"),
    "a port that is none": ("https://x.example:port/a.tar", SUM, f"https://x.example:port/a.tar: {NO_HOST}"),
    "slash in a password": ("https://me:se/cret@x.example/a.tar", SUM, f"https://***@x.example/a.tar: {NO_HOST}"),
    "slash in a password, unknown scheme": (
        "ftp://me:se/cret@x.example/a.tar",
        SUM,
        "ftp://***@x.example/a.tar: an archive's place must begin with https://, http://, debian: or file:\n"
        "  debian:pool/main/m/musl/musl_1.2.5.orig.tar.gz is a path below the Debian mirror.",
    ),
    "dots behind a password": (
        "https://me:s3cr@t@x.example/../a.tar",
        SUM,
        "https://***@x.example/../a.tar: a place may not contain '..'",
    ),
    "space behind a password": (
        "https://me:s3cret@x.example/a b.tar",
        SUM,
        "'https://***@x.example/a b.tar': a place may not contain spaces or control characters",
    ),
    "no name behind a password": (
        "https://me:s3cret@x.example",
        SUM,
        "https://***@x.example: a place must end with the archive's file name",
    ),
    "checksum of a place with a password": (
        "https://me:s3cret@x.example/a.tar?private_token=t0ken",
        "abc",
        "https://***@x.example/a.tar?private_token=***: 'abc' is not a SHA-256, which has 64 hexadecimal digits\n"
        "  Once you trust the file, 'sha256sum FILE' prints it.",
    ),
    "hidden dots": (
        "https://x.example/%2E%2E",
        SUM,
        "https://x.example/%2E%2E: a place must end with the archive's file name",
    ),
    "short checksum": (
        URL,
        "abc",
        f"{URL}: 'abc' is not a SHA-256, which has 64 hexadecimal digits\n"
        "  Once you trust the file, 'sha256sum FILE' prints it.",
    ),
    "checksum with other letters": (
        URL,
        "x" * 64,
        f"{URL}: '{'x' * 64}' is not a SHA-256, which has 64 hexadecimal digits\n"
        "  Once you trust the file, 'sha256sum FILE' prints it.",
    ),
}


def test_a_member_of_the_archive_has_the_same_placeholder() -> None:
    with pytest.raises(LeafrootError) as caught:
        Archive(URL, SUM, inner="a-{name}.tar")
    assert str(caught.value) == f"{URL}: unknown placeholder {{name}}: only {{version}} is filled in"


@pytest.mark.parametrize(("places", "sha256", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_an_archive_is_refused(places: str | list[str], sha256: str, message: str) -> None:
    with pytest.raises(LeafrootError) as caught:
        Archive(places, sha256)
    assert str(caught.value) == message
