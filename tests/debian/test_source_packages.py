# SPDX-License-Identifier: Apache-2.0
"""What Debian's indices say of a source package."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from leafroot.debian.apt import Apt
from leafroot.debian.source_packages import Binary, find_binaries, find_source
from leafroot.errors import LeafrootError
from tests.debian.made_up_debian import MadeUpDebian

POOL = "pool/main/f/foo"


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeUpDebian:
    return MadeUpDebian(tmp_path / "made-up", monkeypatch)


def apt_of(debian: MadeUpDebian, folder: Path) -> Apt:
    apt = Apt(folder / "apt/trixie-all", "trixie", debian.mirror)
    apt.update()
    return apt


def test_archive_version_and_what_debian_added(debian: MadeUpDebian, tmp_path: Path) -> None:
    debian.source("trixie", POOL, "1.0-1", **{"foo_1.0.orig.tar.gz": b"old"})
    sums = debian.source(
        "trixie",
        POOL,
        "1:1.2+dfsg-3",
        fields="Section: net\nBinary: foo, libfoo1\n",
        **{
            "foo_1.2+dfsg.orig.tar.xz": b"a",
            "foo_1.2+dfsg.orig-cli.tar.xz": b"b",
            "foo_1.2+dfsg-3.debian.tar.xz": b"c",
            "foo_1.2+dfsg-3.dsc": b"d",
        },
    )
    found = find_source(apt_of(debian, tmp_path), "foo")
    assert (found.version, found.section, found.binaries, found.pool) == ("1.2", "net", ("foo", "libfoo1"), POOL)
    assert found.archive.places == (f"debian:{POOL}/foo_{{version}}+dfsg.orig.tar.xz",)
    assert found.archive.at(found.version).file_name in sums
    assert [one.places for one in found.parts.values()] == [(f"debian:{POOL}/foo_{{version}}+dfsg.orig-cli.tar.xz",)]
    assert list(found.parts) == ["cli"]
    assert found.debian and found.debian.places == (f"debian:{POOL}/foo_{{version}}+dfsg-3.debian.tar.xz",)
    assert found.debian.sha256 == sums["foo_1.2+dfsg-3.debian.tar.xz"]


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("libcap-dev, libz-dev | zlib1g-dev, foo (>= 1)", ("libcap-dev", "libz-dev", "foo")),
        ("libcap-dev <!nocheck>, libz-dev <!stage1>", ("libz-dev",)),
        ("libcap-dev [linux-any], a [hurd-any], b [!linux-any], c [!s390x], d [arm64]", ("libcap-dev", "c")),
        ("python3:native, x:any", ("x",)),
        ("", ()),
    ],
)
def test_build_dependencies_that_count(
    debian: MadeUpDebian, tmp_path: Path, field: str, names: tuple[str, ...]
) -> None:
    fields = f"Build-Depends: {field}\n" if field else ""
    debian.source("trixie", POOL, "1", fields=fields, **{"foo_1.orig.tar": b"x"})
    assert find_source(apt_of(debian, tmp_path), "foo").build_depends == names


def test_a_native_package_has_one_archive(debian: MadeUpDebian, tmp_path: Path) -> None:
    debian.source("trixie", POOL, "20250101", **{"foo_20250101.tar.xz": b"x"})
    found = find_source(apt_of(debian, tmp_path), "foo")
    assert (found.version, found.debian) == ("20250101", None)


@pytest.mark.parametrize(
    ("fields", "section"),
    [
        ("Section: net\nPackage-List:\n libfoo1 deb libs optional\n", "net"),
        ("Section: devel\nPackage-List:\n foo-tools deb utils optional\n libfoo1 deb libs optional\n", "libs"),
        ("Package-List:\n foo-doc deb doc optional\n foo deb net optional\n", "net"),
        ("", ""),
    ],
)
def test_the_section(debian: MadeUpDebian, tmp_path: Path, fields: str, section: str) -> None:
    debian.source("trixie", POOL, "1", fields=fields, **{"foo_1.orig.tar": b"x"})
    assert find_source(apt_of(debian, tmp_path), "foo").section == section


def test_an_unknown_name_is_answered_with_sources_of_alike_packages(debian: MadeUpDebian, tmp_path: Path) -> None:
    debian.binary("trixie", "pool/main/libf/libfoo2", "1", **{"libfoo-dev_1_amd64.deb": b"x"})
    debian.names("trixie", "libfoo-dev", "bar")
    with pytest.raises(LeafrootError) as caught:
        find_source(apt_of(debian, tmp_path), "foo")
    assert str(caught.value) == (
        "FROM=debian:foo: Debian trixie has no source package 'foo'\n  Did you mean FROM=debian:libfoo2?"
    )


def test_nothing_alike(debian: MadeUpDebian, tmp_path: Path) -> None:
    debian.release("trixie")
    with pytest.raises(LeafrootError, match="RELEASE= asks another release"):
        find_source(apt_of(debian, tmp_path), "foo")


def test_a_source_without_an_archive_that_can_be_named(debian: MadeUpDebian, tmp_path: Path) -> None:
    debian.source("trixie", POOL, "1", **{"foo_1.dsc": b"x"})
    with pytest.raises(LeafrootError, match="has no archive that Leafroot can name"):
        find_source(apt_of(debian, tmp_path), "foo")


def test_binary_packages(debian: MadeUpDebian, tmp_path: Path) -> None:
    debian.binary("trixie", POOL, "1", fields="Description: does foo\n more\n", **{"libfoo-dev_1_amd64.deb": b"x"})
    found = find_binaries(apt_of(debian, tmp_path), ["libfoo-dev", "other"])
    (one,) = found.values()
    assert one.package and one.package.archive.places == (f"debian:{POOL}/libfoo-dev_1_amd64.deb",)
    assert replace(one, package=None) == Binary("libfoo-dev", "foo", POOL, "does foo")
