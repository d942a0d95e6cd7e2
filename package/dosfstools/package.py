# SPDX-License-Identifier: Apache-2.0
"""Makes, checks and labels FAT file systems."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="4.2",
    group="storage",
    archive=Archive(
        [
            "debian:pool/main/d/dosfstools/dosfstools_{version}.orig.tar.gz",
            "https://github.com/dosfstools/dosfstools/releases/download/v{version}/dosfstools-{version}.tar.gz",
        ],
        sha256="64926eebf90092dca21b14259a5301b7b98e7b1943e8a201c7d726084809b527",
    ),
    license="GPL-3.0-or-later",
    license_files=["COPYING"],
    build=Autotools(options=["--enable-compat-symlinks"]),
)
