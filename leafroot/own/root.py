# SPDX-License-Identifier: Apache-2.0
"""Leafroot's own steps for the root: merge layers and write them as cpio, check programs, compress the archive."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import ClassVar

from leafroot.errors import LeafrootError
from leafroot.rootfs.accounts import ROOT_USER, Accounts, Group, User, settle_accounts
from leafroot.rootfs.applets import give_way
from leafroot.rootfs.compress import compress_zstd
from leafroot.rootfs.cpio import write_newc
from leafroot.rootfs.layers import layer_from_directory, layer_from_tar
from leafroot.rootfs.start import check_start
from leafroot.rootfs.tree import CharDevice, Directory, File, Layer, Node, Tree, merge_layers
from leafroot.step import Given, Own

_MIB = 1024 * 1024
_CONFIGURATION = "the configuration"
_INIT = "sbin/init"
_CODE = (
    *("own/root", "rootfs/accounts", "rootfs/applets", "rootfs/compress"),
    *("files", "rootfs/cpio", "rootfs/layers", "rootfs/modes", "rootfs/passwords", "rootfs/start", "rootfs/tree"),
)


def _is_left(leave: tuple[str, ...], path: str) -> bool:
    """Whether a path of an artefact is for compilers, and stays out of the root."""
    return any(re.fullmatch(pattern, path, re.DOTALL) for pattern in leave)


@dataclass(frozen=True)
class LayerInput:
    """One layer of the root: its owner, its input, and the paths of other layers that it may replace.

    An `override` layer may replace anything; the links to programs of one that `gives_way` give way to other layers'
    programs. `without` are paths of a folder that stay out of the root. If the owner is "", messages show the input's
    own path.
    """

    owner: str
    at: str
    replaces: tuple[str, ...] = ()
    override: bool = False
    gives_way: bool = False
    without: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RootWork(Own):
    """The content of a root: its layers, in order, and the files of the configuration itself below all of them.

    `leave` are regular expressions for paths that artefacts contain for compilers, not for the running system.
    `directories` are (path, mode), `devices` (path, major, minor, mode) of character devices, `files` (path, mode,
    text), and `accounts` (name, uid, home, shell). `root_password` is the hash for /etc/shadow.
    """

    layers: tuple[LayerInput, ...]
    leave: tuple[str, ...] = ()
    directories: tuple[tuple[str, int], ...] = ()
    devices: tuple[tuple[str, int, int, int], ...] = ()
    files: tuple[tuple[str, int, str], ...] = ()
    accounts: tuple[tuple[str, int, str, str], ...] = ()
    root_password: str = "*"

    @contextmanager
    def tree(self, given: Given, scratch: Path) -> Iterator[Tree]:
        """The merged root; file contents are stored temporarily in `scratch`."""
        accounts = self._accounts()
        with tempfile.TemporaryDirectory(dir=scratch, prefix="root-") as folder:
            spool = Path(folder) / "spool"
            layers = [self._configured(accounts), *(self._layer(one, given, spool) for one in self.layers)]
            yield merge_layers(give_way(layers), accounts.homes())

    @staticmethod
    def owner(one: LayerInput, given: Given) -> str:
        """What messages call a layer."""
        return one.owner or f"overlay {given.paths[one.at]}"

    def _layer(self, one: LayerInput, given: Given, spool: Path) -> Layer:
        source, replaces = given.paths[one.at], frozenset(one.replaces)
        if source.is_dir():
            layer = layer_from_directory(self.owner(one, given), source, override=one.override, replaces=replaces)
            nodes = {path: node for path, node in layer.nodes.items() if path not in one.without}
            said = {path: mode for path, mode in layer.permissions.items() if path not in one.without}
            return replace(layer, nodes=nodes, permissions=said)
        layer = layer_from_tar(
            one.owner, source, keep=lambda path: not _is_left(self.leave, path), spool=spool, replaces=replaces
        )
        return replace(layer, gives_way=one.gives_way)

    def _accounts(self) -> Accounts:
        users = [replace(ROOT_USER, password=self.root_password)]
        users += [User(name, uid, home=home, shell=shell) for name, uid, home, shell in self.accounts]
        return settle_accounts(users, [Group("tty", 5)])

    def _configured(self, accounts: Accounts) -> Layer:
        nodes: dict[str, Node] = {path: Directory(mode) for path, mode in self.directories}
        nodes |= {path: CharDevice(major, minor, mode) for path, major, minor, mode in self.devices}
        nodes |= {path: File(text.encode(), mode) for path, mode, text in self.files}
        return Layer(_CONFIGURATION, nodes | dict(accounts.layer("accounts").nodes))


@dataclass(frozen=True, kw_only=True)
class WriteRoot(RootWork):
    """Writes the root as one newc archive, with `mtime` as the time of every file.

    `start` is the path that the kernel starts as process 1; the configuration's own script starts /sbin/init in turn.
    With "", no kernel starts this root, and nothing is checked.
    """

    mtime: int
    start: str = ""

    code: ClassVar[tuple[str, ...]] = _CODE

    def perform(self, given: Given, output: Path) -> None:
        with self.tree(given, output.parent) as tree:
            if self.start:
                is_own = self.start in tree.entries and tree.entries[self.start].owner == _CONFIGURATION
                check_start(tree, [self.start, *([_INIT] if is_own else [])])
            with output.open("wb") as out:
                write_newc(tree, out, self.mtime)


@dataclass(frozen=True, kw_only=True)
class ListSizes(RootWork):
    """Lists how many bytes the files of each package take in a root, the largest first: lines "BYTES<tab>PACKAGE".

    `packages` are (owner, name): the layers of a package. What belongs to none of them counts for its own layer.
    """

    packages: tuple[tuple[str, str], ...]

    code: ClassVar[tuple[str, ...]] = _CODE

    def perform(self, given: Given, output: Path) -> None:
        names, sizes = dict(self.packages), dict.fromkeys(sorted(dict(self.packages).values()), 0)
        # The path of a folder without an owner is for messages: it depends on the machine.
        names |= {self.owner(one, given): one.at for one in self.layers if not one.owner}
        with self.tree(given, output.parent) as tree:
            for _, entry in tree:
                if isinstance(entry.node, File):
                    name = names.get(entry.owner, entry.owner)
                    sizes[name] = sizes.get(name, 0) + entry.node.size
        lines = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
        output.write_text("".join(f"{size}\t{name}\n" for name, size in lines), errors="surrogateescape")


@dataclass(frozen=True, kw_only=True)
class ListLeftOut(Own):
    """Lists what artefacts hold and a root does not, as lines "OWNER: PATH"; the fields are those of RootWork."""

    layers: tuple[LayerInput, ...]
    leave: tuple[str, ...]

    code: ClassVar[tuple[str, ...]] = _CODE

    def perform(self, given: Given, output: Path) -> None:
        lines = []
        for one in (one for one in self.layers if not given.paths[one.at].is_dir()):
            layer = layer_from_tar(
                one.owner,
                given.paths[one.at],
                keep=lambda path: _is_left(self.leave, path),
                spool=output.parent / "spool",
            )
            lines += [f"{one.owner}: {path}\n" for path, node in layer.nodes.items() if not isinstance(node, Directory)]
        output.write_text("".join(sorted(lines)), errors="surrogateescape")


@dataclass(frozen=True, kw_only=True)
class CheckElf(RootWork):
    """Checks every program and library of the root, and writes the facts about each as JSON.

    The fields are those of ElfTarget in leafroot/rootfs/elf.py, and the hardening that the board requires. `declared`
    are the packages of the root, each with the packages that it declares as linked with.
    """

    machine: str
    elf_class: int
    little_endian: bool
    interpreter: str
    flags: tuple[int, int] = (0, 0)
    require: tuple[str, ...] = ()
    declared: tuple[tuple[str, tuple[str, ...]], ...] = ()

    code: ClassVar[tuple[str, ...]] = (*_CODE, "rootfs/elf")

    def perform(self, given: Given, output: Path) -> None:
        # Most runs check nothing, so the ELF library is loaded only here.
        from leafroot.rootfs.elf import ElfTarget, check_elf

        mask, flags = self.flags
        target = ElfTarget(self.machine, self.elf_class, self.little_endian, self.interpreter, mask, flags)
        declared = {name: frozenset(names) for name, names in self.declared}
        with self.tree(given, output.parent) as tree:
            reports = check_elf(tree, target, frozenset(self.require), declared)
        output.write_text(json.dumps([asdict(report) for report in reports], indent=1, sort_keys=True) + "\n")


@dataclass(frozen=True, kw_only=True)
class CompressRoot(Own):
    """Compresses the archive as one zstd frame of this level.

    `memory` is the board's memory and `room` the share that the root may take, in MiB; a larger root is an error.
    `where` is the board's description, for the message.
    """

    level: int
    where: str
    memory: int
    room: int

    code: ClassVar[tuple[str, ...]] = _CODE

    def perform(self, given: Given, output: Path) -> None:
        size = given.paths["root"].stat().st_size
        if size > self.room * _MIB:
            raise LeafrootError(
                f"the root is {size / _MIB:.1f} MiB, but may take at most {self.room} MiB "
                f"of the board's {self.memory} MiB of memory (CONFIG_BOARD_MEMORY)",
                self.where,
                "Select fewer packages, or raise the limit: root_size= of the board, or CONFIG_SYSTEM_ROOT_SIZE.",
            )
        compress_zstd(given.paths["root"], output, self.level, threads=os.cpu_count() or 1)
