# SPDX-License-Identifier: Apache-2.0
"""Recipes: the ways in which a package is built. A recipe says what differs; leafroot/plan knows the rest."""

from __future__ import annotations

from dataclasses import dataclass

from leafroot.describe.archive import Archive


@dataclass(frozen=True)
class Choice:
    """What an option of the package's Config.in means to its recipe.

    `option` is the Kconfig symbol without CONFIG_. `on` is the word that is added while the option is y, or has a
    number or a text, which stands for `{value}` in it; `off` the word while it is n or empty. An empty word adds none.
    """

    option: str
    on: str = ""
    off: str = ""

    def word(self, value: str) -> str:
        """The word for a value of the option, as Kconfig writes it: y, n, a number, or a text without quotes."""
        return self.off if value in ("n", "") else self.on.replace("{value}", value)


@dataclass(frozen=True)
class Autotools:
    """`configure`, `make`, `make install`, out of tree; `options` go to configure after the usual ones.

    `choices` add to them.
    """

    options: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Meson:
    """`meson setup`, `ninja`, `meson install`, out of tree; `options` go to setup after the usual ones.

    `choices` add to them. Features that Meson would decide by what it finds are off unless an option turns them on.
    """

    options: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Make:
    """A plain Makefile, called in /build with SRC=/src, then again for `install` with DESTDIR=/out.

    `choices` add words to both calls. With `folder`, for Makefiles that know their own tree alone, a copy of the
    source is in /build, and make is called in that folder of it ("." for the topmost).
    """

    variables: tuple[tuple[str, str], ...] = ()
    install: tuple[str, ...] = ("install",)
    choices: tuple[Choice, ...] = ()
    folder: str = ""


@dataclass(frozen=True)
class Kbuild:
    """A program configured like the kernel (busybox): a base target, fragments on top, every option checked.

    `fragments` are files in the package's folder; `base` is the make target that gives the first .config.
    """

    fragments: tuple[str, ...]
    base: str = "allnoconfig"
    install: tuple[str, ...] = ("install",)


@dataclass(frozen=True)
class Files:
    """Nothing to build: the package's folder `files/` goes into the root as it stands."""


@dataclass(frozen=True)
class Prebuilt:
    """Nothing to build: files of the source go into the package as they are, for any architecture.

    `install` are pairs (path in the source, path in the root). A source path that ends in a slash is all that is in
    that folder; a root path that ends in one is the folder to put things into. Links stay links. Of a folder that
    is installed whole, the files that `license_files` names are left out. With `boot` the files are for a boot
    loader: the package cannot be chosen for a root, but a board's loader names it.
    """

    install: tuple[tuple[str, str], ...]
    boot: bool = False


@dataclass(frozen=True)
class Go:
    """Go programs, compiled for the board, with their C parts by the toolchain's compiler.

    `paths` say what the source's folders are called in imports: pairs (folder, import path), "" for the whole source.
    `programs` are pairs (import path of a main package, path in the root). `modules` name the Debian packages that
    bring what is imported from elsewhere, "src:NAME" for all that the source package NAME is built with; which files
    these are stands in the lock file `go.lock` in the package's folder. `tags` are build tags; `variables` are pairs
    (import path and name of a string variable, its value), in which `{version}` stands for the package's.
    """

    paths: tuple[tuple[str, str], ...]
    programs: tuple[tuple[str, str], ...]
    modules: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ToolchainPart:
    """A part of the toolchain; leafroot/plan/toolchain.py knows how it is built and in which order.

    `hosts` are programs for the building machine that the part brings ready-made: pairs (its processor, archive).
    """

    hosts: tuple[tuple[str, Archive], ...] = ()


Recipe = Autotools | Meson | Make | Kbuild | Files | Prebuilt | Go | ToolchainPart
