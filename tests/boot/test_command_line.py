# SPDX-License-Identifier: Apache-2.0
"""A boot mode is a word on the kernel's command line and nothing else: one kernel has them all."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.guest.qemu import CHECK_WORDS, NO_TIMER_CHECK, Guest, boot_test_of
from tests.boot.conftest import Console
from tests.performing import emulators
from tests.real_builds import sha256

ROOT = Path(__file__).parents[2]
LINKED = "kernel with a slot for the root"
COMPILED = re.compile(r"linux \d+\.\d+\.\d+")

# What reads the command line, and what any link compiles: nothing else may be compiled when a word changes.
READ_IT = {
    "qemu_x86_64": {"arch/x86/kernel/setup.o", "arch/x86/boot/compressed/misc.o"},
    "rpi4": {"drivers/of/fdt.o", "arch/arm64/kernel/pi/idreg-override.o"},
}


class Builds:
    """Builds of one board in one output folder; each tells the steps that were done, by title."""

    def __init__(self, scons: Callable[..., str], board: str, output: Path) -> None:
        self._scons = scons
        self._words = [f"BOARD={board}", f"OUTPUT={output}"]
        self.folder = output / board
        self.log = output / "logs" / f"{board}_kernel-with-slot.log"

    def build(self, *words: str) -> list[str]:
        printed = self._scons(*self._words, *words)
        return [line[:44].strip() for line in printed.splitlines() if line.startswith("  ")]

    @property
    def tree(self) -> str:
        """The SHA-256 of the kernel's object tree."""
        return sha256(self.folder / "linux.tar.zst")

    def compiled(self) -> set[str]:
        """The objects of C and of the command line's own data that the last link compiled."""
        return set(re.findall(r"^  (?:CC|AS)\s+(\S+\.o)$", self.log.read_text(), re.MULTILINE))


@pytest.mark.parametrize("board", READ_IT)
def test_another_command_line_only_links_the_kernel_and_compiles_its_readers(
    scons: Callable[..., str], board: str, tmp_path: Path
) -> None:
    builds = Builds(scons, board, tmp_path / "output")
    assert any(COMPILED.fullmatch(step) for step in builds.build("BOOT=nullfs"))
    tree = builds.tree
    fragment = tmp_path / "words.config"
    fragment.write_text('CONFIG_KERNEL_CMDLINE="quiet"\n')
    for words in (["BOOT=leaf-tmpfs"], ["BOOT=nullfs", f"CONFIG={fragment}"], ["BOOT=rootfs"]):
        # What another test linked and put into the cache would show nothing.
        steps = builds.build(*words, "--cache-disable")
        assert LINKED in steps
        assert not [step for step in steps if COMPILED.fullmatch(step) or step.endswith(" configuration")]
        assert builds.tree == tree
        anyway = {
            name for name in builds.compiled() if "kallsyms" in name or name.startswith(("usr/", "arch/x86/boot/"))
        }
        assert builds.compiled() - anyway <= READ_IT[board]
        assert READ_IT[board] <= builds.compiled() or words == ["BOOT=rootfs"]


# Every printable character, pairs whose order counts, and an early parameter.
WRITTEN = (
    r"quiet  acme.a=#1;2 acme.b={x} acme.c=$(x)${y}$$z`w` acme.d=%0*?[!]&|<>~^ acme.e=Root\x20Part acme.f=it's "
    r"acme.g='1 2'"
    r' acme.h="one two" "acme.i=three four" dyndbg="file drivers/acme/* +p" acme.j=(@,),-_/:.+ '
    "hugepagesz=2M hugepages=2 acme.k hugepagesz=1G hugepages=0 acme.k=1"
)


@pytest.mark.parametrize("name", ["x86_64", "aarch64"])
def test_the_kernel_sees_its_parameters_as_they_are_written(
    scons: Callable[..., str], console_of: Callable[..., Console], name: str, tmp_path: Path
) -> None:
    quoted = WRITTEN.replace("\\", "\\\\").replace('"', '\\"')
    fragment = tmp_path / "words.config"
    fragment.write_text(f'CONFIG_KERNEL_CMDLINE="{quoted}"\n')
    output = tmp_path / "output"
    scons(f"BOARD=qemu_{name}", "KERNEL=6.12", "BOOT=nullfs", f"CONFIG={fragment}", f"OUTPUT={output}", "boot-files")
    arch, made = ARCHES[name], output / f"qemu_{name}"
    guest = Guest(
        arch.qemu, arch.emulation, 256, made / "kernel", made / "images" / "rootfs.cpio.zst", emulators=emulators()
    )
    console = console_of(guest, "loader.word=1")
    console.expect("leafroot login: ")
    console.type("root")
    console.expect("# ")
    console.type("cat /proc/cmdline /proc/sys/kernel/printk; echo e''nd")
    console.expect("end\r\n")
    written, loaders = f"console={arch.console} nullfs_rootfs {WRITTEN}", f"{NO_TIMER_CHECK} loader.word=1"
    words = f"{written} {loaders}" if arch.cmdline_leads else f"{loaders} {written}"
    assert f"\n{words}\r\n4\t" in console.seen, console.seen
    console.type("poweroff")
    assert console.wait() == 0


WARNING = "nonroot_initramfs: cannot change to a tmpfs (error -22), staying on rootfs"
WORDS = [
    ("", "1 1 rootfs"),
    ("nullfs_rootfs", "2 1 rootfs"),
    ("nonroot_initramfs", "2 1 tmpfs"),
    # Both hold: the tmpfs is the root, and what is below it lies on nullfs, as on a kernel that always has nullfs.
    ("nullfs_rootfs nonroot_initramfs", "3 2 tmpfs"),
    ("nonroot_initramfs=size=50% nullfs_rootfs", "3 2 tmpfs"),
    # A word that is nearly one is none.
    ("nullfs_rootfs=1 nonroot_initramfs_too", "1 1 rootfs"),
    ("nonroot_initramfs=bogus=1", "1 1 rootfs"),
    # What leaf-tmpfs falls back to is then a rootfs that can be left.
    ("nullfs_rootfs nonroot_initramfs=bogus=1", "2 1 rootfs"),
]


def test_one_image_boots_in_every_mode_that_a_word_asks_for(
    scons: Callable[..., str], console_of: Callable[..., Console]
) -> None:
    """The control's image, which asks for nothing; the words come from the boot loader."""
    output = "output/test/6.12-rootfs-source"
    scons("BOARD=qemu_x86_64", "KERNEL=6.12", "BOOT=rootfs", "TOOLCHAIN=source", f"OUTPUT={output}")
    arch = ARCHES["x86_64"]
    guest = Guest(
        arch.qemu,
        arch.emulation,
        256,
        kernel=ROOT / output / "qemu_x86_64" / "images" / "bzImage",
        emulators=emulators(),
    )
    found = []
    for words, _ in WORDS:
        console = console_of(guest, words)
        console.expect("leafroot login: ")
        assert (WARNING in console.seen) is ("bogus" in words)
        for trouble in ("BUG:", "WARNING:", "Oops", "Call Trace"):
            assert trouble not in console.seen, console.seen
        console.type("root")
        console.expect("# ")
        console.type("awk '$5 == \"/\" { print \"root:\", $1, $2, $(NF - 2) }' /proc/self/mountinfo; echo e''nd")
        console.expect("end")
        said = re.search(r"^root: (.*?)\r?$", console.seen, re.MULTILINE)
        found.append((words, said[1] if said else console.seen))
        console.type("poweroff")
        assert console.wait() == 0
    assert found == WORDS


def test_with_the_words_of_both_modes_the_root_is_the_tmpfs_and_can_be_left(
    scons: Callable[..., str], tmp_path: Path
) -> None:
    """The image of leaf-tmpfs, told nullfs_rootfs too: all of its own checks must pass."""
    output = "output/test/6.12-leaf-tmpfs-source"
    scons("BOARD=qemu_x86_64", "KERNEL=6.12", "BOOT=leaf-tmpfs", "TOOLCHAIN=source", f"OUTPUT={output}")
    arch = ARCHES["x86_64"]
    image = ROOT / output / "qemu_x86_64" / "images" / "bzImage"
    guest = Guest(arch.qemu, arch.emulation, 256, kernel=image, emulators=emulators())
    printed = boot_test_of(guest.argv(f"nullfs_rootfs {CHECK_WORDS}"), tmp_path / "boot-test.log", 180.0)
    assert "boot-test: passed, 11 checks" in printed


def test_an_image_that_is_told_another_mode_says_so(
    scons: Callable[..., str], console_of: Callable[..., Console]
) -> None:
    """The word that is in the image counts too, and so does the other: the tmpfs lies over what nullfs asks for."""
    output = "output/test/6.12-nullfs-source"
    scons("BOARD=qemu_x86_64", "KERNEL=6.12", "BOOT=nullfs", "TOOLCHAIN=source", f"OUTPUT={output}")
    arch = ARCHES["x86_64"]
    guest = Guest(
        arch.qemu,
        arch.emulation,
        256,
        kernel=ROOT / output / "qemu_x86_64" / "images" / "bzImage",
        emulators=emulators(),
    )
    console = console_of(guest, "nonroot_initramfs")
    console.expect("leafroot login: ")
    assert "leafroot: boot mode nullfs was asked for, but / is tmpfs tmpfs rw," in console.seen
