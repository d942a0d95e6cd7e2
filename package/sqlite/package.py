# SPDX-License-Identifier: Apache-2.0
"""SQL database in a file: the library, and the program sqlite3."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="3.46.1",
    group="storage",
    archive=Archive(
        "debian:pool/main/s/sqlite3/sqlite3_{version}.orig.tar.xz",
        sha256="d0cdd2ece271b29e7ce18095745d892517ee26d0f270065b3a25c2e9eb11639c",
    ),
    license="blessing",
    license_files=["LICENSE.md"],
    depends=["readline"],
    build_roots=["generators"],
    build=Autotools(
        options=[
            "--disable-tcl",
            "--enable-readline",
            "--with-readline-lib=-lreadline",
            "--with-readline-inc=-I/sysroot/usr/include",
        ],
        in_tree=True,
    ),
)
