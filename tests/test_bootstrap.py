# SPDX-License-Identifier: Apache-2.0
"""What ./bootstrap asks of a host, says about it, installs, and leaves alone."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPTS = ["bootstrap", ".ci/run"]

# All that a made-up machine has in its PATH: what bootstrap itself calls, and what the tests have it run.
PROGRAMS = ["sh", "cat", "chmod", "cksum", "cp", "echo", "env", "flock", "mktemp", "mv", "rm", "tail", "true"]

OS_RELEASE = {
    "debian": 'ID=debian\nVERSION_ID="13"\n',
    "ubuntu": 'ID=ubuntu\nID_LIKE="debian"\n',
    "mint": 'ID=linuxmint\nID_LIKE="ubuntu debian"\n',
    "fedora": "ID=fedora\nVERSION_ID=42\n",
    "rocky": 'ID="rocky"\nID_LIKE="rhel centos fedora"\n',
    "arch": "ID=arch\n",
    "leap": 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n',
    "void": 'ID="void"\n',
}

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
    "void": f"what Debian calls {DEBIAN}",
}

LACKING = ["usr/bin/bwrap", "usr/bin/g++", "usr/include/gelf.h", "usr/bin/xz", "usr/bin/bsdcpio"]


def program(path: Path, body: str) -> None:
    """Writes an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


# What bootstrap's question to a Python answers: one that will do, one without ensurepip, one that is too old.
USABLE, WITHOUT_PIP, TOO_OLD = "echo usable /usr/bin/python3", "echo without-pip /usr/bin/python3", "exit 0"


class Machine:
    """A made-up host, a PATH in which nothing can change the real one, and a copy of bootstrap."""

    def __init__(self, folder: Path, os_release: str, uid: int = 1000, python: str = USABLE) -> None:
        self.host = folder / "host"
        self.bin = folder / "bin"
        self.checkout = folder / "checkout"
        self.checkout.mkdir(parents=True)
        shutil.copy2(ROOT / "bootstrap", self.checkout)
        (self.checkout / "requirements.txt").write_text("# nothing\n")
        (self.host / "etc").mkdir(parents=True)
        (self.host / "etc/os-release").write_text(os_release)
        (self.host / "var/lib/apt/lists").mkdir(parents=True)
        self.bin.mkdir()
        for name in PROGRAMS:
            found = shutil.which(name)
            assert found, name
            (self.bin / name).symlink_to(found)
        program(self.bin / "id", f"echo {uid}")
        program(self.bin / "sudo", "exit 1")
        program(self.bin / "python3", python)
        for needed in asked_for():
            self.provide(needed)

    def provide(self, path: str) -> None:
        """Puts an empty program or file at a path of the made-up host."""
        program(self.host / path, "exit 0")

    def use_real_python(self) -> None:
        """Lets this machine make a working .venv."""
        (self.bin / "python3").unlink()
        (self.bin / "python3").symlink_to(Path(sys.executable).resolve())

    def take_environment(self, other: "Machine") -> None:
        """Copies the .venv of another machine: quicker than making one."""
        shutil.copytree(other.checkout / ".venv", self.checkout / ".venv", symlinks=True)
        shutil.copy2(other.checkout / "requirements.txt", self.checkout)
        stamp = self.checkout / ".venv/leafroot.stamp"
        stamp.write_text(stamp.read_text().replace(str(other.checkout), str(self.checkout)))

    def bootstrap(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": str(self.bin),
            "LEAFROOT_HOST": str(self.host),
            "PIP_NO_INDEX": "1",
            **variables,
        }
        return subprocess.run(
            [self.checkout / "bootstrap", *command],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )


def make_wheel(folder: Path) -> str:
    """Writes a wheel with one empty module, and returns its SHA-256."""
    wheel = folder / "leafprobe-1-py3-none-any.whl"
    files = {
        "leafprobe.py": "",
        "leafprobe-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: leafprobe\nVersion: 1\n",
        "leafprobe-1.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "leafprobe-1.dist-info/RECORD": "",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def asked_for() -> list[str]:
    """The first alternative of each row of bootstrap's table, as a path below the host's root."""
    text = (ROOT / "bootstrap").read_text()
    table = text.split("# needed", 1)[1].split("\nEND", 1)[0].splitlines()[1:]
    paths = ["etc/ssl/certs/ca-certificates.crt"]
    for row in table:
        needed, *packages = row.split()
        assert len(packages) == 4, f"a package name for each distribution: {row}"
        header = re.fullmatch("<(.+)>", needed)
        paths.append(f"usr/include/{header[1]}" if header else f"usr/bin/{needed}")
    assert len(paths) > 20
    return paths


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine that lacks nothing, bootstrapped once with one small Python package."""
    machine = Machine(tmp_path_factory.mktemp("ready"), OS_RELEASE["debian"])
    machine.use_real_python()
    sha256 = make_wheel(machine.checkout)
    (machine.checkout / "requirements.txt").write_text(f"leafprobe==1 --hash=sha256:{sha256}\n")
    show = "import leafprobe, sys; print(sys.prefix)"
    first = machine.bootstrap("python", "-c", show, PIP_FIND_LINKS=str(machine.checkout))
    assert (first.returncode, first.stdout) == (0, f"{machine.checkout}/.venv\n"), first.stderr
    return machine


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_scripts_parse(script: str, shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"this machine has no {shell}")
    subprocess.run([shell, "-n", ROOT / script], check=True)


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
    """What the first run asks for is enough: no second round for Python's own packages."""
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


def test_nothing_to_do_changes_nothing(ready: Machine) -> None:
    stamp = ready.checkout / ".venv/leafroot.stamp"
    before = stamp.stat()
    again = ready.bootstrap("echo", "ran")
    assert (again.returncode, again.stdout, again.stderr) == (0, "ran\n", "")
    after = stamp.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_the_command_runs_in_the_checkout_with_the_environment_first(ready: Machine) -> None:
    show = 'printf "%s\\n" "$PWD" "$PATH" "$VIRTUAL_ENV" "$SCONSFLAGS" "${PYTHONPATH-unset}" "$@"'
    done = ready.bootstrap("sh", "-c", show, "sh", "a b", "", PYTHONPATH="/elsewhere")
    venv = f"{ready.checkout}/.venv"
    expected = [str(ready.checkout), f"{venv}/bin:{ready.bin}", venv, "-Q", "unset", "a b", ""]
    assert done.stdout.splitlines() == expected
    assert ready.bootstrap("sh", "-c", 'echo "$SCONSFLAGS"', SCONSFLAGS="--debug=time").stdout == "--debug=time\n"
    assert ready.bootstrap("sh", "-c", "exit 7").returncode == 7


def test_usage(ready: Machine) -> None:
    assert ready.bootstrap("--help").stdout.startswith("usage: ./bootstrap [COMMAND")
    wrong = ready.bootstrap("-x")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("usage: ")


REFUSED = {
    "leafprobe==1": "Hashes are required in --require-hashes mode",
    f"leafprobe==1 --hash=sha256:{'0' * 64}": "THESE PACKAGES DO NOT MATCH THE HASHES",
}


@pytest.mark.parametrize("requirement", REFUSED)
def test_changed_requirements_make_the_environment_anew(requirement: str, tmp_path: Path, ready: Machine) -> None:
    """One that is not the file with its hash is refused, and leaves no environment that counts as ready."""
    machine = Machine(tmp_path, OS_RELEASE["debian"])
    # A venv module that copies takes a tenth of the time of the real one.
    empty = 'rm -r "$3"/leafroot.stamp "$3"/lib/python*/site-packages/leafprobe*'
    copy = f'case $1 in -c) echo usable "$0" ;; -m) cp -a "{ready.checkout}/.venv" "$3" && {empty} ;; esac'
    program(machine.bin / "python3", copy)
    machine.take_environment(ready)
    assert machine.bootstrap("true").stderr == ""
    (machine.checkout / "requirements.txt").write_text(f"{requirement}\n")
    failed = machine.bootstrap("echo", "ran", PIP_FIND_LINKS=str(ready.checkout))
    assert (failed.returncode, failed.stdout) == (1, "")
    assert REFUSED[requirement] in failed.stderr
    assert not (machine.checkout / ".venv/leafroot.stamp").exists()


@pytest.mark.parametrize("change", ["moved", "python gone"])
def test_an_environment_that_cannot_work_does_not_count(change: str, tmp_path: Path, ready: Machine) -> None:
    """It would be made anew, as seen by what is said where no Python can do that."""
    machine = Machine(tmp_path / "one", OS_RELEASE["arch"], python=TOO_OLD)
    machine.take_environment(ready)
    assert machine.bootstrap("true").stderr == ""
    if change == "moved":
        machine.checkout = machine.checkout.rename(tmp_path / "elsewhere")
    else:
        (machine.checkout / ".venv/bin/python3").unlink()
        (machine.checkout / ".venv/bin/python").unlink()
        (machine.checkout / ".venv/bin/python").symlink_to(tmp_path / "gone")
    assert machine.bootstrap("true").stderr.endswith("install: sudo pacman -S --needed python\n")


def pinned() -> dict[str, tuple[str, list[str]]]:
    """requirements.txt: name -> version, hashes."""
    text = re.sub(r"\\\n", " ", (ROOT / "requirements.txt").read_text())
    pins = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        match = re.fullmatch(r"([a-z0-9-]+)==([0-9.]+)((?:\s+--hash=sha256:[0-9a-f]{64})+)\s*", line)
        assert match, f"not pinned and hashed: {line[:80]}"
        pins[match[1]] = (match[2], match[3].split())
    return pins


def test_every_requirement_is_pinned_and_hashed() -> None:
    pins = pinned()
    wanted = [line for line in (ROOT / "requirements.in").read_text().splitlines() if line and not line.startswith("#")]
    assert len(wanted) >= 5
    for line in wanted:
        name, version = line.split("==")
        assert pins[name][0] == version
    for name, (_, hashes) in pins.items():
        assert hashes, name


def test_the_environment_is_what_is_pinned() -> None:
    """Holds in an environment that bootstrap made: the one of README's test command."""
    if os.environ.get("VIRTUAL_ENV") != str(ROOT / ".venv"):
        pytest.skip("not run by ./bootstrap")
    listed = subprocess.run(
        ["python", "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        check=True,
    )
    installed = dict(line.lower().replace("_", "-").split("==") for line in listed.stdout.splitlines())
    assert {name: installed.get(name) for name in pinned()} == {name: pin[0] for name, pin in pinned().items()}
    assert set(installed) - set(pinned()) <= {"pip", "setuptools"}
