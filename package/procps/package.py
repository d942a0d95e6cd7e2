# SPDX-License-Identifier: Apache-2.0
"""Shows and controls processes: ps, top, free, vmstat, sysctl and others."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="4.0.4",
    group="debugging",
    archive=Archive(
        "debian:pool/main/p/procps/procps_{version}.orig.tar.xz",
        sha256="22870d6feb2478adb617ce4f09a787addaf2d260c5a8aa7b17d889a962c5e42e",
    ),
    license="GPL-2.0-or-later AND LGPL-2.1-or-later",
    license_files=["COPYING", "COPYING.LIB"],
    depends=["ncurses"],
    build=Autotools(options=["--without-systemd", "--disable-kill", "--disable-modern-top", "--enable-watch8bit"]),
)
