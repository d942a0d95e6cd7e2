# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (messages stand here as they are printed)
"""The command line that is built into a kernel: as it is written on every architecture, or refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.errors import LeafrootError
from leafroot.kconfig.config import Config
from leafroot.plan.board import Plan
from leafroot.plan.cmdline import check_added, cmdline_options, cmdline_txt, command_line
from leafroot.step import Source, Text
from tests.plan.conftest import step_of
from tests.small_tree import SmallTree, board

Configured = Callable[..., Config]

AS_WRITTEN = {
    "pairs that belong together": "hugepagesz=2M hugepages=8 hugepagesz=1G hugepages=1",
    "backslash": r"acme.part=Root\x20Partition",
    "apostrophe": "acme.motto=it's",
    "apostrophes are no quotes": "acme.a='one two'",
    "quoted value": 'dyndbg="file drivers/acme/* +p" quiet',
    "quoted parameter": '"acme.a=one two"',
    "both quotes": """dyndbg="format 'x' +p\"""",
    "a key with and without a value": "debug debug=1 debug",
    "no key of a boot configuration": "acme.part!x=1 /dev/sda=x @=y",
    "characters of Kconfig, make and shells": "acme.a=#1;2 acme.b={x} acme.c=$(x)${y}$$z`w` acme.d=%0*?[!]&|<>~^",
    "two blanks": "quiet  debug",
    "dashes": "acme.a=-- --x",
}


@pytest.mark.parametrize("name", ARCHES)
@pytest.mark.parametrize("words", AS_WRITTEN.values(), ids=AS_WRITTEN)
def test_the_linking_steps_set_the_words_as_they_are_written(
    planned: Callable[..., Plan], name: str, words: str, tmp_path: Path
) -> None:
    quoted = words.replace("\\", "\\\\").replace('"', '\\"')
    fragment = tmp_path / "words.config"
    fragment.write_text(f'CONFIG_KERNEL_CMDLINE="{quoted}"\n')
    plan = planned(f"qemu_{name}", boot="nullfs", fragments=[fragment])
    console = ARCHES[name].console
    for output in ("kernel", "kernel-with-slot"):
        texts = [item.text for item in step_of(plan, f"qemu_{name}/{output}").inputs if isinstance(item, Text)]
        (asked,) = (text for text in texts if "CONFIG_CMDLINE=" in text)
        assert f'\nCONFIG_CMDLINE="console={console} nullfs_rootfs {quoted}"\n' in f"\n{asked}"
        assert "CONFIG_CMDLINE_EXTEND=y\n" in asked or "CONFIG_CMDLINE_BOOL=y\n" in asked


def test_a_command_line_as_an_option_keeps_its_quotes(configured: Configured) -> None:
    """Kconfig reads a string with backslashes before quotes and backslashes."""
    options = cmdline_options(configured("qemu_riscv64"), r'dyndbg="file \x +p"')
    assert options == ("CMDLINE_EXTEND=y", r'CMDLINE="dyndbg=\"file \\x +p\""')


FAULTS = {
    "not ASCII": (
        "acme.name=Köln",
        "the kernel's command line has the character 'ö'\n"
        "  Write printable ASCII characters and spaces. The kernel reads bytes, and takes some of them for blanks.",
    ),
    "tab": (
        "quiet\tdebug",
        "the kernel's command line has the character '\\t'\n"
        "  Write printable ASCII characters and spaces. The kernel reads bytes, and takes some of them for blanks.",
    ),
    "open quote": (
        'acme.a="one two',
        "the kernel's command line has a double quote without a second one\n"
        "  Whatever follows, the boot loader's parameters too, would belong to one value.",
    ),
    "arguments of process 1": (
        "quiet -- single",
        "the kernel's command line has '--', and what follows is for process 1\n"
        "  /init takes no arguments, and the boot loader's parameters may follow. Write parameters of the kernel.",
    ),
    "another process 1": (
        "quiet init=/bin/sh",
        "the kernel ignores init=/bin/sh, because the root has an /init\n"
        "  Write rdinit= to start another program of the root in its place.",
    ),
    "a root on a disk": (
        "root=/dev/mmcblk0p2 rw",
        "root=/dev/mmcblk0p2 is for a kernel with its root on a disk or a server, but this root is in the image\n"
        "  Remove it. A root= or rootfstype= would also take away the root's limit of size.",
    ),
    "a root that is read-only": (
        "quiet ro",
        "ro is for a kernel with its root on a disk or a server, but this root is in the image\n"
        "  Remove it. A root= or rootfstype= would also take away the root's limit of size.",
    ),
}


@pytest.mark.parametrize(("words", "message"), FAULTS.values(), ids=FAULTS)
def test_parameters_that_the_kernel_would_read_otherwise_are_refused(words: str, message: str, tmp_path: Path) -> None:
    quoted = words.replace('"', '\\"')
    files = {"configs/one_defconfig": f'CONFIG_BOARD_ONE=y\nCONFIG_KERNEL_CMDLINE="{quoted}"\n'}
    with pytest.raises(LeafrootError) as caught:
        SmallTree(tmp_path / "variable", files).configure()
    assert str(caught.value) == f"configs/one_defconfig:2: {message}"
    with pytest.raises(LeafrootError) as caught:
        SmallTree(tmp_path / "board", {"board/one/board.py": board(cmdline=words)}).configure()
    assert str(caught.value) == f"board/one/board.py:12: {message}"


def test_a_newline_in_a_boards_parameters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LeafrootError, match=r"has the character '\\n'"):
        SmallTree(tmp_path, {"board/one/board.py": board(cmdline="a\nb")}).configure()


# Board, series, and the longest command line: COMMAND_LINE_SIZE without the NUL, and without the blank behind the boot
# loader's parameters, which come first everywhere but on x86.
LIMITS = [
    ("qemu_x86_64", "6.12", 2047),
    ("qemu_x86_64", "7.2", 2047),
    ("qemu_aarch64", "6.12", 2046),
    ("qemu_arm", "6.12", 1022),
    ("qemu_arm", "7.2", 1022),
    ("qemu_riscv64", "6.12", 1022),
    ("qemu_riscv64", "7.2", 2046),
    # 512 for start4.elf, and 23 for cmdline.txt.
    ("rpi4", "6.12", 1511),
]


@pytest.mark.parametrize(("name", "kernel", "most"), LIMITS)
def test_a_command_line_is_as_long_as_the_kernel_has_room_for(
    configured: Configured, name: str, kernel: str, most: int
) -> None:
    config = configured(name, kernel=kernel)
    own = len(command_line(config))
    fits = replace(config, cmdline="x" * (most - own - 1))
    assert len(command_line(fits)) == most
    with pytest.raises(LeafrootError) as caught:
        command_line(replace(config, cmdline="x" * (most - own)))
    loader = " (and 512 that the boot loader may add)" if name == "rpi4" else ""
    assert str(caught.value).startswith(
        f"CONFIG_KERNEL_CMDLINE: the kernel's command line has {most + 1} characters, "
        f"but Linux {kernel} has room for {most} on {config.arch.name}{loader}\n"
        f"  Shorten CONFIG_KERNEL_CMDLINE by 1. The parts: console= {len(cmdline_txt(config)) - 1}, "
    )


def test_a_long_command_line_is_refused_before_anything_is_planned(
    planned: Callable[..., Plan], tmp_path: Path
) -> None:
    words = " ".join(f"acme.w{number:03}=aaaaaaaa" for number in range(144))
    fragment = tmp_path / "long.config"
    fragment.write_text(f'CONFIG_KERNEL_CMDLINE="{words}"\n')
    with pytest.raises(LeafrootError) as caught:
        planned("qemu_x86_64", fragments=[fragment])
    assert str(caught.value) == (
        f"{fragment}:1: the kernel's command line has {len(words) + 35} characters, but Linux 6.12 has room for 2047 on x86_64\n"
        f"  Shorten CONFIG_KERNEL_CMDLINE by {len(words) + 35 - 2047}. The parts: console= 20, the boot mode 13, CONFIG_KERNEL_CMDLINE {len(words)}."
    )


def test_a_long_part_of_the_board_is_named_with_its_line(tmp_path: Path) -> None:
    config = SmallTree(tmp_path, {"board/one/board.py": board(cmdline="x" * 3000)}).configure()
    with pytest.raises(LeafrootError, match=r"^board/one/board\.py:12: .*\n  Shorten the board's cmdline= by \d+\."):
        command_line(config)


@pytest.mark.parametrize(("name", "most"), [("qemu_x86_64", 2047), ("qemu_arm", 1022)])
def test_parameters_that_boot_test_adds_must_fit_too(configured: Configured, name: str, most: int) -> None:
    config = configured(name)
    own, words = len(command_line(config)), "leafroot.check panic=-1"
    left = most - len(words) - (1 if name == "qemu_x86_64" else 0)
    check_added(replace(config, cmdline="x" * (left - own - 1)), words)
    with pytest.raises(LeafrootError) as caught:
        check_added(replace(config, cmdline="x" * (left - own)), words)
    assert str(caught.value) == (
        f"BOARD={name}: the kernel has no room for the parameters 'leafroot.check panic=-1'\n"
        f"  Its command line has {left + 1} characters: shorten it by 1."
    )


UNKNOWN = {
    "console=ttySS1": "unknown console 'ttySS1': no driver of the kernel has a ttySS\n  Did you mean ttyS",
    "console=ttyAMA0;115200": "'ttyAMA0;115200' is not a console\n  Write it like ttyS0",
    "console=hvc0,115200,n8": "'hvc0,115200,n8' is not a console\n  Write it like ttyS0",
}


@pytest.mark.parametrize(("word", "message"), UNKNOWN.items())
def test_a_console_that_no_driver_has_is_refused(configured: Configured, word: str, message: str) -> None:
    config = replace(configured("qemu_x86_64"), cmdline=f"quiet {word}", cmdline_at="my.config:3")
    with pytest.raises(LeafrootError) as caught:
        command_line(config)
    assert str(caught.value).startswith(f"my.config:3: {message}")


@pytest.mark.parametrize("word", ["console=tty0", "console=hvc0", "console=null", "console=ttynull", "console=netcon0"])
def test_other_consoles_go_to_the_kernel_as_they_are(configured: Configured, word: str) -> None:
    assert command_line(replace(configured("qemu_x86_64"), cmdline=word)).endswith(f" {word}")


@pytest.mark.parametrize("word", ["console=ttyS0,9600", "console=ttyS1", "console=1", "console=ttyS"])
def test_a_second_console_of_one_driver_is_refused(configured: Configured, word: str) -> None:
    config = configured("qemu_x86_64")
    with pytest.raises(LeafrootError) as caught:
        command_line(replace(config, cmdline=f"quiet {word}"))
    assert str(caught.value) == (
        f"CONFIG_KERNEL_CMDLINE: {word} has no effect: of each driver, the kernel takes one console, and has console=ttyS0,115200\n"
        "  Set console= in board/qemu_x86_64/board.py, or remove it here."
    )


def test_consoles_of_several_drivers_are_accepted(configured: Configured) -> None:
    words = "console=tty0 console=hvc0 console=ttyS0,115200"
    assert command_line(replace(configured("qemu_x86_64"), cmdline=words)).endswith(words)


def test_patches_for_one_architecture_are_applied_to_its_kernels_alone(planned: Callable[..., Plan]) -> None:
    def patches(name: str, kernel: str) -> list[str]:
        step = step_of(planned(name, kernel=kernel), f"{name}/linux.tar.zst")
        (source,) = (item for item in step.inputs if isinstance(item, Source))
        return [patch.path for patch in source.patches]

    for kernel in ("6.12", "7.2"):
        every = patches("qemu_x86_64", kernel)
        extend = (
            f"linux/{kernel}/patches/arm64/0001-arm64-let-CONFIG_CMDLINE-extend-the-boot-loader-s-command-line.patch"
        )
        assert patches("qemu_aarch64", kernel) == [*every, extend]
        assert patches("qemu_arm", kernel) == patches("qemu_riscv64", kernel) == every
