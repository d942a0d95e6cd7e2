# SPDX-License-Identifier: Apache-2.0
"""Releases: which are asked, in which order, and what happens if the mirror does not have one."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.debian.pins import PoolFile, pool_file
from leafroot.debian.releases import Releases
from leafroot.errors import LeafrootError
from tests.debian.made_up_debian import MadeUpDebian

A, G = "pool/main/a/a", "pool/non-free-firmware/g/g"


def files(*paths: str) -> list[PoolFile]:
    return [file for path in paths if (file := pool_file(path))]


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeUpDebian:
    return MadeUpDebian(tmp_path, monkeypatch)


def releases(folder: Path, debian: MadeUpDebian, notes: list[str]) -> Releases:
    return Releases(folder / "apt", "trixie", debian.mirror, notes.append)


def test_each_release_says_what_it_has(tmp_path: Path, debian: MadeUpDebian) -> None:
    debian.source("trixie", A, "1.0-1", **{"a_1.0.orig.tar": b"1.0"})
    debian.source("trixie-updates", A, "1.1-1", **{"a_1.1.orig.tar": b"1.1"})
    debian.release("testing", "forky")
    debian.source("testing", A, "2.0-1", **{"a_2.0.orig.tar": b"2.0"})
    notes: list[str] = []
    found = releases(tmp_path, debian, notes).offers(files(f"{A}/a_1.0.orig.tar"))
    # What was published for a release after it counts as the release's; testing has a name.
    assert {name: [one.version for one in offers] for name, offers in found.items()} == {
        "trixie": ["1.0-1", "1.1-1"],
        "forky": ["2.0-1"],
    }
    assert list(found["forky"][0].files) == [f"{A}/a_2.0.orig.tar"]
    assert notes == [
        "asking the Debian mirror for the versions that it has",
        f"Debian trixie-backports, {debian.mirror}: apt could not fetch the indices; it is passed over",
        f"Debian unstable, {debian.mirror}: apt could not fetch the indices; it is passed over",
    ]


def test_a_release_alone_is_asked_with_its_updates_only(tmp_path: Path, debian: MadeUpDebian) -> None:
    debian.source("trixie", A, "1.0-1", **{"a_1.0.orig.tar": b"1.0"})
    releases(tmp_path, debian, []).offers(files(f"{A}/a_1.0.orig.tar"), alone=True)
    assert [line.partition(":")[0] for line in debian.called if ": update" in line] == ["trixie", "trixie-updates"]


def test_without_the_release_itself_there_is_no_answer(tmp_path: Path, debian: MadeUpDebian) -> None:
    with pytest.raises(LeafrootError, match=r"Debian trixie, .*: apt could not fetch the indices"):
        releases(tmp_path, debian, []).offers(files(f"{A}/a_1.0.orig.tar"))


def test_apt_is_asked_for_the_packages_that_the_files_are_from(tmp_path: Path, debian: MadeUpDebian) -> None:
    debian.source("trixie", A, "1.0-1", **{"a_1.0.orig.tar": b""})
    debian.binary("trixie", G, "1:2-1", **{"g-src_2-1_all.deb": b"s", "g_2-1_arm64.deb": b"g"})
    found = releases(tmp_path, debian, []).offers(
        files(f"{A}/a_1.0.orig.tar", f"{G}/g-src_2-1_all.deb", f"{G}/g_2-1_arm64.deb"), alone=True
    )
    assert [line for line in debian.called if "show" in line] == [
        "trixie: showsrc --only-source a",
        "trixie: show g-src g:arm64",
    ]
    # Debian packages of one source and version are one offer.
    assert [(one.source, one.version, sorted(one.files)) for one in found["trixie"][1:]] == [
        ("g", "1:2-1", [f"{G}/g-src_2-1_all.deb", f"{G}/g_2-1_arm64.deb"])
    ]
    folder = tmp_path / "apt/trixie-all"
    assert " trixie main non-free-firmware\n" in (folder / "sources.list").read_text()
    assert 'APT::Architectures "arm64";' in (folder / "apt.conf").read_text()


def test_a_package_that_a_release_does_not_know_is_no_error(tmp_path: Path, debian: MadeUpDebian) -> None:
    debian.release("trixie")
    assert releases(tmp_path, debian, []).offers(files(f"{A}/a_1.0.orig.tar"), alone=True) == {"trixie": []}
