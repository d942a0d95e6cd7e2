# SPDX-License-Identifier: Apache-2.0
"""The command line: variables, boards, names of steps, and what a person is told when they do not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.app.commands import BOARD, EDITING, PLAIN, commands, help_text
from leafroot.app.session import VARIABLES, Session, make_folder, open_session
from leafroot.errors import LeafrootError

ROOT = Path(__file__).parents[1]


def session(tmp_path: Path, **variables: str) -> Session:
    asked = {"BOARD": "qemu_x86_64", "OUTPUT": str(tmp_path / "output"), "CACHE": str(tmp_path / "cache"), **variables}
    opened = open_session(ROOT, asked, board_needed=True)
    opened.configure()
    opened.make_plans(lambda path: path)
    return opened


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "which board?\n  Say BOARD=NAME. There is: "),
        ({"BORD": "x"}, "command line: there is no variable BORD\n  Did you mean BOARD?"),
        ({"BOARD": "qemu_x86_46"}, "BOARD=qemu_x86_46: there is no board 'qemu_x86_46'\n  Did you mean qemu_x86_64"),
        ({"BOARD": "qemu_x86_64", "EXTERNAL": "/nowhere"}, "EXTERNAL=/nowhere: there is no such folder"),
    ],
    ids=["no board", "no such variable", "no such board", "no such tree"],
)
def test_a_command_line_that_does_not_fit(tmp_path: Path, variables: dict[str, str], message: str) -> None:
    with pytest.raises(LeafrootError) as caught:
        open_session(ROOT, {"OUTPUT": str(tmp_path), **variables}, board_needed=True).configure()
    assert str(caught.value).startswith(message)


def test_all_boards_are_one_word(tmp_path: Path) -> None:
    opened = open_session(ROOT, {"BOARD": "all", "OUTPUT": str(tmp_path)}, board_needed=True)
    assert opened.boards == sorted(opened.catalog.boards)


@pytest.mark.parametrize("name", ["busybox", "busybox.tar.zst", "x86_64-leafroot-linux-musl/busybox.tar.zst"])
def test_a_step_is_found_by_any_of_its_names(tmp_path: Path, name: str) -> None:
    assert session(tmp_path).step(name).output == "x86_64-leafroot-linux-musl/busybox.tar.zst"


def test_an_unknown_step_has_a_neighbour(tmp_path: Path) -> None:
    with pytest.raises(LeafrootError) as caught:
        session(tmp_path).step("busibox")
    assert "no step makes 'busibox'" in str(caught.value)
    assert "busybox" in str(caught.value)


def test_every_command_and_variable_is_in_the_help(tmp_path: Path) -> None:
    text = help_text()
    assert set(commands(session(tmp_path))) == {*BOARD, *PLAIN, *EDITING}
    for name in (*BOARD, *PLAIN, *EDITING, *VARIABLES):
        assert f"\n  {name} " in text


def test_offline_lists_everything_that_is_missing(tmp_path: Path) -> None:
    opened = session(tmp_path, OFFLINE="1", TOOLCHAIN="source")
    store = opened.workshop(1, lambda name: name).store
    archive = opened.step("musl").archives()[0]
    with pytest.raises(LeafrootError) as caught:
        store.source(archive, [])
    text = str(caught.value)
    for name in ("musl_1.2.5", "gcc-14_14.2.0", "linux_6.12.107", "busybox_1.37.0"):
        assert name in text
    assert not list((tmp_path / "cache").rglob("*.tar*"))
    with pytest.raises(LeafrootError, match="archives are missing"):
        commands(opened)["source"].work()


def test_a_folder_that_cannot_be_made_names_its_variable() -> None:
    with pytest.raises(LeafrootError) as caught:
        make_folder(Path("/proc/leafroot"), "OUTPUT", Path("/checkout"))
    assert str(caught.value) == (
        "command line: cannot make /proc/leafroot: No such file or directory\n  OUTPUT=FOLDER names another."
    )


def test_savedefconfig_gives_back_the_defconfig(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = ROOT / "configs" / "qemu_x86_64_defconfig"
    before = file.read_bytes()
    assert commands(session(tmp_path))["savedefconfig"].work() == 0
    assert file.read_bytes() == before
    assert "says what differs" in capsys.readouterr().out


def test_list_tells_of_every_unit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opened = session(tmp_path)
    assert commands(opened)["list"].work() == 0
    told = capsys.readouterr().out
    for name in (*opened.catalog.boards, *opened.catalog.packages, *opened.catalog.series, "leaf-tmpfs"):
        assert f"\n  {name} " in told
