# SPDX-License-Identifier: Apache-2.0
"""Missing host packages are named in one line, by their names in the host's distribution."""

import re
import shutil
from pathlib import Path

import pytest
from made_up_machine import OS_RELEASE, TOO_OLD, WITHOUT_PIP, Machine, asked_for

DEBIAN = "bubblewrap g++ libelf-dev xz-utils libarchive-tools"
FEDORA = "bubblewrap gcc-c++ elfutils-libelf-devel xz bsdcpio"

INSTALL = {
    "debian": f"sudo apt-get install --no-install-recommends {DEBIAN}",
    "ubuntu": f"sudo apt-get install --no-install-recommends {DEBIAN}",
    "mint": f"sudo apt-get install --no-install-recommends {DEBIAN}",
    "fedora": f"sudo dnf install {FEDORA}",
    "rocky": f"sudo dnf install {FEDORA}",
    "arch": "sudo pacman -S --needed bubblewrap gcc libelf xz libarchive",
    "leap": "sudo zypper install bubblewrap gcc-c++ libelf-devel xz bsdtar",
    "void": f"the packages that Debian calls {DEBIAN}",
}

LACKING = ["usr/bin/bwrap", "usr/bin/g++", "usr/include/gelf.h", "usr/bin/xz", "usr/bin/bsdcpio"]


@pytest.mark.parametrize("name", OS_RELEASE)
def test_missing_packages_are_named_for_the_distribution(name: str, tmp_path: Path) -> None:
    machine = Machine(tmp_path, OS_RELEASE[name])
    for path in LACKING:
        (machine.host / path).unlink()
    done = machine.bootstrap("true")
    assert done.stderr == f"bootstrap: host packages are missing; install: {INSTALL[name]}\n"
    assert (done.returncode, done.stdout) == (1, "")
    assert not (machine.checkout / ".venv").exists()


@pytest.mark.parametrize("path", asked_for())
def test_each_requirement_is_missed(path: str, tmp_path: Path) -> None:
    machine = Machine(tmp_path, OS_RELEASE["arch"])
    (machine.host / path).unlink()
    done = machine.bootstrap("true")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert re.fullmatch(r"bootstrap: host packages are missing; install: sudo pacman -S --needed \S+\n", done.stderr)


@pytest.mark.parametrize("bundle", ["etc/ssl/certs/ca-bundle.crt", "etc/ssl/ca-bundle.pem"])
def test_any_certificate_bundle_will_do(bundle: str, tmp_path: Path) -> None:
    machine = Machine(tmp_path, OS_RELEASE["fedora"], python=TOO_OLD)
    (machine.host / "etc/ssl/certs/ca-certificates.crt").rename(machine.host / "etc/ssl/other")
    machine.provide(bundle)
    assert machine.bootstrap("true").stderr == (
        "bootstrap: host packages are missing; install: sudo dnf install python3.11\n"
    )


PYTHONS = {
    ("debian", TOO_OLD): "sudo apt-get install --no-install-recommends python3.11 python3.11-venv",
    ("debian", WITHOUT_PIP): "sudo apt-get install --no-install-recommends python3-venv",
    ("fedora", TOO_OLD): "sudo dnf install python3.11",
    ("arch", TOO_OLD): "sudo pacman -S --needed python",
    ("leap", TOO_OLD): "sudo zypper install python311",
}


@pytest.mark.parametrize(("distribution", "python"), PYTHONS)
def test_a_python_that_will_not_do_is_named(distribution: str, python: str, tmp_path: Path) -> None:
    done = Machine(tmp_path, OS_RELEASE[distribution], python=python).bootstrap("true")
    expected = f"bootstrap: host packages are missing; install: {PYTHONS[distribution, python]}\n"
    assert (done.returncode, done.stderr) == (1, expected)


def test_one_line_names_all_that_an_empty_machine_lacks(tmp_path: Path) -> None:
    """The first message names everything: there is no second one for Python's own packages."""
    machine = Machine(tmp_path, OS_RELEASE["debian"])
    shutil.rmtree(machine.host / "usr")
    (machine.bin / "python3").unlink()
    done = machine.bootstrap("true")
    assert len(done.stderr.splitlines()) == 1
    packages = done.stderr.split("--no-install-recommends ")[1].split()
    assert len(packages) == len(set(packages))
    # One package has QEMU for both widths of arm.
    assert len(packages) == len(asked_for()) - 1
    assert set(packages) >= {"python3", "python3-venv", "gcc", "qemu-system-x86"}
