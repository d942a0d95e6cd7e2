# SPDX-License-Identifier: Apache-2.0
"""Editor for a terminal."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="8.4",
    group="shell",
    archive=Archive(
        "debian:pool/main/n/nano/nano_{version}.orig.tar.xz",
        sha256="5ad29222bbd55624d87ea677928b3106a743114d6c6f9b41f36c97be2a8e628d",
    ),
    license="GPL-3.0-or-later",
    license_files=["COPYING"],
    depends=["ncurses"],
    build=Autotools(options=["--disable-libmagic", "--disable-extra"]),
)
