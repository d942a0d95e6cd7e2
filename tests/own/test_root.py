# SPDX-License-Identifier: Apache-2.0
"""The steps of a root: homes of accounts, what is left out and where it is listed, no archive that cannot start."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.archive.pack import pack
from leafroot.errors import LeafrootError
from leafroot.own.root import LayerInput, ListLeftOut, ListSizes, WriteRoot
from leafroot.plan.root import DEVELOPMENT, DIRECTORIES
from leafroot.rootfs.cpio import read_newc, tree_from_newc
from leafroot.rootfs.tree import Directory, File, Tree
from leafroot.step import Given

ACCOUNTS = ("etc/group", "etc/passwd", "etc/shadow")
STARTS = {"init": "#!/bin/sh", "bin/sh": "\x7fELF"}


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write executable files below a folder; a path that ends with a slash is a folder."""
    for path, text in files.items():
        place = folder / path
        (place if path.endswith("/") else place.parent).mkdir(parents=True, exist_ok=True)
        if not path.endswith("/"):
            place.write_text(text, errors="surrogateescape")
            place.chmod(0o755)
    return folder


def artefact(folder: Path, files: dict[str, str]) -> Path:
    pack(write(folder / "tree", files), folder / "p.tar.zst", mtime=0)
    return folder / "p.tar.zst"


def root(
    tmp_path: Path,
    *accounts: tuple[str, int, str],
    package: dict[str, str] | None = None,
    overlay: dict[str, str] | None = None,
    start: str = "init",
) -> Tree:
    """The root of one package and one overlay, as it is in the archive."""
    made = artefact(tmp_path / "package", STARTS if package is None else package)
    laid = write(tmp_path / "overlay", overlay or {})
    laid.mkdir(exist_ok=True)
    work = WriteRoot(
        layers=(LayerInput("p", "p"), LayerInput("overlay", "o", override=True)),
        leave=DEVELOPMENT,
        directories=DIRECTORIES,
        accounts=tuple((name, uid, home, "/bin/false") for name, uid, home in accounts),
        mtime=0,
        start=start,
    )
    output = tmp_path / "rootfs.cpio"
    work.perform(Given({"p": made, "o": laid}, str, {}), output)
    with output.open("rb") as archive:
        return tree_from_newc(read_newc(archive, output), "root")


def owner(tree: Tree, path: str) -> str:
    node = tree.entries[path].node
    assert isinstance(node, (File, Directory))
    return f"{node.mode:04o} {node.uid}:{node.gid}"


# The home, what a package and an overlay bring, a path, and what it is then.
HOMES: dict[str, tuple[str, dict[str, str], dict[str, str], str, str]] = {
    "made": ("/var/lib/acme", {}, {}, "var/lib/acme", "0755 300:300"),
    "with what is above": ("/var/lib/acme", {}, {}, "var/lib", "0755 0:0"),
    "slashes": ("//srv//acme/", {}, {}, "srv/acme", "0755 300:300"),
    "brought by a package": ("/srv/acme", {"srv/acme/": ""}, {}, "srv/acme", "0755 300:300"),
    "with files in it": ("/srv/acme", {"srv/acme/x": ""}, {}, "srv/acme/x", "0755 0:0"),
    "brought by an overlay": ("/srv/acme", {}, {"srv/acme/x": ""}, "srv/acme", "0755 300:300"),
    "closed by a table": ("/srv/acme", {}, {"leafroot.modes": "srv/acme 0700 acme acme"}, "srv/acme", "0700 300:300"),
    "root's by a table": ("/srv/acme", {}, {"leafroot.modes": "srv/acme 0755"}, "srv/acme", "0755 0:0"),
    "a folder of the system": ("/tmp", {}, {}, "tmp", "1777 0:0"),
    "programs": ("/bin", {}, {}, "bin", "0755 0:0"),
    "none": ("/", {}, {}, ".", "0755 0:0"),
}


@pytest.mark.parametrize(("home", "package", "overlay", "path", "expected"), HOMES.values(), ids=HOMES)
def test_a_home_is_made_and_belongs_to_its_account(
    home: str, package: dict[str, str], overlay: dict[str, str], path: str, expected: str, tmp_path: Path
) -> None:
    tree = root(tmp_path, ("acme", 300, home), package=STARTS | package, overlay=overlay)
    assert owner(tree, path) == expected


def test_a_home_is_where_a_link_leads(tmp_path: Path) -> None:
    (tmp_path / "package/tree/var").mkdir(parents=True)
    (tmp_path / "package/tree/var/www").symlink_to("../srv/web")
    assert owner(root(tmp_path, ("acme", 300, "/var/www")), "srv/web") == "0755 300:300"


def test_a_shared_home_belongs_to_root(tmp_path: Path) -> None:
    tree = root(tmp_path, ("a", 300, "/srv/x"), ("b", 301, "/srv/x"), package=STARTS | {"srv/x/": ""})
    assert owner(tree, "srv/x") == "0755 0:0"


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LeafrootError) as raised:
        root(tmp_path, ("acme", 300, "/srv/acme"), package=STARTS | {"srv/acme": "x"})
    assert str(raised.value) == "/srv/acme: the home of an account is not a directory"


KEPT = (
    *("usr/lib/bpf/xdp_pass.o", "lib/firmware/ctl.a", "lib/firmware/x/y.o", "usr/include/python3.13/pyconfig.h"),
    *("usr/lib/libz.so.1", "usr/lib/x/plugin.a", "usr/share/x/include/y.h", "usr/lib/x/pkgconfig/y", "boot/x.o"),
)
LEFT = (
    *(
        "usr/lib/libz.a",
        "usr/lib/libz.la",
        "usr/lib/crt1.o",
        "lib/libc.a",
        "usr/include/zlib.h",
        "usr/include/a/b c\n.h",
    ),
    *("usr/lib/pkgconfig/zlib.pc", "usr/share/pkgconfig/x.pc", "usr/share/aclocal/x.m4", "usr/lib/cmake/z/z.cmake"),
    *("usr/local/include/x.h", "usr/local/lib/x.a", "usr/include/python3.13/Python.h"),
)


def test_what_is_left_out_goes_by_its_place_and_is_listed(tmp_path: Path) -> None:
    files = STARTS | dict.fromkeys((*KEPT, *LEFT), "x")
    tree = root(tmp_path, package=files)
    assert [path for path in (*KEPT, *LEFT) if path in tree.entries] == list(KEPT)
    assert "usr/local/include" not in tree.entries
    listed = tmp_path / "left-out.txt"
    work = ListLeftOut(layers=(LayerInput("p", "p"), LayerInput("overlay", "o")), leave=DEVELOPMENT)
    work.perform(Given({"p": tmp_path / "package/p.tar.zst", "o": tmp_path / "overlay"}, str, {}), listed)
    assert listed.read_text() == "".join(sorted(f"p: {path}\n" for path in LEFT))


def test_files_of_a_role_that_another_package_has_stay_out_with_their_modes(tmp_path: Path) -> None:
    script, other = "etc/init.d/S50a", "etc/a.conf"
    files = write(tmp_path / "files", {script: "x", other: "x", "leafroot.modes": f"{script} 0700\n{other} 0600\n"})
    for without, left in (((), [other, script]), ((script,), [other])):
        work = WriteRoot(layers=(LayerInput("a", "a", without=without),), mtime=0)
        work.perform(Given({"a": files}, str, {}), tmp_path / "rootfs.cpio")
        with (tmp_path / "rootfs.cpio").open("rb") as archive:
            tree = tree_from_newc(read_newc(archive, tmp_path / "rootfs.cpio"), "root")
        assert [path for path, entry in tree if isinstance(entry.node, File) and path not in ACCOUNTS] == left


def test_sizes_are_those_of_the_files_that_are_in_the_root(tmp_path: Path) -> None:
    """What is left out, and what another package replaces, does not count; a second name of a file neither."""
    folder = tmp_path / "tree"
    write(folder, {"usr/bin/a": "12345", "usr/include/a.h": "1" * 100, "etc/a": "123"})
    (folder / "usr/bin/b").hardlink_to(folder / "usr/bin/a")
    (folder / "usr/bin/c").symlink_to("a")
    pack(folder, tmp_path / "a.tar.zst", mtime=0)
    own, other = write(tmp_path / "own", {"etc/b": "1"}), write(tmp_path / "other", {"etc/a": "1234567"})
    overlay = LayerInput("", "overlay 1", override=True)
    work = ListSizes(
        layers=(LayerInput("a", "a"), LayerInput("package/a/files", "own"), LayerInput("o", "o", ("etc/a",)), overlay),
        leave=DEVELOPMENT,
        packages=(("a", "a"), ("package/a/files", "a"), ("empty", "empty")),
    )
    given = {"a": tmp_path / "a.tar.zst", "own": own, "o": other, "overlay 1": write(tmp_path / "x", {"etc/c": "12"})}
    work.perform(Given(given, str, {}), tmp_path / "sizes.txt")
    listed = dict(line.split("\t")[::-1] for line in (tmp_path / "sizes.txt").read_text().splitlines())
    # A folder outside of the checkout has no name of its own, and its path would be another on another machine.
    assert {name: listed[name] for name in ("a", "o", "overlay 1")} == {"a": "6", "o": "7", "overlay 1": "2"}
    assert list(listed)[-1] == "empty"


def test_an_archive_that_cannot_start_is_not_written(tmp_path: Path) -> None:
    overlay = write(tmp_path / "overlay", {"init": "#!/bin/sh"})
    (overlay / "init").chmod(0o644)
    with pytest.raises(LeafrootError) as raised:
        root(tmp_path, package={"bin/sh": "\x7fELF"})
    assert str(raised.value).startswith("overlay: /init: it must be executable, but has the mode 0644\n")


def test_another_process_1_can_be_asked_for(tmp_path: Path) -> None:
    programs = {"bin/sh": "\x7fELF"}
    root(tmp_path / "shell", package=programs, start="bin/sh")
    with pytest.raises(LeafrootError, match="the root has no /init, and cannot start without it"):
        root(tmp_path / "init", package=programs)
