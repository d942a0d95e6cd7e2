# SPDX-License-Identifier: Apache-2.0
"""Configure: a configure script that is not Autoconf's and has arguments of its own, then make and make install."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leafroot.describe.arches import ARCHES
from leafroot.describe.fields import freeze
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest
from leafroot.plan.recipes.protocol import COPY_SOURCE, Builder, Site, Work, check_plain_path, filled


@dataclass(frozen=True)
class Configure(Builder):
    """`./configure`, `make`, `make install` in a copy of the source; nothing is added to `options`.

    In `options`, `{target}` stands for the target's triplet, `{prefix}` for that with a hyphen, and `{arch}` for
    the architecture's name. `by_arch` has more options by the name of the architecture; they come first. Words of
    the package's options are the last. `script` is the script's path in the source. `env` overrides and adds to the
    toolchain's variables. `make` are arguments of make, `install` those of the make that installs.
    """

    options: Sequence[str] = ("--prefix=/usr",)
    by_arch: Mapping[str, Sequence[str]] = field(default_factory=dict)
    script: str = "configure"
    env: Mapping[str, str] = field(default_factory=dict)
    make: Sequence[str] = ()
    install: Sequence[str] = ("install",)

    def __post_init__(self) -> None:
        freeze(self)

    def check(self, unit: Unit[Package]) -> None:
        check_plain_path(unit, self.script, "the source")
        for name in self.by_arch:
            if name not in ARCHES:
                raise LeafrootError(f"unknown architecture {name!r}", unit.at(name), nearest(name, ARCHES))

    def plan(self, site: Site) -> Work:
        arch = site.compiler.arch
        assert arch is not None, site.unit.name
        if self.by_arch and arch.name not in self.by_arch:
            raise LeafrootError(
                f"by_arch has no options for {arch.name}",
                site.unit.path("package.py"),
                "Look up what the script calls this architecture.",
            )
        given = (*self.by_arch.get(arch.name, ()), *self.options, *site.words)
        words = filled(given, site.compiler)
        return Work(
            commands=(
                *COPY_SOURCE,
                (f"./{self.script}", *words),
                ("make", *self.make),
                ("make", *self.make, "DESTDIR=/out", *self.install),
            ),
            env=site.compiler.env(self.env),
        )
