# SPDX-License-Identifier: Apache-2.0
"""Layers are read from artefacts and folders, and what a root cannot hold is refused."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest
import zstandard

from leafroot.errors import LeafrootError
from leafroot.rootfs.layers import layer_from_directory, layer_from_tar
from leafroot.rootfs.tree import Directory, File, HardLink, Slice, Symlink


def tar_bytes(*members: tuple[str, bytes, str | bytes, int]) -> bytes:
    """A tar of (name, type, link target or content, mode), all owned by user 1000 as a build leaves it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, kind, value, mode in members:
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.uid, info.gid = kind, mode, 1000, 1000
            if isinstance(value, str):
                info.linkname = value
                tar.addfile(info)
            else:
                info.size = len(value)
                tar.addfile(info, io.BytesIO(value))
    return out.getvalue()


def artefact(folder: Path, *members: tuple[str, bytes, str | bytes, int]) -> Path:
    path = folder / "package.tar.zst"
    path.write_bytes(zstandard.compress(tar_bytes(*members)))
    return path


REG, DIR, SYM, LNK = tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE
USUAL = (
    ("./", DIR, "", 0o700),
    ("./usr/", DIR, "", 0o755),
    ("./usr/bin/su", REG, b"su", 0o4755),
    ("usr/bin/sg", LNK, "./usr/bin/su", 0o4755),
    ("./usr/bin/newgrp", SYM, "su", 0o777),
    ("./usr/include/x.h", REG, b"", 0o644),
)


@pytest.mark.parametrize("spooled", [False, True])
def test_an_artefact_keeps_its_modes_and_belongs_to_root(tmp_path: Path, spooled: bool) -> None:
    spool = tmp_path / "spool"
    layer = layer_from_tar("shadow", artefact(tmp_path, *USUAL), spool=spool if spooled else None)
    su = layer.nodes["usr/bin/su"]
    assert isinstance(su, File)
    assert (su.read(), su.mode, su.uid, su.gid) == (b"su", 0o4755, 0, 0)
    assert isinstance(su.content, Slice) == spooled
    assert {path: node for path, node in layer.nodes.items() if path != "usr/bin/su"} == {
        "usr": Directory(0o755),
        "usr/bin/sg": HardLink("usr/bin/su"),
        "usr/bin/newgrp": Symlink("su"),
        "usr/include/x.h": File(b""),
    }


def test_artefacts_share_a_spool(tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    first = layer_from_tar("a", artefact(tmp_path, ("a", REG, b"first", 0o644)), spool=spool)
    second = layer_from_tar("b", artefact(tmp_path, ("b", REG, b"second", 0o644)), spool=spool)
    assert [node.read() for node in (first.nodes["a"], second.nodes["b"]) if isinstance(node, File)] == [
        b"first",
        b"second",
    ]


def test_only_the_kept_paths_are_read(tmp_path: Path) -> None:
    layer = layer_from_tar("x", artefact(tmp_path, *USUAL), keep=lambda path: "include" not in path)
    assert sorted(layer.nodes) == ["usr", "usr/bin/newgrp", "usr/bin/sg", "usr/bin/su"]


def test_a_file_whose_first_name_is_dropped_keeps_its_other_names(tmp_path: Path) -> None:
    names = (("a", REG, b"x", 0o755), ("b", LNK, "a", 0o755), ("c", LNK, "a", 0o755))
    layer = layer_from_tar("x", artefact(tmp_path, *names), keep=lambda path: path != "a")
    assert layer.nodes == {"b": File(b"x", 0o755), "c": HardLink("b")}


def test_a_hard_link_to_a_symbolic_link_becomes_a_symbolic_link(tmp_path: Path) -> None:
    layer = layer_from_tar("x", artefact(tmp_path, ("a", SYM, "to", 0o777), ("b", LNK, "a", 0o777)))
    assert layer.nodes == {"a": Symlink("to"), "b": Symlink("to")}


BAD_MEMBERS = {
    "absolute": (("/etc/passwd", REG, b"", 0o644), "its member '/etc/passwd' is outside the root"),
    "dot dot": (("a/../../b", REG, b"", 0o644), "its member 'a/../../b' is outside the root"),
    "link outside": (("a", LNK, "../b", 0o644), "its member '../b' is outside the root"),
    "link to nothing": (
        ("a", LNK, "b", 0o644),
        "its member a is a hard link to b, which is not an earlier file",
    ),
    "device": (
        ("dev/null", tarfile.CHRTYPE, "", 0o644),
        "its member dev/null is not a file, a directory or a link\n"
        "  The kernel makes device nodes, in /dev, and a start script can make a pipe.",
    ),
    "pipe": (
        ("run/pipe", tarfile.FIFOTYPE, "", 0o644),
        "its member run/pipe is not a file, a directory or a link\n"
        "  The kernel makes device nodes, in /dev, and a start script can make a pipe.",
    ),
}


@pytest.mark.parametrize("case", BAD_MEMBERS)
def test_a_member_that_cannot_be_in_a_root_is_refused(case: str, tmp_path: Path) -> None:
    member, message = BAD_MEMBERS[case]
    path = artefact(tmp_path, member)
    with pytest.raises(LeafrootError) as raised:
        layer_from_tar("x", path)
    assert str(raised.value) == f"{path}: {message}"


def test_an_artefact_with_a_path_twice_is_refused(tmp_path: Path) -> None:
    path = artefact(tmp_path, ("a", REG, b"1", 0o644), ("./a", REG, b"2", 0o644))
    with pytest.raises(LeafrootError) as raised:
        layer_from_tar("x", path)
    assert str(raised.value) == f"{path}: contains a twice"


WHOLE = zstandard.compress(tar_bytes(*USUAL))
DAMAGED = {
    "cut short": (WHOLE[:-1], "it ends in the middle of a zstd frame"),
    "cut at its beginning": (WHOLE[:3], "it ends in the middle of a zstd frame"),
    "empty": (b"", "empty file"),
    "followed by something": (WHOLE + b"x", "zstd decompressor error: Unknown frame descriptor"),
    "no zstd": (b"<html>not found</html>", "zstd decompressor error: Unknown frame descriptor"),
    "no tar": (zstandard.compress(b"x" * 512), "invalid header"),
    "a tar cut short": (
        zstandard.compress(tar_bytes(("a", REG, b"x" * 2000, 0o644))[:1024]),
        "unexpected end of data",
    ),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_artefact_is_refused(case: str, tmp_path: Path) -> None:
    data, message = DAMAGED[case]
    path = tmp_path / "x.tar.zst"
    path.write_bytes(data)
    with pytest.raises(LeafrootError) as raised:
        layer_from_tar("x", path)
    assert str(raised.value) == f"{path}: not an intact tar.zst: {message}"


def test_every_cut_of_an_artefact_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "x.tar.zst"
    layer_from_tar("x", artefact(tmp_path, *USUAL))
    for size in range(len(WHOLE)):
        path.write_bytes(WHOLE[:size])
        with pytest.raises(LeafrootError):
            layer_from_tar("x", path)


def test_an_artefact_is_read_without_holding_its_contents(tmp_path: Path) -> None:
    path = artefact(tmp_path, *((f"f{n}", REG, os.urandom(1 << 20), 0o644) for n in range(4)))
    layer = layer_from_tar("x", path, spool=tmp_path / "spool")
    assert all(isinstance(node, File) and isinstance(node.content, Slice) for node in layer.nodes.values())
    assert (tmp_path / "spool").stat().st_size == 4 << 20


def test_an_overlay_has_the_modes_of_a_checkout_and_belongs_to_root(tmp_path: Path) -> None:
    (tmp_path / "etc/empty").mkdir(parents=True, mode=0o775)
    (tmp_path / "etc/motd").write_text("hello")
    (tmp_path / "etc/motd").chmod(0o664)
    (tmp_path / "etc/run").write_text("#!/bin/sh")
    (tmp_path / "etc/run").chmod(0o775)
    (tmp_path / "etc/group-only").touch()
    (tmp_path / "etc/group-only").chmod(0o654)
    (tmp_path / "etc/mtab").symlink_to("/proc/mounts")
    layer = layer_from_directory("overlay", tmp_path)
    assert layer.override
    assert layer.nodes == {
        "etc": Directory(0o755),
        "etc/empty": Directory(0o755),
        "etc/group-only": File(Slice(tmp_path / "etc/group-only", 0, 0), 0o644),
        "etc/motd": File(Slice(tmp_path / "etc/motd", 0, 5), 0o644),
        "etc/mtab": Symlink("/proc/mounts"),
        "etc/run": File(Slice(tmp_path / "etc/run", 0, 9), 0o755),
    }


def test_a_missing_overlay_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LeafrootError) as raised:
        layer_from_directory("overlay", tmp_path / "none")
    assert str(raised.value) == f"{tmp_path}/none: no such folder"


def test_a_pipe_in_an_overlay_is_refused_with_its_place(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(LeafrootError) as raised:
        layer_from_directory("overlay", tmp_path)
    assert str(raised.value) == (
        f"{tmp_path}/pipe: not a file, a folder or a symbolic link\n"
        "  The kernel makes device nodes, in /dev. A start script can make a pipe, and programs make sockets."
    )


@pytest.mark.parametrize(("name", "kind"), [("secret", "file"), ("locked", "folder")])
def test_an_unreadable_file_in_an_overlay_is_refused_with_its_place(
    name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = tmp_path / name
    item.mkdir() if kind == "folder" else item.touch()
    item.chmod(0)
    if os.geteuid() == 0:
        # Root may read everything, so the refusal of the system is put in its place.
        real_access, real_scandir, real_listdir = os.access, os.scandir, os.listdir

        def refuse(call: object, path: object) -> None:
            if str(path) == str(item):
                raise PermissionError(13, "Permission denied", str(path))

        def listdir(path: str) -> list[str]:
            refuse(real_listdir, path)
            return real_listdir(path)

        def scandir(path: str) -> object:
            refuse(real_scandir, path)
            return real_scandir(path)

        monkeypatch.setattr(os, "access", lambda path, mode: path != item and real_access(path, mode))
        monkeypatch.setattr(os, "listdir", listdir)
        monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(LeafrootError) as raised:
        layer_from_directory("overlay", tmp_path)
    assert str(raised.value) == f"{item}: cannot be read: Permission denied"
