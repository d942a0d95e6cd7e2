# SPDX-License-Identifier: Apache-2.0
"""The messages of the table "When it does not work": each can be met, and reads as shown."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from leafroot.describe.patch import Patch
from leafroot.errors import LeafrootError
from leafroot.kconfig.config import configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import plan_board
from leafroot.rootfs.layers import layer_from_directory
from leafroot.rootfs.tree import merge_layers
from leafroot.store.patching import apply_patch
from leafroot.units.catalog import load_catalog
from tests.build_machine import MACHINE
from tests.docs.page import (
    PACKAGE_PAGE,
    ROOT,
    code,
    table,
)
from tests.performing import shared_usr


def _loading(acme: Path, tmp_path: Path, old: str, new: str) -> str:
    """The message when the example package's description says `new` in place of `old`."""
    tree = tmp_path / "tree"
    text = (acme / "package/rootsize/package.py").read_text()
    assert old in text
    description_file = tree / "package/rootsize/package.py"
    description_file.parent.mkdir(parents=True, exist_ok=True)
    description_file.write_text(text.replace(old, new))
    c_only = tree / "c-only.config"
    c_only.write_text("CONFIG_TOOLCHAIN_C_ONLY=y\n" if "c++" in new else "")
    with pytest.raises(LeafrootError) as error:
        config = configure(
            load_catalog(ROOT, [tree]),
            ROOT,
            tmp_path / "kconfig",
            Request("qemu_x86_64", fragments=[acme / "configs/rootsize.config", c_only]),
        )
        plan_board(config, MACHINE)
    return str(error.value)


def _two_owners(tmp_path: Path) -> str:
    for owner in ("fat-tools", "rootsize"):
        (tmp_path / owner / "usr").mkdir(parents=True)
        (tmp_path / owner / "usr/same").write_text("")
    layers = [layer_from_directory(owner, tmp_path / owner, override=False) for owner in ("fat-tools", "rootsize")]
    with pytest.raises(LeafrootError) as error:
        merge_layers(layers)
    return str(error.value)


def _bad_patch(tmp_path: Path) -> str:
    (tmp_path / "f").write_text("one\n")
    (tmp_path / "p.patch").write_text("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-two\n+three\n")
    with pytest.raises(LeafrootError) as error:
        apply_patch(tmp_path, Patch(str(tmp_path / "p.patch")), shared_usr())
    return str(error.value)


def _lost_source(tmp_path: Path) -> str:
    (tmp_path / "Makefile").write_text("rootsize: rootsize.c\n")
    (tmp_path / "build").mkdir()
    made = subprocess.run(
        ["make", "-f", "../Makefile"], cwd=tmp_path / "build", capture_output=True, text=True, check=False
    )
    return made.stderr


# Messages that it takes a build to meet: where they are said, and what is fixed in them. They have tests of their own.
ELSEWHERE: dict[str, tuple[str, tuple[str, ...]]] = {
    "is linked with libfoo.so.1 of the package 'foo': add 'foo' to depends of 'rootsize'": (
        "leafroot/rootfs/elf.py",
        ("is linked with {library} of the package {other!r}: add {other!r} to depends of {owner!r}",),
    ),
    "needs libfoo.so.1, which is not in the root": (
        "leafroot/rootfs/elf.py",
        ("needs {library}, {fault}", "which is not in the root"),
    ),
    "is not position-independent, but the board requires it": (
        "leafroot/rootfs/elf.py",
        ("is not position-independent, but the board requires it",),
    ),
    "its modules are not pinned: there is no go.lock": (
        "leafroot/plan/recipes/go.py",
        ("its modules are not pinned: there is no {LOCK}",),
    ),
    "CONFIG_VFAT_FS=y was asked for, but it is n.": (
        "leafroot/tools/kconfig-check/check.c",
        ("CONFIG_%s=%s was asked for, but it is %s.",),
    ),
}


def test_every_message_of_the_table_can_be_met(acme: Path, tmp_path: Path) -> None:
    def change(old: str, new: str) -> str:
        return _loading(acme, tmp_path / str(abs(hash(new))), old, new)

    met = [
        change('version="1"', 'version="2"'),
        change('license="Apache-2.0"', 'license="Apache 2.0"'),
        change("build=Make(),", 'build=Make(), depends="fat-tools",'),
        change("build=Make(),", 'build=Make(), depends=["dosftools"],'),
        change("build=Make(),", 'build=Make(), languages=["c++"],'),
        _two_owners(tmp_path),
        _bad_patch(tmp_path),
        _lost_source(tmp_path),
    ]
    rows = [code(row[0])[0] for row in table(PACKAGE_PAGE, "message")]
    assert set(ELSEWHERE) <= set(rows)
    assert [row for row in rows if row not in ELSEWHERE and not any(row in message for message in met)] == []
    for file, parts in ELSEWHERE.values():
        assert [part for part in parts if part not in (ROOT / file).read_text()] == []
