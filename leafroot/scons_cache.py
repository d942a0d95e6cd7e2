# SPDX-License-Identifier: Apache-2.0
"""SCons's door to the cache of artefacts."""

from __future__ import annotations

import functools
import hashlib
import time
from pathlib import Path
from typing import Any

import SCons.Action
import SCons.CacheDir
import SCons.Errors

from leafroot.effects.artefacts import ArtefactCache
from leafroot.errors import LeafrootError
from leafroot.host.disk import Scratch, of_system
from leafroot.host.run import InterruptedBuildError
from leafroot.report.work import print_error


class Artefacts(SCons.CacheDir.CacheDir):  # type: ignore[misc]
    """SCons's cache, in which an artefact's name is what went into it, and not where it is put."""

    def __init__(self, path: str) -> None:
        super().__init__(None)
        self.path = path
        note = functools.partial(print, flush=True)
        self._cache = ArtefactCache(Path(path), Scratch(Path(path).with_name("tmp")), note)

    def cachepath(self, node: Any) -> tuple[str | None, str | None]:
        """Nothing for SCons to look at: bringing and keeping is ours."""
        return None, None

    def _signature(self, node: Any) -> str:
        parts = [node.attributes.leafroot_step.output, *(child.get_cachedir_csig() for child in node.children())]
        return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()

    def retrieve(self, node: Any) -> bool:
        """Bring a file back, if the cache has it; its time is that of now, whatever was there before."""
        begun = time.monotonic()
        if not self.is_enabled() or not SCons.Action.execute_actions:
            return False
        target = Path(node.get_abspath())
        try:
            digest = self._cache.bring(self._signature(node), target, target.with_name(f".{target.name}.brought"))
            if digest:
                node.attributes.leafroot_performer.brought(digest, begun)
        except (LeafrootError, OSError) as error:
            if not isinstance(error, InterruptedBuildError):
                print_error(error if isinstance(error, LeafrootError) else of_system(error, target.name, target))
            raise SCons.Errors.BuildError(node, "Error 2") from error
        return bool(digest)

    def push(self, node: Any) -> bool:
        """Nothing: the performer keeps what it has made."""
        return False

    def keep(self, node: Any, digest: str) -> None:
        """Put a file that was just made into the cache."""
        if self.is_enabled() and not self.is_readonly():
            self._cache.keep(self._signature(node), Path(node.get_abspath()), digest)
