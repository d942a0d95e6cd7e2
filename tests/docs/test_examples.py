# SPDX-License-Identifier: Apache-2.0
"""The worked examples of the pages: loaded, planned, and, for a release, built."""

from __future__ import annotations

import ast
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeGuard

import pytest
import zstandard

import leafroot
from leafroot import Board, BuildRoot, Kernel, Package
from leafroot.describe.arch import Arch
from leafroot.describe.fields import wrong_fields
from leafroot.errors import LeafrootError
from leafroot.kconfig.config import Config, configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import Plan, plan_board
from leafroot.plan.cmdline import command_line
from leafroot.rootfs.cpio import read_newc, tree_from_newc
from leafroot.rootfs.tree import File
from leafroot.step import Step
from leafroot.units.catalog import Catalog, load_catalog
from tests.build_machine import MACHINE
from tests.docs.page import (
    BOARD_PAGE,
    PACKAGE_PAGE,
    PAGES,
    ROOT,
    TARGET,
    Fence,
    block,
    fences,
    fragment,
    outputs,
    step,
)
from tests.plan.conftest import asked_of

# What a block of Python sets, by the names that descriptions have for it.
KINDS = {"package": Package, "board": Board, "kernel": Kernel, "arch": Arch, "root": BuildRoot}


@pytest.mark.parametrize(
    "shown", [one for page in PAGES for one in fences(page) if one.language == "python"], ids=lambda one: one.name
)
def test_every_description_that_is_shown_is_one(shown: Fence, catalog: Catalog) -> None:
    names = {name: getattr(leafroot, name) for name in leafroot.__all__}
    exec(shown.text, names)
    (name,) = names.keys() & KINDS.keys()
    value = names[name]
    assert isinstance(value, KINDS[name]), f"{name} is a {type(value).__name__}"
    assert not list(wrong_fields(value))
    part_of = re.fullmatch(r"part of package/([^/]+)/package\.py", shown.name)
    if part_of:
        (call,) = (node for node in ast.walk(ast.parse(shown.text)) if is_package(node))
        real = catalog.packages[part_of[1]].value
        for field in (keyword.arg for keyword in call.keywords):
            assert field and getattr(value, field) == getattr(real, field)


def is_package(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Package"


def test_the_example_package_adds_one_step(
    configured: Callable[..., Config], planned: Callable[..., Plan], acme: Path
) -> None:
    assert dict(configured(text=fragment(acme)).files["rootsize"].entries)["etc/init.d/S20rootsize"] == "0755"
    plan = planned(text=fragment(acme))
    assert outputs(plan) - outputs(planned()) == {f"{TARGET}/rootsize.tar.zst"}
    built = step(plan, f"{TARGET}/rootsize.tar.zst")
    assert [" ".join(command) for command in built.commands] == block(PACKAGE_PAGE, "commands of rootsize")
    assert built.files() == (
        f"{acme}/package/rootsize/src/Makefile",
        f"{acme}/package/rootsize/src/rootsize.c",
        "leafroot/tools/strip-tree/strip-tree.sh",
    )
    assert f"{acme}/package/rootsize/files/etc/init.d/S20rootsize" in step(plan, "qemu_x86_64/rootfs.cpio").files()


def test_the_example_archive_is_configured_as_shown(planned: Callable[..., Plan]) -> None:
    plan = planned(text="CONFIG_PACKAGE_FAT_TOOLS=y\n")
    built = step(plan, f"{TARGET}/fat-tools.tar.zst")
    assert [" ".join(command) for command in built.commands] == block(PACKAGE_PAGE, "commands of fat-tools")
    (archive,) = built.archives()
    assert archive.places == (
        "https://github.com/dosfstools/dosfstools/releases/download/v4.2/dosfstools-4.2.tar.gz",
        "debian:pool/main/d/dosfstools/dosfstools_4.2.orig.tar.gz",
    )


@pytest.fixture
def with_options(acme: Path, tmp_path: Path) -> Path:
    """The reader's tree once the description with options has replaced the first one."""
    tree = tmp_path / "acme"
    shutil.copytree(acme, tree)
    text = "\n".join(block(PACKAGE_PAGE, "package/rootsize/package.py with options"))
    (tree / "package/rootsize/package.py").write_text(f"{text}\n")
    return tree


def test_the_example_options_bring_what_they_say(with_options: Path, tmp_path: Path) -> None:
    catalog = load_catalog(ROOT, [with_options])

    def planned(*lines: str) -> tuple[set[str], Step]:
        """The packages that are built, without what their names end in, and the example's step."""
        chosen = tmp_path / "chosen.config"
        chosen.write_text("".join(f"CONFIG_PACKAGE_ROOTSIZE{line}\n" for line in ("=y", *lines)))
        asked = Request("qemu_x86_64", fragments=[chosen])
        plan = plan_board(configure(catalog, ROOT, tmp_path / "kconfig", asked), MACHINE)
        (rootsize,) = (step for step in plan.steps if step.name == "rootsize")
        return {step.name for step in plan.steps if step.output.path.startswith(f"{TARGET}/")}, rootsize

    names, plain = planned()
    assert re.fullmatch(TARGET + r"/rootsize-[0-9a-f]{8}\.tar\.zst", plain.output.path)
    assert "LIMIT=100" in plain.commands[0] and "LIMIT=100" in plain.commands[1]
    more, stored = planned("_STORAGE=y")
    assert more - names == {"fat-tools"} and stored.commands == plain.commands
    _, limited = planned("_LIMIT=90")
    assert "LIMIT=90" in limited.commands[0]
    assert len({plain.output.path, stored.output.path, limited.output.path}) == 3
    with pytest.raises(LeafrootError, match="_LIMIT"):
        planned("_LIMIT=101")


def test_the_example_program_works(acme: Path, tmp_path: Path) -> None:
    source = acme / "package/rootsize/src"
    make = ["make", "-f", str(source / "Makefile"), f"SRC={source}", "CC=cc", "CFLAGS=-O1 -Werror"]
    subprocess.run(make, cwd=tmp_path, check=True, capture_output=True)
    subprocess.run([*make, f"DESTDIR={tmp_path}/out", "install"], cwd=tmp_path, check=True, capture_output=True)
    program = tmp_path / "out/usr/bin/rootsize"
    said = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    (shown,) = block(PACKAGE_PAGE, "said by S20rootsize")
    for line in (said.rstrip("\n"), shown):
        assert re.fullmatch(r"/: \d+ of \d+ KiB used; memory available: \d+ KiB", line)
    assert subprocess.run([program, "0"], capture_output=True, check=False).returncode == 1


def test_the_example_board_is_planned(
    configured: Callable[..., Config], planned: Callable[..., Plan], acme: Path
) -> None:
    config = configured("qemu_pc")
    assert (config.mode.name, config.series.name, config.hostname, config.root_password) == (
        "leaf-tmpfs",
        "6.12",
        "pc",
        "",
    )
    assert [command_line(config)] == block(BOARD_PAGE, "command line of qemu_pc")
    assert [(item.folder, dict(item.entries)["etc/init.d/S02watchdog"]) for item in config.overlays] == [
        (f"{acme}/board/qemu_pc/overlay", "0755")
    ]
    plan, other = planned("qemu_pc"), planned("qemu_x86_64")
    # A second board of the architecture builds a kernel, and what carries the root.
    kernel = ("linux.config", "linux.tar.zst", "kernel", "kernel-with-slot", "slot-size")
    names = (*kernel, "rootfs.cpio", "elf.json", "left-out.txt", "sizes.txt", "legal-info.tar.zst")
    images = ("rootfs.cpio.zst", "bzImage", "manifest.json")
    assert outputs(plan) - outputs(other) == {
        f"qemu_pc/{name}" for name in (*names, *(f"images/{one}" for one in images))
    }
    for output in outputs(plan) & outputs(other):
        assert step(plan, output).description == step(other, output).description


def test_the_fragments_lie_over_each_other_as_shown(
    configured: Callable[..., Config], planned: Callable[..., Plan]
) -> None:
    fragments = [one[0].where.partition(":")[0] for one in configured("qemu_pc").kernel_fragments]
    shown = block(BOARD_PAGE, "fragments of qemu_pc")
    assert fragments == shown[: len(fragments)]
    asked = asked_of(step(planned("qemu_pc"), "qemu_pc/linux.config"))
    places = re.findall(r"^# at (.*)", asked, re.MULTILINE)
    named = {place.partition(":")[0] for line in places for place in line.split(", ")}
    assert named == set(shown)


def test_a_link_to_another_boards_fragment_serves(acme: Path, tmp_path: Path) -> None:
    linked = tmp_path / "tree/board/linked"
    linked.mkdir(parents=True)
    (linked / "board.py").write_text((acme / "board/qemu_pc/board.py").read_text())
    (linked / "watchdog.config").symlink_to(acme / "board/qemu_pc/watchdog.config")
    (linked / "linux.config").symlink_to(ROOT / "board/qemu_x86_64/linux.config")
    config = configure(load_catalog(ROOT, [tmp_path / "tree"]), ROOT, tmp_path / "kconfig", Request("linked"))
    plan = plan_board(config, MACHINE)
    assert "# at board/linked/watchdog.config:4\nCONFIG_I6300ESB_WDT=y\n" in asked_of(step(plan, "linked/linux.config"))


def test_refusals_read_as_shown(configured: Callable[..., Config]) -> None:
    said: dict[str, list[str]] = {}
    for line in block(BOARD_PAGE, "refusals of qemu_pc"):
        words, _, text = line.partition(" | ")
        said.setdefault(words, []).append(text)
    for words, lines in said.items():
        asked = {name.lower(): value for name, value in (word.split("=") for word in words.split())}
        with pytest.raises(LeafrootError) as error:
            configured("qemu_pc", **asked)
        assert str(error.value).splitlines() == lines


@pytest.mark.slow
def test_the_examples_are_built(with_options: Path) -> None:
    """The example packages through scons, in the root of the example board; and the check of its kernel's options."""

    acme = with_options

    def scons(*words: str) -> subprocess.CompletedProcess[str]:
        always = ("BOARD=qemu_pc", "TOOLCHAIN=debian", f"EXTERNAL={acme}", "OUTPUT=output/test/docs")
        return subprocess.run(
            [str(Path(sys.executable).with_name("scons")), "-Q", *always, *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    chosen = acme / "configs/all.config"
    chosen.write_text(fragment(acme) + "CONFIG_PACKAGE_ROOTSIZE_STORAGE=y\n")
    built = scons(
        f"CONFIG={chosen}", "output/test/docs/qemu_pc/images/rootfs.cpio.zst", "output/test/docs/qemu_pc/linux.config"
    )
    assert built.returncode == 0, built.stdout
    packed = (ROOT / "output/test/docs/qemu_pc/images/rootfs.cpio.zst").read_bytes()
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    tree = tree_from_newc(read_newc(io.BytesIO(plain)), "root")
    for path in ("usr/bin/rootsize", "usr/sbin/mkfs.fat", "etc/init.d/S20rootsize", "etc/init.d/S02watchdog"):
        node = tree.entries[path].node
        assert isinstance(node, File) and node.mode == 0o755, path
    kernel = (ROOT / "output/test/docs/qemu_pc/linux.config").read_text()
    for option in ("I6300ESB_WDT", "VFAT_FS", "SHMEM", "PROC_FS"):
        assert f"CONFIG_{option}=y\n" in kernel

    watchdog = acme / "board/qemu_pc/watchdog.config"
    whole = watchdog.read_text()
    watchdog.write_text(whole.replace("CONFIG_WATCHDOG=y\n", ""))
    try:
        refused = scons("output/test/docs/qemu_pc/linux.config")
    finally:
        watchdog.write_text(whole)
    assert refused.returncode == 2
    said = refused.stdout.replace(f"{acme}/", "")
    shown = block(BOARD_PAGE, "check of qemu_pc")
    assert [line for line in shown if line.strip() not in said] == []
