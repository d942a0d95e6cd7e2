# SPDX-License-Identifier: Apache-2.0
"""Makes the system that a benchmark boots: the board's own with the benchmark's tree, in memory or on a disk.

It is built in a separate output folder. The disk is an ext2 or ext4 image, made by mke2fs.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leafroot.describe.bootmode import BootMode
from leafroot.errors import LeafrootError
from leafroot.host.bubblewrap import with_usr
from leafroot.host.run import run
from leafroot.rootfs.cpio import write_newc
from leafroot.rootfs.tree import ROOT, CharDevice, Directory, File, HardLink, Layer, Node, Symlink, Tree, merge_layers
from leafroot.step import SOURCE_DATE_EPOCH

BLOCK = 4096
_UUID = "00000000-0000-4000-8000-000000000001"


@dataclass(frozen=True)
class BenchSystem:
    """What is built for the benchmark `name`, and where.

    `variables` are those of this call of scons. `tree` is an external tree in the checkout, with a fragment
    select.config that selects its packages. `folder` is where everything is made. `usr` has mke2fs.
    """

    name: str
    checkout: Path
    tree: str
    folder: Path
    board: str
    variables: Mapping[str, str]
    usr: Path

    def outputs(self, mode: BootMode) -> Path:
        """The folder of the outputs for a boot mode."""
        return self.folder / mode.name / self.board

    def build(self, mode: BootMode) -> Path:
        """Build the kernel of a boot mode, and the system, by calling scons; returns the kernel, without a root."""
        tree = self.checkout / self.tree
        variables = {
            **self.variables,
            "BOARD": self.board,
            "BOOT": mode.name,
            "OUTPUT": str(self.folder / mode.name),
            "EXTERNAL": _joined(self.variables.get("EXTERNAL", ""), ":", str(tree)),
            "CONFIG": _joined(self.variables.get("CONFIG", ""), ",", str(tree / "select.config")),
        }
        words = [f"{name}={value}" for name, value in variables.items()]
        print(f"kernel and system for {mode.name}:", flush=True)
        argv = [sys.executable, "-m", "SCons", "-Q", "-C", str(self.checkout), *words, "boot-files"]
        if run(argv, env=os.environ) != 0:
            raise LeafrootError(f"the kernel for {mode.name} could not be built", self.name)
        return self.outputs(mode) / "kernel"


def _joined(asked: str, separator: str, own: str) -> str:
    return f"{asked}{separator}{own}" if asked else own


@dataclass(frozen=True)
class LaidOut:
    """A tree as files in a folder; `usr` has mke2fs."""

    folder: Path
    inodes: int
    log: Path
    usr: Path

    def make(self, image: Path, kind: str, blocks: int, options: Sequence[str] = ()) -> bool:
        """Make an image of `blocks` blocks of 4 KiB; False if the tree does not fit. `kind` is ext2 or ext4."""
        image.unlink(missing_ok=True)
        fixed = ["-U", _UUID, "-E", f"hash_seed={_UUID}", "-m", "0", *options]
        bwrap, *words = with_usr(self.usr)
        # Root owns the files in the image, whoever runs this.
        argv = [bwrap, "--unshare-user", "--uid", "0", "--gid", "0", *words]
        argv += ["mke2fs", "-q", "-F", "-t", kind, "-b", str(BLOCK), "-N", str(self.inodes + 32), *fixed]
        argv += ["-d", str(self.folder), str(image), str(blocks)]
        env = {"PATH": os.environ.get("PATH", os.defpath), "E2FSPROGS_FAKE_TIME": str(SOURCE_DATE_EPOCH)}
        with self.log.open("ab") as out:
            return run(argv, env=env, log=out) == 0


def write_mount_points(target: Path) -> Path:
    """Write an archive of what a kernel with an empty root lacks to mount a disk: /dev, a console, /root.

    (A kernel without a root has usr/default_cpio_list, in its source.)
    """
    nodes: dict[str, Node] = {"dev": Directory(), "dev/console": CharDevice(5, 1), "root": Directory(0o700)}
    with target.open("wb") as out:
        write_newc(merge_layers([Layer("mount points", nodes)]), out, SOURCE_DATE_EPOCH)
    return target


def blocks_of(tree: Tree) -> int:
    """The blocks that the content needs: those of files, one per directory, inodes, and what ext2 always has."""
    blocks = sum(-(-entry.node.size // BLOCK) for _, entry in tree if isinstance(entry.node, File))
    return blocks + sum(isinstance(entry.node, Directory) for _, entry in tree) + len(tree.entries) // 32 + 64


@contextlib.contextmanager
def laid_out(tree: Tree, parent: Path, usr: Path) -> Iterator[LaidOut]:
    """Write the tree to a temporary folder, without device nodes: devtmpfs has those.

    mke2fs is that of the tree `usr`; its output goes to mke2fs.log in `parent`.
    """
    with tempfile.TemporaryDirectory(dir=parent) as name:
        folder = Path(name)
        folder.chmod(0o755)
        for path, entry in tree:
            if path != ROOT:
                _write_node(entry.node, folder, folder / path)
        for path, _ in reversed(list(tree)):
            with contextlib.suppress(FileNotFoundError):
                os.utime(folder / path, (SOURCE_DATE_EPOCH, SOURCE_DATE_EPOCH), follow_symlinks=False)
        yield LaidOut(folder, len(tree.entries), parent / "mke2fs.log", usr)


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
