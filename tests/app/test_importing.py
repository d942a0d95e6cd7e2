# SPDX-License-Identifier: Apache-2.0
"""`scons new-package`, on a small tree and a made-up Debian: what it prints, writes and refuses."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.app import importing
from leafroot.app.importing import new_package
from leafroot.app.session import Session, open_session, shared_progress
from leafroot.archive.pack import pack
from leafroot.errors import LeafrootError
from leafroot.importer.description import Call
from leafroot.importer.draft import Draft, write_draft
from leafroot.step import Output, Step
from leafroot.store.trees import Store
from tests.archive.tar_members import member, tar_bytes
from tests.debian.made_up_debian import MadeUpDebian
from tests.performing import OwnTrees
from tests.small_tree import Code, SmallTree, package

POOL, CAP = "pool/main/f/foo", "pool/main/c/cap"
CONFIGURE = b"AC_INIT\nAC_ARG_WITH([popt])\nPKG_CHECK_MODULES([C], [libcap])\nAC_CHECK_LIB([popt], [f])\n"
COPYRIGHT = (
    b"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n"
    b"Files: *\nCopyright: 2000 A\nLicense: GPL-2+\n"
)
SOURCE = tar_bytes(member("foo-1.2/configure.ac", CONFIGURE), member("foo-1.2/COPYING", b"text"))
DEBIAN = tar_bytes(member("debian/copyright", COPYRIGHT), member("debian/rules", b"%:\n\tdh $@\n"))
FIELDS = "Section: net\nBinary: foo, libfoo1\nBuild-Depends: debhelper, libcap-dev, libpopt-dev, libodd-dev\n"
DRAFT = f'''\
# SPDX-License-Identifier: Apache-2.0
"""Does foo."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="1.2",
    group="network",
    archive=Archive(
        "debian:{POOL}/foo_{{version}}+dfsg.orig.tar",
        sha256="{hashlib.sha256(SOURCE).hexdigest()}",
    ),
    license="GPL-2.0-or-later",
    license_files=["COPYING"],
    depends=["cap"],
    build=Autotools(autoreconf=True, options=["--without-popt"]),
    # It can do without libpopt-dev (--without-popt).
)
'''
Ask = Callable[..., Session]


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeUpDebian:
    shared_progress.cache_clear()
    made = MadeUpDebian(tmp_path / "made-up", monkeypatch)
    files = {"foo_1.2+dfsg.orig.tar": SOURCE, "foo_1.2+dfsg-1.debian.tar.xz": DEBIAN}
    made.source("trixie", POOL, "1.2+dfsg-1", fields=FIELDS, **files)
    for name, pool, text in (
        ("foo", POOL, "does foo"),
        ("libcap-dev", CAP, "headers"),
        ("libpopt-dev", "pool/main/p/popt", "headers"),
        ("libodd-dev", "pool/main/o/odd", "headers"),
    ):
        made.binary("trixie", pool, "1", fields=f"Description: {text}\n", **{f"{name}_1_amd64.deb": b"deb"})
    made.names("trixie", "foo", "libcap-dev")
    return made


@pytest.fixture
def ask(tmp_path: Path, debian: MadeUpDebian, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Opens sessions with these variables, in a tree whose package `cap` is Debian's source package cap."""
    archive = f'Archive("debian:{CAP}/cap_{{version}}.orig.tar", sha256="{"0" * 64}")'
    tree = SmallTree(tmp_path / "tree", {"package/cap/package.py": package("Capabilities.", archive=Code(archive))})

    def store(self: Session) -> Store:
        return OwnTrees(tmp_path / "trees", self._fetch)

    monkeypatch.setattr(Session, "store", store)

    def opened(**given: str) -> Session:
        (tmp_path / "cache").mkdir(exist_ok=True)
        cache = str(tmp_path / "cache")
        return open_session(tree.root, {"CACHE": cache, "DEBIAN_MIRROR": debian.mirror, **given}, board_needed=False)

    return opened


def test_a_draft_is_written(ask: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_package(ask(NAME="foo"))
    assert (tmp_path / "tree/package/foo/package.py").read_text() == DRAFT
    assert [one.name for one in (tmp_path / "tree/package/foo").iterdir()] == ["package.py"]
    assert capsys.readouterr().out.splitlines() == [
        "package/foo/package.py: drafted from foo_1.2+dfsg.orig.tar",
        "  Autotools; GPL-2.0-or-later; needs cap",
        "  It can do without libpopt-dev: left out.",
        "  Debian builds it with libodd-dev (Debian's source package odd) too; its build files do not ask for it.",
        "Read it before you keep it.",
    ]


def test_the_tree_with_the_draft_is_loaded(ask: Ask) -> None:
    new_package(ask(NAME="bar", FROM="debian:foo"))
    unit = ask().catalog.packages["bar"]
    assert (unit.summary, unit.value.group, unit.value.depends) == ("Does foo", "network", ("cap",))


@pytest.mark.parametrize("chosen", ["", "TREE"])
def test_it_is_written_into_the_external_tree(ask: Ask, tmp_path: Path, chosen: str) -> None:
    (tmp_path / "acme/package").mkdir(parents=True)
    given = {"EXTERNAL": str(tmp_path / "acme"), **({chosen: str(tmp_path / "tree")} if chosen else {})}
    new_package(ask(NAME="foo", **given))
    assert (tmp_path / "acme/package/foo").exists() is (chosen == "")
    assert (tmp_path / "tree/package/foo").exists() is (chosen != "")


def test_a_needed_library_without_a_unit_is_told(ask: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = ask(NAME="foo")
    del session.catalog.packages["cap"]  # type: ignore[attr-defined]
    draft = new_package(session)
    said = capsys.readouterr().out
    assert (
        "  It needs libcap-dev (Debian's source package cap), which no unit has. 'scons new-package NAME=cap'" in said
    )
    assert draft.lacks[0] == "libcap-dev (Debian's source package cap)"
    assert "    # check: needs libcap-dev" in (tmp_path / "tree/package/foo/package.py").read_text()


def test_debians_part_may_be_lost(
    ask: Ask, debian: MadeUpDebian, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (debian.pool / POOL / "foo_1.2+dfsg-1.debian.tar.xz").unlink()
    (debian.pool / POOL / "foo_1_amd64.deb").unlink()
    new_package(ask(NAME="foo"))
    assert "cannot be fetched from any of its places; going on without it" in "".join(capsys.readouterr())
    assert "# check: nothing in the source says it" in (tmp_path / "tree/package/foo/package.py").read_text()


def test_debians_part_must_not_be_another_file(ask: Ask, debian: MadeUpDebian, tmp_path: Path) -> None:
    (debian.pool / POOL / "foo_1.2+dfsg-1.debian.tar.xz").write_bytes(DEBIAN + b"more")
    with pytest.raises(LeafrootError, match="cannot be fetched from any of its places"):
        new_package(ask(NAME="foo"))
    assert not (tmp_path / "tree/package/foo").exists()


def test_parts_of_a_source_are_read_in_their_folders(ask: Ask, debian: MadeUpDebian, tmp_path: Path) -> None:
    part = tar_bytes(member("cli-1/main.c", b"/* SPDX-License-Identifier: Zlib */\n"))
    files = {"foo_1.3.orig.tar": SOURCE, "foo_1.3.orig-cli.tar": part, "foo_1.3-1.debian.tar.xz": DEBIAN}
    debian.source("trixie", POOL, "1.3-1", fields=FIELDS, **files)
    new_package(ask(NAME="foo"))
    text = (tmp_path / "tree/package/foo/package.py").read_text()
    assert "    parts={" in text
    assert "# check: SPDX tags in the source also say Zlib." in text


def test_an_archive_of_another_place(ask: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = tmp_path / "files-1.2/foo-1.2.tar"
    archive.parent.mkdir()
    archive.write_bytes(SOURCE)
    new_package(ask(NAME="foo", URL=f"file:{archive}"))
    text = (tmp_path / "tree/package/foo/package.py").read_text()
    assert f'{tmp_path}/files-{{version}}/foo-{{version}}.tar"' in text
    assert 'version="1.2"' in text and hashlib.sha256(SOURCE).hexdigest() in text and 'depends=["cap"]' in text
    assert "# check: neither Debian nor the source says what it is: write a summary." in text
    assert ask().catalog.packages["foo"].value.source()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "new-package: which package?\n  Say NAME=NAME, and FROM=debian:SOURCE or URL="),
        ({"NAME": "../foo"}, "NAME=../foo: this is not a valid name"),
        ({"NAME": "foo", "FROM": "foo"}, "FROM=foo: the value is debian: and a source package"),
        ({"NAME": "foo", "URL": "ftp://x"}, "URL=ftp://x: a URL begins with https://, http:// or file:"),
        ({"NAME": "foo", "URL": "https:///x"}, "URL=https:///x: a URL must name a host"),
        ({"NAME": "foo", "URL": "file:/x", "FROM": "debian:x"}, "FROM= and URL=: there are two origins"),
        ({"NAME": "foo", "URL": "file:/nowhere/foo-1.tar"}, "file:/nowhere/foo-1.tar: cannot be fetched: No such file"),
        ({"NAME": "foo", "URL": "file:/nowhere/foo"}, "URL=file:/nowhere/foo: the file's name has no version"),
        (
            {"NAME": "fooo"},
            "FROM=debian:fooo: Debian trixie has no source package 'fooo'\n  Did you mean FROM=debian:foo",
        ),
        ({"NAME": "cap"}, "package/cap: there is a package 'cap'\n  Nothing was written."),
        ({"NAME": "taken"}, "package/taken: something with this name is already there"),
        ({"NAME": "foo", "OFFLINE": "1"}, "OFFLINE=1: new-package needs the network"),
        ({"NAME": "foo", "TREE": "/tmp"}, "TREE=/tmp: this is neither Leafroot's own tree nor one of EXTERNAL="),
        ({"NAME": "foo", "BUILD": "no"}, "BUILD=no: the value is 0 or 1"),
        ({"NAME": "foo", "EXTERNAL": "{tmp}/a:{tmp}/b"}, "new-package: which tree?\n  Say TREE=, one of {tmp}/a, "),
    ],
)
def test_what_cannot_be_drafted_is_refused(ask: Ask, tmp_path: Path, given: dict[str, str], message: str) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "package").mkdir(parents=True)
    (tmp_path / "tree/package/taken").mkdir()
    with pytest.raises(LeafrootError) as caught:
        new_package(ask(**{name: value.format(tmp=tmp_path) for name, value in given.items()}))
    assert str(caught.value).startswith(message.format(tmp=tmp_path))
    assert not (tmp_path / "tree/package/foo").exists()
    assert not [*(tmp_path / "tree/package").glob(".*")]


def test_a_lost_archive_is_told_in_words(ask: Ask, debian: MadeUpDebian, tmp_path: Path) -> None:
    (debian.pool / POOL / "foo_1.2+dfsg.orig.tar").unlink()
    with pytest.raises(LeafrootError) as caught:
        new_package(ask(NAME="foo"))
    assert caught.value.hint.splitlines()[1:] == [
        "The Debian mirror does not have this file.",
        "Debian trixie has it, so this mirror is not complete. Ask another one: DEBIAN_MIRROR=URL.",
        "Or take the version of another release: RELEASE=forky, or bookworm.",
    ]
    assert not (tmp_path / "tree/package/foo").exists()


@pytest.mark.parametrize(("release", "others"), [("forky", "trixie, or bookworm"), ("trixie", "forky, or bookworm")])
def test_other_releases_are_offered(release: str, others: str) -> None:
    assert importing._another(release) == f"Or take the version of another release: RELEASE={others}."


def test_nothing_is_written_where_something_came_meanwhile(tmp_path: Path) -> None:
    fields: dict[str, object] = {"version": "1", "license": "MIT", "build": Call("Make")}
    draft = Draft("foo", "Does foo.", fields, {}, (), ())
    (tmp_path / "package/foo").mkdir(parents=True)
    (tmp_path / "package/foo/mine").write_text("")
    with pytest.raises(LeafrootError, match="package/foo: cannot be written"):
        write_draft(draft, tmp_path / "package/foo", "package/foo")
    assert [one.name for one in (tmp_path / "package").iterdir()] == ["foo"]


def test_a_draft_that_would_not_load_is_not_written(tmp_path: Path) -> None:
    fields: dict[str, object] = {"version": "1", "license": "My own", "build": Call("Make")}
    with pytest.raises(LeafrootError, match="fault of the importer") as caught:
        write_draft(Draft("foo", "Does foo.", fields, {}, (), ()), tmp_path / "package/foo", "package/foo")
    assert "'My own' is not an SPDX licence expression" in caught.value.message
    assert not (tmp_path / "package").exists()


def test_the_draft_is_built_for_the_board_that_was_named(ask: Ask, tmp_path: Path) -> None:
    session = ask(NAME="foo", BOARD="two", OUTPUT=str(tmp_path / "output"))
    (tmp_path / "output").mkdir()
    building = importing.session_with(session, new_package(session))
    assert building.boards == ["two"]
    building.configure()
    assert "foo" in [node.unit.name for node in building.configs[0].graph.in_root]
    assert "CONFIG=" in building.variables.command_line()


@pytest.fixture
def built(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """The session that builds the draft, with the two steps that the command needs."""
    session = ask(NAME="foo", BOARD="one", OUTPUT=str(tmp_path / "output"))
    (tmp_path / "output").mkdir()
    building = importing.session_with(session, new_package(session))
    steps = {
        "foo": Step("foo", Output("foo.tar.zst"), inputs=()),
        "elf": Step("ELF", Output("one/elf.json"), inputs=()),
    }
    monkeypatch.setattr(Session, "step", lambda self, name: steps[name])
    building.planned.append((None, None))  # type: ignore[arg-type]
    return building


def test_the_package_and_the_check_of_the_root_are_made(built: Session) -> None:
    assert [one.path for one in importing.outputs(built)] == ["foo.tar.zst", "one/elf.json"]


def test_after_the_build_a_row_is_written(built: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, data in {"usr/bin/foo": b"version", "usr/local/x": b""}.items():
        file = tmp_path / "built" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        file.chmod(0o755)
    pack(tmp_path / "built", built.output / "foo.tar.zst", mtime=0, level=1)
    before = (tmp_path / "tree/package/foo/package.py").read_text()
    assert importing.finish(built) == 0
    folder = tmp_path / "tree/package/foo"
    assert (folder / "package.py").read_text() == before
    assert (folder / "test.sh").read_text().splitlines()[2:] == ["foo --version"]
    assert "  It installs into /usr/local: its build must be told another prefix." in capsys.readouterr().out


def test_a_draft_that_could_not_be_built_is_told(built: Session, tmp_path: Path) -> None:
    said = importing.not_built(built).splitlines()
    assert said[0] == "leafroot: package/foo/package.py: this draft cannot be used as it is. It stays for you to mend."
    assert said[1].startswith(
        "  No unit has what Debian builds it with: libodd-dev (Debian's source package odd), libp"
    )
    assert said[2].startswith("  To build it again: scons ")
    assert said[2].endswith(f"output/foo.tar.zst {tmp_path}/output/one/elf.json")
    assert "NAME=" not in said[2] and "CONFIG=" in said[2]
