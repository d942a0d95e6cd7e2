# SPDX-License-Identifier: Apache-2.0
"""Makes the files that are booted with the kernels: one system as an archive, a nested archive and an ext2 image.

All are compressed as Leafroot compresses a root. If a program in the guest unpacks it, that is the package zstd.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from leafroot.bench.bootmodes.ways import Form
from leafroot.bench.guest_system import BLOCK, blocks_of, laid_out, write_mount_points
from leafroot.errors import LeafrootError
from leafroot.rootfs.compress import compress_zstd
from leafroot.rootfs.cpio import read_newc, tree_from_newc, write_newc
from leafroot.rootfs.tree import File, Layer, Tree, merge_layers
from leafroot.step import SOURCE_DATE_EPOCH

# The largest part of the system; the outer root of the nested way does not need it.
_PROGRAMS = "bench/programs"
_INNER = "inner.cpio.zst"
# Where the image of the RAM disk begins in its file, in KiB.
DISK_START = 1


@dataclass(frozen=True)
class Archives:
    """The files by form; the size in bytes and the number of the system's files; the size of the RAM disk in KiB."""

    files: Mapping[Form, Path]
    unpacked: int
    count: int
    disk_kib: int


def make_archives(root: Path, packed: Path, folder: Path, level: int, usr: Path) -> Archives:
    """Make all forms of the system in `folder`; `root` is its newc archive, and `packed` the compressed one.

    mke2fs is that of the tree `usr`.
    """
    with root.open("rb") as source:
        tree = tree_from_newc(read_newc(source, root), "the system")
    files = [entry.node for _, entry in tree if isinstance(entry.node, File)]
    nested, image = folder / "nested.img", folder / "disk.img"
    _nest(tree, packed, nested, level)
    disk_kib = _make_image(tree, image, usr)
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
    """Compress a file, remove the plain one, and return the compressed one."""
    target = source.with_name(f"{source.name}.zst")
    compress_zstd(source, target, level, threads=os.cpu_count() or 1)
    source.unlink()
    return target


def _nest(tree: Tree, inner: Path, target: Path, level: int) -> None:
    """Write the inner archive as it is, then a compressed one with the programs that unpack it.

    The kernel accepts several archives in a row (Documentation/driver-api/early-userspace/buffer-format.rst). One that
    is not compressed must begin at a multiple of four bytes, so it comes first.
    """
    outer = Tree({path: entry for path, entry in tree.entries.items() if not _is_bulk(path)})
    carrier = merge_layers([Layer("the inner archive", {_INNER: File(inner.read_bytes())})])
    first = _write(carrier, target.with_name("inner.cpio"))
    parts = (first, _packed(_write(outer, target.with_name("outer.cpio")), level))
    target.write_bytes(b"".join(part.read_bytes() for part in parts))
    for part in parts:
        part.unlink()


def _with_mount_points(image: Path) -> Path:
    """The image, after an archive with the mount points that a kernel with an empty root lacks.

    The kernel unpacks that archive. As the rest is not an archive, it then uses the whole file as the image of a RAM
    disk, which begins at the block that ramdisk_start= gives.
    """
    target = write_mount_points(image.with_name("ramdisk.img"))
    head = target.read_bytes()
    assert len(head) <= DISK_START * 1024
    target.write_bytes(head.ljust(DISK_START * 1024, b"\0") + image.read_bytes())
    image.unlink()
    return target


def _is_bulk(path: str) -> bool:
    return path == _PROGRAMS or path.startswith(f"{_PROGRAMS}/")


def _make_image(tree: Tree, image: Path, usr: Path) -> int:
    """Make the smallest ext2 image, in steps of 1 %, that the tree fits into; returns its size in KiB."""
    plain = ("-I", "128", "-O", "^resize_inode,^dir_index")
    with laid_out(tree, image.parent, usr) as system:
        size = first_size(blocks_of(tree), lambda size: system.make(image, "ext2", size, plain))
    return size * BLOCK // 1024


def first_size(blocks: int, fits: Callable[[int], bool]) -> int:
    """The first of the sizes 1 %, 2 %, ... above `blocks` that fits; raises LeafrootError if 50 % is not enough."""
    for percent in range(1, 51):
        size = blocks + blocks * percent // 100
        if fits(size):
            return size
    raise LeafrootError(f"mke2fs cannot fit {blocks} blocks of files into a file system", "bench-bootmodes")
