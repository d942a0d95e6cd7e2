# SPDX-License-Identifier: Apache-2.0
"""What the host lacks is named in one line; with apt it is installed, without a question, for users who may do that."""

from pathlib import Path

import pytest
from made_up_machine import NEEDED, UNUSABLE, Machine, program

PYTHON = "Python 3.11 or later with venv"
# What is missing, what people call it, and Debian's packages of it.
LACKING = {
    "bwrap": ("bubblewrap", "bubblewrap"),
    "git": ("git", "git"),
    "python3": (PYTHON, "python3 python3-venv"),
}


@pytest.mark.parametrize("name", LACKING)
def test_each_program_is_missed_and_named(name: str, tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    (machine.bin / name).unlink()
    done = machine.bootstrap("true")
    assert done.stderr == (
        f"bootstrap: this machine lacks {LACKING[name][0]}; "
        "install it with the system's package manager, and run ./bootstrap again\n"
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert not (machine.checkout / ".venv").exists()


def test_a_python_that_will_not_do_is_as_good_as_none(tmp_path: Path) -> None:
    done = Machine(tmp_path, python=UNUSABLE).bootstrap("true")
    assert done.stderr.startswith(f"bootstrap: this machine lacks {PYTHON};")


def test_a_newer_python_of_another_name_is_taken(tmp_path: Path) -> None:
    machine = Machine(tmp_path, python=UNUSABLE)
    program(machine.bin / "python3.12", '[ "$1" = -c ] && echo /the/newer/one || exit 0')
    done = machine.bootstrap("true")
    assert "making the Python environment .venv with /the/newer/one\n" in done.stderr


def test_one_line_names_all_that_an_empty_machine_lacks(tmp_path: Path) -> None:
    """The first message names everything: there is no second one for Python's own packages."""
    machine = Machine(tmp_path)
    program(machine.bin / "apt-get", "exit 9")
    for name in (*NEEDED, "python3"):
        (machine.bin / name).unlink()
    done = machine.bootstrap("true")
    assert done.stderr == (
        f"bootstrap: this machine lacks bubblewrap, git, {PYTHON}; install it with: "
        "sudo apt-get install --no-install-recommends bubblewrap git python3 python3-venv\n"
    )


# With stale or missing lists the installation fails: they name files that the mirror has dropped, or none.
APT_GET = """
echo "$DEBIAN_FRONTEND $*" >>"{log}"
case "$*" in
    *update) rm -f "{stale}" ;;
    *) [ ! -e "{stale}" ] || exit 100; echo "#!/bin/sh" >"{bwrap}"; chmod 755 "{bwrap}" ;;
esac
"""
UPDATE = "noninteractive -q -y -o DPkg::Lock::Timeout=300 update\n"
INSTALL = "noninteractive -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends bubblewrap\n"


def apt_machine(folder: Path, uid: int, ready: Machine) -> tuple[Machine, Path]:
    """A Debian without bubblewrap, with an apt-get that installs that alone and logs its calls."""
    machine = Machine(folder, uid)
    machine.take_environment(ready)
    bwrap = machine.bin / "bwrap"
    bwrap.unlink()
    log = folder / "apt.log"
    program(machine.bin / "apt-get", APT_GET.format(log=log, bwrap=bwrap, stale=folder / "stale"))
    return machine, log


def test_root_installs_with_apt(tmp_path: Path, ready: Machine) -> None:
    machine, log = apt_machine(tmp_path, 0, ready)
    done = machine.bootstrap("echo", "ran")
    assert (done.returncode, done.stdout) == (0, "ran\n"), done.stderr
    assert log.read_text() == INSTALL


def test_sudo_without_a_password_installs_and_old_lists_are_renewed(tmp_path: Path, ready: Machine) -> None:
    machine, log = apt_machine(tmp_path, 1000, ready)
    program(machine.bin / "sudo", '[ "$1" = -n ] || exit 9; shift; exec "$@"')
    (tmp_path / "stale").touch()
    done = machine.bootstrap("echo", "ran")
    assert (done.returncode, done.stdout) == (0, "ran\n"), done.stderr
    assert log.read_text() == INSTALL + UPDATE + INSTALL


def test_sudo_that_wants_a_password_is_not_used(tmp_path: Path, ready: Machine) -> None:
    machine, log = apt_machine(tmp_path, 1000, ready)
    done = machine.bootstrap("echo", "ran")
    assert done.returncode == 1
    assert done.stderr == (
        "bootstrap: this machine lacks bubblewrap; install it with: "
        "sudo apt-get install --no-install-recommends bubblewrap\n"
    )
    assert not log.exists()
