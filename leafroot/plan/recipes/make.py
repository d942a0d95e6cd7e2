# SPDX-License-Identifier: Apache-2.0
"""Make: a plain Makefile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leafroot.describe.fields import freeze
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest
from leafroot.plan.recipes.protocol import COPY_SOURCE, Builder, Site, Work, filled
from leafroot.step import Text, TreeFile

_CONFIG, _WORDS = "/make-config", "/make-config-options"


@dataclass(frozen=True)
class Make(Builder):
    """A plain Makefile, called in /build with SRC=/src, then again for `install` with DESTDIR=/out.

    `variables` override the Makefile's own; in them, `{prefix}` stands for the prefix of the compiler's name,
    `{target}` for that without its hyphen, `{arch}` for the architecture's name, `{cflags}` and `{ldflags}` for the
    toolchain's flags. Words of the package's options follow them in both calls. `targets` are what the first call
    makes, if that is not the Makefile's default. `folder` is for Makefiles that work only in their own tree: the
    source is copied to /build, and make runs in that folder of the copy ("." is the top folder).

    `config` is for Makefiles that read a file `.config` (hostapd): a file of the package's folder, copied to there.
    Words of the package's options are then lines that are added to it.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    targets: Sequence[str] = ()
    install: Sequence[str] = ("install",)
    folder: str = ""
    config: str = ""

    serves_host = True

    def __post_init__(self) -> None:
        freeze(self)

    def check(self, unit: Unit[Package]) -> None:
        if not self.config:
            return
        if self.config not in unit.files:
            raise LeafrootError(
                f"there is no {unit.path(self.config)}", unit.at(self.config), nearest(self.config, unit.files)
            )
        if not self.folder:
            raise LeafrootError("'config' needs 'folder'", unit.at(self.config), 'For example: folder="hostapd".')

    def plan(self, site: Site) -> Work:
        variables = (f"{name}={value}" for name, value in self.variables.items())
        words = (*filled(variables, site.compiler), *(() if self.config else site.words))
        tree = COPY_SOURCE if self.folder else ()
        start = ("-C", self.folder) if self.folder else ("-f", "/src/Makefile", "SRC=/src")
        call = ("make", *start, *words)
        join = ("sh", "-c", 'cat "$1" "$2" >"$3"', "sh", _CONFIG, _WORDS, f"{self.folder}/.config")
        lines = "".join(f"{word}\n" for word in site.words)
        return Work(
            commands=(
                *tree,
                *((join,) if self.config else ()),
                (*call, *self.targets),
                (*call, "DESTDIR=/out", *self.install),
            ),
            env=site.compiler.env(),
            inputs=(TreeFile(_CONFIG, site.unit.path(self.config)), Text(_WORDS, lines)) if self.config else (),
            # A Makefile has one prefix. What it installs there for a tool is taken from there, and used elsewhere.
            result="" if site.compiler.arch else "/out/usr",
        )
