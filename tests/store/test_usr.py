# SPDX-License-Identifier: Apache-2.0
"""The /usr of a build root in the store: merged from Debian packages, without what only people read."""

from __future__ import annotations

import hashlib
import lzma
from collections.abc import Callable
from pathlib import Path
from tarfile import TarInfo

import pytest

from leafroot.describe.archive import Archive
from leafroot.errors import LeafrootError
from leafroot.step import Usr
from leafroot.store.trees import Store
from tests.archive.tar_members import folder, link, member, tar_bytes
from tests.archive.test_ar import deb

Make = Callable[..., Archive]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(name: str, *members: tuple[TarInfo, bytes]) -> Archive:
        data = deb(lzma.compress(tar_bytes(*members)))
        (tmp_path / f"{name}.deb").write_bytes(data)
        return Archive(f"debian:pool/{name}.deb", hashlib.sha256(data).hexdigest(), "data.tar.xz")

    return made


def store_in(tmp_path: Path) -> Store:
    return Store(tmp_path / "trees", lambda archive: tmp_path / archive.file_name, Usr("/usr", "none", ()))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_in(tmp_path)


def gawk(make: Make) -> Archive:
    return make(
        "gawk",
        folder("./usr"),
        member("./usr/bin/gawk", b"#!/bin/sh\n", mode=0o4755),
        member("./usr/share/doc/gawk/copyright", b"GPL\n"),
        member("./usr/share/man/man1/gawk.1", b".TH\n"),
        member("./usr/share/awk/lib.awk", b"1\n"),
        member("./etc/profile.d/gawk.sh", b"\n"),
        link("./usr/lib/gawk.conf", "/etc/gawk.conf"),
    )


def listed(tree: Path) -> list[str]:
    return sorted(path.relative_to(tree).as_posix() for path in tree.rglob("*") if not path.is_dir())


def test_packages_are_merged_and_links_are_added(make: Make, store: Store) -> None:
    tools = make("tools", member("./usr/bin/make", b"#!/bin/sh\n", mode=0o755))
    tree = store.usr(
        Usr("/usr", "compile", (gawk(make), tools), (("usr/bin/awk", "gawk"), ("usr/libexec/awk", "../bin/gawk")))
    )
    assert listed(tree) == ["bin/awk", "bin/gawk", "bin/make", "libexec/awk", "share/awk/lib.awk"]
    assert (tree / "bin/awk").readlink() == Path("gawk")
    assert oct((tree / "bin/gawk").stat().st_mode & 0o7777) == "0o755"
    assert store.usr(Usr("/usr", "compile", (gawk(make), tools), (("usr/bin/awk", "gawk"),))) != tree


def test_a_file_of_two_packages_is_an_error(make: Make, store: Store) -> None:
    other = make("mawk", member("./usr/bin/gawk", b"2\n"))
    with pytest.raises(LeafrootError) as caught:
        store.usr(Usr("/usr", "compile", (gawk(make), other), ()))
    assert str(caught.value).startswith("build root compile: mawk.deb and gawk.deb both contain bin/gawk")


def test_a_link_in_place_of_a_file_is_an_error(make: Make, store: Store) -> None:
    with pytest.raises(LeafrootError) as caught:
        store.usr(Usr("/usr", "compile", (gawk(make),), (("usr/bin/gawk", "mawk"),)))
    assert str(caught.value) == (
        "build root compile: gawk.deb already has usr/bin/gawk\n  Remove it from links= of the root."
    )


def test_a_changed_tree_is_merged_again(make: Make, store: Store, tmp_path: Path) -> None:
    package = gawk(make)
    tree = store.usr(Usr("/usr", "compile", (package,), ()))
    tree.joinpath("bin/gawk").chmod(0o644)
    again = store_in(tmp_path).usr(Usr("/usr", "compile", (package,), ()))
    assert again == tree and oct((tree / "bin/gawk").stat().st_mode & 0o777) == "0o755"
