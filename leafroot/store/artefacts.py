# SPDX-License-Identifier: Apache-2.0
"""The cache of artefacts: files whose name says what went into them, and what came out.

`SIGNATURE-SHA256` is one file, renamed into place when it is whole. What is brought back is compared with its name on
the way, and takes its own name only if it is what was kept; what is damaged goes, and is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from leafroot.archive.decompress import CHUNK
from leafroot.host.disk import Scratch, free_words, full, is_full, remove
from leafroot.host.run import check_interrupt


class ArtefactCache:
    """Artefacts below `folder`, each under a signature (hexadecimal digits); `note` tells people what was found."""

    def __init__(self, folder: Path, scratch: Scratch, note: Callable[[str], None]) -> None:
        self._folder = folder
        self._scratch = scratch
        self._note = note
        self._told: set[str] = set()

    def bring(self, signature: str, target: Path, beside: Path) -> str:
        """Bring an artefact back to `target`, by way of the path `beside`; its SHA-256, or nothing if there is none."""
        for path in self._found(signature):
            try:
                digest = self._copy(path, beside)
            except OSError as error:
                if is_full(error):
                    told = full(f"{target.name}, which is in the cache", target)
                    remove(beside)
                    raise told from error
                self._drop(path, f"cannot be read ({error.strerror})")
                continue
            if path.name == f"{signature}-{digest}":
                beside.chmod(0o644)
                beside.replace(target)
                with contextlib.suppress(OSError):
                    os.utime(path)
                return digest
            self._drop(path, f"is damaged: its SHA-256 is {digest}")
        remove(beside)
        return ""

    def keep(self, signature: str, file: Path, digest: str) -> None:
        """Keep a file that was just made; people are told once if there is no way to."""
        if self._found(signature):
            return
        fresh = None
        try:
            self._place(signature).mkdir(parents=True, exist_ok=True)
            fresh = self._scratch.place(signature)
            if self._copy(file, fresh) != digest:
                # Somebody has changed the output under our hands.
                return
            fresh.chmod(0o644)
            fresh.replace(self._place(signature) / f"{signature}-{digest}")
        except OSError as error:
            why = f"there is no room: {free_words(self._folder)}" if is_full(error) else str(error)
            if why not in self._told:
                self._told.add(why)
                self._note(f"leafroot: {self._folder}: artefacts are not kept, for {why}")
        finally:
            if fresh is not None:
                with contextlib.suppress(OSError):
                    remove(fresh)

    def _place(self, signature: str) -> Path:
        return self._folder / signature[:2]

    def _found(self, signature: str) -> list[Path]:
        return sorted(self._place(signature).glob(f"{signature}-*"))

    def _copy(self, source: Path, target: Path) -> str:
        target.parent.mkdir(parents=True, exist_ok=True)
        hasher = hashlib.sha256()
        with source.open("rb") as old, target.open("wb") as new:
            while data := old.read(CHUNK):
                check_interrupt()
                hasher.update(data)
                new.write(data)
        return hasher.hexdigest()

    def _drop(self, path: Path, why: str) -> None:
        self._note(f"leafroot: {path} {why}; it is made again")
        with contextlib.suppress(OSError):
            remove(path)
