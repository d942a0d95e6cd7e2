# SPDX-License-Identifier: Apache-2.0
"""Overlays: links of the layers below stay links, and what editors and version control leave stays out."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.rootfs.layers import layer_from_directory, read_listing
from leafroot.rootfs.tree import Directory, File, Layer, Node, Symlink, merge_layers

A, B, D = File(b"a"), File(b"b"), Directory()
BELOW: dict[str, Node] = {
    "run": D,
    "var/run": Symlink("../run"),
    "var/lock": Symlink("/run/lock"),
    "usr/lib": D,
    "usr/lib/libz": A,
    "lib": Symlink("usr/lib"),
    "out": Symlink("../../../run"),
    "etc/conf": A,
    "etc/link": Symlink("conf"),
    "loop": Symlink("loop"),
    "mnt": D,
}
# What an overlay has, and what of it and of the links is then in the root.
LED: dict[str, tuple[dict[str, Node], dict[str, Node]]] = {
    "below a link": (
        {"var": D, "var/run": D, "var/run/acme": D, "var/run/acme/state": B},
        {"var/run": Symlink("../run"), "run/acme": D, "run/acme/state": B},
    ),
    "below an absolute link to nothing yet": (
        {"var": D, "var/lock": D, "var/lock/x": B},
        {"var/lock": Symlink("/run/lock"), "run/lock": D, "run/lock/x": B},
    ),
    "below a link that climbs too far": ({"out": D, "out/x": B}, {"out": Symlink("../../../run"), "run/x": B}),
    "without its folders": ({"lib/x": B}, {"lib": Symlink("usr/lib"), "usr/lib/x": B}),
    "both ways": ({"lib": D, "lib/x": B, "usr/lib": D, "usr/lib/y": B}, {"usr/lib/x": B, "usr/lib/y": B}),
    "over a file through a link": ({"lib": D, "lib/libz": B}, {"lib": Symlink("usr/lib"), "usr/lib/libz": B}),
    "through the overlay's own link": (
        {"opt": Symlink("mnt"), "mnt/x": B},
        {"opt": Symlink("mnt"), "mnt/x": B},
    ),
    "a file in place of a link": ({"etc/link": B}, {"etc/link": B, "etc/conf": A}),
    "a link in place of a link": ({"lib": Symlink("usr")}, {"lib": Symlink("usr")}),
    "a link in place of an empty folder": ({"mnt": Symlink("run")}, {"mnt": Symlink("run")}),
}


@pytest.mark.parametrize(("nodes", "expected"), LED.values(), ids=LED)
def test_an_overlay_follows_the_links_of_a_root(nodes: dict[str, Node], expected: dict[str, Node]) -> None:
    tree = merge_layers([Layer("below", BELOW), Layer("over", nodes, override=True)])
    assert {path: tree.entries[path].node for path in expected} == expected
    links = {path: node for path, node in BELOW.items() if isinstance(node, Symlink) and path not in expected}
    assert {path: tree.entries[path].node for path in links} == links


def test_a_second_overlay_follows_the_links_of_the_first() -> None:
    first = Layer("one", {"srv": Symlink("run")}, override=True)
    tree = merge_layers([Layer("below", BELOW), first, Layer("two", {"srv": D, "srv/x": B}, override=True)])
    assert (tree.entries["srv"].node, tree.entries["run/x"].node) == (Symlink("run"), B)


BLOCKED: dict[str, tuple[dict[str, Node], str]] = {
    "below a link to a file": (
        {"etc/link/x": B},
        "/etc/conf/x: over brings it, but below makes /etc/conf a file",
    ),
    "a folder where a link leads to a file": (
        {"etc/link": D, "etc/link/x": B},
        "/etc/link: over brings it, but it leads to a file: /etc/conf",
    ),
    "below a link to itself": ({"loop/x": B}, "/loop/x: over brings it, but links of its path form a loop"),
    "one place by two paths": (
        {"lib": D, "lib/x": B, "usr/lib/x": B},
        "/usr/lib/x: over brings it twice: as /lib/x and as /usr/lib/x",
    ),
    "a file in place of an empty folder": (
        {"mnt": B},
        "/mnt: below makes it a directory, and over a file\n  Give it another name in over, or leave it out.",
    ),
    "a folder in place of a file": (
        {"etc": D, "etc/conf": D, "etc/conf/x": B},
        "/etc/conf: below makes it a file, and over a directory\n  Give it another name in over, or leave it out.",
    ),
    "a link in place of a folder": (
        {"etc": Symlink("usr/etc")},
        "/etc/conf: below brings it, but over makes /etc a symbolic link\n"
        "  The link leads to /usr/etc and would hide what is in /etc: leave it out of the overlay.",
    ),
}


@pytest.mark.parametrize(("nodes", "message"), BLOCKED.values(), ids=BLOCKED)
def test_what_a_link_blocks_is_refused(nodes: dict[str, Node], message: str) -> None:
    with pytest.raises(LeafrootError) as raised:
        merge_layers([Layer("below", BELOW), Layer("over", nodes, override=True)])
    assert str(raised.value) == message


LEFT_OUT = (
    *("S20acme~", "#S20acme#", ".#S20acme", ".S20acme.swp", ".S20acme.swo", "S20acme.orig", "S20acme.rej"),
    *(".gitignore", ".gitattributes", ".DS_Store", "._S20acme", "Thumbs.db", "x.pyc", ".nfs000000", ".git"),
)
LEFT_OUT_FOLDERS = (".git", ".svn", "CVS", "__pycache__")
KEPT = ("S20acme", "#S20acme", ".profile", "swp", "x.sw", "original", "git", "orig", ".config", "~x", ".S20acme")


def test_leftovers_stay_out_of_the_root_and_are_told(tmp_path: Path) -> None:
    scripts = tmp_path / "over/etc/init.d"
    scripts.mkdir(parents=True)
    for name in (*LEFT_OUT, *KEPT):
        (scripts / name).write_text("x")
    (scripts / "S20acme").chmod(0o755)
    (scripts / "loop~").symlink_to("gone")
    for name in LEFT_OUT_FOLDERS:
        (tmp_path / "over" / name).mkdir()
        (tmp_path / "over" / name / "x").write_text("x")
    layer = layer_from_directory("o", tmp_path / "over")
    assert sorted(layer.nodes) == sorted(["etc", "etc/init.d", *(f"etc/init.d/{name}" for name in KEPT)])
    assert read_listing(tmp_path, "over").notes == (
        "over: left out of the root: .git/, .svn/, CVS/, __pycache__/ and 16 more "
        "(to keep one, name it in leafroot.modes)",
    )


def test_a_placeholder_keeps_its_folder_and_stays_out(tmp_path: Path) -> None:
    for name in (".gitkeep", ".keep", ".empty", ".placeholder"):
        (tmp_path / "over/srv" / name[1:]).mkdir(parents=True)
        (tmp_path / "over/srv" / name[1:] / name).touch()
    assert sorted(layer_from_directory("o", tmp_path / "over").nodes) == [
        "srv",
        *("srv/empty", "srv/gitkeep", "srv/keep", "srv/placeholder"),
    ]
    assert read_listing(tmp_path, "over").notes == ()


def test_the_table_keeps_what_would_be_left_out(tmp_path: Path) -> None:
    (tmp_path / "srv/.git").mkdir(parents=True)
    for name in ("srv/.git/config", "srv/a~", "srv/b~"):
        (tmp_path / name).write_text("x")
    (tmp_path / "leafroot.modes").write_text("srv/a~ 0644\nsrv/.git/config 0644\n")
    layer = layer_from_directory("o", tmp_path)
    assert sorted(layer.nodes) == ["srv", "srv/.git", "srv/.git/config", "srv/a~"]


def test_start_scripts_that_do_otherwise_than_they_seem_to_are_told(tmp_path: Path) -> None:
    scripts = tmp_path / "over/etc/init.d"
    scripts.mkdir(parents=True)
    odd = ("S21acme.bak", "S22acme.dpkg-old", "S23acme.disabled", "S24acme.1")
    for name in (*odd, "S20good", "S20v1.2x", "K20acme.bak"):
        (scripts / name).write_text("#!/bin/sh\n")
        (scripts / name).chmod(0o755)
    for name in ("S30closed", "README"):
        (scripts / name).write_text("#!/bin/sh\n")
    assert read_listing(tmp_path, "over").notes == (
        "over: not executable, and so not started: etc/init.d/S30closed (chmod +x)",
        "over: started at boot like every S[0-9][0-9]* there: etc/init.d/S21acme.bak, etc/init.d/S22acme.dpkg-old, "
        "etc/init.d/S23acme.disabled, etc/init.d/S24acme.1 (delete what is an old copy)",
    )


@pytest.mark.parametrize("by_link", [False, True])
def test_a_link_to_the_overlays_own_place_is_refused(tmp_path: Path, by_link: bool) -> None:
    over = tmp_path / "over"
    (over / "etc/acme").mkdir(parents=True)
    (over / "srv").mkdir()
    (over / "srv/acme.conf").write_text("x")
    named = tmp_path / "named"
    named.symlink_to(over)
    (over / "etc/acme/conf").symlink_to(over / "srv/acme.conf")
    with pytest.raises(LeafrootError) as raised:
        read_listing(tmp_path, "named" if by_link else "over")
    place = named if by_link else over
    assert str(raised.value) == (
        f"{place}/etc/acme/conf: this link leads to {over}/srv/acme.conf, a path of this machine and not of the root\n"
        "  In the root, that is /srv/acme.conf. Make the link anew: ln -sfn ../../srv/acme.conf conf"
    )


def test_what_a_mount_hides_is_told(tmp_path: Path) -> None:
    for name in ("run/x", "var/run/acme/state", "etc/run/x"):
        (tmp_path / "over" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "over" / name).touch()
    assert read_listing(tmp_path, "over").notes == (
        "over: other file systems are mounted there at startup, and nobody will see these: run/x, var/run/acme/state",
    )
