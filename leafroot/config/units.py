# SPDX-License-Identifier: Apache-2.0
"""Loads one unit: lists its folder, runs its description, and checks the value that it sets."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import leafroot
from leafroot.config.fields import wrong_fields
from leafroot.config.script import run_description
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest
from leafroot.rootfs.tree import DEEPEST

T = TypeVar("T")

# What is made of a unit is called after it, with what it is for, and no file's name has more than 255 bytes.
_LONGEST = 100

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


def load_unit(tree: Path, folder: str, file_name: str, variable: str, kind: type[T]) -> Unit[T]:
    """Load the unit in `folder`, which lies below `tree` or is absolute.

    `file_name` is its description, which must have a docstring and set `variable` to a value of type `kind`.
    Raises LeafrootError with the description's file and line.
    """
    directory = Path(tree, folder)
    name = directory.name
    if len(name) > _LONGEST:
        raise LeafrootError(f"a name of {len(name)} letters, and the longest has {_LONGEST}", folder)
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
    namespace = run_description(directory / file_name, shown, name)
    if variable not in namespace:
        defined = [key for key in namespace if not key.startswith("__") and not hasattr(leafroot, key)]
        raise LeafrootError(
            f"no value named {variable!r}",
            shown,
            nearest(variable, defined) or f"The file must set {variable} = {kind.__name__}(...).",
        )
    value = namespace[variable]
    problems = wrong_fields(value)
    if not isinstance(value, kind):
        problems = iter([f"{variable!r} must be a {kind.__name__}, but is a {type(value).__name__}"])
    for problem in problems:
        # Only now is the line looked for: it is slow, and most descriptions have no mistake.
        raise LeafrootError(problem, f"{shown}:{line_of(directory / file_name, variable)}")
    return Unit(name, folder, namespace["__doc__"], value, files)


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
    if prefix.count("/") > DEEPEST:
        raise LeafrootError(f"more than {DEEPEST} folders deep", directory)
    try:
        entries = list(os.scandir(directory))
    except OSError as error:
        raise LeafrootError(f"cannot be read: {error.strerror}", directory) from error
    for entry in entries:
        name = entry.name
        if entry.is_dir(follow_symlinks=False):
            if name != "__pycache__":
                yield from _files(entry.path, f"{prefix}{name}/")
        elif not name.endswith((".pyc", "~", ".swp")) and not name.startswith((".#", "#")):
            yield prefix + name
