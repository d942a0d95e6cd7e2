# SPDX-License-Identifier: Apache-2.0
"""Fragments of the kernel and of busybox that do not hold: refused before anything is built, with the line."""

from pathlib import Path

import pytest
from refusal import assert_refused

from tests.small_tree import SmallTree, board, package

BOARD = board().replace("config=[]", 'config=["linux.config"], options={"display": "Display"}')
FILES = {
    "board/one/board.py": BOARD,
    "board/one/linux.config": "CONFIG_A=y\n",
    "board/one/display.config": "CONFIG_B=y\n",
    "package/alpha/package.py": package(build="Kbuild(['alpha.config'])"),
    "package/alpha/alpha.config": "CONFIG_C=y\n",
    "configs/one_defconfig": "CONFIG_BOARD_ONE_DISPLAY=y\n",
}
# Each place that a fragment can stand in.
PLACES = [
    "linux/config/system.config",
    "linux/config/initramfs.config",
    "board/one/linux.config",
    "board/one/display.config",
    "package/alpha/alpha.config",
]
# The last line of the file, and the message.
LINES: dict[str, tuple[str | bytes, str]] = {
    "module": (
        "CONFIG_DUMMY=m",
        "CONFIG_DUMMY=m asks for a module, and Leafroot does not build modules\n"
        "  Write CONFIG_DUMMY=y to build it into the kernel, or '# CONFIG_DUMMY is not set'.",
    ),
    "misspelt": ("CONIFG_BRIDGE=y", "not an assignment: CONIFG_BRIDGE=y\n  Write CONFIG_BRIDGE=y."),
    "no value": (
        "CONFIG_VETH",
        "not an assignment: CONFIG_VETH\n  Write CONFIG_VETH=y, or '# CONFIG_VETH is not set'.",
    ),
    "text behind": (
        "# CONFIG_TUN is not set  # too large",
        "neither an unset option nor a comment: # CONFIG_TUN is not set  # too large\n"
        "  Write '# CONFIG_TUN is not set', without any other text in the line. "
        "If it is a comment, word it in another way.",
    ),
    "a comment behind a value": (
        "CONFIG_TUN=y # for tests",
        "CONFIG_TUN=y # for tests: this is not a value\n"
        "  A value is y, n, a number, or a string in double quotes. A comment needs a line of its own.",
    ),
    "open string": (
        'CONFIG_LOCALVERSION="-x',
        'CONFIG_LOCALVERSION="-x: a string must be in double quotes\n  Write CONFIG_LOCALVERSION="-x".',
    ),
    "lost backslash": (
        r'CONFIG_LOCALVERSION="a\b"',
        r'CONFIG_LOCALVERSION="a\b": \b is not an escape of Kconfig'
        "\n"
        r"  Write \\ for a backslash, and \" for a quote.",
    ),
    "NUL": (b"CONFIG_TUN=y\0", r"the character '\x00' is not allowed in a configuration"),
    "not UTF-8": (
        b"# Caf\xe9",
        "not UTF-8 text: invalid continuation byte at byte 17\n  Save the file as UTF-8.",
    ),
    "twice": (
        "CONFIG_TUN=y\nCONFIG_TUN=y",
        "CONFIG_TUN is assigned a second time\n  Line 2 says CONFIG_TUN=y; keep one of them.",
    ),
}


@pytest.mark.parametrize(("line", "message"), LINES.values(), ids=LINES)
@pytest.mark.parametrize("place", PLACES)
def test_message_about_a_fragment(place: str, line: str | bytes, message: str, tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, FILES)
    text = b"# a comment\n" + (line.encode() if isinstance(line, str) else line) + b"\n"
    tree.write({place: text})
    number = text.count(b"\n")
    assert_refused(tree, f"{place}:{number}: {message}")


def test_a_fragment_of_an_external_tree_is_named_by_its_path(tmp_path: Path) -> None:
    files = {f"acme/{name.replace('/one/', '/own/')}": text for name, text in FILES.items() if "/one/" in name}
    files["acme/board/own/linux.config"] = "CONFIG_A\n"
    tree = SmallTree(tmp_path, files)
    hint = "Write CONFIG_A=y, or '# CONFIG_A is not set'."
    message = f"TREE/acme/board/own/linux.config:1: not an assignment: CONFIG_A\n  {hint}"
    assert_refused(tree, message, board="own", external=(str(tmp_path / "acme"),))


def test_fragments_that_hold(tmp_path: Path) -> None:
    config = SmallTree(tmp_path, FILES).configure()
    assert [[one.where for one in fragment] for fragment in config.kernel_fragments] == [
        [],
        ["board/one/linux.config:1"],
        ["board/one/display.config:1"],
        [],
    ]
    assert [one.line for fragment in config.fragments["alpha"] for one in fragment] == ["CONFIG_C=y"]
