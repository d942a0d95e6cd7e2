# SPDX-License-Identifier: Apache-2.0
"""Loads the Kconfig menu through kconfiglib, and turns kconfiglib's complaints into errors."""

from __future__ import annotations

import glob
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import kconfiglib

from leafroot.errors import LeafrootError, nearest, printable
from leafroot.units.load import TooLong, time_limit

# What kconfiglib reads from the environment; the user's settings for the kernel's Kconfig must not apply here.
_VARIABLES = (
    "CONFIG_",
    "KCONFIG_ALLCONFIG",
    "KCONFIG_AUTOHEADER_HEADER",
    "KCONFIG_CONFIG",
    "KCONFIG_CONFIG_HEADER",
    "KCONFIG_STRICT",
    "KCONFIG_WARN_UNDEF",
    "KCONFIG_WARN_UNDEF_ASSIGN",
)


def _refuse_shell(kconf: Any, _: str, command: str) -> str:
    raise kconfiglib.KconfigError(
        f"{kconf.filename}:{kconf.linenr}: $(shell,{command}) makes the configuration depend on this machine"
    )


# kconfiglib takes preprocessor functions from the module named by KCONFIG_FUNCTIONS, which is this one.
functions = {"shell": (_refuse_shell, 1, 1)}

_DEPTH = 100_000
# Seconds of processor time. A thousand packages take a third of one.
TIME_LIMIT = 30.0
_PLACE = re.compile(r"(?P<where>[^\s:][^:]*:\d+): (?:error: |warning: )?(?P<message>.*)", re.DOTALL)
_UNDEFINED = re.compile(r"undefined symbol (?P<name>\S+):\n\n- Referenced at (?P<where>[^\n]+:\d+):")
_NOT_TEXT = re.compile(r"Malformed utf-8 in '(?P<where>[^\n]+)'\n.*\n *Reason: (?P<reason>[^\n]+)", re.DOTALL)
_NO_END = re.compile(r"(?P<message>expected '\w+' at end) of '(?P<where>[^\n]+)'")
_DEFINED = re.compile(r"\(defined at (?P<where>[^),]+:\d+)")


def load_kconfig(root: Path, generated: Path) -> Any:
    """The menu of configs/Kconfig and of the generated files in `generated`, without any assignment.

    Raises LeafrootError for every error and warning of kconfiglib.
    """
    # kconfiglib joins the tree's path and a glob pattern, so these characters in the path do harm here only.
    if re.search(r"[\[*?]", str(root.resolve())):
        raise LeafrootError("Kconfig cannot be read below a folder with [, * or ? in its name", root.resolve())
    variables = {
        "srctree": str(root.absolute()),
        # kconfiglib takes the paths that it sources for glob patterns.
        "GENERATED": glob.escape(str(generated.absolute())),
        "KCONFIG_FUNCTIONS": __name__,
        "KCONFIG_WARN_UNDEF": "y",
    }
    with environment(variables, alone=True), deep():
        try:
            with time_limit(TIME_LIMIT):
                kconf = kconfiglib.Kconfig("configs/Kconfig", warn_to_stderr=False)
        except (kconfiglib.KconfigError, OSError) as error:
            raise kconfig_error(str(error), root) from None
        except (TooLong, MemoryError, RecursionError) as error:
            raise LeafrootError(
                "reading Kconfig takes too long here",
                _place_of(error),
                "Macros, $(...), that each use the next one twice double the text at every level.",
            ) from None
    raise_warnings(kconf, root)
    return kconf


def _place_of(error: BaseException) -> str:
    """The place that kconfiglib was reading when the error occurred."""
    place, frame = "configs/Kconfig", error.__traceback__
    while frame is not None:
        reader = frame.tb_frame.f_locals.get("self")
        if isinstance(reader, kconfiglib.Kconfig) and getattr(reader, "filename", None):
            place = f"{reader.filename}:{reader.linenr}"
        frame = frame.tb_next
    return place


def raise_warnings(kconf: Any, root: Path) -> None:
    """Raise LeafrootError with all warnings of kconfiglib so far, if there are any."""
    if kconf.warnings:
        first, *more = [kconfig_error(text, root) for text in kconf.warnings]
        if first.message.startswith("undefined symbol "):
            name = first.message.removeprefix("undefined symbol ")
            first.hint = nearest(name, [option.name for option in kconf.unique_defined_syms])
        hints = [first.hint, *(str(error) for error in more)]
        raise LeafrootError(first.message, first.where, "\n".join(hint for hint in hints if hint))


def kconfig_error(text: str, root: Path) -> LeafrootError:
    """The error for a message of kconfiglib, with its place if the message names one."""
    text = text.strip().replace(f"{root.resolve()}{os.sep}", "")
    text = re.sub(r"^(warning|error): ", "", text)
    if text.startswith("Dependency loop"):
        return _loop_error(text)
    if found := _NOT_TEXT.match(text):
        return LeafrootError(f"not UTF-8 text: {found['reason']}", found["where"])
    if found := _UNDEFINED.match(text):
        return LeafrootError(f"undefined symbol {found['name']}", found["where"])
    if found := _NO_END.match(text):
        return LeafrootError(found["message"], found["where"])
    found = _PLACE.match(text)
    where, message = (found["where"], found["message"]) if found else (None, text)
    if where is None and (defined := _DEFINED.search(text)):
        where = defined["where"]
    message = message.replace(f" (defined at {where})", "", 1)
    message = message.replace(" Check that environment variables are set correctly", "").split(" (e.g. $srctree")[0]
    head, *rest = [printable(line.rstrip()) for line in message.strip().splitlines() if line.strip()]
    return LeafrootError(head.rstrip("."), where, "\n".join(rest))


def _loop_error(text: str) -> LeafrootError:
    """The error for a dependency loop: all members, one per line."""
    steps = re.findall(
        r"^(?:\.\.\.depends (?:again )?on )?(?:the choice symbol )?(\S+|<choice.*?>) \(defined at (.*?)\)",
        text,
        re.M,
    )
    names = [name for name, _ in steps]
    places = [f"{places}: {name} depends on {needed}" for (name, places), needed in zip(steps, names[1:], strict=False)]
    return LeafrootError(
        f"options depend on each other in a circle: {' -> '.join(names)}",
        steps[0][1].split(",")[0],
        "\n".join(places),
    )


@contextmanager
def deep() -> Iterator[None]:
    """Let kconfiglib, which follows dependencies by recursion, follow a chain of some ten thousand.

    Three hundred packages, each of which selects the next, reach Python's own limit.
    """
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEPTH))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@contextmanager
def environment(values: Mapping[str, str], *, alone: bool = False) -> Iterator[None]:
    """Set the environment that kconfiglib reads, without the user's own settings; restore it afterwards.

    With `alone`, it has no other variables: $(HOME) in a Kconfig would make the configuration depend on the machine.
    """
    names = {*(os.environ if alone else _VARIABLES), *values}
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ.update(values)
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name, None)
        os.environ.update(before)
