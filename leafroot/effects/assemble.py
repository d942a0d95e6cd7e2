# SPDX-License-Identifier: Apache-2.0
"""The calls that make the root and the image: layers merged, written as cpio, compressed, put into the kernel."""

from __future__ import annotations

import fnmatch
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from leafroot.errors import LeafrootError
from leafroot.rootfs.accounts import ROOT_USER, Group, User, settle_accounts
from leafroot.rootfs.compress import compress_zstd
from leafroot.rootfs.cpio import write_newc
from leafroot.rootfs.layers import layer_from_directory, layer_from_tar
from leafroot.rootfs.slot import fill_slot, slot_size
from leafroot.rootfs.tree import CharDevice, Directory, File, Layer, Node, Tree, merge_layers

_MIB = 1024 * 1024


@contextmanager
def root_tree(parameters: Mapping[str, Any], inputs: Mapping[str, Path], scratch: Path) -> Iterator[Tree]:
    """The merged root that `parameters` (leafroot/plan/image.py) describe; contents are spooled to `scratch`."""
    leave = tuple(parameters["leave"])
    with tempfile.TemporaryDirectory(dir=scratch, prefix="root-") as folder:
        spool = Path(folder) / "spool"
        layers = [_system_layer(parameters)]
        for said in parameters["layers"]:
            source = inputs[said["at"]]
            replaces = frozenset(said.get("replaces", ()))
            if source.is_dir():
                override = said.get("override", False)
                owner = said["owner"] or f"overlay {source}"
                layers.append(layer_from_directory(owner, source, override=override, replaces=replaces))
            else:
                layers.append(
                    layer_from_tar(
                        said["owner"],
                        source,
                        keep=lambda path: not any(fnmatch.fnmatchcase(path, glob) for glob in leave),
                        spool=spool,
                        replaces=replaces,
                    )
                )
        yield merge_layers(layers)


def _system_layer(parameters: Mapping[str, Any]) -> Layer:
    nodes: dict[str, Node] = {path: Directory(mode) for path, mode in parameters["directories"]}
    nodes |= {path: CharDevice(major, minor, mode) for path, major, minor, mode in parameters["devices"]}
    nodes |= {path: File(text.encode(), mode) for path, mode, text in parameters["files"]}
    users = [replace(ROOT_USER, password=parameters["root_password"])]
    users += [User(name, uid, home=home, shell=shell) for name, uid, home, shell in parameters["accounts"]]
    groups = [Group("tty", 5)]
    nodes |= settle_accounts(users, groups).layer("accounts").nodes
    return Layer("the configuration", nodes)


def make_root(parameters: dict[str, Any], inputs: Mapping[str, Path], output: Path) -> None:
    """Write the root as one newc archive."""
    with root_tree(parameters, inputs, output.parent) as tree, _replacing(output) as out:
        write_newc(tree, out, parameters["mtime"])


def compress_root(parameters: dict[str, Any], inputs: Mapping[str, Path], output: Path) -> None:
    """Compress the archive as one zstd frame; LeafrootError if the board's memory does not have the room for it."""
    size = inputs["root"].stat().st_size
    if size > parameters["room"] * _MIB:
        raise LeafrootError(
            f"the root is {size / _MIB:.1f} MiB, and may take at most {parameters['room']} MiB "
            f"of the board's memory of {parameters['memory']} MiB (CONFIG_BOARD_MEMORY)",
            parameters["where"],
            "Select fewer packages, or let it have more: root_size= of the board, or CONFIG_SYSTEM_ROOT_SIZE.",
        )
    fresh = output.with_name(output.name + ".new")
    compress_zstd(inputs["root"], fresh, parameters["level"], threads=os.cpu_count() or 1)
    fresh.replace(output)


def write_slot_size(parameters: dict[str, Any], inputs: Mapping[str, Path], output: Path) -> None:
    """Write the size of the slot that the kernel is linked with for this root."""
    with _replacing(output) as out:
        out.write(b"%d\n" % slot_size(inputs["root"].stat().st_size))


def make_image(parameters: dict[str, Any], inputs: Mapping[str, Path], output: Path) -> None:
    """Write the root into the slot of the kernel that was linked for it."""
    image = bytearray(inputs["kernel"].read_bytes())
    fill_slot(image, inputs["root"].read_bytes(), parameters["where"])
    with _replacing(output) as out:
        out.write(image)


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its final name only once it is whole."""
    fresh = path.with_name(path.name + ".new")
    try:
        with fresh.open("wb") as out:
            yield out
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
