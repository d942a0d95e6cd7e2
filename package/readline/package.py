# SPDX-License-Identifier: Apache-2.0
"""Library for editing a line of input, with a history."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="8.2",
    group="libraries",
    archive=Archive(
        "debian:pool/main/r/readline/readline_{version}.orig.tar.gz",
        sha256="3feb7171f16a84ee82ca18a36d7b9be109a52c04f492a053331d7d1095007c35",
    ),
    license="GPL-3.0-or-later",
    license_files=["COPYING"],
    depends=["ncurses"],
    build=Autotools(
        options=["--with-curses", "--disable-install-examples", "bash_cv_wcwidth_broken=no"],
        make=["SHLIB_LIBS=-lncursesw"],
    ),
)
