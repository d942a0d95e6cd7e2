# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (messages stand here as they are printed)
"""Boards that are wrong, or the series of the kernel for them, each with its exact message."""

from pathlib import Path

import pytest
from refusal import assert_refused

from tests.small_tree import PATCH, SmallTree, board, series

ONE = "board/one/board.py"

CASES: dict[str, tuple[dict[str, str | None], str]] = {
    "unknown arch": (
        {ONE: board(arch="x86-64")},
        "board/one/board.py:7: unknown architecture 'x86-64'\n  Did you mean x86_64?",
    ),
    "unknown series": (
        {ONE: board(series="6.13")},
        "board/one/board.py:6: unknown kernel series '6.13'\n  Did you mean 6.1 or 6.12?",
    ),
    "unknown mode": (
        {ONE: board(boot="leaftmpfs")},
        "board/one/board.py:9: unknown boot mode 'leaftmpfs'\n  Did you mean leaf-tmpfs?",
    ),
    "unknown package": (
        {ONE: board(packages=["alpha", "betta"])},
        "board/one/board.py:11: unknown package 'betta'\n  Did you mean beta?",
    ),
    "toolchain as a package": (
        {ONE: board(packages=["gcc"])},
        "board/one/board.py:11: unknown package 'gcc'\n  Available: alpha, beta, gamma.",
    ),
    "console": (
        {ONE: board(console="ttySS0,115200")},
        (
            "board/one/board.py:8: unknown console 'ttySS0,115200': no driver of the kernel has a ttySS\n"
            '  Did you mean ttyS or ttySC or ttySA? Otherwise, name the option of its driver: console_drivers={"ttySS": "SERIAL_..._CONSOLE"}.'
        ),
    ),
    "no memory": (
        {ONE: board(memory=0)},
        "board/one/board.py:10: memory=0 is not an amount of memory in MiB\n  It is 8 to 4194304.",
    ),
    "size of the root": (
        {ONE: board(root_size="60")},
        'board/one/board.py:12: \'60\' is not a valid size for the root\n  Write a share of the memory, "60%", or an amount, "96M".',
    ),
    "unknown hardening": (
        {ONE: board(require=["reloro"])},
        "board/one/board.py:12: unknown hardening 'reloro'\n  Did you mean relro?",
    ),
    "no fragment of a board": (
        {ONE: board().replace("config=[]", 'config=["linux.config"]')},
        "board/one/board.py:6: there is no board/one/linux.config\n  Available: board.py.",
    ),
    "boot loader's file without a boot loader": (
        {"board/one/config.txt": "arm_boost=1"},
        "board/one/config.txt: nothing uses this file: the board has no loader\n  Add loader=RaspberryPi(...) in board/one/board.py.",
    ),
    "version that is none": (
        {"linux/6.12/kernel.py": series("next")},
        "linux/6.12/kernel.py:6: 'next' is not a kernel version\n  Write 6.12 or 6.12.107.",
    ),
    "version of another series": (
        {"linux/6.12/kernel.py": series("6.1.2")},
        "linux/6.12/kernel.py:6: version '6.1.2' is not in series 6.12",
    ),
    "patch in a folder of its own": (
        {"linux/6.12/patches/nullfs/0001.patch": PATCH},
        (
            "linux/6.12/patches/nullfs: patches in this folder are never applied\n"
            "  Name the folder after the version that its patches are for, or after an architecture of the kernel\n"
            "  (arm, arm64, riscv, x86), or move them up."
        ),
    ),
    "patches of a board": (
        {"board/one/patches/0001.patch": PATCH},
        (
            "board/one/patches: a board has no source to patch\n"
            "  Patches of the kernel are in linux/SERIES/patches, those of a package in package/NAME/patches."
        ),
    ),
    "patches for an unknown mode": (
        {"linux/6.12/kernel.py": series("6.12.107", "nulfs")},
        "linux/6.12/kernel.py:8: no patch can add a boot mode 'nulfs'\n  Did you mean nullfs?",
    ),
    "patches for a mode that no word asks for": (
        {"linux/6.12/kernel.py": series("6.12.107", "rootfs")},
        "linux/6.12/kernel.py:8: no patch can add a boot mode 'rootfs'\n  Available: leaf-tmpfs, nullfs.",
    ),
    "patches for what the series has by itself": (
        {"linux/7.2/kernel.py": series("7.2.8", "nullfs")},
        "linux/7.2/kernel.py:8: series 7.2 has boot mode 'nullfs' without a patch\n  Remove it from modes=.",
    ),
    "a mode and no patch": (
        {"linux/7.2/patches": None},
        "linux/7.2/kernel.py:8: boot mode 'leaf-tmpfs' needs a patch, but there is no linux/7.2/patches/*.patch",
    ),
}


@pytest.mark.parametrize(("files", "message"), CASES.values(), ids=CASES)
def test_message_about_a_board(files: dict[str, str | None], message: str, tmp_path: Path) -> None:
    assert_refused(SmallTree(tmp_path, files), message)
