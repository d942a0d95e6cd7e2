# SPDX-License-Identifier: Apache-2.0
"""Python packages are pinned by hash, those of the environment are the pinned ones."""

import os
import re
import subprocess

import pytest
from made_up_machine import ROOT


def pinned() -> dict[str, tuple[str, list[str]]]:
    """requirements.txt: name -> version, hashes."""
    text = re.sub(r"\\\n", " ", (ROOT / "requirements.txt").read_text())
    pins = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        match = re.fullmatch(r"([a-z0-9-]+)==([0-9.]+(?:post[0-9]+)?)((?:\s+--hash=sha256:[0-9a-f]{64})+)\s*", line)
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
    """This is true in an environment that bootstrap made, as for README's test command."""
    if os.environ.get("VIRTUAL_ENV") != str(ROOT / ".venv"):
        pytest.skip("not run by ./bootstrap")
    listed = subprocess.run(
        ["python", "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        check=True,
    )
    # pip prints the name that a project gave itself; pins have the normalized one (PEP 503).
    lines = [line.lower().split("==") for line in listed.stdout.splitlines()]
    installed = {re.sub(r"[-_.]+", "-", name): version for name, version in lines}
    assert {name: installed.get(name) for name in pinned()} == {name: pin[0] for name, pin in pinned().items()}
    assert set(installed) - set(pinned()) <= {"pip", "setuptools"}
