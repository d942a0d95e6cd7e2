# SPDX-License-Identifier: Apache-2.0
"""The targets of the command line: commands, and paths of outputs or of folders that hold outputs."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from leafroot.app.variables import VARIABLES
from leafroot.errors import LeafrootError, nearest


@dataclass(frozen=True)
class Words:
    """The targets as typed. Paths are relative to the folder `base`, and outputs are below the folder `output`."""

    typed: Sequence[str]
    base: Path
    output: Path
    commands: Collection[str]

    def check(self) -> None:
        """Raise a LeafrootError for a word that is no target of any board: this is known before units are loaded."""
        for word in self.typed:
            if word in self.commands or self._below(word) is not None:
                continue
            if "/" in word:
                raise LeafrootError(f"no step makes {word!r}", "command line", f"OUTPUT is {self.output}.")
            known = [*self.commands, *(f"{name}=" for name in VARIABLES)]
            hint = nearest(word, known) or "'scons -h' lists all commands and variables."
            raise LeafrootError(f"unknown command {word!r}", "command line", hint)

    def find(self, outputs: Collection[str], exports: Collection[str]) -> list[Target]:
        """What each word stands for; `outputs` and `exports` are paths below OUTPUT, of files and of folders.

        Raises a LeafrootError, with the nearest path, for one that no step makes.
        """
        return [self._target(word, outputs, exports) for word in self.typed]

    def _target(self, word: str, outputs: Collection[str], exports: Collection[str]) -> Target:
        if word in self.commands:
            return Target(self.output, command=word)
        path = self._below(word)
        assert path is not None, word
        if path in outputs:
            return Target(self.output / path, outputs=(path,))
        inside = Target(
            self.output / path, outputs=tuple(_inside(path, outputs)), exports=tuple(_inside(path, exports))
        )
        if inside.outputs or inside.exports:
            return inside
        known = {*outputs, *exports, *(folder for one in outputs for folder in _folders(one))}
        hint = nearest(self._typed_like(word, path), [self._typed_like(word, one) for one in known])
        raise LeafrootError(f"no step makes {word!r}", "command line", hint)

    def _below(self, word: str) -> str | None:
        """The word as a path below OUTPUT, "" for OUTPUT itself and what holds it; None if it leads elsewhere."""
        path, output = os.path.normpath(self.base / word), os.path.normpath(self.output)
        if f"{output}/".startswith(f"{path.rstrip('/')}/"):
            return ""
        return path.removeprefix(f"{output}/") if path.startswith(f"{output}/") else None

    def _typed_like(self, word: str, path: str) -> str:
        """A path below OUTPUT, absolute if the word was, or else relative."""
        place = self.output / path
        return str(place) if word.startswith("/") else os.path.relpath(place, self.base)


@dataclass(frozen=True)
class Target:
    """What a word of the command line stands for: a command, or the outputs and exported folders at a place."""

    place: Path
    command: str = ""
    outputs: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()


def _inside(folder: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Those of the paths that are the folder, or inside it, in order."""
    return tuple(sorted(one for one in paths if not folder or one == folder or one.startswith(f"{folder}/")))


def _folders(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
