# SPDX-License-Identifier: Apache-2.0
"""Several terminals in one, which go on when the connection ends."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="3.5a",
    group="shell",
    archive=Archive(
        "debian:pool/main/t/tmux/tmux_{version}.orig.tar.gz",
        sha256="16216bd0877170dfcc64157085ba9013610b12b082548c7c9542cc0103198951",
    ),
    license="ISC",
    license_files=["COPYING"],
    depends=["libevent", "ncurses"],
    build=Autotools(autoreconf=True, options=["--disable-utf8proc"]),
    kernel=["UNIX98_PTYS"],
)
