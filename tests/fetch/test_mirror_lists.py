# SPDX-License-Identifier: Apache-2.0
"""A source of apt may be a list of mirrors: a file of this machine, as in Debian's cloud images, or of a server."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from fetching import write_apt
from misbehaving_server import Page, Server

from leafroot.fetch.mirror import Sources, configured, locate, parse_mirrors

MIRRORS = {
    "": [],
    "# the nearest\n\nhttps://a.example/debian\n": ["https://a.example/debian"],
    "http://a.example/debian/\nhttp://b.example/debian/": ["http://a.example/debian/", "http://b.example/debian/"],
    "http://last.example/debian\nhttp://b.example/debian\tpriority:2\nhttp://a.example/debian\tpriority:1 arch:arm64": [
        "http://a.example/debian",
        "http://b.example/debian",
        "http://last.example/debian",
    ],
    "file:/srv/mirror/\tpriority:1 type:index\nhttp://a.example/debian/\ttype:index\ttype:deb\n": [
        "http://a.example/debian/"
    ],
}


@pytest.mark.parametrize(("text", "uris"), MIRRORS.items())
def test_a_list_of_mirrors_is_read_by_priority(text: str, uris: list[str]) -> None:
    assert parse_mirrors(text) == uris


CLOUD = """\
Types: deb deb-src
URIs: mirror+file://{apt}/mirrors/debian.list
Suites: trixie trixie-updates trixie-backports
Components: main

Types: deb deb-src
URIs: mirror+file://{apt}/mirrors/debian-security.list
Suites: trixie-security
Components: main
"""


def test_the_sources_of_debians_cloud_images_are_lists_of_mirrors(tmp_path: Path) -> None:
    apt = write_apt(
        tmp_path / "apt 1",
        sources=CLOUD.replace("{apt}", f"{tmp_path}/apt%201"),
        debian="https://a.example/debian\nhttps://b.example/debian\tpriority:1\n",
        debian_security="https://a.example/debian-security\n",
    )
    assert locate("debian:pool/x.tar", apt=apt) == [
        "https://b.example/debian/pool/x.tar",
        "https://a.example/debian/pool/x.tar",
    ]
    assert locate("debian:pool/updates/x.tar", apt=apt) == ["https://a.example/debian-security/pool/updates/x.tar"]


SOURCES = {
    "one line": (
        "deb mirror+file:{apt}/mirrors/m.list trixie main",
        "http://a.example/debian",
        ["http://a.example/debian"],
    ),
    "copy": (
        "deb mirror+copy:{apt}/mirrors/m.list trixie main",
        "http://a.example/debian",
        ["http://a.example/debian"],
    ),
    "files": (
        "deb mirror+file:{apt}/mirrors/m.list trixie main",
        "file:/srv/debian/\ncopy:/mnt/debian\n",
        ["file:/srv/debian", "file:/mnt/debian"],
    ),
    "a copied folder": ("deb copy:///srv/debian ./", "", ["file:///srv/debian"]),
    "wrapped within": (
        "deb mirror+file:{apt}/mirrors/m.list trixie main",
        "tor+http://a.onion/debian\nmirror+file:/x\nhttps://a.example/debian\n",
        ["https://a.example/debian"],
    ),
}


@pytest.mark.parametrize(("lines", "listed", "bases"), SOURCES.values(), ids=SOURCES.keys())
def test_a_source_that_names_others_stands_for_them(tmp_path: Path, lines: str, listed: str, bases: list[str]) -> None:
    assert configured(write_apt(tmp_path / "apt", lines=lines, m=listed)) == Sources(tuple(bases))


@pytest.mark.parametrize(
    ("ending", "compress"), [(".gz", gzip.compress), (".xz", lzma.compress), (".bz2", bz2.compress)]
)
def test_a_list_of_mirrors_may_be_compressed(tmp_path: Path, ending: str, compress: Callable[[bytes], bytes]) -> None:
    apt = write_apt(tmp_path / "apt", lines=f"deb mirror+file:{{apt}}/mirrors/m{ending} trixie main")
    (apt / f"mirrors/m{ending}").write_bytes(compress(b"http://a.example/debian\n"))
    assert configured(apt).bases == ("http://a.example/debian",)


@pytest.mark.parametrize("scheme", ["mirror+http", "mirror"])
def test_a_list_of_mirrors_may_be_on_a_server(server: Server, tmp_path: Path, scheme: str) -> None:
    listed = "file:/srv/debian\nhttp://a.example/debian\n"
    server.pages["/m.list"] = Page(listed.encode(), encoding="gzip", compressed=True)
    apt = write_apt(tmp_path / "apt", lines=f"deb {scheme}://{server.address}/m.list trixie main")
    assert [configured(apt) for _ in range(2)] == [Sources(("http://a.example/debian",))] * 2
    assert len(server.asked) == 1


def test_a_list_that_its_server_does_not_have_is_told(server: Server, tmp_path: Path) -> None:
    apt = write_apt(tmp_path / "apt", lines=f"deb mirror+{server.url}/no.list trixie main")
    assert configured(apt).unusable == (
        f"{apt}/sources.list: mirror+{server.url}/no.list cannot be read: HTTP 404 Not Found",
    )


def test_a_list_without_end_is_not_read_to_its_end(server: Server, tmp_path: Path) -> None:
    server.pages["/long.list"] = Page(b"#" * 2_000_000)
    apt = write_apt(tmp_path / "apt", lines=f"deb mirror+{server.url}/long.list trixie main")
    assert configured(apt).unusable == (
        f"{apt}/sources.list: mirror+{server.url}/long.list cannot be read: is longer than 1.0 MB",
    )
