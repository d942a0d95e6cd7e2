# SPDX-License-Identifier: Apache-2.0
"""The files handed over beside the kernel: one system as an archive, as an archive within one, as an ext2 image.

All are packed as Leafroot packs a root; where a program in the guest unpacks it, that is the package zstd.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from leafroot.effects.run import run
from leafroot.errors import LeafrootError
from leafroot.plan.step import SOURCE_DATE_EPOCH
from leafroot.report.bootmodes.ways import Form
from leafroot.rootfs.compress import compress_zstd
from leafroot.rootfs.cpio import write_newc
from leafroot.rootfs.cpio_reader import read_newc, tree_from_newc
from leafroot.rootfs.node import ROOT, CharDevice, Directory, File, HardLink, Node, Symlink
from leafroot.rootfs.tree import Layer, Tree, merge_layers

# The bulk of the system, which the outer root of the nested way does without.
_PROGRAMS = "bench/programs"
_INNER = "inner.cpio.zst"
_BLOCK = 4096
# KiB: where the RAM disk's image begins in its file.
DISK_START = 1
_UUID = "00000000-0000-4000-8000-000000000001"


@dataclass(frozen=True)
class Archives:
    """The files by form; the bytes and the number of the system's files, unpacked; the RAM disk's size in KiB."""

    files: Mapping[Form, Path]
    unpacked: int
    count: int
    disk_kib: int


def make_archives(root: Path, packed: Path, folder: Path, level: int) -> Archives:
    """Make all forms of the system in `root` (a newc archive, packed in `packed`), in `folder`."""
    with root.open("rb") as source:
        tree = tree_from_newc(read_newc(source, root), "the system")
    files = [entry.node for _, entry in tree if isinstance(entry.node, File)]
    nested, image = folder / "nested.img", folder / "disk.img"
    _nest(tree, packed, nested, level)
    disk_kib = _make_image(tree, image, folder / "mke2fs.log")
    return Archives(
        files={Form.ARCHIVE: packed, Form.NESTED: nested, Form.DISK: _with_mount_points(_packed(image, level))},
        unpacked=sum(node.size for node in files),
        count=len(files),
        disk_kib=disk_kib,
    )


def _write(tree: Tree, target: Path) -> Path:
    with target.open("wb") as out:
        write_newc(tree, out, SOURCE_DATE_EPOCH)
    return target


def _packed(source: Path, level: int) -> Path:
    """The file, packed, in place of the plain one."""
    target = source.with_name(f"{source.name}.zst")
    compress_zstd(source, target, level, threads=os.cpu_count() or 1)
    source.unlink()
    return target


def _nest(tree: Tree, inner: Path, target: Path, level: int) -> None:
    """The inner archive as it is, then what is needed to unpack it, packed: the kernel takes several in a row.

    (Documentation/driver-api/early-userspace/buffer-format.rst.) What is not compressed must begin at a multiple of
    four bytes, so that comes first.
    """
    outer = Tree({path: entry for path, entry in tree.entries.items() if not _is_bulk(path)})
    carrier = merge_layers([Layer("the inner archive", {_INNER: File(inner.read_bytes())})])
    first = _write(carrier, target.with_name("inner.cpio"))
    parts = (first, _packed(_write(outer, target.with_name("outer.cpio")), level))
    target.write_bytes(b"".join(part.read_bytes() for part in parts))
    for part in parts:
        part.unlink()


def _with_mount_points(image: Path) -> Path:
    """The image, behind what a kernel with an empty root in it lacks to mount a disk: /dev, a console, /root.

    (usr/default_cpio_list in the kernel's source is that of one without any.) The kernel unpacks the archive, takes the
    rest for no archive, and all of it for a RAM disk's image, which begins at the block that ramdisk_start= says.
    """
    nodes: dict[str, Node] = {"dev": Directory(), "dev/console": CharDevice(5, 1), "root": Directory(0o700)}
    target = _write(merge_layers([Layer("mount points", nodes)]), image.with_name("ramdisk.img"))
    head = target.read_bytes()
    assert len(head) <= DISK_START * 1024
    target.write_bytes(head.ljust(DISK_START * 1024, b"\0") + image.read_bytes())
    image.unlink()
    return target


def _is_bulk(path: str) -> bool:
    return path == _PROGRAMS or path.startswith(f"{_PROGRAMS}/")


def _make_image(tree: Tree, image: Path, log: Path) -> int:
    """Make the smallest ext2 image, in steps of 1 %, that mke2fs gets the tree into; give its size in KiB."""
    with tempfile.TemporaryDirectory(dir=image.parent) as folder:
        _lay_out(tree, Path(folder))
        # The content, a block for each directory, the inodes, and what ext2 has in any case.
        blocks = sum(-(-entry.node.size // _BLOCK) for _, entry in tree if isinstance(entry.node, File))
        blocks += sum(isinstance(entry.node, Directory) for _, entry in tree) + len(tree.entries) // 32 + 64
        size = first_size(blocks, lambda size: _mke2fs(Path(folder), image, size, len(tree.entries), log))
    return size * _BLOCK // 1024


def first_size(blocks: int, fits: Callable[[int], bool]) -> int:
    """The first of the sizes 1 %, 2 %, ... above `blocks` that fits; LeafrootError if a half more does not."""
    for percent in range(1, 51):
        size = blocks + blocks * percent // 100
        if fits(size):
            return size
    raise LeafrootError(f"mke2fs gets {blocks} blocks of files into no file system", "bench-bootmodes")


def _mke2fs(folder: Path, image: Path, blocks: int, inodes: int, log: Path) -> bool:
    image.unlink(missing_ok=True)
    options = ["-q", "-F", "-t", "ext2", "-b", str(_BLOCK), "-I", "128", "-N", str(inodes + 32), "-m", "0"]
    fixed = ["-U", _UUID, "-E", f"hash_seed={_UUID}", "-O", "^resize_inode,^dir_index"]
    # Whoever runs this, in the image the files are root's.
    argv = [] if os.geteuid() == 0 else ["unshare", "--map-root-user"]
    argv += ["mke2fs", *options, *fixed, "-d", str(folder), str(image), str(blocks)]
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    env = {"PATH": path, "E2FSPROGS_FAKE_TIME": str(SOURCE_DATE_EPOCH)}
    with log.open("ab") as out:
        return run(argv, env=env, log=out) == 0


def _lay_out(tree: Tree, folder: Path) -> None:
    """Write the tree to a disk, without its device nodes: devtmpfs brings those."""
    folder.chmod(0o755)
    for path, entry in tree:
        if path != ROOT:
            _write_node(entry.node, folder, folder / path)
    for path, _ in reversed(list(tree)):
        with contextlib.suppress(FileNotFoundError):
            os.utime(folder / path, (SOURCE_DATE_EPOCH, SOURCE_DATE_EPOCH), follow_symlinks=False)


def _write_node(node: Node, folder: Path, place: Path) -> None:
    match node:
        case Directory():
            place.mkdir()
            place.chmod(node.mode)
        case File():
            place.write_bytes(node.read())
            place.chmod(node.mode)
        case Symlink():
            place.symlink_to(node.target)
        case HardLink():
            place.hardlink_to(folder / node.target)
        case _:
            pass
