# SPDX-License-Identifier: Apache-2.0
"""A survey: where pins stand, for people, for programs, and for a file that the mirror has lost."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leafroot import Archive, BuildRoot, Make, Package, Series
from leafroot.debian.releases import Releases
from leafroot.debian.survey import Survey, as_json, table
from leafroot.describe.unit import Unit
from leafroot.units.lock import pinned
from tests.debian.made_up_debian import MadeUpDebian

A, L, M = "pool/main/a/alpha", "pool/main/l/linux", "pool/main/m/make"
LOST = "f" * 64


def unit(folder: str, value: Any, description: str = "package.py", **fields: Any) -> Unit[Any]:
    return Unit(folder.rpartition("/")[2], folder, "It.", value, (description,), description=description, **fields)


def package(version: str, place: str, digest: str = LOST) -> Package:
    return Package(version=version, license="MIT", build=Make(), archive=Archive(place, digest))


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeUpDebian:
    """trixie has alpha 1.2, linux 6.12.9 and make 4.5; testing has alpha 2.0."""
    made = MadeUpDebian(tmp_path, monkeypatch)
    made.source("trixie", A, "1.2-1", **{"alpha_1.2.orig.tar": b""})
    made.source("trixie", L, "6.12.9-1", **{"linux_6.12.9.orig.tar": b""})
    made.binary("trixie", M, "4.5-1", **{"make_4.5-1_amd64.deb": b""})
    made.release("testing", "forky")
    made.source("testing", A, "2.0-1", **{"alpha_2.0.orig.tar": b""})
    return made


@pytest.fixture
def survey(tmp_path: Path, debian: MadeUpDebian) -> Survey:
    """Of a kernel series, two packages, a build root and a package with modules."""
    kernel = Series(version="6.12.5", archive=Archive(f"debian:{L}/linux_{{version}}.orig.tar", "1" * 64))
    alpha = package("1.0", f"debian:{A}/alpha_{{version}}.orig.tar")
    beta = package("3", "https://b.example/beta-{version}.tgz", "2" * 64)
    locked = (pinned("make", "4.4-1", f"{M}/make_4.4-1_amd64.deb", "3" * 64),)
    current = (pinned("make", "4.5-1", f"{M}/make_4.5-1_amd64.deb", "4" * 64),)
    pins = [
        unit("linux/6.12", kernel, "kernel.py"),
        unit("package/alpha", alpha),
        unit("package/beta", beta, locked=current),
    ]
    locks = [unit("buildroots/compile", BuildRoot(packages=["make"]), "root.py", locked=locked), pins[2]]
    return Survey(pins, locks, Releases(tmp_path / "apt", "trixie", debian.mirror, lambda note: None))


def test_the_table_says_what_is_newer_and_what_to_do(survey: Survey) -> None:
    assert table(survey.rows()).splitlines() == [
        "   unit     kind        pinned     newest   release  elsewhere",
        "*  6.12     series      6.12.5     6.12.9   trixie",
        "*  alpha    package     1.0        1.2      trixie   2.0 forky",
        "   beta     package     3          -        -        "
        "no place of beta-3.tgz is in Debian, with {version} after its name",
        "*  compile  build root  1 package  1 newer  trixie",
        "   beta     modules     1 package  0 newer  trixie",
        "",
        "* The release has a newer version. These commands move the pins:",
        "  scons update KERNEL=6.12",
        "  scons update PACKAGE=alpha",
        "  scons lock",
    ]


def test_a_table_of_what_is_up_to_date_asks_for_nothing(survey: Survey) -> None:
    rows = [replace(row, outdated=False) for row in survey.rows()]
    assert "command" not in table(rows) and "*" not in table(rows)


def test_programs_get_the_same_as_json(survey: Survey) -> None:
    units = json.loads(as_json(survey.rows()))["units"]
    assert [(one["unit"], one["kind"], one["outdated"]) for one in units] == [
        ("6.12", "series", True),
        ("alpha", "package", True),
        ("beta", "package", False),
        ("compile", "build root", True),
        ("beta", "modules", False),
    ]
    assert units[1] == {
        "unit": "alpha",
        "kind": "package",
        "path": "package/alpha/package.py",
        "pinned": "1.0",
        "release": "trixie",
        "newest": "1.2",
        "outdated": True,
        "elsewhere": {"forky": "2.0"},
        "behind": [],
        "command": "scons update PACKAGE=alpha",
        "reason": "",
    }
    assert units[3]["behind"] == ["make"]


@pytest.mark.parametrize(
    ("digest", "text"),
    [
        (LOST, "Debian trixie has version 1.2: 'scons update PACKAGE=alpha' moves the pin of package/alpha."),
        ("1" * 64, "Debian trixie has version 6.12.9: 'scons update KERNEL=6.12' moves the pin of linux/6.12."),
        ("3" * 64, "Debian trixie has make 4.5-1: 'scons lock' pins the packages of buildroots/compile anew."),
        (
            "4" * 64,
            "'scons lock PACKAGE=beta' pins the packages of package/beta anew, to a version that Debian has.",
        ),
        (
            "2" * 64,
            "'scons update PACKAGE=beta' moves the pin of package/beta, to a version that Debian has.",
        ),
        ("5" * 64, ""),
    ],
    ids=["package", "series", "build root", "modules, nothing newer", "not in Debian", "no pin of ours"],
)
def test_for_a_lost_file_there_is_what_debian_has_instead(survey: Survey, digest: str, text: str) -> None:
    assert survey.instead_of(Archive("debian:pool/x_1.tar.gz", digest)) == text


def test_of_a_file_that_the_release_still_lists_the_mirror_is_not_complete(
    tmp_path: Path, debian: MadeUpDebian
) -> None:
    digest = hashlib.sha256(b"").hexdigest()
    alpha = unit("package/alpha", package("1.2", f"debian:{A}/alpha_{{version}}.orig.tar", digest))
    survey = Survey([alpha], [], Releases(tmp_path / "apt", "trixie", debian.mirror, lambda note: None))
    assert survey.instead_of(Archive("debian:pool/x_1.tar.gz", digest)) == (
        "Debian trixie has it, so this mirror is not complete. Ask another one: DEBIAN_MIRROR=URL."
    )


def test_debian_is_asked_once_however_many_files_are_lost(survey: Survey, debian: MadeUpDebian) -> None:
    for digest in (LOST, "1" * 64, "3" * 64):
        survey.instead_of(Archive("debian:pool/x_1.tar.gz", digest))
    assert len([line for line in debian.called if line.startswith("trixie: update")]) == 1


def test_without_apt_the_command_is_said_all_the_same(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    for digest, text in {
        LOST: "'scons update PACKAGE=alpha' moves the pin of package/alpha, to a version that Debian has.",
        "3" * 64: "'scons lock' pins the packages of buildroots/compile anew, to a version that Debian has.",
    }.items():
        assert survey.instead_of(Archive("debian:pool/x_1.tar.gz", digest)) == text
