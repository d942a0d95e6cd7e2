# SPDX-License-Identifier: Apache-2.0
"""Programs of this machine that a sandbox hides, for builds would take facts from them if they were there."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.build import sandbox
from leafroot.build.sandbox import Binding, Sandbox
from leafroot.host.run import capture


def looked_for(place: Path, program: str) -> int:
    """The status of a shell in a sandbox that looks for a program, in the way in which the kernel's scripts do."""
    (place / "build").mkdir(exist_ok=True)
    script = f'[ -x "$(command -v {program})" ]'
    argv = Sandbox(place / "scratch", [Binding("/build", place / "build", writable=True)]).argv(["sh", "-c", script])
    return capture(argv)[0]


def test_what_is_hidden_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A program that is on every machine stands for those that are on some.
    assert looked_for(tmp_path, "bc") == 0
    monkeypatch.setattr(sandbox, "_UNSEEN", ("bc", "never-installed"))
    assert looked_for(tmp_path, "bc") == 1


@pytest.mark.parametrize("program", ["pahole", "rustc", "bindgen"])
def test_the_kernel_finds_none_of_these(tmp_path: Path, program: str) -> None:
    assert looked_for(tmp_path, program) == 1
