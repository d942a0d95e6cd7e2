# SPDX-License-Identifier: Apache-2.0
"""Pins: which files of Debian a description pins, and what it is at another version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from leafroot import Archive, Make, Package, Series, ToolchainPart
from leafroot.debian.apt import Offer
from leafroot.debian.pins import (
    PoolFile,
    behind,
    check_movable,
    full_version,
    moved,
    newest_files,
    newest_of,
    pool_file,
    same_series,
    standing,
    versions,
)
from leafroot.errors import LeafrootError
from leafroot.units.lock import pinned

A = "pool/main/a/a"


def digest(text: str) -> str:
    return text.encode().hex().ljust(64, "0")[:64]


def offer(version: str, *names: str, folder: str = A) -> Offer:
    """A version with files of these names, whose checksums follow from the names."""
    return Offer(folder.rpartition("/")[2], version, {f"{folder}/{name}": digest(name[::-1]) for name in names})


def archive(name: str, version: str, *others: str, folder: str = A, **fields: Any) -> Archive:
    """The archive of this file; `{version}` stands for the version in its name."""
    return Archive([f"debian:{folder}/{name}", *others], digest(name.replace("{version}", version)[::-1]), **fields)


def package(version: str, name: str, **fields: Any) -> Package:
    main = fields.pop("archive", None) or archive(name, version)
    return Package(**{"version": version, "license": "MIT", "build": Make(), "archive": main, **fields})


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("pool/main/l/linux/linux_6.12.107.orig.tar.xz", ("linux", "6.12.107", ".orig.tar", ".xz")),
        ("pool/main/d/d/d_2+dfsg1.orig-cli.tar.gz", ("d", "2+dfsg1", ".orig-cli.tar", ".gz")),
        ("pool/main/r/runc/runc_1.1~rc1+ds1-2.debian.tar.xz", ("runc", "1.1~rc1+ds1-2", ".debian.tar", ".xz")),
        ("pool/main/n/native/native_3.tar.xz", ("native", "3", ".tar", ".xz")),
        ("pool/main/g/go/go-src_1.24.4-1_all.deb", ("go-src", "1.24.4-1", "_all.deb", "")),
        ("pool/main/a/a/a_1.orig.tar", ("a", "1", ".orig.tar", "")),
    ],
)
def test_a_path_in_the_pool_has_parts(path: str, parts: tuple[str, str, str, str]) -> None:
    assert pool_file(path) == PoolFile(path.rpartition("/")[0], *parts)


@pytest.mark.parametrize(
    "path", ["pool/main/a/a/a_1.dsc", "pool/main/a/a/a_1.orig.tar.xz.asc", "pool/main/a/a/a.tar.xz", "dists/a_1.tar.xz"]
)
def test_other_files_are_no_archives(path: str) -> None:
    assert pool_file(path) is None


def test_the_parts_name_source_component_and_architecture() -> None:
    found = pool_file("pool/non-free-firmware/f/firmware-nonfree/firmware-x_1_arm64.deb")
    assert found and (found.source, found.component, found.architecture) == (
        "firmware-nonfree",
        "non-free-firmware",
        "arm64",
    )


# What is pinned, what is offered, and what the description is then: version, and the places in Debian.
MOVES: Mapping[str, tuple[Package, Offer, str, list[str]]] = {
    "a version": (
        package("1.0", "a_{version}.orig.tar.xz"),
        offer("1.2-1", "a_1.2.orig.tar.xz", "a_1.2.orig.tar.xz.asc", "a_1.2-1.debian.tar.xz"),
        "1.2",
        ["a_{version}.orig.tar.xz"],
    ),
    "the same mark of a source that was packed again": (
        package("1.0", "a_{version}+dfsg.orig.tar.xz"),
        offer("1.2+dfsg-1", "a_1.2+dfsg.orig.tar.xz"),
        "1.2",
        ["a_{version}+dfsg.orig.tar.xz"],
    ),
    "another mark": (
        package("1.0", "a_{version}+dfsg1.orig.tar.xz"),
        offer("1.2+dfsg4-1", "a_1.2+dfsg4.orig.tar.xz"),
        "1.2",
        ["a_{version}+dfsg4.orig.tar.xz"],
    ),
    "no mark any more": (
        package("1.0", "a_{version}~ds1.orig.tar.xz"),
        offer("1.2-1", "a_1.2.orig.tar.xz"),
        "1.2",
        ["a_{version}.orig.tar.xz"],
    ),
    "a mark within the version": (
        package("1.0+ds-6", "a_{version}_all.deb"),
        offer("1.2+ds-1", "a_1.2+ds-1_all.deb"),
        "1.2+ds-1",
        ["a_{version}_all.deb"],
    ),
    "another compression": (
        package("1.0", "a_{version}.orig.tar.gz"),
        offer("1.2-1", "a_1.2.orig.tar.xz"),
        "1.2",
        ["a_{version}.orig.tar.xz"],
    ),
    "both compressions": (
        package("1.0", "a_{version}.orig.tar.xz"),
        offer("1.2-1", "a_1.2.orig.tar.bz2", "a_1.2.orig.tar.xz"),
        "1.2",
        ["a_{version}.orig.tar.xz"],
    ),
    "Debian's part, in the same version": (
        package(
            "1.0", "a_{version}+ds1.orig.tar.xz", debian=archive("a_{version}+ds1-6.debian.tar.xz", "1.0", strip=0)
        ),
        offer("1.0+ds1-6+deb13u1", "a_1.0+ds1.orig.tar.xz", "a_1.0+ds1-6+deb13u1.debian.tar.xz"),
        "1.0",
        ["a_{version}+ds1.orig.tar.xz", "a_{version}+ds1-6+deb13u1.debian.tar.xz"],
    ),
    "parts": (
        package(
            "1.0",
            "a_{version}.orig.tar.xz",
            parts={"cli": archive("a_{version}.orig-cli.tar.xz", "1.0", inner="x.tar")},
        ),
        offer("1.2-1", "a_1.2.orig.tar.xz", "a_1.2.orig-cli.tar.xz"),
        "1.2",
        ["a_{version}.orig.tar.xz", "a_{version}.orig-cli.tar.xz"],
    ),
    "archives of a recipe": (
        package(
            "1.0",
            "a-src_{version}-1_all.deb",
            build=ToolchainPart(hosts={"x86_64": archive("a-go_{version}-1_amd64.deb", "1.0")}),
        ),
        offer("1.2-3", "a-src_1.2-3_all.deb", "a-go_1.2-3_amd64.deb", "a-go_1.2-3_arm64.deb"),
        "1.2",
        ["a-src_{version}-3_all.deb", "a-go_{version}-3_amd64.deb"],
    ),
}


def archives_of(value: Package) -> list[Archive]:
    hosts = value.build.hosts.values() if isinstance(value.build, ToolchainPart) else ()
    return [one for one in (value.archive, *value.parts.values(), value.debian, *hosts) if one]


@pytest.mark.parametrize(("value", "offered", "version", "names"), MOVES.values(), ids=MOVES.keys())
def test_a_pin_moves_to_an_offer(value: Package, offered: Offer, version: str, names: list[str]) -> None:
    new = moved(value, offered)
    assert new and new.version == version
    before, after = archives_of(value), archives_of(new)
    assert [one.places for one in after] == [(f"debian:{A}/{name}",) for name in names]
    assert [one.sha256 for one in after] == [
        offered.files[one.at(version).places[0].removeprefix("debian:")] for one in after
    ]
    # How an archive is unpacked does not change.
    assert [(one.inner, one.strip) for one in after] == [(one.inner, one.strip) for one in before]


def test_an_offer_of_the_same_files_leaves_a_pin_as_it_is() -> None:
    value = package("1.0", "a_{version}~ds1.orig.tar.xz", debian=archive("a_{version}~ds1-6.debian.tar.xz", "1.0"))
    assert moved(value, offer("1.0~ds1-6", "a_1.0~ds1.orig.tar.xz", "a_1.0~ds1-6.debian.tar.xz")) == value


def test_places_outside_of_debian_keep_their_text() -> None:
    upstream = "https://a.example/a-{version}.tgz"
    new = moved(
        package("1.0", "", archive=archive("a_{version}.orig.tar.gz", "1.0", upstream)),
        offer("1.2-1", "a_1.2.orig.tar.gz"),
    )
    assert new and new.archive and new.archive.at(new.version).places[1] == "https://a.example/a-1.2.tgz"


@pytest.mark.parametrize(
    ("value", "offered"),
    [
        (package("1.0", "a_{version}.orig.tar.xz"), offer("1.2-1", "a_1.2-1.debian.tar.xz")),
        (package("1.0", "a_{version}.orig.tar.xz"), offer("1.2-1", "b_1.2.orig.tar.xz")),
        (package("1.0", "a_{version}.orig.tar.xz"), offer("1.2-1", "a_1.2.orig.tar.xz", folder="pool/main/b/b")),
        (
            package("1.0", "a_{version}.orig.tar.xz", parts={"cli": archive("a_{version}.orig-cli.tar.xz", "1.0")}),
            offer("1.2-1", "a_1.2.orig.tar.xz"),
        ),
        (
            package("1.0", "a_{version}-1_all.deb", parts={"b": archive("b_{version}-1_all.deb", "1.0")}),
            offer("1.2-1", "a_1.2-1_all.deb", "b_2.0-1_all.deb"),
        ),
    ],
    ids=["no source", "another package", "another folder", "without a part", "a part of another version"],
)
def test_an_offer_without_all_archives_is_none(value: Package, offered: Offer) -> None:
    assert moved(value, offered) is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Package(version="1", license="MIT", build=Make()), "package/x: there is no archive, so nothing is pinned"),
        (
            package("1", "", archive=Archive("https://a.example/a-{version}.tar.gz", "0" * 64)),
            "package/x: no place of a-1.tar.gz is in Debian, with {version} after its name\n  Only what Debian has",
        ),
        (package("1", "a_1.orig.tar.gz"), "package/x: no place of a_1.orig.tar.gz is in Debian, with {version} after"),
    ],
)
def test_what_debian_does_not_have_cannot_be_moved(value: Package, message: str) -> None:
    with pytest.raises(LeafrootError) as caught:
        check_movable(value, "package/x")
    assert str(caught.value).startswith(message)


def test_the_full_version_is_that_of_the_most_exact_file() -> None:
    assert full_version(package("1.0", "a_{version}.orig.tar.xz")) == "1.0"
    value = package("1.0", "a_{version}+ds1.orig.tar.xz", debian=archive("a_{version}+ds1-2.debian.tar.xz", "1.0"))
    assert full_version(value) == "1.0+ds1-2"


def test_versions_are_in_debians_order() -> None:
    names = ["1.10", "1.9", "1.10~rc1", "2.0+really1.8"]
    offers = [offer(f"{name}-1", f"a_{name}.orig.tar.xz") for name in names]
    found = versions(package("1.0", "a_{version}.orig.tar.xz"), offers)
    assert [one.version for one in found] == ["1.9", "1.10~rc1", "1.10", "2.0+really1.8"]


def kernel(version: str) -> Series:
    return Series(version=version, archive=archive("a_{version}.orig.tar.xz", version))


@pytest.mark.parametrize(
    ("version", "same"), [("6.1.3", True), ("6.1", True), ("6.12.3", False), ("6.2~rc1", False), ("7.1.1", False)]
)
def test_a_kernel_stays_in_its_series(version: str, same: bool) -> None:
    assert same_series(kernel("6.1.2"), kernel(version)) == same
    assert same_series(package("6.1.2", "a_{version}.orig.tar.xz"), package(version, "a_{version}.orig.tar.xz"))


def offers(**releases: list[str]) -> dict[str, list[Offer]]:
    return {name: [offer(f"{one}-1", f"a_{one}.orig.tar.xz") for one in found] for name, found in releases.items()}


STANDINGS: Mapping[str, tuple[dict[str, list[str]], tuple[str, str, bool, dict[str, str]]]] = {
    "the newest": ({"trixie": ["1.0"], "sid": ["1.2"]}, ("trixie", "1.0", False, {"sid": "1.2"})),
    "an older one, still there": ({"trixie": ["1.0", "1.1"]}, ("trixie", "1.1", True, {})),
    "an older one, gone": ({"trixie": ["1.1"], "sid": ["1.2"]}, ("trixie", "1.1", True, {"sid": "1.2"})),
    "of a newer release": ({"trixie": ["0.9"], "sid": ["1.0"]}, ("sid", "1.0", False, {"trixie": "0.9"})),
    "of a newer release, gone": ({"trixie": ["0.9"], "sid": ["1.1"]}, ("sid", "1.1", True, {"trixie": "0.9"})),
    "newer than all": ({"trixie": ["0.9"]}, ("", "", False, {"trixie": "0.9"})),
    "of no release": ({"trixie": []}, ("", "", False, {})),
}


@pytest.mark.parametrize(("known", "meant"), STANDINGS.values(), ids=STANDINGS.keys())
def test_a_pin_stands_in_a_release(known: dict[str, list[str]], meant: tuple[str, str, bool, dict[str, str]]) -> None:
    found = standing(package("1.0", "a_{version}.orig.tar.xz"), offers(**known))
    assert (found.pinned, found.release, found.newest_version, found.outdated, found.elsewhere) == ("1.0", *meant)


def test_the_newest_of_a_kernel_is_of_its_series_and_others_are_elsewhere() -> None:
    found = standing(kernel("6.1.2"), offers(trixie=["6.1.2", "6.1.10", "6.2.1"], sid=["7.0.1"]))
    assert (found.release, found.newest_version, found.elsewhere) == ("trixie", "6.1.10", {"sid": "7.0.1"})


def test_a_release_that_was_asked_for_counts_whatever_it_has() -> None:
    found = standing(package("1.0", "a_{version}.orig.tar.xz"), offers(bookworm=["0.9"]), "bookworm")
    assert (found.release, found.newest_version) == ("bookworm", "0.9")


def test_packages_of_a_lock_file_are_behind_if_there_is_a_newer_version() -> None:
    one = pinned("make", "1:4.4-2", f"{A}/make_4.4-2_amd64.deb", "0" * 64)
    other = pinned("meson", "1-1", f"{A}/meson_1-1_all.deb", "0" * 64)
    known = [
        offer("1:4.4-2+deb13u1", "make_4.4-2+deb13u1_amd64.deb"),
        offer("1:4.9-1", "make_4.9-1_arm64.deb"),
        offer("1-1", "meson_1-1_all.deb"),
    ]
    assert behind([one, other], known) == ["make"]
    assert [newest_of(each, newest_files(known)) for each in (one, other)] == ["1:4.4-2+deb13u1", ""]
