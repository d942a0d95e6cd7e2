# SPDX-License-Identifier: Apache-2.0
"""Modes and owners of what an overlay brings: its table, the file that it replaces, what is known, or a refusal."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.rootfs.accounts import ROOT_USER, User, settle_accounts
from leafroot.rootfs.layers import layer_from_directory, read_listing
from leafroot.rootfs.tree import Directory, File, HardLink, Layer, Symlink, Tree, merge_layers

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n"
FILES = dict[str, tuple[str, int]]
ACCOUNTS = settle_accounts([ROOT_USER, User("acme", 300)]).layer("accounts")


def overlay(folder: Path, files: FILES, table: str = "", mask: int = 0o022) -> Path:
    """A folder with files of these contents and modes; other folders have the mode that a umask gives them."""
    for path, (text, mode) in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
        (folder / path).chmod(mode)
    for place in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        place.chmod(0o777 & ~mask)
    if table:
        (folder / "leafroot.modes").write_text(table)
    return folder


def says(merged: Tree, path: str) -> str:
    node = merged.entries[path].node
    node = merged.entries[node.target].node if isinstance(node, HardLink) else node
    assert isinstance(node, (File, Directory))
    return f"{node.mode:04o} {node.uid}:{node.gid}"


BELOW = Layer("package", {"usr/bin/tool": File(b"x", 0o755), "usr/bin/other": HardLink("usr/bin/tool")})
OLD = {
    "etc/shadow": File(b"old", 0o640, 0, 42),
    "etc/acme": Directory(0o750, 0, 300),
    "etc/acme/conf": File(b"old", 0o640, 7, 8),
    "etc/acme/open": File(b"old", 0o664),
    "etc/run": File(b"old", 0o700),
    "etc/key": File(b"old", 0o644),
}
# What is laid over accounts and OLD: the files, the table, a path, and what it has in the root.
GIVEN: dict[str, tuple[FILES, str, str, str]] = {
    "no word": ({"etc/x": ("", 0o644)}, "", "etc/x", "0644 0:0"),
    "executable": ({"etc/x": ("", 0o775)}, "", "etc/x", "0755 0:0"),
    "writable by a group": ({"etc/x": ("", 0o664)}, "", "etc/x", "0644 0:0"),
    "table": ({"etc/x": ("", 0o644)}, "# who\n\n  etc/x   0640 root acme\n", "etc/x", "0640 0:300"),
    "table with a leading slash": ({"etc/x": ("", 0o644)}, "/etc/x 600\n", "etc/x", "0600 0:0"),
    "table with numbers": ({"etc/x": ("", 0o644)}, "etc/x 0600 1 2\n", "etc/x", "0600 1:2"),
    "table with a blank in the path": ({"etc/a b": ("", 0o644)}, "etc/a b 0600\n", "etc/a b", "0600 0:0"),
    "table from a BOM and CR LF": ({"etc/x": ("", 0o644)}, "\ufeffetc/x 0600\r\n", "etc/x", "0600 0:0"),
    "set-uid by the table": ({"usr/bin/x": ("", 0o755)}, "usr/bin/x 4755\n", "usr/bin/x", "4755 0:0"),
    "folder by the table": ({"srv/x/y": ("", 0o644)}, "srv/x/ 2770 acme acme\n", "srv/x", "2770 300:300"),
    "folder above by the table": ({"srv/x/y": ("", 0o644)}, "srv 0711\n", "srv", "0711 0:0"),
    "a file below by the table": ({}, "usr/bin/tool 4750 root acme\n", "usr/bin/other", "4750 0:300"),
    "a folder below by the table": ({}, "usr/bin 0711\n", "usr/bin", "0711 0:0"),
    "table opens": ({"etc/shadow": ("", 0o600)}, "etc/shadow 0644\n", "etc/shadow", "0644 0:0"),
    "replaced, closed": ({"etc/acme/conf": ("", 0o644)}, "", "etc/acme/conf", "0640 7:8"),
    "replaced, executable now": ({"etc/acme/conf": ("", 0o755)}, "", "etc/acme/conf", "0750 7:8"),
    "replaced, executable before": ({"etc/run": ("", 0o644)}, "", "etc/run", "0600 0:0"),
    "replaced, open to a group": ({"etc/acme/open": ("", 0o644)}, "", "etc/acme/open", "0664 0:0"),
    "replaced, a key now": ({"etc/key": (KEY, 0o644)}, "", "etc/key", "0600 0:0"),
    "replaced folder": ({"etc/acme/new": ("", 0o644)}, "", "etc/acme", "0750 0:300"),
    "shadow, closed": ({"etc/shadow": ("", 0o600)}, "", "etc/shadow", "0640 0:42"),
    "shadow, cloned": ({"etc/shadow": ("", 0o644)}, "", "etc/shadow", "0640 0:42"),
    "second shadow": ({"etc/gshadow": ("", 0o644)}, "", "etc/gshadow", "0600 0:0"),
    "host key": ({"etc/ssh/ssh_host_ed25519_key": ("", 0o644)}, "", "etc/ssh/ssh_host_ed25519_key", "0600 0:0"),
    "public host key": ({"etc/ssh/ssh_host_x_key.pub": ("", 0o644)}, "", "etc/ssh/ssh_host_x_key.pub", "0644 0:0"),
    "keys of root": ({"root/.ssh/authorized_keys": ("", 0o644)}, "", "root/.ssh", "0700 0:0"),
    "home of root": ({"root/.profile": ("", 0o644)}, "", "root", "0700 0:0"),
    "private key by its content": ({"srv/tls.pem": (f"cert\n{KEY}", 0o644)}, "", "srv/tls.pem", "0600 0:0"),
    "private key, closed": ({"srv/tls.pem": (KEY, 0o600)}, "", "srv/tls.pem", "0600 0:0"),
    "private key by the table": ({"srv/tls.pem": (KEY, 0o644)}, "srv/tls.pem 0640 0 acme", "srv/tls.pem", "0640 0:300"),
    "certificate": ({"srv/c": ("-----BEGIN CERTIFICATE-----\n", 0o644)}, "", "srv/c", "0644 0:0"),
    "sudoers": ({"etc/sudoers": ("", 0o440)}, "", "etc/sudoers", "0440 0:0"),
    "closed and in the table": ({"etc/x": ("", 0o600)}, "etc/x 0600\n", "etc/x", "0600 0:0"),
}


def merged(folder: Path) -> Tree:
    return merge_layers(
        [ACCOUNTS, Layer("old", OLD, frozenset({"etc/shadow"})), BELOW, layer_from_directory("o", folder)]
    )


@pytest.mark.parametrize(("files", "table", "path", "expected"), GIVEN.values(), ids=GIVEN)
def test_an_overlay_gives_modes_and_owners(files: FILES, table: str, path: str, expected: str, tmp_path: Path) -> None:
    tree = merged(overlay(tmp_path, files, table))
    assert says(tree, path) == expected
    assert "leafroot.modes" not in tree.entries


def test_a_later_overlay_keeps_what_an_earlier_one_said(tmp_path: Path) -> None:
    first = overlay(tmp_path / "a", {"etc/x": ("1", 0o644)}, "etc/x 0640 root acme\n")
    second = overlay(tmp_path / "b", {"etc/x": ("2", 0o644)})
    tree = merge_layers([ACCOUNTS, *(layer_from_directory(one.name, one) for one in (first, second))])
    node = tree.entries["etc/x"].node
    assert isinstance(node, File) and (node.read(), says(tree, "etc/x")) == (b"2", "0640 0:300")


def test_names_of_owners_are_those_of_the_root(tmp_path: Path) -> None:
    files = {"etc/passwd": ("web:x:80:81::/:/bin/sh\n", 0o644), "etc/x": ("", 0o644)}
    assert says(merged(overlay(tmp_path, files, "etc/x 0600 web acme\n")), "etc/x") == "0600 80:300"


REFUSED: dict[str, tuple[FILES, str, str]] = {
    "closed": (
        {"etc/token": ("", 0o600), "etc/more": ("", 0o750)},
        "",
        "{folder}/etc/more: not everybody may read it on this disk (0750), but everybody could in the root\n"
        "  git does not keep modes, so the mode must be in the table {folder}/leafroot.modes:\n"
        "    etc/more 0750\n"
        "    etc/token 0600\n"
        "  If nothing is secret: chmod -R o+rX {folder}",
    ),
    "no mode": (
        {"etc/x": ("", 0o644)},
        "etc/x\n",
        "{folder}/leafroot.modes:1: not a line of a table of modes: etc/x\n"
        "  Write: PATH MODE, or PATH MODE USER GROUP; for example: etc/acme/token 0640 root acme",
    ),
    "owner without a group": (
        {"etc/x": ("", 0o644)},
        "etc/x 0644 root\n",
        "{folder}/leafroot.modes:1: not a line of a table of modes: etc/x 0644 root\n"
        "  Write: PATH MODE, or PATH MODE USER GROUP; for example: etc/acme/token 0640 root acme",
    ),
    "twice": (
        {"etc/x": ("", 0o644)},
        "etc/x 0644\n\n/etc/x 0600\n",
        "{folder}/leafroot.modes:3: etc/x is already in {folder}/leafroot.modes:1",
    ),
    "out of the root": ({}, "../x 0644\n", "{folder}/leafroot.modes:1: '../x' is not a path below the root"),
    "not there": (
        {},
        "usr/bin/tol 0755\n",
        "{folder}/leafroot.modes:1: the root has no usr/bin/tol\n  Did you mean usr/bin/tool?",
    ),
    "unknown user": (
        {},
        "usr/bin 0755 acne acme\n",
        "{folder}/leafroot.modes:1: the root has no user 'acne'\n  Did you mean acme?",
    ),
    "unknown group": (
        {},
        "usr/bin 0755 acme weel\n",
        "{folder}/leafroot.modes:1: the root has no group 'weel'\n  Available: acme, root.",
    ),
    "number out of range": (
        {},
        "usr/bin 0755 4294967295 0\n",
        "{folder}/leafroot.modes:1: /usr/bin: uid 4294967295 is out of range",
    ),
    "link": (
        {},
        "usr/sh 0755\n",
        "{folder}/leafroot.modes:1: usr/sh is a symbolic link, which has no mode\n  Name what it leads to.",
    ),
    "set-uid before": (
        {"usr/su": ("", 0o755)},
        "",
        "/usr/su: o replaces it, and the replaced file is set-uid or set-gid (4755)\n"
        "  Write the mode that the new file shall have into the overlay's leafroot.modes: usr/su 0755",
    ),
}


@pytest.mark.parametrize(("files", "table", "message"), REFUSED.values(), ids=REFUSED)
def test_a_mode_that_cannot_be_given_is_refused(files: FILES, table: str, message: str, tmp_path: Path) -> None:
    folder = overlay(tmp_path, files, table)
    below = Layer("more", {"usr/sh": Symlink("bin/sh"), "usr/su": File(b"", 0o4755)})
    with pytest.raises(LeafrootError) as raised:
        merge_layers([ACCOUNTS, BELOW, below, layer_from_directory("o", folder)])
    assert str(raised.value).replace(str(tmp_path), "{folder}") == message


def test_a_closed_file_is_refused_before_anything_is_built(tmp_path: Path) -> None:
    overlay(tmp_path / "over", {"etc/token": ("", 0o600)})
    with pytest.raises(LeafrootError, match="not everybody may read it on this disk"):
        read_listing(tmp_path, "over")


def test_a_package_can_name_its_own_files_alone(tmp_path: Path) -> None:
    overlay(tmp_path, {"etc/x": ("", 0o644)}, "usr/bin/tool 4755\n")
    with pytest.raises(LeafrootError) as raised:
        layer_from_directory("p", tmp_path, override=False)
    assert str(raised.value).startswith(f"{tmp_path}/leafroot.modes:1: the folder has no usr/bin/tool")
    overlay(tmp_path, {}, "etc/x 0600 acme acme\netc 0750\n")
    tree = merge_layers([ACCOUNTS, layer_from_directory("p", tmp_path, override=False)])
    assert (says(tree, "etc/x"), says(tree, "etc")) == ("0600 300:300", "0750 0:0")


@pytest.mark.parametrize("mask", [0o022, 0o027, 0o077])
def test_a_root_is_the_same_whatever_the_umask(mask: int, tmp_path: Path) -> None:
    files = {"etc/x": ("", 0o666 & ~mask), "etc/run": ("", 0o777 & ~mask), "etc/shadow": ("", 0o666 & ~mask)}
    folder = overlay(tmp_path, files, mask=mask)
    tree = merge_layers([layer_from_directory("o", folder)])
    assert [says(tree, path) for path in ("etc", *files)] == ["0755 0:0", "0644 0:0", "0755 0:0", "0600 0:0"]
    notes = read_listing(tmp_path.parent, tmp_path.name).notes
    assert ["everything is closed to other users on this disk" in note for note in notes] == [True] * (mask != 0o022)


def test_bits_of_the_disk_that_do_not_count_are_told(tmp_path: Path) -> None:
    folder = overlay(tmp_path / "over", {"usr/bin/x": ("", 0o755), "tmp/x": ("", 0o644), "spool/x": ("", 0o644)})
    (folder / "usr/bin/x").chmod(0o4755)
    (folder / "spool").chmod(0o1777)
    (folder / "tmp").chmod(0o1777)
    listing = read_listing(tmp_path, "over")
    assert listing.notes == (
        "over: set-uid, set-gid and sticky bits of the disk do not count: spool, usr/bin/x "
        "(write the mode into leafroot.modes: spool 1777)",
    )
    assert says(merge_layers([layer_from_directory("o", folder)]), "usr/bin/x") == "0755 0:0"
    # With a line for each, there is nothing to tell.
    (folder / "leafroot.modes").write_text("usr/bin/x 4755\nspool 1777\n")
    assert read_listing(tmp_path, "over").notes == ()


def test_what_the_table_says_counts_for_the_step(tmp_path: Path) -> None:
    folder = overlay(tmp_path / "over", {"etc/x": ("", 0o644)}, "etc/x 0600\n")
    first = read_listing(tmp_path, "over")
    (folder / "leafroot.modes").write_text("etc/x 0640\n")
    assert read_listing(tmp_path, "over").entries != first.entries
    # Bits of the disk that do not count, and comments, change nothing.
    (folder / "leafroot.modes").write_text("# closed\netc/x 0600 0 0\n")
    (folder / "etc/x").chmod(0o600)
    assert read_listing(tmp_path, "over").entries == first.entries
    assert first.files() == ("over/etc/x",)


@pytest.mark.parametrize(
    "make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("gone")], ids=["pipe", "folder", "link"]
)
def test_a_table_that_is_no_file_is_refused(make: object, tmp_path: Path) -> None:
    assert callable(make)
    make(tmp_path / "leafroot.modes")
    with pytest.raises(LeafrootError, match=r"leafroot.modes: (not a regular file|cannot be read)"):
        layer_from_directory("o", tmp_path)
