# SPDX-License-Identifier: Apache-2.0
"""Targets of the command line: which words are understood, and what the others are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.app.commands import COMMANDS
from leafroot.app.targets import Target, Words
from leafroot.errors import LeafrootError

BASE = Path("/checkout")
OUTPUTS = ["musl/zlib.tar.zst", "pi/images/Image", "pi/images/sdcard.img", "pi/linux.config", "pi/boot.tar.zst"]
EXPORTS = ["pi/images/boot", "pi/legal-info"]


def words(*typed: str, output: str = "/checkout/output", base: Path = BASE) -> Words:
    return Words(typed, base, Path(output), COMMANDS)


def refusal(found: Words) -> str:
    with pytest.raises(LeafrootError) as caught:
        found.check()
        found.find(OUTPUTS, EXPORTS)
    return str(caught.value).removeprefix("command line: ")


@pytest.mark.parametrize(
    ("word", "outputs", "exports"),
    [
        ("output/pi/images/Image", ["pi/images/Image"], []),
        ("/checkout/output/pi/images/Image", ["pi/images/Image"], []),
        ("./output//pi/../pi/linux.config", ["pi/linux.config"], []),
        ("output/pi/images", ["pi/images/Image", "pi/images/sdcard.img"], ["pi/images/boot"]),
        ("output/pi/images/", ["pi/images/Image", "pi/images/sdcard.img"], ["pi/images/boot"]),
        ("output/pi/images/boot", [], ["pi/images/boot"]),
        ("output/pi/legal-info", [], ["pi/legal-info"]),
        ("output/musl", ["musl/zlib.tar.zst"], []),
        ("output", OUTPUTS, EXPORTS),
        (".", OUTPUTS, EXPORTS),
        ("/", OUTPUTS, EXPORTS),
    ],
)
def test_a_path_stands_for_the_outputs_at_it(word: str, outputs: list[str], exports: list[str]) -> None:
    found = words(word)
    found.check()
    (target,) = found.find(OUTPUTS, EXPORTS)
    assert (list(target.outputs), list(target.exports)) == (sorted(outputs), exports)
    assert not target.command


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_stands_for_itself(name: str) -> None:
    found = words(name)
    found.check()
    assert found.find(OUTPUTS, EXPORTS) == [Target(Path("/checkout/output"), command=name)]


def test_paths_may_be_relative_to_another_folder_than_the_checkout() -> None:
    found = words("Image", base=Path("/checkout/output/pi/images"))
    found.check()
    assert found.find(OUTPUTS, EXPORTS)[0].outputs == ("pi/images/Image",)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("boot-tets", "unknown command 'boot-tets'\n  Did you mean boot-test?"),
        ("boottest", "unknown command 'boottest'\n  Did you mean boot-test?"),
        ("Boot", "unknown command 'Boot'\n  Did you mean boot or BOOT=?"),
        ("menu-config", "unknown command 'menu-config'\n  Did you mean menuconfig?"),
        ("linux-menu", "unknown command 'linux-menu'\n  'scons -h' lists all commands and variables."),
        ("offline", "unknown command 'offline'\n  Did you mean OFFLINE=?"),
        ("shell", "unknown command 'shell'\n  Did you mean shell=?"),
        ("out/pi/images", "no step makes 'out/pi/images'\n  OUTPUT is /checkout/output."),
        ("/checkout/outputs/pi", "no step makes '/checkout/outputs/pi'\n  OUTPUT is /checkout/output."),
        ("output/pi/images/image", "no step makes 'output/pi/images/image'\n  Did you mean output/pi/images/Image"),
        ("output/pi/imags", "no step makes 'output/pi/imags'\n  Did you mean output/pi/images?"),
        (
            "/checkout/output/pi/linux.conf",
            "no step makes '/checkout/output/pi/linux.conf'\n  Did you mean /checkout/output/pi/linux.config?",
        ),
    ],
)
def test_a_word_that_is_not_understood_gives_the_nearest(word: str, message: str) -> None:
    assert refusal(words(word)).startswith(message)


def test_words_of_no_board_are_refused_before_a_board_is_known() -> None:
    with pytest.raises(LeafrootError, match="unknown command 'lsit'"):
        words("lsit").check()
    words("output/anything").check()


def test_the_folder_of_outputs_may_have_any_name() -> None:
    found = words("list/pi/linux.config", "list", output="/checkout/list")
    found.check()
    path, command = found.find(OUTPUTS, EXPORTS)
    assert path.outputs == ("pi/linux.config",) and command.command == "list"
