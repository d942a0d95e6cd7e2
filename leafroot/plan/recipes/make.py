# SPDX-License-Identifier: Apache-2.0
"""Make: a plain Makefile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leafroot.describe.fields import freeze
from leafroot.plan.recipes.protocol import Builder, Site, Work


@dataclass(frozen=True)
class Make(Builder):
    """A plain Makefile, called in /build with SRC=/src, then again for `install` with DESTDIR=/out.

    `variables` override the Makefile's own; words of the package's options follow them in both calls. `folder` is for
    Makefiles that work only in their own tree: the source is copied to /build, and make runs in that folder of the copy
    ("." is the top folder).
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    install: Sequence[str] = ("install",)
    folder: str = ""

    serves_host = True

    def __post_init__(self) -> None:
        freeze(self)

    def plan(self, site: Site) -> Work:
        words = (*(f"{name}={value}" for name, value in self.variables.items()), *site.words)
        tree = (("cp", "-R", "/src/.", "/build"), ("chmod", "-R", "u+w", "/build")) if self.folder else ()
        start = ("-C", self.folder) if self.folder else ("-f", "/src/Makefile", "SRC=/src")
        call = ("make", *start, *words)
        return Work(
            commands=(*tree, call, (*call, "DESTDIR=/out", *self.install)),
            env=site.compiler.env(),
            # A Makefile has one prefix. What it installs there for a tool is taken from there, and used elsewhere.
            result="" if site.compiler.arch else "/out/usr",
        )
