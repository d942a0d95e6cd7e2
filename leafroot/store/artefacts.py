# SPDX-License-Identifier: Apache-2.0
"""The cache of artefacts: files whose names say what went into them, and what came out.

A file is named `SIGNATURE-SHA256`. Each copy out of the cache is compared with that SHA-256 while it is made. A file
with other bytes is removed from the cache, and the artefact is built again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from leafroot.archive.decompress import CHUNK
from leafroot.files import replacing
from leafroot.host.disk import FullError, remove, room_for
from leafroot.host.run import check_interrupt


class _OtherBytesError(Exception):
    """A file does not have the SHA-256 that it should have; `args` is the one that it has."""


class ArtefactCache:
    """Artefacts below `folder`, each under a signature (hexadecimal digits); `note` prints a line for people."""

    def __init__(self, folder: Path, note: Callable[[str], None]) -> None:
        self._folder = folder
        self._note = note
        self._told: set[type[Exception]] = set()

    def bring(self, signature: str, target: Path) -> str:
        """Copy an artefact out of the cache to `target`; its SHA-256, or "" if the cache does not have it."""
        for path in self._found(signature):
            digest = path.name.removeprefix(f"{signature}-")
            try:
                self._copy(path, target, digest, f"{target.name}, which is in the cache")
            except _OtherBytesError as error:
                self._drop(path, f"is damaged: its SHA-256 is {error}")
            except OSError as error:
                self._drop(path, f"cannot be read ({error.strerror})")
            else:
                with contextlib.suppress(OSError):
                    os.utime(path)
                return digest
        return ""

    def keep(self, signature: str, file: Path, digest: str) -> None:
        """Copy a new artefact into the cache; if that fails, tell people why, once."""
        if self._found(signature):
            return
        try:
            # If the file has changed since it was made, it is not kept.
            with contextlib.suppress(_OtherBytesError):
                self._copy(file, self._folder / signature[:2] / f"{signature}-{digest}", digest, "them")
        except (OSError, FullError) as error:
            if type(error) not in self._told:
                self._told.add(type(error))
                why = error.message if isinstance(error, FullError) else error
                self._note(f"leafroot: {self._folder}: artefacts are not kept: {why}")

    def _found(self, signature: str) -> list[Path]:
        return sorted((self._folder / signature[:2]).glob(f"{signature}-*"))

    def _copy(self, source: Path, target: Path, digest: str, what: str) -> None:
        """Copy a file that should have this SHA-256; if it has another, write nothing and raise _OtherBytesError.

        `what` is what FullError says that there is no room for.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        hasher = hashlib.sha256()
        with source.open("rb") as old, replacing(target) as new, room_for(what, target):
            while data := old.read(CHUNK):
                check_interrupt()
                hasher.update(data)
                new.write(data)
            if hasher.hexdigest() != digest:
                raise _OtherBytesError(hasher.hexdigest())
            os.fchmod(new.fileno(), 0o644)
            new.flush()

    def _drop(self, path: Path, why: str) -> None:
        self._note(f"leafroot: {path} {why}; it is made again")
        with contextlib.suppress(OSError):
            remove(path)
