# SPDX-License-Identifier: Apache-2.0
"""What a kernel is asked for: fragments over each other, units over all, and the .config that comes of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.kconfig.fragment import parse_fragment
from leafroot.plan.recipes.kbuild import CONFIG, MERGED, Asked, asked_options, settle
from leafroot.step import Text

BASE = "# Linux\nCONFIG_SOUND=y\nCONFIG_USB=y\n# CONFIG_USB_STORAGE is not set\n"


def settled(*fragments: str, **asked: list[str]) -> Asked:
    """What counts of fragments a.config, b.config and so on, and of what packages ask for."""
    parsed = [parse_fragment(text.encode(), f"{name}.config") for name, text in zip("abc", fragments, strict=False)]
    return settle(parsed, [asked_options(f"package/{name}/package.py", words) for name, words in asked.items()])


def merged(folder: Path, base: str, asked: Asked) -> list[str]:
    """The commands of a step, done here: the lines of the merged .config without comments."""
    files = {item.at: item.text for item in asked.inputs if isinstance(item, Text)} | {CONFIG: base, MERGED: ""}
    for at, text in files.items():
        (folder / Path(at).name).write_text(text)
    for command in asked.merge:
        words = [word.replace(at, str(folder / Path(at).name)) for word in command for at in files if at in word]
        plain = [word for word in command if not any(at in word for at in files)]
        subprocess.run([*plain, *words], check=True)
    lines = (folder / Path(MERGED).name).read_text().splitlines()
    return [line for line in lines if "CONFIG_" in line and not line.startswith("# at ")]


FRAGMENTS = {
    "a comment that begins with an option": (
        "# CONFIG_SOUND stays as the defconfig has it\nCONFIG_FOO=y\n",
        ["CONFIG_SOUND=y", "CONFIG_USB=y", "# CONFIG_USB_STORAGE is not set", "CONFIG_FOO=y"],
    ),
    "an assignment in a comment": (
        "# CONFIG_USB=y\n#CONFIG_SOUND=n\n",
        ["CONFIG_SOUND=y", "CONFIG_USB=y", "# CONFIG_USB_STORAGE is not set"],
    ),
    "a comment after the line": (
        "CONFIG_USB=y\n# CONFIG_USB is needed by the flashing tool\n",
        ["CONFIG_SOUND=y", "# CONFIG_USB_STORAGE is not set", "CONFIG_USB=y"],
    ),
    "an unset option": (
        "# CONFIG_USB is not set\n",
        ["CONFIG_SOUND=y", "# CONFIG_USB_STORAGE is not set", "# CONFIG_USB is not set"],
    ),
    "an option with =n": (
        "CONFIG_USB=n\n",
        ["CONFIG_SOUND=y", "# CONFIG_USB_STORAGE is not set", "# CONFIG_USB is not set"],
    ),
    "one whose name begins with another's": (
        "CONFIG_USB_STORAGE=y\n",
        ["CONFIG_SOUND=y", "CONFIG_USB=y", "CONFIG_USB_STORAGE=y"],
    ),
    "windows, a byte order mark and blanks": (
        "\ufeffCONFIG_A=y\r\n  CONFIG_USB=y \r\n# CONFIG_SOUND is not set \r\n",
        ["# CONFIG_USB_STORAGE is not set", "CONFIG_A=y", "CONFIG_USB=y", "# CONFIG_SOUND is not set"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), FRAGMENTS.values(), ids=FRAGMENTS)
def test_a_fragment_over_a_base(text: str, expected: list[str], tmp_path: Path) -> None:
    assert merged(tmp_path, BASE, settled(text)) == expected


def test_a_later_fragment_counts_and_so_does_its_place() -> None:
    """conf takes the later of two members of a choice."""
    asked = settled("CONFIG_A=y\nCONFIG_B=y\n", "CONFIG_C=y\n# CONFIG_A is not set\n", "CONFIG_A=y\n")
    assert [(one.line, one.where) for one in asked.assignments] == [
        ("CONFIG_B=y", "a.config:2"),
        ("CONFIG_C=y", "b.config:1"),
        ("CONFIG_A=y", "c.config:1"),
    ]


def test_what_units_ask_for_is_told_with_all_who_ask() -> None:
    asked = settled("CONFIG_TUN=y\n", alpha=["TUN", 'WORDS="a b"'], beta=["TUN"])
    assert [(one.line, one.where) for one in asked.assignments] == [
        ("CONFIG_TUN=y", "a.config:1, package/alpha/package.py, package/beta/package.py"),
        ('CONFIG_WORDS="a b"', "package/alpha/package.py"),
    ]
    assert next(item.text for item in asked.inputs if item.at == "/asked") == (
        "# at a.config:1, package/alpha/package.py, package/beta/package.py\nCONFIG_TUN=y\n"
        '# at package/alpha/package.py\nCONFIG_WORDS="a b"\n'
    )


def test_what_a_shared_fragment_leaves_out_is_there_for_a_unit_that_needs_it() -> None:
    shared = parse_fragment(b"# CONFIG_WLAN is not set\nCONFIG_PCI=y\n", "linux/config/virtio.config")
    asked = settle([shared], [asked_options("package/iw/package.py", ["WLAN"])])
    assert [(one.line, one.where) for one in asked.assignments] == [
        ("CONFIG_WLAN=y", "package/iw/package.py"),
        ("CONFIG_PCI=y", "linux/config/virtio.config:2"),
    ]
    # What a board's own fragment or a person's says is meant.
    own = parse_fragment(b"# CONFIG_WLAN is not set\n", "product.config")
    with pytest.raises(LeafrootError, match=r"product.config:1: CONFIG_WLAN=n contradicts"):
        settle([shared, own], [asked_options("package/iw/package.py", ["WLAN"])])


CONTRADICTIONS = {
    "a fragment": (
        ["CONFIG_A=y\n# CONFIG_TUN is not set\n"],
        {"alpha": ["TUN"]},
        "a.config:2: CONFIG_TUN=n contradicts package/alpha/package.py, which asks for CONFIG_TUN=y",
    ),
    "another unit": (
        [],
        {"alpha": ["SHIFT=15"], "beta": ["SHIFT=16"]},
        "package/alpha/package.py: CONFIG_SHIFT=15 contradicts package/beta/package.py, which asks for CONFIG_SHIFT=16",
    ),
}


@pytest.mark.parametrize(("fragments", "asked", "message"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_what_a_unit_asks_for_is_never_overridden(
    fragments: list[str], asked: dict[str, list[str]], message: str
) -> None:
    with pytest.raises(LeafrootError) as caught:
        settled(*fragments, **asked)
    assert str(caught.value) == (
        f"{message}\n  What packages and a board's description ask for cannot be overridden: remove one of the two."
    )


WORDS = {
    "TUN=m": "CONFIG_TUN=m asks for a module, and Leafroot does not build modules",
    "CONFIG_TUN": "not a kernel option: 'CONFIG_TUN'",
    "TUN TAP": "not an assignment: CONFIG_TUN TAP=y",
    "TUN=yes": "CONFIG_TUN=yes: this is not a value",
    "TUN\nTAP": r"the character '\n' is not allowed in a configuration",
}


@pytest.mark.parametrize(("word", "message"), WORDS.items(), ids=WORDS)
def test_what_a_unit_cannot_ask_for(word: str, message: str) -> None:
    with pytest.raises(LeafrootError) as caught:
        asked_options("package/x/package.py", [word])
    assert str(caught.value).splitlines()[0] == f"package/x/package.py: {message}"
