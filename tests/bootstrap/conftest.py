# SPDX-License-Identifier: Apache-2.0
"""A machine on which ./bootstrap has done its work."""

import hashlib
import zipfile
from pathlib import Path

import pytest
from made_up_machine import Machine


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


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine that lacks nothing, bootstrapped once with one small Python package."""
    machine = Machine(tmp_path_factory.mktemp("ready"))
    machine.use_real_python()
    sha256 = make_wheel(machine.checkout)
    (machine.checkout / "requirements.txt").write_text(f"leafprobe==1 --hash=sha256:{sha256}\n")
    show = "import leafprobe, sys; print(sys.prefix)"
    first = machine.bootstrap("python", "-c", show, PIP_FIND_LINKS=str(machine.checkout))
    assert (first.returncode, first.stdout) == (0, f"{machine.checkout}/.venv\n"), first.stderr
    return machine
