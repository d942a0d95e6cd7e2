# SPDX-License-Identifier: Apache-2.0
"""`scons source`: what it fetches, the folder that it fills, and a build that has nothing but this folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from leafroot.app.session import Session, shared_progress
from leafroot.app.variables import read_variables
from leafroot.describe.archive import Archive
from leafroot.describe.build_root import BuildRoot
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.plan.build_machine import this_processor
from leafroot.units.catalog import Catalog
from leafroot.units.lock import pinned, root_lock
from tests.web_server import served

ROOT = Path(__file__).parents[2]
# Debian packages: of the build root that steps have, and of that for guests.
FILES = {
    "a_1.orig.tar.xz": b"the source of a package",
    "make_1_amd64.deb": b"a tool of every step",
    "qemu_1_amd64.deb": b"what boots an image",
}


@dataclass(frozen=True)
class FakeStep:
    """A step that unpacks these archives."""

    unpacked: tuple[Archive, ...]

    def archives(self) -> tuple[Archive, ...]:
        return self.unpacked


@dataclass(frozen=True)
class FakePlan:
    steps: tuple[FakeStep, ...]


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """The URL of the folder that `source` fills."""
    (tmp_path / "mirror").mkdir()
    with served(tmp_path / "mirror") as url:
        yield url


@pytest.fixture(autouse=True)
def nothing_around(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, and progress that is shown on the standard error of this test."""
    monkeypatch.setenv("no_proxy", "*")
    shared_progress.cache_clear()


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    """A Debian mirror that has FILES."""
    for name, data in FILES.items():
        file = tmp_path / "debian/pool" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return tmp_path / "debian"


def digest(name: str) -> str:
    return hashlib.sha256(FILES[name]).hexdigest()


def session(cache: Path, **given: str) -> Session:
    """A session for two boards, whose steps need the same source and the same tool."""
    deb = {
        name: pinned(name, "1", f"pool/{name}_1_amd64.deb", digest(f"{name}_1_amd64.deb")) for name in ("make", "qemu")
    }
    files = ("root.py", root_lock(this_processor()))
    root = BuildRoot(packages=["qemu"])
    guests = Unit("guests", "buildroots/guests", "QEMU.", root, files, description="root.py", locked=(deb["qemu"],))
    source = Archive("debian:pool/a_1.orig.tar.xz", digest("a_1.orig.tar.xz"))
    plan = FakePlan((FakeStep((source, deb["make"].archive)),))
    variables = read_variables(ROOT, {"CACHE": str(cache), **given})
    planned = cast(Any, [(None, plan), (None, plan)])
    return Session(ROOT, variables, Catalog(roots={"guests": guests}), ("one", "two"), planned=planned)


def filled(tmp_path: Path, pool: Path) -> Path:
    """The folder that `source` has filled."""
    folder = tmp_path / "mirror"
    opened = session(tmp_path / "full", DEBIAN_MIRROR=f"file:{pool}", DIR=str(folder))
    assert opened.fill_sources() == 0
    return folder


def test_a_mirror_has_sources_tools_and_qemu_each_once(
    tmp_path: Path, pool: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = filled(tmp_path, pool)
    names = sorted(f"{digest(name)}-{name}" for name in FILES)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*names, "index.tsv"])
    assert (folder / "index.tsv").read_text().splitlines() == [
        f"{name[:64]}\t{len(FILES[name[65:]])}\t{name[65:]}\tdebian:pool/{name[65:]}" for name in names
    ]
    assert capsys.readouterr().out == (
        f"{folder}: 3 archives, listed in index.tsv. PRIMARY_MIRROR={folder} uses them.\n"
    )


def test_with_another_qemu_none_is_fetched(tmp_path: Path, pool: Path) -> None:
    folder = tmp_path / "mirror"
    session(tmp_path / "full", DEBIAN_MIRROR=f"file:{pool}", DIR=str(folder), QEMU="host").fill_sources()
    assert not list(folder.glob("*qemu*")) and len(list(folder.iterdir())) == 3


@pytest.mark.parametrize("variable", ["PRIMARY_MIRROR", "BACKUP_MIRROR"])
def test_offline_an_empty_cache_is_filled_from_a_web_server_that_knows_only_these_files(
    tmp_path: Path, pool: Path, web: str, variable: str
) -> None:
    filled(tmp_path, pool)
    opened = session(tmp_path / "empty", OFFLINE="1", DEBIAN_MIRROR="file:/none", **{variable: web})
    assert opened.fill_sources() == 0
    assert sorted(path.name for path in (tmp_path / "empty/dl").iterdir()) == sorted(
        f"{digest(name)}-{name}" for name in FILES
    )


def test_offline_what_the_mirror_lacks_is_asked_nowhere_else(tmp_path: Path, pool: Path, web: str) -> None:
    folder = filled(tmp_path, pool)
    next(folder.glob("*-a_1.orig.tar.xz")).unlink()
    with pytest.raises(LeafrootError) as caught:
        session(tmp_path / "empty", OFFLINE="1", DEBIAN_MIRROR=f"file:{pool}", PRIMARY_MIRROR=web).fill_sources()
    sha = digest("a_1.orig.tar.xz")
    assert str(caught.value).splitlines()[:3] == [
        "a_1.orig.tar.xz: cannot be fetched from any of its places",
        f"  {web}/{sha}-a_1.orig.tar.xz: HTTP 404 File not found",
        f"  {web}/a_1.orig.tar.xz: HTTP 404 File not found",
    ]


def test_a_folder_is_a_mirror_too(tmp_path: Path, pool: Path) -> None:
    folder = filled(tmp_path, pool)
    opened = session(tmp_path / "empty", OFFLINE="1", PRIMARY_MIRROR=str(folder))
    assert opened.fill_sources() == 0
    assert len(list((tmp_path / "empty/dl").iterdir())) == 3
