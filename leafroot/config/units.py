# SPDX-License-Identifier: Apache-2.0
"""Loads one unit: reads its folder and its description, without importing it and without leaving bytecode."""

from __future__ import annotations

import ast
import os
import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any, TypeVar

import leafroot
from leafroot.config.fields import wrong_fields
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest

T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


def load_unit(tree: Path, folder: str, file_name: str, variable: str, kind: type[T]) -> Unit[T]:
    """Load the unit in `folder`, which lies below `tree` or is absolute.

    `file_name` is its description, which must have a docstring and set `variable` to a value of type `kind`.
    Raises LeafrootError with the description's file and line.
    """
    directory = Path(tree, folder)
    name = directory.name
    if not _NAME.fullmatch(name):
        raise LeafrootError(
            f"{name!r} cannot be a name",
            folder,
            "A name begins with a letter or a digit; after it, . _ + - may come too.",
        )
    files = tuple(sorted(_files(str(directory), "")))
    shown = f"{folder}/{file_name}"
    if file_name not in files:
        raise LeafrootError(f"this folder has no {file_name}", folder, nearest(file_name, files))
    code, doc = _compile(directory / file_name, shown)
    namespace: dict[str, Any] = {"__name__": name, "__file__": shown}
    try:
        # Not an import: no entry in sys.modules, no bytecode in the tree, and any folder name will do.
        exec(code, namespace)
    except Exception as error:
        raise _failure(error, shown) from error
    if variable not in namespace:
        defined = [key for key in namespace if not key.startswith("__") and not hasattr(leafroot, key)]
        raise LeafrootError(
            f"no value named {variable!r}",
            shown,
            nearest(variable, defined) or f"The file must set {variable} = {kind.__name__}(...).",
        )
    value = namespace[variable]
    line = f"{shown}:{line_of(directory / file_name, variable)}"
    if not isinstance(value, kind):
        raise LeafrootError(f"{variable!r} must be a {kind.__name__}, but is a {type(value).__name__}", line)
    for problem in wrong_fields(value):
        raise LeafrootError(problem, line)
    return Unit(name, folder, doc, value, files)


def has_files(directory: Path) -> bool:
    """Whether a folder holds anything that counts: what a branch left behind is no unit."""
    return next(_files(str(directory), ""), None) is not None


def line_of(file: Path, text: str) -> int:
    """The line where a description sets the variable or says the string `text`; 1 if it does not."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Constant) and node.value == text:
            return node.lineno
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == text:
            return node.lineno
    return 1


def _files(directory: str, prefix: str) -> Iterator[str]:
    """The paths of all files below a folder; links are files, whatever they point to."""
    with os.scandir(directory) as entries:
        for entry in entries:
            name = entry.name
            if entry.is_dir(follow_symlinks=False):
                if name != "__pycache__":
                    yield from _files(entry.path, f"{prefix}{name}/")
            elif not name.endswith((".pyc", "~", ".swp")) and not name.startswith((".#", "#")):
                yield prefix + name


def _compile(file: Path, shown: str) -> tuple[CodeType, str]:
    try:
        tree = ast.parse(file.read_bytes(), shown)
        code = compile(tree, shown, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise LeafrootError(f"not valid Python: {error.msg}", f"{shown}:{error.lineno or 1}") from error
    except ValueError as error:
        raise LeafrootError(f"not valid Python: {error}", f"{shown}:1") from error
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            strange = [alias.name for alias in node.names if alias.name != "leafroot"]
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            strange = [] if module in ("leafroot", "__future__") else [module]
        else:
            continue
        for module in strange:
            raise LeafrootError(
                f"imports {module!r}, but a description may import only from leafroot",
                f"{shown}:{node.lineno}",
                "What it needs belongs into leafroot's vocabulary, or into the recipe.",
            )
    doc = ast.get_docstring(tree)
    if not doc or not doc.strip():
        raise LeafrootError(
            "no docstring",
            f"{shown}:1",
            "Its first sentence is the prompt in the menu, the whole is the help.",
        )
    return code, doc


def _failure(error: Exception, shown: str) -> LeafrootError:
    """What went wrong in a description, at the description's line."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == shown]
    where = f"{shown}:{lines[-1] if lines and lines[-1] else 1}"
    if isinstance(error, LeafrootError):
        what = f"{error.where}: {error.message}" if error.where else error.message
        return LeafrootError(what, where, error.hint)
    text = str(error)
    # Python words these differently from version to version, and gives this tree's own path with an import.
    if isinstance(error, ImportError):
        name = text.split("'")[1]
        return LeafrootError(f"leafroot has no {name!r} to import", where, nearest(name, leafroot.__all__))
    if found := re.match(r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'", text):
        kind, name = found.groups()
        fields = getattr(getattr(leafroot, kind, None), "__dataclass_fields__", {})
        return LeafrootError(f"{kind} has no field {name!r}", where, nearest(name, fields))
    if isinstance(error, NameError) and error.name in leafroot.__all__:
        return LeafrootError(f"{error.name} is not imported", where, f"Write: from leafroot import {error.name}")
    return LeafrootError(f"{type(error).__name__}: {text}", where)
