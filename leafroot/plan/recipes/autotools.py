# SPDX-License-Identifier: Apache-2.0
"""Autotools: configure, make, make install."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leafroot.describe.fields import freeze
from leafroot.plan.recipes.protocol import Builder, Site, Work


@dataclass(frozen=True)
class Autotools(Builder):
    """`configure`, `make`, `make install`, out of tree; `options` follow the standard arguments of configure.

    `env` overrides and adds to the toolchain's variables. Words of the package's options are the last arguments of
    configure.
    """

    options: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)

    serves_host = True

    def __post_init__(self) -> None:
        freeze(self)

    def plan(self, site: Site) -> Work:
        prefix = site.compiler.install_prefix
        # Programs for the build machine stay in their own folder; those for a root use the standard paths.
        places = () if prefix != "/usr" else ("--sysconfdir=/etc", "--localstatedir=/var")
        configure = ("/src/configure", *site.compiler.triplets, f"--prefix={prefix}", *places)
        return Work(
            commands=(
                (*configure, *self.options, *site.words),
                ("make",),
                ("make", "install", "DESTDIR=/out"),
            ),
            env=site.compiler.env(self.env),
        )
