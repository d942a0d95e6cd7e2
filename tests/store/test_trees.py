# SPDX-License-Identifier: Apache-2.0
"""Trees of several archives: parts, Debian's patches, united archives."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tarfile import TarInfo

import pytest

from leafroot.describe.archive import Archive
from leafroot.describe.patch import Patch
from leafroot.errors import LeafrootError
from leafroot.store import listing
from leafroot.store.trees import Store
from tests.archive.tar_members import link, member, tar_bytes
from tests.performing import OwnTrees, copy_of_usr
from tests.small_tree import PATCH

SECOND = "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-B\n+BB\n c\n"
Make = Callable[..., Archive]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(name: str, *members: tuple[TarInfo, bytes]) -> Archive:
        data = tar_bytes(*members)
        (tmp_path / name).write_bytes(data)
        return Archive(f"https://a.example/{name}", hashlib.sha256(data).hexdigest())

    return made


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return OwnTrees(tmp_path / "trees", lambda archive: tmp_path / archive.file_name)


def debian(make: Make, series: bytes = b"one.patch\n\ntwo.patch -p1 # why\n# three.patch\n") -> Archive:
    return make(
        "x.debian.tar",
        member("debian/patches/series", series),
        member("debian/patches/one.patch", PATCH.encode()),
        member("debian/patches/two.patch", SECOND.encode()),
        member("debian/patches/three.patch", b"this is no patch\n"),
        link("debian/x.service", "../contrib/x.service"),
    )


def test_parts_are_unpacked_into_folders(make: Make, store: Store) -> None:
    tree = store.source(
        make("x.tar", member("x-1/f", b"a\n")),
        (),
        [("cli", make("cli.tar", member("cli-1/g", b"g\n"))), ("lib/deep", make("lib.tar", member("lib-1/h", b"h\n")))],
    )
    assert sorted(path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()) == [
        "cli/g",
        "f",
        "lib/deep/h",
    ]


def test_a_part_cannot_replace_a_folder_of_the_archive(make: Make, store: Store) -> None:
    with pytest.raises(LeafrootError) as caught:
        store.source(make("x.tar", member("x-1/cli/f", b"a\n")), (), [("cli", make("cli.tar", member("c/g", b"g\n")))])
    assert str(caught.value) == (
        "x.tar: cli.tar cannot be unpacked into the folder 'cli': x.tar already has it\n  Use another folder in parts=."
    )


def test_debians_patches_are_applied_in_the_order_of_the_series(make: Make, store: Store) -> None:
    plain = make("x.tar", member("x-1/f", b"a\nb\nc\n"))
    tree = store.source(plain, (), (), debian(make))
    assert (tree / "f").read_text() == "a\nBB\nc\n"
    # What was unpacked once stays as it was.
    assert (store.source(plain, ()) / "f").read_text() == "a\nb\nc\n"


def test_our_patches_are_applied_after_debians(make: Make, store: Store, tmp_path: Path) -> None:
    ours = tmp_path / "0001.patch"
    ours.write_text("--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-BB\n+ours\n c\n")
    tree = store.source(make("x.tar", member("x-1/f", b"a\nb\nc\n")), (Patch(str(ours)),), (), debian(make))
    assert (tree / "f").read_text() == "a\nours\nc\n"


def test_debians_patches_may_have_an_offset_but_must_fit(make: Make, store: Store) -> None:
    tree = store.source(make("x.tar", member("x-1/f", b"more\nmore\na\nb\nc\n")), (), (), debian(make))
    assert (tree / "f").read_text() == "more\nmore\na\nBB\nc\n"
    with pytest.raises(LeafrootError, match=r"one\.patch: the patch does not apply"):
        store.source(make("y.tar", member("x-1/f", b"a\nb\nX\n")), (), (), debian(make))


def test_an_archive_without_a_series_of_patches_is_refused(make: Make, store: Store) -> None:
    with pytest.raises(LeafrootError) as caught:
        store.source(make("x.tar", member("x-1/f", b"a\n")), (), (), make("y.tar", member("y-1/g", b"g\n")))
    assert str(caught.value).startswith("y.tar: has no debian/patches/series\n  debian= of a package is")


def test_another_series_of_patches_gives_another_tree(make: Make, store: Store) -> None:
    plain = make("x.tar", member("x-1/f", b"a\nb\nc\n"))
    both = store.source(plain, (), (), debian(make))
    (both.parent / "unrelated").mkdir()
    assert (store.source(plain, (), (), debian(make, b"one.patch\n")) / "f").read_text() == "a\nB\nc\n"


def test_a_series_of_debian_in_a_folder_and_with_an_option(make: Make, store: Store) -> None:
    """Before, each of these ended in a traceback or was silently skipped."""
    theirs = make(
        "x.debian.tar",
        member("debian/patches/series", b"cve/one.patch -p0\n"),
        member("debian/patches/cve/one.patch", PATCH.replace("a/f", "f").replace("b/f", "f").encode()),
    )
    tree = store.source(make("x.tar", member("x-1/f", b"a\nb\nc\n")), (), (), theirs)
    assert (tree / "f").read_text() == "a\nB\nc\n"


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            [member("debian/patches/series", b"gone.patch\n")],
            "x.debian.tar: debian/patches/series:1: there is no patch",
        ),
        ([link("debian/patches", "/etc")], "x.debian.tar: has no debian/patches/series"),
        (
            [member("debian/patches/series", b"l.patch\n"), link("debian/patches/l.patch", "/etc/passwd")],
            "x.debian.tar: debian/patches/series:1: there is no patch 'l.patch'",
        ),
        ([member("debian/patches/series", b"../x\n")], "x.debian.tar: debian/patches/series:1: '../x' is not a path"),
    ],
)
def test_a_series_of_debian_names_what_is_beside_it(
    make: Make, store: Store, members: list[tuple[TarInfo, bytes]], message: str
) -> None:
    with pytest.raises(LeafrootError) as caught:
        store.source(make("x.tar", member("x-1/f")), (), (), make("x.debian.tar", member("debian/x"), *members))
    assert str(caught.value).startswith(message)


def test_the_folders_to_strip_count_for_the_tree(make: Make, store: Store, tmp_path: Path) -> None:
    source = make("x.tar", member("x-1/f", b"a\nb\nc\n"), member("x-1/b/f", b"a\nb\nc\n"))
    ours = tmp_path / "0001.patch"
    ours.write_text(PATCH.replace("a/f", "b/f"))
    one, none = (store.source(source, [Patch(str(ours), strip)]) for strip in (1, 0))
    assert [(one / name).read_text() for name in ("f", "b/f")] == ["a\nB\nc\n", "a\nb\nc\n"]
    assert [(none / name).read_text() for name in ("f", "b/f")] == ["a\nb\nc\n", "a\nB\nc\n"]


def test_a_patch_counts_by_its_content(make: Make, store: Store, tmp_path: Path) -> None:
    source = make("x.tar", member("x-1/f", b"a\nb\nc\n"))
    for name in ("1.patch", "2.diff"):
        (tmp_path / name).write_text(PATCH)
    first, second = (store.source(source, [Patch(str(tmp_path / name))]) for name in ("1.patch", "2.diff"))
    assert first == second
    (tmp_path / "1.patch").write_text(PATCH.replace("+B", "+C"))
    assert (store.source(source, [Patch(str(tmp_path / "1.patch"))]) / "f").read_text() == "a\nC\nc\n"


def test_archives_are_united_without_links_that_lead_out(make: Make, store: Store) -> None:
    one = make("one.tar", member("t/usr/a", b"1"), link("t/usr/out", "/etc/passwd"), link("t/usr/in", "a"))
    two = make("two.tar", member("t/usr/b", b"2"), link("t/usr/by-way", "out"))
    tree = store.united((one, two))
    assert sorted(path.name for path in (tree / "usr").iterdir()) == ["a", "b", "by-way", "in"]
    assert not (tree / "usr/by-way").exists()


def test_a_source_keeps_such_links_and_the_store_tells_them(
    make: Make, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    one = make("one.tar", member("t/usr/a", b"1"), link("t/usr/out", "/etc/passwd"))
    for _ in range(2):
        assert (store.source(one, ()) / "usr/out").readlink() == Path("/etc/passwd")
    assert capsys.readouterr().out == (
        "leafroot: one.tar: symbolic links that lead out of the archive are kept: usr/out -> /etc/passwd\n"
    )


def test_a_part_is_never_unpacked_through_a_link_that_leads_out(make: Make, store: Store, tmp_path: Path) -> None:
    """While such links were refused, this could not happen."""
    (tmp_path / "outside").mkdir()
    linked = make("x.tar", member("x-1/f"), link("x-1/l", str(tmp_path / "outside")))
    part = make("cli.tar", member("c/g", b"g\n"))
    for where in ("l/deep", "l/deep/er"):
        with pytest.raises(LeafrootError) as caught:
            store.source(linked, (), [(where, part)])
        assert str(caught.value) == (
            f"x.tar: cli.tar cannot be unpacked into the folder {where!r}: a link of x.tar leads out\n"
            "  Use another folder in parts=."
        )
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_tree_is_stripped_as_the_description_says(make: Make, store: Store) -> None:
    one = make("one.tar", member("t/usr/a", b"1"))
    found = {strip: store.source(replace(one, strip=strip), ()) for strip in (None, 0, 1, 2)}
    assert [(found[None] / "usr/a").exists(), (found[0] / "t/usr/a").exists(), (found[2] / "a").exists()] == [True] * 3
    assert found[1] != found[None]
    assert (
        store.source(make("d.tar", member("x/f", b"a\nb\nc\n")), (), (), debian(make)) / "f"
    ).read_text() == "a\nBB\nc\n"


def test_archives_that_both_contain_a_path_are_refused(make: Make, store: Store) -> None:
    with pytest.raises(LeafrootError, match=r"archives: two\.tar and one\.tar both contain usr/a"):
        store.united((make("one.tar", member("t/usr/a", b"1")), make("two.tar", member("t/usr/a", b"2"))))


def test_a_tree_that_could_not_be_listed_is_not_kept(
    make: Make, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tree with an empty record would be unpacked again in each run."""
    monkeypatch.setattr(listing, "listing_of", lambda tree: "")
    with pytest.raises(LeafrootError, match="its unpacked files cannot be listed"):
        store.alone(make("a.tar", member("a/b")))
    assert not [path for path in (tmp_path / "trees").glob("*/*") if not path.name.endswith(".lock")]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")
def test_a_second_user_of_a_store_copies_what_it_may_not_link(make: Make, tmp_path: Path) -> None:
    """fs.protected_hardlinks: nobody may link to a file of somebody else that he may not write."""
    archive = make("x.tar", member("x-1/f", b"a\nb\nc\n"), member("x-1/run", b"", mode=0o755), link("x-1/led", "f"))
    patch = tmp_path / "1.patch"
    patch.write_text(PATCH)
    before = os.umask(0)
    try:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o777)
            shutil.copy(tmp_path / "x.tar", folder)
            shutil.copy(patch, folder)
            # The other user cannot reach the first one's cache.
            usr = copy_of_usr(Path(folder, "usr"))

            def trees() -> Store:
                return OwnTrees(Path(folder, "trees"), lambda archive: Path(folder, archive.file_name), usr)

            store = trees()
            plain = store.source(archive, ())
            if (child := os.fork()) == 0:
                os.setgid(54321)
                os.setuid(54321)
                try:
                    other = trees()
                    tree = other.source(archive, [Patch(f"{folder}/1.patch")])
                    good = (tree / "f").read_text() == "a\nB\nc\n" and (tree / "led").readlink() == Path("f")
                    good &= (tree / "run").stat().st_mode & 0o777 == 0o755 and (tree / "run").stat().st_uid == 54321
                    good &= other.source(archive, [Patch(f"{folder}/1.patch")]) == tree
                    os._exit(0 if good else 3)
                except BaseException:
                    traceback.print_exc()
                finally:
                    os._exit(4)
            _, status = os.waitpid(child, 0)
            assert os.waitstatus_to_exitcode(status) == 0
            assert (plain / "f").read_text() == "a\nb\nc\n"
    finally:
        os.umask(before)
