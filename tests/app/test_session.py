# SPDX-License-Identifier: Apache-2.0
"""A session: its boards, the names of its steps, and the commands that need no build."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.app import measuring
from leafroot.app.commands import COMMANDS, WITHOUT_BOARD, commands, help_text
from leafroot.app.session import Session, open_session
from leafroot.app.variables import VARIABLES, read_variables
from leafroot.bench import containers, guest_system
from leafroot.errors import LeafrootError
from tests.real_builds import DEBIAN_X86_64

ROOT = Path(__file__).parents[2]


def session(tmp_path: Path, **variables: str) -> Session:
    places = {"OUTPUT": str(tmp_path / "output"), "CACHE": str(tmp_path / "cache")}
    asked = {"BOARD": "qemu_x86_64", "TOOLCHAIN": "debian", **places, **variables}
    opened = open_session(ROOT, asked, board_needed=True)
    opened.configure()
    opened.make_plans()
    return opened


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "which board?\n  Say BOARD=NAME. Available: qemu_aarch64, "),
        ({"BOARD": "qemu_x86_46"}, "BOARD=qemu_x86_46: there is no board 'qemu_x86_46'\n  Did you mean qemu_x86_64?"),
        ({"BOARD": "all,rpi4"}, "BOARD=all: there is no board 'all'"),
        ({"BOARD": "rpi4", "KERNEL": "6.13"}, "KERNEL=6.13: there is no kernel series '6.13'\n  Did you mean 6.12"),
        ({"BOARD": "rpi4", "EXTERNAL": "/nowhere"}, "EXTERNAL=/nowhere: "),
    ],
    ids=["no board", "no such board", "all and one", "no such series", "no such tree"],
)
def test_a_request_that_does_not_fit_the_units_is_refused_before_anything_is_configured(
    tmp_path: Path, variables: dict[str, str], message: str
) -> None:
    with pytest.raises(LeafrootError) as caught:
        open_session(ROOT, {"OUTPUT": str(tmp_path), **variables}, board_needed=True)
    assert str(caught.value).startswith(message)


def test_the_word_all_names_every_board(tmp_path: Path) -> None:
    opened = open_session(ROOT, {"BOARD": "all", "OUTPUT": str(tmp_path)}, board_needed=True)
    assert opened.boards == sorted(opened.catalog.boards)


@pytest.mark.parametrize("name", ["busybox", "{file}", "{folder}/{file}"])
def test_a_step_is_found_by_any_of_its_names(tmp_path: Path, name: str) -> None:
    opened = session(tmp_path)
    (path,) = (one.output.path for one in opened.steps() if one.name == "busybox")
    folder, _, file = path.rpartition("/")
    assert folder == DEBIAN_X86_64
    assert opened.step(name.format(folder=folder, file=file)).output.path == path


def test_an_unknown_step_gives_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(LeafrootError) as caught:
        session(tmp_path).step("busibox")
    assert str(caught.value) == "command line: unknown step 'busibox'\n  Did you mean busybox?"


def test_what_all_packages_mean_is_told_once_for_each_board(tmp_path: Path) -> None:
    opened = open_session(
        ROOT, {"BOARD": "qemu_x86_64,rpi4", "PACKAGES": "all", "OUTPUT": str(tmp_path)}, board_needed=True
    )
    opened.configure()
    told = [note for note in opened.notes() if "PACKAGES=all" in note]
    assert [note.partition(":")[0] for note in told] == ["qemu_x86_64"] * 2
    assert "leaves out brcmfmac-firmware" in told[1]


def test_a_failed_step_is_looked_at_with_the_same_words(tmp_path: Path) -> None:
    opened = session(tmp_path, explain="musl")
    step = opened.step("busybox")
    assert opened.shell_hint(step) == (
        "A shell in its sandbox: scons BOARD=qemu_x86_64 TOOLCHAIN=debian "
        f"OUTPUT={tmp_path}/output CACHE={tmp_path}/cache shell={step.output.path}"
    )


def test_every_command_and_variable_is_in_the_help(tmp_path: Path) -> None:
    text = help_text()
    assert set(commands(session(tmp_path))) == set(COMMANDS)
    for name in (*COMMANDS, *VARIABLES):
        assert f"\n  {name} " in text


def test_without_a_board_there_are_the_commands_that_need_none(tmp_path: Path) -> None:
    opened = open_session(ROOT, {"OUTPUT": str(tmp_path)}, board_needed=False)
    assert set(WITHOUT_BOARD) <= set(commands(opened)) < set(COMMANDS)


def test_offline_lists_everything_that_is_missing(tmp_path: Path) -> None:
    opened = session(tmp_path, OFFLINE="1", TOOLCHAIN="source")
    store = opened.executor(1, str).store
    archive = opened.step("musl").archives()[0]
    with pytest.raises(LeafrootError) as caught:
        store.source(archive, [])
    text = str(caught.value)
    for name in ("musl_1.2.5", "gcc-14_14.2.0", "linux_6.12.", "busybox_1.37.0"):
        assert name in text
    assert not list((tmp_path / "cache").rglob("*.tar*"))
    with pytest.raises(LeafrootError, match="archives are missing"):
        commands(opened)["source"].work()


def test_savedefconfig_gives_back_the_defconfig(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = ROOT / "configs" / "qemu_x86_64_defconfig"
    before = file.read_bytes()
    # What a variable asks for would be saved, too.
    assert commands(session(tmp_path, TOOLCHAIN=""))["savedefconfig"].work() == 0
    assert file.read_bytes() == before
    assert capsys.readouterr().out == f"{file}: written; it holds what differs from the defaults.\n"


def test_list_describes_every_unit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opened = session(tmp_path)
    assert commands(opened)["list"].work() == 0
    told = capsys.readouterr().out
    for name in (*opened.catalog.boards, *opened.catalog.packages, *opened.catalog.series, "leaf-tmpfs"):
        assert f"\n  {name} " in told
    with pytest.raises(LeafrootError) as caught:
        commands(session(tmp_path, FORMAT="json"))["list"].work()
    assert str(caught.value) == "FORMAT=json: 'list' has no such form\n  It has FORMAT=markdown."


def test_a_benchmark_calls_scons_with_the_variables_of_this_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fragment, tree = tmp_path / "my.config", tmp_path / "tree"
    fragment.touch()
    (tree / "package").mkdir(parents=True)
    opened = session(
        tmp_path, CONFIG=str(fragment), EXTERNAL=str(tree), OFFLINE="1", ACCEL="kvm", KERNEL="", QEMU="host"
    )
    config, _ = opened.planned[0]
    called: list[str] = []
    monkeypatch.setattr(Session, "unpacked", lambda session, usr: tmp_path)
    monkeypatch.setattr(guest_system, "run", lambda argv, env: called.extend(argv) or 0)
    monkeypatch.setattr(containers, "bench_containers", lambda system, mode, guest: system.build(mode))
    assert measuring.bench_containers(opened, config) == 0
    again = read_variables(ROOT, dict(word.split("=", 1) for word in called if "=" in word))
    assert (again.boards, again.boot, again.toolchain) == (("qemu_x86_64",), config.mode.name, "debian")
    assert again.config == (fragment, ROOT / containers.TREE / "select.config")
    assert again.external == (tree, ROOT / containers.TREE)
    assert (again.offline, again.accelerator, again.cache) == (True, "kvm", opened.cache)
    assert again.output != opened.output and again.output.is_relative_to(opened.output)


@pytest.mark.parametrize(
    ("variables", "command", "message"),
    [
        ({}, "flash", "BOARD=qemu_x86_64: this board has no SD card to write"),
        ({"OFFLINE": "1"}, "lock", "OFFLINE=1: lock needs the network: it asks a Debian mirror\n  Run it"),
        ({"PACKAGE": "busybox"}, "lock", "PACKAGE=busybox: "),
    ],
)
def test_a_command_that_cannot_be_done_says_why(
    tmp_path: Path, variables: dict[str, str], command: str, message: str
) -> None:
    found = commands(session(tmp_path, **variables))[command]
    with pytest.raises(LeafrootError) as caught:
        found.check()
        found.work()
    assert str(caught.value).startswith(message)
