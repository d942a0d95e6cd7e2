# SPDX-License-Identifier: Apache-2.0
"""The environment that a command runs in: it is kept while it is right, and made again when it is not."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from made_up_machine import ROOT, UNUSABLE, Machine, program

SCRIPTS = ["bootstrap", ".ci/run"]


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_scripts_parse(script: str, shell: str) -> None:
    subprocess.run([shell, "-n", ROOT / script], check=True)


def test_usage(ready: Machine) -> None:
    assert ready.bootstrap("--help").stdout.startswith("usage: ./bootstrap [COMMAND")
    wrong = ready.bootstrap("-x")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("usage: ")


def test_nothing_to_do_changes_nothing(ready: Machine) -> None:
    stamp = ready.checkout / ".venv/leafroot.stamp"
    before = stamp.stat()
    again = ready.bootstrap("echo", "ran")
    assert (again.returncode, again.stdout, again.stderr) == (0, "ran\n", "")
    after = stamp.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_the_command_runs_in_the_checkout_with_the_environment_first(ready: Machine) -> None:
    show = 'printf "%s\\n" "$PWD" "$PATH" "$VIRTUAL_ENV" "${PYTHONPATH-unset}" "$@"'
    done = ready.bootstrap("sh", "-c", show, "sh", "a b", "", PYTHONPATH="/elsewhere")
    venv = f"{ready.checkout}/.venv"
    expected = [str(ready.checkout), f"{venv}/bin:{ready.bin}", venv, "unset", "a b", ""]
    assert done.stdout.splitlines() == expected
    assert ready.bootstrap("sh", "-c", "exit 7").returncode == 7


REFUSED = {
    "leafprobe==1": "Hashes are required in --require-hashes mode",
    f"leafprobe==1 --hash=sha256:{'0' * 64}": "THESE PACKAGES DO NOT MATCH THE HASHES",
}


@pytest.mark.parametrize("requirement", REFUSED)
def test_changed_requirements_make_the_environment_again(requirement: str, tmp_path: Path, ready: Machine) -> None:
    """A requirement without the right hash is refused, and leaves no environment that counts as ready."""
    machine = Machine(tmp_path)
    # A venv module that copies takes a tenth of the time of the real one.
    empty = 'rm -r "$3"/leafroot.stamp "$3"/lib/python*/site-packages/leafprobe*'
    copy = f'case $1 in -c) echo "$0" ;; -m) cp -a "{ready.checkout}/.venv" "$3" && {empty} ;; esac'
    program(machine.bin / "python3", copy)
    machine.take_environment(ready)
    assert machine.bootstrap("true").stderr == ""
    (machine.checkout / "requirements.txt").write_text(f"{requirement}\n")
    # The log of what failed is shown where TMPDIR is of no use, too.
    failed = machine.bootstrap("echo", "ran", PIP_FIND_LINKS=str(ready.checkout), TMPDIR="/none")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert REFUSED[requirement] in failed.stderr
    assert not (machine.checkout / ".venv/leafroot.stamp").exists()


@pytest.mark.parametrize("change", ["moved", "python gone"])
def test_an_environment_that_cannot_work_does_not_count(change: str, tmp_path: Path, ready: Machine) -> None:
    """bootstrap wants to make it again: the message shows that, for no Python here can do it."""
    machine = Machine(tmp_path / "one", python=UNUSABLE)
    machine.take_environment(ready)
    assert machine.bootstrap("true").stderr == ""
    if change == "moved":
        machine.checkout = machine.checkout.rename(tmp_path / "elsewhere")
    else:
        (machine.checkout / ".venv/bin/python3").unlink()
        (machine.checkout / ".venv/bin/python").unlink()
        (machine.checkout / ".venv/bin/python").symlink_to(tmp_path / "gone")
    assert machine.bootstrap("true").stderr.startswith("bootstrap: this machine lacks Python 3.11 or later")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run bootstrap as another user")
@pytest.mark.parametrize("there", [False, True])
def test_an_environment_of_somebody_else_is_not_begun(there: bool, ready: Machine) -> None:
    # Another user cannot reach pytest's own folders.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        machine = Machine(Path(folder, "one"))
        if there:
            machine.take_environment(ready)
            (machine.checkout / "requirements.txt").write_text("# other\n")
        done = machine.bootstrap("true", user=54321)
        assert (done.returncode, done.stdout, done.stderr) == (
            1,
            "",
            f"bootstrap: {machine.checkout}/.venv must be made{' again' if there else ''}, "
            "and you may not write there; let its owner run ./bootstrap, or use a clone of your own\n",
        )
        assert (machine.checkout / ".venv").exists() == there
