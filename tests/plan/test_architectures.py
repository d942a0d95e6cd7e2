# SPDX-License-Identifier: Apache-2.0
"""What follows from a board's architecture, and what boards of one architecture share."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.plan.board import Plan
from leafroot.step import Text
from tests.plan.conftest import step_of

ROOT = Path(__file__).parents[2]
Planned = Callable[..., Plan]


def test_a_second_board_of_a_target_builds_a_kernel_and_nothing_else(planned: Planned) -> None:
    first, second = planned("rpi4"), planned("qemu_aarch64")
    found, known = ({step.output.path: step.description for step in plan.steps} for plan in (second, first))
    own = {path for path in found if path.startswith("qemu_aarch64/")}
    assert len(found) > len(own) > 5
    assert all(known.get(path) == text for path, text in found.items() if path not in own)


@pytest.mark.parametrize("name", ARCHES)
def test_no_step_of_a_board_speaks_of_another_architecture(planned: Planned, name: str) -> None:
    """Nothing but its value says what an architecture is: its board's commands name no other target."""
    plan = planned(f"qemu_{name}")
    others = {arch.target for arch in ARCHES.values()} - {ARCHES[name].target}
    words = [word for step in plan.steps for command in step.commands for word in command]
    assert any(ARCHES[name].target in word for word in words)
    assert not [word for word in words if any(other in word for other in others)]


# Words for people: an example in a message.
SPOKEN = {"kconfig/config.py": 1}


def naming(source: str) -> list[str]:
    """The strings of a module that name an architecture, alone or within: "--build=x86_64-linux-gnu"."""
    names = re.compile(rf"(?<!\w)({'|'.join(ARCHES)})(?!\w)")
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings]
    return [node.value for node in strings if isinstance(node.value, str) and names.search(node.value)]


def test_no_code_asks_for_an_architecture_by_name() -> None:
    arches = ROOT / "leafroot" / "describe" / "arches"
    files = [file for file in sorted((ROOT / "leafroot").rglob("*.py")) if file.parent != arches]
    found = {file.relative_to(ROOT / "leafroot").as_posix(): naming(file.read_text()) for file in files}
    assert {name: len(strings) for name, strings in found.items() if strings} == SPOKEN, found


@pytest.mark.parametrize("text", ["if name == 'arm': x", "x = f'--build=x86_64-linux-gnu{y}'", "x = ['riscv64']"])
def test_an_architecture_in_code_is_seen(text: str) -> None:
    assert naming(text)


@pytest.mark.parametrize("name", ARCHES)
def test_no_word_of_the_command_line_is_compiled_and_all_are_linked(
    planned: Planned, name: str, tmp_path: Path
) -> None:
    board, fragment = f"qemu_{name}", tmp_path / "words.config"
    fragment.write_text('CONFIG_KERNEL_CMDLINE="quiet"\nCONFIG_SYSTEM_ROOT_SIZE="70%"\n')
    plans = [
        planned(board, boot="nullfs"),
        planned(board, boot="leaf-tmpfs"),
        planned(board, boot="rootfs"),
        planned(board, fragments=[fragment]),
    ]
    steps = [{step.output.path.removeprefix(f"{board}/"): step for step in plan.steps} for plan in plans]
    for output in ("linux.config", "linux.tar.zst"):
        assert len({one[output].description for one in steps}) == 1
    for output in ("kernel", "kernel-with-slot"):
        assert len({one[output].description for one in steps}) == len(steps)
        texts = ["".join(item.text for item in one[output].inputs if isinstance(item, Text)) for one in steps]
        words = ("nullfs_rootfs", "nonroot_initramfs", "quiet", "size")
        assert [[word in text for word in words] for text in texts] == [
            [True, False, False, False],
            [False, True, False, False],
            [False, False, False, False],
            [True, False, True, True],
        ]


@pytest.mark.parametrize("name", ARCHES)
def test_a_command_line_set_as_an_option_is_checked_with_all_others(planned: Planned, name: str) -> None:
    for output in (f"qemu_{name}/kernel", f"qemu_{name}/kernel-with-slot"):
        step = step_of(planned(f"qemu_{name}"), output)
        checks = [command[4:] for command in step.commands if command[0] == "./kconfig-check"]
        assert checks == [("/build/others.config", "/asked")]


@pytest.mark.parametrize(("board", "asked"), [("qemu_arm", True), ("qemu_x86_64", False)])
def test_what_the_c_library_asks_of_a_kernel_is_asked(planned: Planned, board: str, asked: bool) -> None:
    """Without it every sleep on 32-bit arm ends at once: musl's system call for it is not in the kernel."""
    step = step_of(planned(board), f"{board}/linux.config")
    fragments = "".join(item.text for item in step.inputs if isinstance(item, Text))
    assert ("CONFIG_COMPAT_32BIT_TIME=y\n" in fragments) is asked
