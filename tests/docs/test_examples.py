# SPDX-License-Identifier: Apache-2.0
"""The worked examples of the pages: loaded, planned, and, for a release, built."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from leafroot.errors import LeafrootError
from leafroot.kconfig.config import Config, configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import Plan, plan_board
from leafroot.plan.cmdline import command_line
from leafroot.rootfs.cpio import read_newc, tree_from_newc
from leafroot.rootfs.tree import File
from leafroot.units.catalog import load_catalog
from tests.docs.page import (
    BOARD_PAGE,
    MACHINE,
    PACKAGE_PAGE,
    ROOT,
    TARGET,
    block,
    fragment,
    outputs,
    step,
)


def test_the_example_package_adds_one_step(
    configured: Callable[..., Config], planned: Callable[..., Plan], acme: Path
) -> None:
    assert dict(configured(text=fragment(acme)).files["rootsize"].entries)["etc/init.d/S20rootsize"] == "0755"
    plan = planned(text=fragment(acme))
    assert outputs(plan) - outputs(planned()) == {f"{TARGET}/rootsize.tar.zst"}
    built = step(plan, f"{TARGET}/rootsize.tar.zst")
    assert [" ".join(command) for command in built.commands] == block(PACKAGE_PAGE, "commands of rootsize")
    assert built.tree_files() == (
        f"{acme}/package/rootsize/src/Makefile",
        f"{acme}/package/rootsize/src/rootsize.c",
        "leafroot/tools/strip-tree/strip-tree.sh",
    )
    assert f"{acme}/package/rootsize/files/etc/init.d/S20rootsize" in step(plan, "qemu_x86_64/rootfs.cpio").tree_files()


def test_the_example_archive_is_configured_as_shown(planned: Callable[..., Plan]) -> None:
    plan = planned(text="CONFIG_PACKAGE_DOSFSTOOLS=y\n")
    built = step(plan, f"{TARGET}/dosfstools.tar.zst")
    assert [" ".join(command) for command in built.commands] == block(PACKAGE_PAGE, "commands of dosfstools")
    (archive,) = built.archives()
    assert archive.places == (
        "https://github.com/dosfstools/dosfstools/releases/download/v4.2/dosfstools-4.2.tar.gz",
        "debian:pool/main/d/dosfstools/dosfstools_4.2.orig.tar.gz",
    )


def test_the_example_option_selects_a_package(planned: Callable[..., Plan], acme: Path) -> None:
    plan = planned(text=fragment(acme) + "CONFIG_PACKAGE_ROOTSIZE_STORAGE=y\n")
    added = {f"{TARGET}/{name}.tar.zst" for name in ("rootsize", "dosfstools")}
    assert outputs(plan) - outputs(planned()) == added


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
    names = (*kernel, "rootfs.cpio", "elf.json", "legal-info.tar.zst")
    images = ("rootfs.cpio.zst", "bzImage", "manifest.json")
    assert outputs(plan) - outputs(other) == {
        f"qemu_pc/{name}" for name in (*names, *(f"images/{one}" for one in images))
    }
    for output in outputs(plan) & outputs(other):
        assert step(plan, output).description == step(other, output).description


def test_the_fragments_lie_over_each_other_as_shown(planned: Callable[..., Plan], acme: Path) -> None:
    inputs = [item.at for item in step(planned("qemu_pc"), "qemu_pc/linux.config").inputs]
    found = [
        at.removeprefix(folder).removeprefix(f"{acme}/")
        for at in inputs
        for folder in ("/fragments/", "/asked/")
        if at.startswith(folder)
    ]
    assert found == block(BOARD_PAGE, "fragments of qemu_pc")


def test_a_link_to_another_boards_fragment_serves(acme: Path, tmp_path: Path) -> None:
    linked = tmp_path / "tree/board/linked"
    linked.mkdir(parents=True)
    (linked / "board.py").write_text((acme / "board/qemu_pc/board.py").read_text())
    (linked / "watchdog.config").symlink_to(acme / "board/qemu_pc/watchdog.config")
    (linked / "linux.config").symlink_to(ROOT / "board/qemu_x86_64/linux.config")
    config = configure(load_catalog(ROOT, [tmp_path / "tree"]), ROOT, tmp_path / "kconfig", Request("linked"))
    plan = plan_board(config, MACHINE, lambda path: path)
    assert f"{linked}/linux.config" in step(plan, "linked/linux.config").tree_files()


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
def test_the_examples_are_built(acme: Path) -> None:
    """The example packages through scons, in the root of the example board; and the check of its kernel's options."""

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
