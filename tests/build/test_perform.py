# SPDX-License-Identifier: Apache-2.0
"""Steps performed for real, in the sandbox: what they see, what they leave, how they fail."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from leafroot.archive.pack import pack
from leafroot.build import executor
from leafroot.build.executor import Local
from leafroot.errors import LeafrootError
from leafroot.host.run import run
from leafroot.rootfs.layers import layer_from_tar
from leafroot.rootfs.tree import File
from leafroot.step import SOURCE_DATE_EPOCH, AnyInput, Folder, Output, Step, Text, TreeFile, Union, Unpacked
from tests.performing import local_in, perform


@pytest.fixture
def local(tmp_path: Path) -> Local:
    return local_in(tmp_path, hint=lambda step: f"scons shell={step.output.path}")


def step(*commands: tuple[str, ...], output: str = "made.tar.zst", **more: object) -> Step:
    return Step(title="a step", output=Output(output), commands=commands, **{"inputs": (), **more})  # type: ignore[arg-type]


def said(local: Local, *command: str, inputs: tuple[AnyInput, ...] = (), env: tuple[tuple[str, str], ...] = ()) -> str:
    """What a command writes in the sandbox, and its status."""
    script = Text("/run.sh", '"$@" >/out/said 2>&1; echo "status $?" >>/out/said\n')
    line = ("sh", "/run.sh", *command)
    perform(local, step(line, output="said", result="/out/said", inputs=(script, *inputs), env=env))
    return (local.output / "said").read_text()


def artefact(local: Local, name: str, **files: str) -> Output:
    folder = local.checkout / f"{name}.d"
    folder.mkdir()
    for file, text in files.items():
        (folder / file).write_text(text)
    pack(folder, local.output / name, mtime=SOURCE_DATE_EPOCH, level=1, threads=1)
    return Output(name)


def test_the_environment_is_built_from_nothing(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAKED", "1")
    names = {line.partition("=")[0] for line in said(local, "env", env=(("GIVEN", "x"),)).splitlines()}
    assert names >= {"GIVEN", "SOURCE_DATE_EPOCH"}
    assert not names & {"LEAKED", "LANG", "VIRTUAL_ENV", "XDG_CACHE_HOME"}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("id", "-u"), "1000\n"),
        (("uname", "-n"), "leafroot\n"),
        (("pwd",), "/build\n"),
        (("date", "+%Z"), "UTC"),
        (("ls", "/home"), "ls: cannot access '/home': No such file or directory"),
        (("touch", "/usr/x"), "touch: cannot touch '/usr/x': Read-only file system"),
    ],
    ids=["user", "host name", "folder", "time zone", "no home", "read-only host"],
)
def test_a_step_sees_the_same_everywhere(local: Local, command: tuple[str, ...], expected: str) -> None:
    assert said(local, *command).startswith(expected)


def test_the_mask_is_no_concern_of_a_step(local: Local) -> None:
    mask = os.umask(0o077)
    try:
        assert said(local, "sh", "-c", "umask") == "0022\nstatus 0\n"
    finally:
        os.umask(mask)


def test_a_step_has_no_network_but_loopback(local: Local) -> None:
    listed = said(local, "cat", "/proc/net/dev").splitlines()[2:-1]
    assert [line.split(":")[0].strip() for line in listed] == ["lo"]


def test_inputs_are_read_only(local: Local) -> None:
    (local.checkout / "file").write_text("x")
    name = artefact(local, "one.tar.zst", a="1")
    cases: tuple[tuple[str, AnyInput], ...] = (("/f", TreeFile("/f", "file")), ("/tree/a", Union("/tree", (name,))))
    for at, item in cases:
        assert "Read-only file system" in said(local, "cp", "/run.sh", at, inputs=(item,))
    assert (local.checkout / "file").read_text() == "x"


def test_a_union_is_all_of_its_trees(local: Local) -> None:
    names = (artefact(local, "one.tar.zst", a="1"), artefact(local, "two.tar.zst", b="2"))
    assert said(local, "ls", "/tree", inputs=(Union("/tree", names),)) == "a\nb\nstatus 0\n"


def test_a_union_of_the_same_path_twice_names_both(local: Local) -> None:
    names = (artefact(local, "one.tar.zst", a="1"), artefact(local, "two.tar.zst", a="2"))
    with pytest.raises(LeafrootError) as caught:
        said(local, "true", inputs=(Union("/tree", names),))
    assert str(caught.value) == (
        "sysroot: two.tar.zst and one.tar.zst both contain a\n"
        "  Change one of the two packages so that it does not install this file."
    )


def test_an_unpacked_artefact_can_be_changed_and_is_newer_than_the_host(local: Local) -> None:
    name = artefact(local, "one.tar.zst", a="1", c="3")
    command = ("sh", "-c", "newer=$(find . -newer /usr/bin/make -type f | sort) && echo $newer >b && echo 2 >a")
    perform(local, step(command, inputs=(Unpacked("/build", name),), result="/build"))
    nodes = layer_from_tar("x", local.output / "made.tar.zst").nodes
    found = {path: node.read() for path, node in nodes.items() if isinstance(node, File)}
    assert found == {"a": b"2\n", "b": b"./a ./c\n", "c": b"3"}


def test_the_output_does_not_tell_when_it_was_made(local: Local) -> None:
    (local.checkout / "x").write_text("1")
    made = step(("cp", "/in/x", "/out/x"), ("mkdir", "/out/d"), inputs=(Folder("/in", (("x", "x", 0o644),)),))
    perform(local, made)
    first = (local.output / "made.tar.zst").read_bytes()
    os.utime(local.checkout / "x", (1, 1))
    perform(local, made)
    assert (local.output / "made.tar.zst").read_bytes() == first
    perform(local, step(("cp", "/in/x", "/out/y"), inputs=made.inputs))
    assert (local.output / "made.tar.zst").read_bytes() != first


def test_what_is_dropped_is_gone(local: Local) -> None:
    perform(local, step(("touch", "/out/a", "/out/b.la"), ("mkdir", "/out/doc"), drop=("*.la", "doc")))
    assert [path for path in layer_from_tar("x", local.output / "made.tar.zst").nodes if path != "."] == ["a"]


def test_a_failure_shows_the_end_of_the_log_and_leaves_nothing(local: Local) -> None:
    with pytest.raises(LeafrootError) as caught:
        perform(local, step(("sh", "-c", "echo before; echo why >&2; exit 3")))
    text = str(caught.value)
    assert text.startswith("a step: 'sh -c echo before; echo why >&2; exit 3' ended with status 3.")
    assert "  | why\n" in text
    assert text.endswith(f"The whole log: {local.output}/logs/made.tar.zst.log\n  scons shell=made.tar.zst")
    assert not (local.output / "made.tar.zst").exists()


def log(local: Local) -> str:
    return (local.output / "logs/made.tar.zst.log").read_text()


def test_the_log_shows_each_command_before_what_it_says(local: Local) -> None:
    odd = "it's 100% \\n $HOME `x`"
    perform(local, step(("echo", "one two"), ("sh", "-c", "echo why >&2"), ("printf", "%s|", odd), ("true",)))
    assert log(local) == (
        f"$ echo 'one two'\none two\n$ sh -c 'echo why >&2'\nwhy\n$ printf '%s|' {shlex.quote(odd)}\n{odd}|$ true\n"
    )


def test_the_command_that_fails_is_named_and_none_follows_it(local: Local) -> None:
    with pytest.raises(LeafrootError) as caught:
        perform(local, step(("echo", "first"), ("sh", "-c", "exit 7"), ("echo", "third")))
    assert str(caught.value).splitlines()[:4] == [
        "a step: 'sh -c exit 7' ended with status 7. The end of its log:",
        "  | $ echo first",
        "  | first",
        "  | $ sh -c 'exit 7'",
    ]
    assert "third" not in log(local)


def test_a_command_that_a_signal_ends_is_named(local: Local) -> None:
    with pytest.raises(LeafrootError, match=r"'sh -c kill -9 \$\$' ended with status 137\. "):
        perform(local, step(("true",), ("sh", "-c", "kill -9 $$")))


def test_what_ends_the_shell_of_all_commands_is_told(local: Local) -> None:
    """There is nobody left then to say which command it was: the log has it last."""
    with pytest.raises(LeafrootError) as caught:
        perform(local, step(("true",), ("sh", "-c", "kill -9 $PPID; sleep 5"), ("echo", "third")))
    assert str(caught.value).splitlines()[:3] == [
        "a step: its commands ended with status 137. The end of its log:",
        "  | $ true",
        "  | $ sh -c 'kill -9 $PPID; sleep 5'",
    ]
    assert not (local.output / "made.tar.zst").exists()


def test_a_command_cannot_change_those_after_it(local: Local) -> None:
    with pytest.raises(LeafrootError, match="Read-only file system"):
        perform(local, step(("sh", "-c", "echo true >/leafroot-commands"), ("false",)))


def test_all_commands_of_a_step_share_one_sandbox(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []

    def counted(argv: list[str], **more: object) -> int:
        started.append(argv[0])
        return run(argv, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(executor, "run", counted)
    left = "sleep 60 & echo $! >/tmp/left"
    perform(local, step(("sh", "-c", left), ("sh", "-c", "kill -0 $(cat /tmp/left)"), ("touch", "/out/x")))
    assert started == ["bwrap"]


def test_nothing_of_a_step_is_there_for_the_next(local: Local) -> None:
    perform(local, step(("touch", "/tmp/left", "/build/left", "/out/left", "/dev/shm/left")))
    assert said(local, "ls", "/tmp", "/build", "/out", "/dev/shm") == (
        "/build:\n\n/dev/shm:\n\n/out:\nsaid\n\n/tmp:\nstatus 0\n"
    )


def test_commands_of_a_step_get_no_variables_from_the_shell_that_runs_them(local: Local) -> None:
    perform(local, step(("sh", "-c", "tr '\\0' '\\n' </proc/$PPID/environ | sort"), ("env",), result="/build"))
    shell, _, command = log(local).partition("$ env\n")
    names = {line.partition("=")[0] for line in command.splitlines()}
    assert names - {"_", "SHLVL", "OLDPWD"} == {line.partition("=")[0] for line in shell.splitlines()[1:]}


def test_a_failing_step_can_say_itself_what_is_wrong(local: Local) -> None:
    with pytest.raises(LeafrootError) as caught:
        perform(local, step(("sh", "-c", "echo 'x.config:1: wrong' >.leafroot-error; exit 1")))
    assert str(caught.value) == "a step: x.config:1: wrong"


def test_a_step_that_makes_nothing_is_an_error(local: Local) -> None:
    with pytest.raises(LeafrootError, match="a step: its commands made no /out/absent"):
        perform(local, step(("true",), result="/out/absent"))


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_result_that_leads_out_is_refused(local: Local, kind: str) -> None:
    """A link that a command made is followed by this machine, which has other files than the sandbox."""
    outside = local.checkout / "outside"
    outside.mkdir()
    (outside / "file").write_text("mine")
    target = outside / "file" if kind == "file" else outside
    with pytest.raises(LeafrootError, match="a step: /out/led is a link that leads out of the sandbox"):
        perform(local, step(("ln", "-s", str(target), "/out/led"), result="/out/led"))
    assert (outside / "file").read_text() == "mine"
    assert not (local.output / "made.tar.zst").exists()


def test_a_failure_keeps_the_output_of_before(local: Local) -> None:
    perform(local, step(("touch", "/out/a")))
    before = (local.output / "made.tar.zst").read_bytes()
    with pytest.raises(LeafrootError):
        perform(local, step(("false",)))
    assert (local.output / "made.tar.zst").read_bytes() == before


PATCH = "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"
