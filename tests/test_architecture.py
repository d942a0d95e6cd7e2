# SPDX-License-Identifier: Apache-2.0
"""The design's rules that a machine can hold us to: the direction of imports, the one door to other programs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path

import pytest

import leafroot
from leafroot.describe.package import Recipe

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "leafroot"
ORDER: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["leafroot"]["layers"]
# This list only shrinks.
NAMED_TWICE = ["board.py", "qemu.py", "root.py"]


def imported(source: str) -> list[str]:
    """The modules that a source text imports, wherever in it."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found.append(node.module or "")
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def wrong_imports(layer: str, source: str) -> list[str]:
    """What a module of this layer imports from Leafroot although it stands after it."""
    allowed = ORDER[: ORDER.index(layer) + 1]
    names = [name.split(".") for name in imported(source)]
    return [".".join(parts) for parts in names if parts[0] == "leafroot" and parts[1:2] and parts[1] not in allowed]


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_go_one_way(path: Path) -> None:
    layer = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert not wrong_imports(layer, path.read_text())


def test_the_layers_are_those_that_there_are() -> None:
    assert sorted(ORDER) == sorted({path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in modules()})


def test_the_page_names_the_layers_in_their_order() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    told = [one for one in re.findall(r"`([^`]*)`", text) if one.count("→") > 1]
    assert [one.split() for one in told] == [" → ".join(ORDER).split()]


def test_an_import_against_the_direction_is_seen() -> None:
    assert wrong_imports("plan", "from leafroot.host.run import run") == [
        "leafroot.host.run",
        "leafroot.host.run.run",
    ]
    assert wrong_imports("plan", "import leafroot.app.scons") == ["leafroot.app.scons"]
    assert not wrong_imports("plan", "from leafroot.units.catalog import Catalog")


@pytest.mark.parametrize(
    ("module", "homes"),
    [("subprocess", {"host/run.py"}), ("SCons", {"app/scons.py"})],
    ids=["subprocess", "SCons"],
)
def test_each_door_is_in_one_place(module: str, homes: set[str]) -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(name.split(".")[0] == module for name in imported(path.read_text()))
    }
    assert users == homes


def recipes(kind: type[Recipe] = Recipe) -> Iterator[str]:
    """The names of all recipes that authors can write."""
    for one in kind.__subclasses__():
        if is_dataclass(one):
            yield one.__name__
        yield from recipes(one)


RECIPES = sorted(recipes())


def asked_for(source: str) -> list[str]:
    """The recipes that a source text asks a value for: isinstance(x, Go), type(x) is Go, case Go()."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=[_, kinds]):
                asked: list[ast.AST] = [kinds]
            case ast.Compare():
                asked = [node] if "type(" in ast.unparse(node) else []
            case ast.MatchClass():
                asked = [node.cls]
            case _:
                continue
        names = (
            ast.unparse(one) for each in asked for one in ast.walk(each) if isinstance(one, ast.Name | ast.Attribute)
        )
        found += [name for name in names if name.rpartition(".")[2] in RECIPES]
    return found


def test_nothing_asks_what_kind_of_recipe_it_has() -> None:
    """A recipe says for itself how it is built, and whether it was written correctly."""
    assert {"Autotools", "Files", "Go"} < set(RECIPES) <= set(leafroot.__all__)
    found = {
        path.relative_to(PACKAGE).as_posix(): asked_for(path.read_text())
        for path in modules()
        if not path.is_relative_to(PACKAGE / "plan" / "recipes")
    }
    assert {name: kinds for name, kinds in found.items() if kinds} == {}


@pytest.mark.parametrize(
    "source",
    [
        "isinstance(recipe, Go)",
        "isinstance(recipe, (Builder, autotools.Autotools))",
        "isinstance(unit.value.build, Go | Make)",
        "type(recipe) is Files",
        "match recipe:\n    case Go(paths=x):\n        pass",
    ],
)
def test_a_question_for_the_kind_of_recipe_is_seen(source: str) -> None:
    assert asked_for(source)


def test_the_vocabulary_is_sorted_and_whole() -> None:
    assert leafroot.__all__ == sorted(leafroot.__all__)
    defined = {name for name, value in vars(leafroot).items() if isinstance(value, type)}
    assert defined == set(leafroot.__all__)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_is_small_enough_to_read(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 500


def test_no_two_modules_have_one_name() -> None:
    names = Counter(path.name for path in modules() if path.name != "__init__.py")
    assert sorted(name for name, count in names.items() if count > 1) == NAMED_TWICE


def test_a_module_of_tests_is_small_enough_to_read() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in (ROOT / "tests").rglob("*.py")}
    assert {path.relative_to(ROOT).as_posix(): length for path, length in lengths.items() if length > 320} == {}


def test_a_run_that_fetches_nothing_loads_no_network() -> None:
    """An unchanged build is done in three tenths of a second, and requests would take longer than that."""
    program = (
        "import sys, leafroot.app.commands, leafroot.fetch.fetch\n"
        "print([name for name in ('http.client', 'ssl', 'requests', 'urllib3') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
