# SPDX-License-Identifier: Apache-2.0
"""Autotools: configure, make, make install."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leafroot.describe.fields import freeze
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.plan.recipes.protocol import COPY_SOURCE, Builder, Site, Work, check_plain_path
from leafroot.step import Text

_SITE = "/config.site"
# Without this, it demands NEWS, AUTHORS and other files that only GNU's own packages must have.
_AUTOMAKE = "automake --foreign"
# Values that configure finds by running a program, which cannot be done for another machine: it would guess, and guess
# wrong for Linux. The names are those of Autoconf's and gnulib's macros ("Setting Site Defaults" in Autoconf's manual).
_FOUND_BY_RUNNING = {
    "ac_cv_func_calloc_0_nonnull": "yes",
    "ac_cv_func_chown_works": "yes",
    "ac_cv_func_fork_works": "yes",
    "ac_cv_func_getgroups_works": "yes",
    "ac_cv_func_lstat_dereferences_slashed_symlink": "yes",
    "ac_cv_func_lstat_empty_string_bug": "no",
    "ac_cv_func_malloc_0_nonnull": "yes",
    "ac_cv_func_memcmp_working": "yes",
    "ac_cv_func_mmap_fixed_mapped": "yes",
    "ac_cv_func_realloc_0_nonnull": "yes",
    "ac_cv_func_stat_empty_string_bug": "no",
    "ac_cv_func_strtod": "yes",
    "ac_cv_func_vfork_works": "yes",
    "ac_cv_func_working_mktime": "yes",
    "gl_cv_func_strcasecmp_works": "yes",
}
# For every package: libraries are shared, and what only people or later changes of the source need is left out. A
# configure script ignores those of these options that it does not know.
_USUAL = (
    *("--enable-shared", "--disable-static", "--disable-nls", "--disable-dependency-tracking"),
    *("--disable-maintainer-mode", "--disable-gtk-doc", "--disable-doc", "--disable-docs"),
)


@dataclass(frozen=True)
class Autotools(Builder):
    """`configure`, `make`, `make install`, out of tree; `options` follow the standard arguments of configure.

    `env` overrides and adds to the toolchain's variables. Words of the package's options are the last arguments of
    configure. `folder` is the folder of the source that has `configure`. With `in_tree`, the build takes place in a
    copy of the source. With `autoreconf`, configure is first made from configure.ac, in a copy too. `make` are
    arguments of make, `install` those of the make that installs.
    """

    options: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    in_tree: bool = False
    autoreconf: bool = False
    make: Sequence[str] = ()
    install: Sequence[str] = ("install",)

    serves_host = True

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def roots(self) -> tuple[str, ...]:
        """Autoconf and its companions, if they have to make configure."""
        return ("autotools",) if self.autoreconf else ()

    def check(self, unit: Unit[Package]) -> None:
        if self.folder:
            check_plain_path(unit, self.folder, "the source")

    def plan(self, site: Site) -> Work:
        prefix = site.compiler.install_prefix
        # Programs for the build machine stay in their own folder; those for a root use the standard paths.
        places = () if prefix != "/usr" else ("--sysconfdir=/etc", "--localstatedir=/var")
        copied = self.in_tree or self.autoreconf
        top = "/".join(filter(None, ("/build" if copied else "/src", self.folder)))
        words = (*site.compiler.triplets, f"--prefix={prefix}", *places, *_USUAL, *self.options, *site.words)
        move = ("env", "-C", top) if copied and self.folder else ()
        facts = "".join(f"{name}={value}\n" for name, value in _FOUND_BY_RUNNING.items())
        cross = site.compiler.arch is not None
        env = {**({"CONFIG_SITE": _SITE} if cross else {}), **({"AUTOMAKE": _AUTOMAKE} if self.autoreconf else {})}
        return Work(
            commands=(
                *(COPY_SOURCE if copied else ()),
                *(((*move, "autoreconf", "--force", "--install"),) if self.autoreconf else ()),
                (*move, f"{top}/configure", *words),
                (*move, "make", *self.make),
                (*move, "make", *self.make, "DESTDIR=/out", *self.install),
            ),
            env=site.compiler.env({**env, **self.env}),
            inputs=(Text(_SITE, facts),) if cross else (),
        )
