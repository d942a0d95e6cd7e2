# SPDX-License-Identifier: Apache-2.0
"""bootstrap installs packages with apt, without a question, for users who may do that."""

from pathlib import Path

import pytest
from made_up_machine import OS_RELEASE, Machine, program

# With stale lists the installation fails, as it does when they name files that the mirror has dropped.
APT_GET = """
echo "$DEBIAN_FRONTEND $*" >>"{log}"
case "$*" in
    *update) rm -f "{stale}"; echo >"{lists}/mirror_Packages" ;;
    *) [ ! -e "{stale}" ] || exit 100; echo >"{bwrap}"; chmod 755 "{bwrap}" ;;
esac
"""


def apt_machine(folder: Path, uid: int, ready: Machine) -> tuple[Machine, Path]:
    """A Debian without bubblewrap, with an apt-get that installs that alone and logs its calls."""
    machine = Machine(folder, OS_RELEASE["debian"], uid)
    machine.take_environment(ready)
    bwrap = machine.host / "usr/bin/bwrap"
    bwrap.unlink()
    log = folder / "apt.log"
    lists = machine.host / "var/lib/apt/lists"
    program(machine.bin / "apt-get", APT_GET.format(log=log, bwrap=bwrap, lists=lists, stale=folder / "stale"))
    return machine, log


UPDATE = "noninteractive -q -y -o DPkg::Lock::Timeout=300 update\n"
INSTALL_BWRAP = "noninteractive -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends bubblewrap\n"


def test_root_installs_with_apt_and_updates_missing_lists(tmp_path: Path, ready: Machine) -> None:
    machine, log = apt_machine(tmp_path, 0, ready)
    done = machine.bootstrap("echo", "ran")
    assert (done.returncode, done.stdout) == (0, "ran\n"), done.stderr
    assert log.read_text() == UPDATE + INSTALL_BWRAP


def test_sudo_without_a_password_installs_and_old_lists_are_renewed(tmp_path: Path, ready: Machine) -> None:
    machine, log = apt_machine(tmp_path, 1000, ready)
    program(machine.bin / "sudo", '[ "$1" = -n ] || exit 9; shift; exec "$@"')
    (machine.host / "var/lib/apt/lists/mirror_Packages").touch()
    (tmp_path / "stale").touch()
    done = machine.bootstrap("echo", "ran")
    assert (done.returncode, done.stdout) == (0, "ran\n"), done.stderr
    assert log.read_text() == INSTALL_BWRAP + UPDATE + INSTALL_BWRAP


def test_sudo_that_wants_a_password_is_not_used(tmp_path: Path, ready: Machine) -> None:
    machine, log = apt_machine(tmp_path, 1000, ready)
    done = machine.bootstrap("echo", "ran")
    assert done.returncode == 1
    assert done.stderr == (
        "bootstrap: host packages are missing; install: sudo apt-get install --no-install-recommends bubblewrap\n"
    )
    assert not log.exists()


@pytest.mark.parametrize(
    ("known", "package"),
    [
        ({"qemu-system-misc": "qemu-system-avr, qemu-system-riscv64, qemu-system-sh4"}, "qemu-system-misc"),
        ({"qemu-system-misc": "qemu-system-avr, qemu-system-sh4", "qemu-system-riscv": "x"}, "qemu-system-riscv"),
        (
            {"qemu-system-misc": "qemu-system-riscv32, qemu-system-riscv64", "qemu-system-riscv": "x"},
            "qemu-system-misc",
        ),
        ({}, "qemu-system-riscv64"),
    ],
    ids=["Debian 12", "Debian 13", "Debian 12 with backports", "neither"],
)
def test_qemu_for_riscv_by_its_name_in_this_release(
    tmp_path: Path, ready: Machine, known: dict[str, str], package: str
) -> None:
    """Seen on Debian 12 with backports enabled: apt refuses a name that two packages provide."""
    machine, log = apt_machine(tmp_path, 0, ready)
    (machine.host / "usr/bin/qemu-system-riscv64").unlink()
    cases = "".join(f'{name}) echo "Provides: {provides}" ;;\n' for name, provides in known.items())
    program(machine.bin / "apt-cache", f'for last; do :; done\ncase "$last" in\n{cases}*) exit 100 ;;\nesac')
    machine.bootstrap("echo", "ran")
    assert log.read_text().splitlines()[-1].endswith(f"install --no-install-recommends bubblewrap {package}")
