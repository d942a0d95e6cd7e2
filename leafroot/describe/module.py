# SPDX-License-Identifier: Apache-2.0
"""Modules: source code that a package's programs import, pinned in the package's lock file."""

from __future__ import annotations

from dataclasses import dataclass

from leafroot.describe.archive import Archive


@dataclass(frozen=True)
class Module:
    """One Debian package of source code, `golang-*-dev`; `license` is what Debian's copyright file says of it."""

    name: str
    version: str
    license: str
    archive: Archive

    @property
    def documentation(self) -> str:
        """The folder with what documents the package, below the root that it is unpacked into."""
        return f"usr/share/doc/{self.name}"

    @property
    def copyright(self) -> str:
        """Where the package's licence texts are, below the root that it is unpacked into."""
        return f"{self.documentation}/copyright"
