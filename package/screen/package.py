# SPDX-License-Identifier: Apache-2.0
"""Several terminals in one, which go on when the connection ends."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="4.9.0",
    group="shell",
    archive=Archive(
        "debian:pool/main/s/screen/screen_{version}.orig.tar.gz",
        sha256="f9335281bb4d1538ed078df78a20c2f39d3af9a4e91c57d084271e0289c730f4",
    ),
    license="GPL-3.0-or-later",
    license_files=["COPYING"],
    depends=["ncurses"],
    build=Autotools(
        options=[
            "--disable-pam",
            "--enable-colors256",
            "--with-pty-mode=0620",
            "--with-pty-group=5",
            "--disable-socket-dir",
            "ac_cv_search_tgetent=-lncursesw",
        ],
        autoreconf=True,
    ),
    kernel=["UNIX98_PTYS"],
)
