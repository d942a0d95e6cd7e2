# SPDX-License-Identifier: Apache-2.0
"""Leafroot's own steps name the modules that decide on their bytes: all that these import, and no others."""

from __future__ import annotations

import ast
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import leafroot.own
from leafroot.step import Own, code_files

ROOT = Path(__file__).parents[2]
# The error has words alone. `step` says what a step is given, and decides on no byte of what one makes.
OUTSIDE = {"leafroot.errors", "leafroot.step"}


def works(kind: type[Own] = Own) -> Iterator[type[Own]]:
    """Every kind of work that a step can be told to do."""
    for module in pkgutil.iter_modules(leafroot.own.__path__):
        import_module(f"leafroot.own.{module.name}")
    for one in kind.__subclasses__():
        # Other modules of tests, which may be loaded already, have some of their own.
        if not one.__abstractmethods__ and one.__module__.startswith("leafroot."):
            yield one
        yield from works(one)


def names(tree: ast.AST) -> Iterator[str]:
    """The modules of Leafroot's that are imported anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("leafroot"):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            assert not [one for one in node.names if one.name.startswith("leafroot")]


def parsed(module: str) -> ast.Module:
    return ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text())


def imported(module: str, found: set[str]) -> None:
    """Add a module of Leafroot's and all that it imports, by way of others too."""
    if module not in found | OUTSIDE:
        found.add(module)
        for name in names(parsed(module)):
            imported(name, found)


def needed(work: type[Own]) -> set[str]:
    """The work's module with all that it imports, but for what the other classes in it import for themselves."""
    kin = {one.__name__ for one in work.__mro__}
    found = {work.__module__}
    for part in parsed(work.__module__).body:
        if not isinstance(part, ast.ClassDef) or part.name in kin:
            for name in names(part):
                imported(name, found)
    return {name.removeprefix("leafroot.").replace(".", "/") for name in found}


WORKS = list(works())


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.__name__)
def test_the_code_of_a_step_is_all_that_it_imports(work: type[Own]) -> None:
    assert sorted(work.code) == sorted(needed(work))


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.__name__)
def test_the_files_of_the_code_are_there(work: type[Own]) -> None:
    for path in code_files(work.code):
        assert (ROOT / path).is_file(), path
