# SPDX-License-Identifier: Apache-2.0
"""Shows processes and what they use, in colours."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="3.4.1",
    group="debugging",
    archive=Archive(
        "debian:pool/main/h/htop/htop_{version}.orig.tar.gz",
        sha256="af9ec878f831b7c27d33e775c668ec79d569aa781861c995a0fbadc1bdb666cf",
    ),
    license="GPL-2.0-or-later",
    license_files=["COPYING"],
    depends=["ncurses"],
    build=Autotools(
        autoreconf=True,
        options=["--enable-unicode", "--disable-sensors", "--disable-capabilities", "--disable-hwloc"],
        env={"CURSES_CFLAGS": "-D_GNU_SOURCE", "CURSES_LIBS": "-lncursesw"},
    ),
)
