# SPDX-License-Identifier: Apache-2.0
"""More about processes: fuser, killall, pstree."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="23.7",
    group="debugging",
    archive=Archive(
        "debian:pool/main/p/psmisc/psmisc_{version}.orig.tar.xz",
        sha256="58c55d9c1402474065adae669511c191de374b0871eec781239ab400b907c327",
    ),
    license="GPL-2.0-or-later",
    license_files=["COPYING"],
    depends=["ncurses"],
    build=Autotools(),
)
