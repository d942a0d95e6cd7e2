# SPDX-License-Identifier: Apache-2.0
"""Loads units: lists a unit's folder, runs its description, which is Python, and checks the value that it sets.

What a description may not do is refused where it does it: importing from elsewhere than leafroot, and reading files or
other code. This is no wall against malice, for Python has no such thing; it is one against accidents, and against
descriptions whose value depends on the machine.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import inspect
import os
import re
import signal
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any, TypeVar

import leafroot
from leafroot.describe.fields import wrong_fields
from leafroot.describe.unit import Unit, line_of
from leafroot.errors import LeafrootError, nearest
from leafroot.files import read_file
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
        defined = [key for key in namespace if not key.startswith("__") and key not in leafroot.__all__]
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
    return Unit(name, folder, namespace["__doc__"], value, files, directory, file_name)


def has_files(directory: Path) -> bool:
    """Whether a folder holds anything that counts: what a branch left behind is no unit."""
    return next(_files(str(directory), ""), None) is not None


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


# Seconds of processor time. The slowest takes some milliseconds.
TIME_LIMIT = 10.0
_NOT_FOR_DESCRIPTIONS = (
    *("open", "exec", "eval", "compile", "input", "breakpoint"),
    *("exit", "quit", "help", "copyright", "credits", "license", "__loader__", "__spec__"),
)


def run_description(file: Path, shown: str, name: str) -> dict[str, Any]:
    """Run a description and give all that it has set, its docstring under `__doc__`.

    `shown` is its path as people write it. Raises LeafrootError with file and line, whatever goes wrong in it.
    """
    code = _compile(file, shown)
    namespace: dict[str, Any] = {"__name__": name, "__file__": shown, "__builtins__": _BUILTINS}
    try:
        with time_limit(TIME_LIMIT):
            exec(code, namespace)
    except (Exception, SystemExit, KeyboardInterrupt, TooLong) as error:
        raise _failure(error, shown) from error
    doc = namespace.get("__doc__")
    if not isinstance(doc, str) or not doc.strip():
        raise LeafrootError(
            "no docstring",
            f"{shown}:1",
            "Its first sentence is the prompt in the menu, the whole is the help.",
        )
    namespace["__doc__"] = inspect.cleandoc(doc)
    return namespace


def _import(name: str, *arguments: Any) -> Any:
    level = arguments[3] if len(arguments) > 3 else 0
    _check_module("." * level + name)
    return __import__(name, *arguments)


def _check_module(module: str, where: str | None = None) -> None:
    if module not in ("leafroot", "__future__"):
        raise LeafrootError(
            f"imports {module!r}, but a description may import only from leafroot",
            where,
            "What it needs belongs into leafroot's vocabulary, or into the recipe.",
        )


def _check_functions(text: bytes, shown: str) -> None:
    """Find imports in functions that may not be called; all others are found when they are done."""
    for node in ast.walk(ast.parse(text, shown)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                _check_module(alias.name, f"{shown}:{node.lineno}")
        elif isinstance(node, ast.ImportFrom):
            _check_module("." * node.level + (node.module or ""), f"{shown}:{node.lineno}")


def _missing(name: str) -> Any:
    def refuse(*_: object, **__: object) -> None:
        raise LeafrootError(
            f"calls {name}(), but a description only says what there is",
            hint="What it says may not depend on the machine. Files of the folder are named, not opened.",
        )

    return refuse


_BUILTINS: dict[str, Any] = {
    **vars(builtins),
    "__import__": _import,
    **{name: _missing(name) for name in _NOT_FOR_DESCRIPTIONS},
}


def _compile(file: Path, shown: str) -> CodeType:
    text = read_file(file, shown)
    try:
        code = compile(text, shown, "exec", dont_inherit=True)
        if any(isinstance(value, CodeType) for value in code.co_consts):
            _check_functions(text, shown)
        return code
    except SyntaxError as error:
        raise LeafrootError(f"not valid Python: {error.msg}", f"{shown}:{error.lineno or 1}") from error
    except ValueError as error:
        raise LeafrootError(f"not valid Python: {error}", f"{shown}:1") from error
    except (RecursionError, MemoryError) as error:
        raise LeafrootError("not valid Python: it is nested too deeply", f"{shown}:1") from error


def _failure(error: BaseException, shown: str) -> LeafrootError:
    """What went wrong in a description, at the description's line."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == shown]
    where = f"{shown}:{lines[-1] if lines and lines[-1] else 1}"
    text = str(error)
    match error:
        case LeafrootError():
            what = f"{error.where}: {error.message}" if error.where else error.message
            return LeafrootError(what, where, error.hint)
        case TooLong():
            return LeafrootError(
                f"not done after {TIME_LIMIT:.0f} seconds",
                where,
                "A description says what there is, and is done at once: a loop in it has no end.",
            )
        case KeyboardInterrupt():
            return LeafrootError("interrupted while this ran", where)
        case SystemExit():
            return LeafrootError("ends the program, but a description only says what there is", where)
        case MemoryError():
            return LeafrootError("asks for more memory than there is", where)
        # Python words these differently from version to version, and gives this tree's own path with an import.
        case ImportError() if len(quoted := text.split("'")) > 1:
            return LeafrootError(
                f"leafroot has no {quoted[1]!r} to import", where, nearest(quoted[1], leafroot.__all__)
            )
        case NameError() if error.name in leafroot.__all__:
            return LeafrootError(f"{error.name} is not imported", where, f"Write: from leafroot import {error.name}")
    if found := re.match(r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'", text):
        kind, name = found.groups()
        fields = getattr(getattr(leafroot, kind, None), "__dataclass_fields__", {})
        return LeafrootError(f"{kind} has no field {name!r}", where, nearest(name, fields))
    return LeafrootError(f"{type(error).__name__}: {text}", where)


class TooLong(BaseException):
    """Raised in what does not come to its end; code that catches every Exception does not catch it."""


def _too_long(*_: object) -> None:
    raise TooLong


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End with TooLong what takes more processor time; outside of the main thread, without signals, it may run on."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _too_long)
    # Again and again, for an `except:` with nothing behind it would swallow the first.
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
