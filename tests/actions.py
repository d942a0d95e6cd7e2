# SPDX-License-Identifier: Apache-2.0
"""A small step, and the digest of an action without anything that was built."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from leafroot.describe.archive import Archive
from leafroot.step import Actions, Output, Step, Text

ONE, TWO = Archive("https://x.example/one.tar", "1" * 64), Archive("https://x.example/two.tar", "2" * 64)
ELSEWHERE = Archive(["debian:pool/one.tar", "https://y.example/1"], "1" * 64)
A, B = Output("t/a.tar.zst"), Output("t/b.tar.zst")


def action(
    step: Step, *others: Step, digests: Mapping[str, str] | None = None, files: Mapping[str, str] | None = None
) -> str:
    """The digest of a step's action; outputs and files have the bytes that their names say, unless told otherwise."""
    actions = Actions(
        lambda path: (digests or {}).get(path, path), lambda path: (files or {}).get(path, Path(path).name)
    )
    for one in (step, *others):
        actions.add(one)
    return actions.of(step).digest


STEP = Step("a", A, (Text("/x", "1"),), commands=(("true",),), env=(("A", "b"),), name="a")
