# SPDX-License-Identifier: Apache-2.0
"""`scons outdated` and `scons update`, on a small tree and a made-up Debian: what they print, and what they write."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leafroot.app import pinning
from leafroot.app.session import Session, open_session, shared_progress
from leafroot.errors import LeafrootError
from leafroot.fetch.fetch import fetch
from leafroot.store.trees import Store
from leafroot.units.lock import lock_text, pinned
from tests.archive.tar_members import member, tar_bytes
from tests.debian.made_up_debian import MadeUpDebian
from tests.performing import OwnTrees
from tests.small_tree import PATCH, Code, SmallTree, package

A, L = "pool/main/a/alpha", "pool/main/l/linux"
FITS, OTHER = b"a\nb\nc\n", b"x\ny\nz\n"
DESCRIPTION = "package/alpha/package.py"


def source(name: str, f: bytes) -> bytes:
    """An archive whose file f, which the patches change, is this."""
    return tar_bytes(member(f"{name}/f", f), member(f"{name}/name", name.encode()))


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeUpDebian:
    """trixie has alpha 1.0 and 1.1, which its patch fits; testing has 2.0, which it does not fit."""
    shared_progress.cache_clear()
    made = MadeUpDebian(tmp_path / "made-up", monkeypatch)
    for release, version, text in (("trixie", "1.0", FITS), ("trixie", "1.1", FITS), ("testing", "2.0", OTHER)):
        made.source(release, A, f"{version}-1", **{f"alpha_{version}.orig.tar": source(f"alpha-{version}", text)})
    made.release("testing", "forky")
    made.source("trixie", L, "6.12.200-1", **{"linux_6.12.200.orig.tar": source("linux-6.12.200", FITS)})
    return made


Ask = Callable[..., Session]


@pytest.fixture
def ask(tmp_path: Path, debian: MadeUpDebian, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Opens sessions with these variables, in a tree whose package alpha is of version 1.0."""
    archive = f'Archive("debian:{A}/alpha_{{version}}.orig.tar", sha256="{digest(source("alpha-1.0", FITS))}")'
    tree = SmallTree(
        tmp_path / "tree",
        {
            DESCRIPTION: package("First.", archive=Code(archive)),
            "package/alpha/patches/0001.patch": PATCH,
            "linux/6.12/patches/0002.patch": None,
        },
    )
    kernel = tree.root / "linux/6.12/kernel.py"
    kernel.write_text(
        kernel.read_text().replace(
            "https://kernel.example/linux-{version}.tar.xz", f"debian:{L}/linux_{{version}}.orig.tar"
        )
    )

    def store(self: Session) -> Store:
        return OwnTrees(tmp_path / "trees", self._fetch)

    monkeypatch.setattr(Session, "store", store)

    def opened(**given: str) -> Session:
        cache = str(tmp_path / "cache")
        return open_session(tree.root, {"CACHE": cache, "DEBIAN_MIRROR": debian.mirror, **given}, board_needed=False)

    return opened


def outdated(session: Session) -> str:
    printed: list[str] = []
    assert pinning.outdated(session, printed.append) == 0
    return "\n".join(printed)


def text_of(session: Session, description: str = DESCRIPTION) -> str:
    return (session.checkout / description).read_text()


def test_what_is_outdated_is_listed_with_the_command(ask: Ask) -> None:
    lines = outdated(ask()).splitlines()
    assert "*  alpha  package  1.0" in "\n".join(lines)
    assert [" ".join(line.split()) for line in lines if " alpha " in line] == [
        "* alpha package 1.0 1.1 trixie 2.0 forky"
    ]
    assert lines[-2:] == ["  scons update KERNEL=6.12", "  scons update PACKAGE=alpha"]


@pytest.mark.parametrize(
    ("given", "units"),
    [
        ({"PACKAGE": "alpha"}, ["alpha"]),
        ({"KERNEL": "6.12"}, ["6.12"]),
        ({"PACKAGE": "alpha", "KERNEL": "6.12"}, ["6.12", "alpha"]),
        ({}, ["6.1", "6.12", "7.2", "alpha"]),
    ],
)
def test_only_what_was_named_is_listed(ask: Ask, given: dict[str, str], units: list[str]) -> None:
    found: dict[str, Any] = json.loads(outdated(ask(FORMAT="json", **given)))
    assert [one["unit"] for one in found["units"]] == units


def test_another_form_is_refused(ask: Ask) -> None:
    with pytest.raises(LeafrootError) as caught:
        outdated(ask(FORMAT="markdown"))
    assert str(caught.value) == "FORMAT=markdown: 'outdated' has no such form\n  It has FORMAT=json."


def test_the_commands_name_the_external_trees(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "acme/package").mkdir(parents=True)
    session = ask(PACKAGE="alpha", EXTERNAL=str(tmp_path / "acme"))
    assert f"scons EXTERNAL={tmp_path}/acme update PACKAGE=alpha" in outdated(session)


def test_an_update_changes_version_and_checksum_and_nothing_else(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    session = ask(PACKAGE="alpha")
    before = text_of(session)
    assert pinning.update(session) == 0
    after = text_of(session)
    assert after == before.replace("'1.0'", "'1.1'").replace(
        digest(source("alpha-1.0", FITS)), digest(source("alpha-1.1", FITS))
    )
    assert after != before
    assert capsys.readouterr().out == (
        f"{DESCRIPTION}: 1.0 is now 1.1, of Debian trixie\nIts patch applies. Read the change, build it, and boot it.\n"
    )
    assert [path.name[65:] for path in (session.cache / "dl").iterdir()] == ["alpha_1.1.orig.tar"]


@pytest.mark.parametrize("upstream", [source("alpha-1.1", FITS), b"other", None], ids=["the same", "other", "none"])
def test_upstreams_place_is_tried_at_the_new_version(
    ask: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str], upstream: bytes | None
) -> None:
    if upstream is not None:
        (tmp_path / "alpha-1.1.tar").write_bytes(upstream)
    description = tmp_path / "tree" / DESCRIPTION
    place = f"debian:{A}/alpha_{{version}}.orig.tar"
    both = f'["{place}", "file:{tmp_path}/alpha-{{version}}.tar"]'
    description.write_text(description.read_text().replace(f'"{place}"', both))
    assert pinning.update(ask(PACKAGE="alpha")) == 0
    reason = f"its SHA-256 is {digest(b'other')}, not {digest(source('alpha-1.1', FITS))}" if upstream else None
    told = f"which may have to be removed: file:{tmp_path}/alpha-1.1.tar: {reason or 'No such file or directory'}\n"
    assert (told in capsys.readouterr().out) == (upstream in (b"other", None))
    assert not list((tmp_path / "cache").glob("leafroot-*"))


@pytest.mark.parametrize(
    ("given", "command"),
    [({}, "scons lock PACKAGE=alpha"), ({"RELEASE": "trixie"}, "scons lock PACKAGE=alpha RELEASE=trixie")],
)
def test_modules_are_to_be_pinned_again_from_the_same_release(
    ask: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: dict[str, str], command: str
) -> None:
    module = pinned("golang-x-dev", "1-1", "pool/main/x/x/golang-x-dev_1-1_all.deb", "0" * 64)
    (tmp_path / "tree/package/alpha/go.lock").write_text(lock_text([module], "scons lock", "Modules."))
    assert pinning.update(ask(PACKAGE="alpha", **given)) == 0
    assert capsys.readouterr().out.endswith(f"\nThen pin its modules: {command}\n")


def test_a_second_update_finds_nothing_newer(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    pinning.update(ask(PACKAGE="alpha"))
    session = ask(PACKAGE="alpha")
    before = text_of(session)
    capsys.readouterr()
    assert pinning.update(session) == 0
    assert text_of(session) == before
    assert capsys.readouterr().out == f"{DESCRIPTION}: 1.1 is the newest version in Debian trixie\n"


def test_an_update_of_a_kernel_series(ask: Ask) -> None:
    session = ask(KERNEL="6.12")
    assert pinning.update(session) == 0
    text = text_of(session, "linux/6.12/kernel.py")
    assert 'version="6.12.200"' in text and digest(source("linux-6.12.200", FITS)) in text


@pytest.mark.parametrize("release", ["forky", "testing"])
def test_patches_that_do_not_apply_leave_the_description_as_it_was(
    ask: Ask, debian: MadeUpDebian, release: str
) -> None:
    debian.source("forky", A, "2.0-1", **{"alpha_2.0.orig.tar": source("alpha-2.0", OTHER)})
    session = ask(PACKAGE="alpha", RELEASE=release)
    before = text_of(session)
    with pytest.raises(LeafrootError) as caught:
        pinning.update(session)
    assert str(caught.value).startswith(f"{DESCRIPTION}: version 2.0 cannot be used: package/alpha/patches/0001")
    assert "the patch does not apply exactly" in str(caught.value)
    assert str(caught.value).endswith("\n  The file is unchanged.")
    assert text_of(session) == before


def test_an_archive_that_cannot_be_fetched_leaves_the_description_as_it_was(ask: Ask, debian: MadeUpDebian) -> None:
    (debian.pool / A / "alpha_1.1.orig.tar").unlink()
    session = ask(PACKAGE="alpha")
    before = text_of(session)
    with pytest.raises(
        LeafrootError, match=r"alpha_1\.1\.orig\.tar: cannot be fetched from any of its places"
    ) as caught:
        pinning.update(session)
    assert caught.value.hint.splitlines()[1:] == [
        "The Debian mirror does not have this file.",
        "Debian trixie has it, so this mirror is not complete. Ask another one: DEBIAN_MIRROR=URL.",
    ]
    assert text_of(session) == before


def test_an_archive_with_other_bytes_leaves_the_description_as_it_was(ask: Ask, debian: MadeUpDebian) -> None:
    (debian.pool / A / "alpha_1.1.orig.tar").write_bytes(b"other")
    session = ask(PACKAGE="alpha")
    before = text_of(session)
    with pytest.raises(LeafrootError, match="its SHA-256 is"):
        pinning.update(session)
    assert text_of(session) == before


@pytest.mark.parametrize(
    ("given", "command", "message"),
    [
        ({"OFFLINE": "1"}, "outdated", "OFFLINE=1: outdated needs the network: it asks a Debian mirror\n  Run it"),
        ({"OFFLINE": "1", "PACKAGE": "alpha"}, "update", "OFFLINE=1: update needs the network: it asks a Debian"),
        ({}, "update", "update: which pin?\n  Say PACKAGE=NAME, or KERNEL=SERIES. 'scons outdated' lists those that"),
        ({"PACKAGE": "alfa"}, "update", "PACKAGE=alfa: there is no package 'alfa'\n  Did you mean alpha?"),
        ({"PACKAGE": "alfa"}, "outdated", "PACKAGE=alfa: there is no package 'alfa'\n  Did you mean alpha?"),
        ({"PACKAGE": "beta"}, "update", "package/beta/package.py: there is no archive, so nothing is pinned"),
        (
            {"KERNEL": "7.2"},
            "update",
            "linux/7.2/kernel.py: no place of linux-7.2.8.tar.xz is in Debian, with {version}",
        ),
        ({"PACKAGE": "alpha", "RELEASE": "sarge"}, "update", "Debian sarge, {mirror}: apt could not fetch the indices"),
        (
            {"KERNEL": "6.12", "RELEASE": "testing"},
            "update",
            "linux/6.12/kernel.py: Debian forky has no version of it",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(
    ask: Ask, debian: MadeUpDebian, given: dict[str, str], command: str, message: str
) -> None:
    session = ask(**given)
    with pytest.raises(LeafrootError) as caught:
        outdated(session) if command == "outdated" else pinning.update(session)
    assert str(caught.value).startswith(message.replace("{mirror}", debian.mirror))


def test_a_file_that_the_mirror_has_lost_is_told_with_what_there_is_instead(ask: Ask, debian: MadeUpDebian) -> None:
    (debian.pool / A / "alpha_1.0.orig.tar").unlink()
    session = ask()
    archive = session.catalog.packages["alpha"].value.source()
    assert archive
    with pytest.raises(LeafrootError) as caught:
        fetch(archive, session.cache, mirrors=session.mirrors(), progress=shared_progress())
    assert str(caught.value).splitlines() == [
        "alpha_1.0.orig.tar: cannot be fetched from any of its places",
        f"  {debian.mirror}/{A}/alpha_1.0.orig.tar: No such file or directory",
        "  The Debian mirror does not have this file.",
        "  Debian trixie has version 1.1: 'scons update PACKAGE=alpha' moves the pin of package/alpha.",
    ]
