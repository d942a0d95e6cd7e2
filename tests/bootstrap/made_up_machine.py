# SPDX-License-Identifier: Apache-2.0
"""A made-up host for ./bootstrap, from which it cannot change the real one."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

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


def program(path: Path, body: str) -> None:
    """Writes an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


# What bootstrap's question to a Python answers: one that will do, one without ensurepip, one that is too old.
USABLE, WITHOUT_PIP, TOO_OLD = "echo usable /usr/bin/python3", "echo without-pip /usr/bin/python3", "exit 0"


class Machine:
    """A made-up host, a PATH without programs that could change the real one, and a copy of bootstrap."""

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
