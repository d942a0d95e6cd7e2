# SPDX-License-Identifier: Apache-2.0
"""The design's rules that a machine can hold us to: the direction of imports, the one door to other programs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "leafroot"
# Each imports only from its own folder or from those before it.
ORDER = (
    "errors",
    "describe",
    "rootfs",
    "config",
    "plan",
    "effects",
    "report",
    "session",
    "guests",
    "measuring",
    "commands",
    "scons_cache",
    "scons",
)


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


def test_an_import_against_the_direction_is_seen() -> None:
    assert wrong_imports("plan", "from leafroot.effects.run import run") == [
        "leafroot.effects.run",
        "leafroot.effects.run.run",
    ]
    assert wrong_imports("plan", "import leafroot.scons") == ["leafroot.scons"]
    assert not wrong_imports("plan", "from leafroot.units.catalog import Catalog")


@pytest.mark.parametrize(
    ("module", "homes"),
    [("subprocess", {"effects/run.py"}), ("SCons", {"scons.py", "scons_cache.py"})],
    ids=["subprocess", "SCons"],
)
def test_each_door_is_in_one_place(module: str, homes: set[str]) -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(name.split(".")[0] == module for name in imported(path.read_text()))
    }
    assert users == homes


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_is_small_enough_to_read(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 250


def test_a_module_of_tests_is_small_enough_to_read() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in (ROOT / "tests").rglob("*.py")}
    assert {path.relative_to(ROOT).as_posix(): length for path, length in lengths.items() if length > 320} == {}


def test_a_run_that_fetches_nothing_loads_no_network() -> None:
    """An unchanged build is done in three tenths of a second, and http.client would take a tenth of them."""
    program = "import sys, leafroot.commands; print([name for name in ('http.client', 'ssl') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
