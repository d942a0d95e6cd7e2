# SPDX-License-Identifier: Apache-2.0
"""The kernel's object tree tells nothing of what the compiler itself was compiled with."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path

import zstandard


def test_the_object_tree_does_not_name_the_compiler_of_the_compiler(scons: Callable[..., str], tmp_path: Path) -> None:
    """Two distributions have two of them; GCC names its own in the assembly that Kbuild takes offsets from."""
    tree = tmp_path / "output/qemu_x86_64/linux.tar.zst"
    scons("BOARD=qemu_x86_64", f"OUTPUT={tmp_path / 'output'}", str(tree))
    texts = {}
    with (
        tree.open("rb") as packed,
        zstandard.ZstdDecompressor().stream_reader(packed) as plain,
        tarfile.open(fileobj=plain, mode="r|") as tar,
    ):
        for member in tar:
            if member.isreg() and member.name.endswith(".s"):
                file = tar.extractfile(member)
                assert file is not None
                texts[member.name] = file.read()
    assert [name for name, text in texts.items() if b"# GNU C" in text]
    assert [name for name, text in texts.items() if b"compiled by GNU C" in text] == []
