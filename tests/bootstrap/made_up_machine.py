# SPDX-License-Identifier: Apache-2.0
"""A made-up host for ./bootstrap, from which it cannot change the real one."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# All that a made-up machine has in its PATH: what bootstrap itself calls, and what the tests have it run.
PROGRAMS = ["sh", "cat", "chmod", "sha256sum", "cp", "echo", "env", "flock", "mktemp", "mv", "rm", "tail", "true"]

# What bootstrap asks the machine for, beside a Python.
NEEDED = ["bwrap", "git"]


def program(path: Path, body: str) -> None:
    """Writes an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


# What a Python answers when bootstrap asks it: one that will do; one that is too old, or lacks venv or ensurepip.
USABLE, UNUSABLE = "echo /usr/bin/python3", "exit 0"


class Machine:
    """A made-up host, whose PATH has no programs that could change the real one, and a copy of bootstrap."""

    def __init__(self, folder: Path, uid: int = 1000, python: str = USABLE) -> None:
        self.bin = folder / "bin"
        self.checkout = folder / "checkout"
        self.checkout.mkdir(parents=True)
        shutil.copy2(ROOT / "bootstrap", self.checkout)
        (self.checkout / "requirements.txt").write_text("# nothing\n")
        self.bin.mkdir()
        for name in PROGRAMS:
            found = shutil.which(name)
            assert found, name
            (self.bin / name).symlink_to(found)
        program(self.bin / "id", f"echo {uid}")
        program(self.bin / "sudo", "exit 1")
        program(self.bin / "python3", python)
        for name in NEEDED:
            program(self.bin / name, "exit 0")

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

    def bootstrap(self, *command: str, user: int | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": str(self.bin),
            "PIP_NO_INDEX": "1",
            **variables,
        }
        return subprocess.run(
            [self.checkout / "bootstrap", *command],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            user=user,
        )
