# SPDX-License-Identifier: Apache-2.0
"""Loads units: lists a unit's folder, runs its description, which is Python, and checks the value that it sets.

A description must not import from anywhere but leafroot, and must not read files or run other code; the error names the
line. This does not stop malicious code, which is impossible in Python. It stops accidents, and descriptions whose value
depends on the machine.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import inspect
import os
import re
import signal
import stat
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
from leafroot.rootfs.layers import is_leftover
from leafroot.rootfs.tree import DEEPEST

T = TypeVar("T")

# Outputs are named after units, with a suffix, and a file name has at most 255 bytes.
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
        raise LeafrootError(f"the name has {len(name)} characters, but at most {_LONGEST} are allowed", folder)
    if not _NAME.fullmatch(name):
        raise LeafrootError(
            f"{name!r} is not a valid name",
            folder,
            "A name has letters, digits and . _ + -, and begins with a letter or a digit.",
        )
    files, links = _content(directory, folder)
    shown = f"{folder}/{file_name}"
    if file_name not in files:
        raise LeafrootError(f"this folder has no {file_name}", folder, nearest(file_name, files))
    namespace = run_description(directory / file_name, shown, name)
    if variable not in namespace:
        defined = [key for key in namespace if not key.startswith("__") and key not in leafroot.__all__]
        raise LeafrootError(
            f"the file does not set {variable!r}",
            shown,
            nearest(variable, defined) or f"The file must set {variable} = {kind.__name__}(...).",
        )
    value = namespace[variable]
    problems = wrong_fields(value)
    if not isinstance(value, kind):
        problems = iter([f"{variable!r} must be a {kind.__name__}, but is a {type(value).__name__}"])
    for problem in problems:
        # Looks for the line only now, because it is slow and most descriptions have no error.
        raise LeafrootError(problem, f"{shown}:{line_of(directory / file_name, variable)}")
    return Unit(name, folder, namespace["__doc__"], value, files, directory, file_name, links=links)


def has_files(directory: Path) -> bool:
    """Whether a folder has files that count: an empty folder, left behind by another branch, is not a unit."""
    return next(_entries(str(directory), ""), None) is not None


# Folders of a unit that may be symbolic links, to sources that lie elsewhere.
_MAY_BE_LINKS = ("files", "overlay", "overlays", "patches", "src")
# Those that go into a root: rootfs/layers.py checks what they hold, and a link there is a link of the root.
_OF_ROOTS = ("files", "overlay")
_KINDS = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFBLK: "a device", stat.S_IFCHR: "a device"}


def _content(directory: Path, folder: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The files of a unit's folder, and the symbolic links in its src/ that stay links, as (name, target).

    A link to a file counts as that file. Raises LeafrootError for what cannot be an input of a step.
    """
    files: list[str] = []
    links: list[tuple[str, str]] = []
    for name, entry in sorted(_entries(str(directory), "")):
        if name.split("/")[0] in _OF_ROOTS:
            files.append(name)
        elif not name.isprintable():
            raise LeafrootError("this name has characters that cannot be shown", f"{folder}/{name}", "Rename it.")
        elif entry.is_symlink() and not os.path.isfile(entry.path):  # noqa: PTH113 (a thousand units are loaded)
            if link := _link(entry, name, folder):
                links.append((name, link))
            else:
                files.append(name)
        elif not entry.is_symlink() and not entry.is_file():
            kind = _KINDS.get(stat.S_IFMT(entry.stat().st_mode), "not a file")
            raise LeafrootError(
                f"this is {kind}, but a unit has files, folders and symbolic links only",
                f"{folder}/{name}",
                "Remove it.",
            )
        elif not os.access(entry.path, os.R_OK):
            raise LeafrootError("cannot be read: Permission denied", f"{folder}/{name}", "Make it readable: chmod +r.")
        else:
            files.append(name)
    return tuple(files), tuple(links)


def _link(entry: os.DirEntry[str], name: str, folder: str) -> str:
    """The target of a symbolic link that leads to no file, if it stays a link; "" for one that nobody reads."""
    target = os.readlink(entry.path)  # noqa: PTH115
    top, is_folder = name.split("/")[0], os.path.isdir(entry.path)  # noqa: PTH112
    if top == "src" and top != name:
        place = os.path.normpath(f"{os.path.dirname(name)}/{target}")  # noqa: PTH120
        if not target.startswith("/") and place.split("/")[0] == "src":
            return target
        if is_folder:
            raise LeafrootError(
                f"this is a link to the folder {target}, which is not in src/",
                f"{folder}/{name}",
                "Only what is in src/ is there when the package is built: put the folder into src/.",
            )
    elif is_folder:
        return ""
    raise LeafrootError(
        f"this is a link to {target}, which does not exist", f"{folder}/{name}", "Correct the link, or remove it."
    )


def _entries(directory: str, prefix: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """The paths and entries of all that is below a folder, without folders and without what editors leave."""
    if prefix.count("/") > DEEPEST:
        raise LeafrootError(f"folders are nested more than {DEEPEST} deep", directory)
    try:
        entries = list(os.scandir(directory))
    except OSError as error:
        raise LeafrootError(f"cannot be read: {error.strerror}", directory) from error
    for entry in entries:
        name = entry.name
        linked = not prefix and name in _MAY_BE_LINKS and os.path.isdir(entry.path)  # noqa: PTH112
        if linked or entry.is_dir(follow_symlinks=False):
            if not is_leftover(name, is_folder=True):
                yield from _entries(entry.path, f"{prefix}{name}/")
        elif not is_leftover(name, is_folder=False):
            yield prefix + name, entry


# Seconds of processor time. The slowest description takes a few milliseconds.
TIME_LIMIT = 10.0
_NOT_FOR_DESCRIPTIONS = (
    *("open", "exec", "eval", "compile", "input", "breakpoint"),
    *("exit", "quit", "help", "copyright", "credits", "license", "__loader__", "__spec__"),
)


def run_description(file: Path, shown: str, name: str) -> dict[str, Any]:
    """Run a description and return all variables that it sets, its docstring as `__doc__`.

    `shown` is its path for messages. Raises LeafrootError with file and line for every error in it.
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
            "the file has no docstring",
            f"{shown}:1",
            "Its first sentence becomes the prompt in the menu, the whole text the help.",
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
            "Add what it needs to leafroot's vocabulary, or to a recipe.",
        )


def _check_functions(text: bytes, shown: str) -> None:
    """Find imports in functions, which may never be called; all other imports are checked when they run."""
    for node in ast.walk(ast.parse(text, shown)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                _check_module(alias.name, f"{shown}:{node.lineno}")
        elif isinstance(node, ast.ImportFrom):
            _check_module("." * node.level + (node.module or ""), f"{shown}:{node.lineno}")


def _missing(name: str) -> Any:
    def refuse(*_: object, **__: object) -> None:
        raise LeafrootError(
            f"calls {name}(), but a description may only set values",
            hint="The values must not depend on the machine. Give the names of files, and do not open them.",
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
        # Docstrings are kept under PYTHONOPTIMIZE=2 too.
        code = compile(text, shown, "exec", dont_inherit=True, optimize=0)
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
    """The error for an exception in a description, with the description's line."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == shown]
    where = f"{shown}:{lines[-1] if lines and lines[-1] else 1}"
    text = str(error)
    match error:
        case LeafrootError():
            what = f"{error.where}: {error.message}" if error.where else error.message
            return LeafrootError(what, where, error.hint)
        case TooLong():
            return LeafrootError(
                f"still running after {TIME_LIMIT:.0f} seconds",
                where,
                "A description only sets values, which takes no time. Does it have an endless loop?",
            )
        case KeyboardInterrupt():
            return LeafrootError("interrupted while this ran", where)
        case SystemExit():
            return LeafrootError("ends the program, but a description may only set values", where)
        case MemoryError():
            return LeafrootError("needs more memory than there is", where)
        # Python's wording differs from version to version, and import errors contain this tree's own path.
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
    """Raised in code that runs too long; `except Exception` does not catch it."""


def _too_long(*_: object) -> None:
    raise TooLong


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TooLong after this much processor time; outside of the main thread, which gets no signals, do nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _too_long)
    # Repeated, because a bare `except:` would swallow the first one.
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
