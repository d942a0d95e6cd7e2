# SPDX-License-Identifier: Apache-2.0
"""Leafroot's own steps name the modules that do their work: all that these import, and no others."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from leafroot.plan.own import MODULES

from leafroot.app.session import _CALLS

ROOT = Path(__file__).parents[2]


def imported(module: str, found: set[str]) -> set[str]:
    """A module of Leafroot's and all that it imports, anywhere in it, by way of others too."""
    if module not in found:
        found.add(module)
        tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("leafroot."):
                imported(node.module or "", found)
            elif isinstance(node, ast.Import):
                assert not [one for one in node.names if one.name.startswith("leafroot")]
    return found


def test_every_call_says_what_its_code_is() -> None:
    assert MODULES.keys() == _CALLS.keys()


@pytest.mark.parametrize("call", sorted(_CALLS))
def test_the_code_of_a_call_is_all_that_it_imports(call: str) -> None:
    module, _ = _CALLS[call]
    needed = imported(module, set()) - {"leafroot.errors"}
    assert sorted(f"leafroot.{name.replace('/', '.')}" for name in MODULES[call]) == sorted(needed)
